import { describe, expect, it } from "vitest";

import type { Night } from "../src/data/types";
import {
  nightSegments,
  segmentAt,
  spans,
  tryingSince,
  type Segment,
} from "../src/night/segments";
import { exampleNight, invent, NIGHTS } from "../dev/nights";

/** Segments as "kind from-to" in minutes from the start. */
function written(night: Night): string[] {
  const start = Date.parse(night.start);
  return nightSegments(night).map((segment: Segment) => {
    const from = (segment.start - start) / 60_000;
    const to = (segment.end - start) / 60_000;
    return `${segment.resting ? "resting" : segment.kind} ${from}-${to}`;
  });
}

describe("segments of a night", () => {
  it("joins epochs of the same stage", () => {
    expect(written(invent("0A 10L 20D 35R 40"))).toEqual([
      "awake 0-10",
      "light 10-20",
      "deep 20-35",
      "rem 35-40",
    ]);
  });

  it("covers the whole night without holes", () => {
    const segments = nightSegments(exampleNight());
    expect(segments).toHaveLength(47);
    segments.slice(1).forEach((segment, index) => {
      expect(segment.start).toBe(segments[index]?.end);
    });
  });

  it("shows settled stages, and provisional ones until there are any", () => {
    const night = invent("0L 10");
    const settled = night.epochs.stage.map(() => 3);
    expect(written({ ...night, epochs: { ...night.epochs, settled_stage: settled } })).toEqual([
      "rem 0-10",
    ]);
    expect(written({ ...night, epochs: { ...night.epochs, settled_stage: null } })).toEqual([
      "light 0-10",
    ]);
  });

  it("tells no data, out of bed and somebody else apart", () => {
    expect(written(invent("0L 10- 15L 20o 25L 30x 40L 41"))).toEqual([
      "light 0-10",
      "gap 10-15",
      "light 15-20",
      "away 20-25",
      "light 25-30",
      "other 30-40",
      "light 40-41",
    ]);
  });

  it("does not say who was there without data", () => {
    const night = invent("0L 10- 15L 20");
    const owner = night.epochs.owner.map(() => 2);
    expect(written({ ...night, epochs: { ...night.epochs, owner } })).toEqual([
      "light 0-10",
      "gap 10-15",
      "light 15-20",
    ]);
  });

  it("closes holes shorter than two minutes, not longer ones", () => {
    expect(written(invent("0L 10- 11.5L 20"))).toEqual(["light 0-20"]);
    expect(written(invent("0L 10- 11.5D 20"))).toEqual(["light 0-11.5", "deep 11.5-20"]);
    expect(written(invent("0- 1L 20"))).toEqual(["light 0-20"]);
    expect(written(invent("0L 20- 22"))).toEqual(["light 0-20", "gap 20-22"]);
  });

  it("knows being in bed without trying to sleep, but only before the first sleep", () => {
    expect(written(invent("0a 15A 20L 30a 35L 40"))).toEqual([
      "resting 0-15",
      "awake 15-20",
      "light 20-30",
      "awake 30-35",
      "light 35-40",
    ]);
  });

  it("names no stages where too little was covered", () => {
    const night = invent("0A 5L 10D 15R 20- 60");
    expect(written(night)).toEqual(["awake 0-5", "asleep 5-20", "gap 20-60"]);
  });

  it("begins where the first epoch begins", () => {
    const night = invent("0L 10");
    const earlier = new Date(Date.parse(night.start) - 12_000).toISOString();
    expect(written({ ...night, first_epoch: earlier })).toEqual(["light -0.2-9.8"]);
  });

  it("averages the confidence, and has none in gaps", () => {
    const night = invent("0L 1- 5");
    const [light, gap] = nightSegments(night);
    const known = night.epochs.confidence.filter((value) => value !== null);
    expect(light?.confidence).toBeCloseTo(((known[0] ?? 0) + (known[1] ?? 0)) / 2);
    expect(gap?.confidence).toBeNull();
  });

  it("copes with a night without epochs and with an unknown one", () => {
    expect(nightSegments(NIGHTS["none"]?.() ?? exampleNight())).toEqual([]);
    expect(written(NIGHTS["unknown"]?.() ?? exampleNight())).toEqual(["gap 0-479"]);
  });

  it("copes with a thousand segments", () => {
    expect(nightSegments(NIGHTS["many"]?.() ?? exampleNight())).toHaveLength(960);
  });
});

describe("questions about segments", () => {
  const night = exampleNight();
  const segments = nightSegments(night);

  it("finds the segment at a time", () => {
    expect(segments[segmentAt(segments, Date.parse("2026-11-13T03:36:00Z"))]?.kind).toBe("rem");
    expect(segmentAt(segments, Date.parse(night.end))).toBe(segments.length - 1);
    expect(segmentAt(segments, 0)).toBe(0);
    expect(segmentAt([], 0)).toBe(-1);
  });

  it("counts what happened", () => {
    expect(spans(segments, "away")).toEqual({ count: 1, minutes: 5 });
    expect(spans(segments, "gap")).toEqual({ count: 1, minutes: 12 });
    expect(spans(segments, "other")).toEqual({ count: 0, minutes: 0 });
  });

  it("knows since when sleep was tried, unless it was at once or is unknown", () => {
    expect(tryingSince(night, segments)).toBe(Date.parse("2026-11-12T21:58:00Z"));
    const prompt = invent("0A 10L 20");
    expect(tryingSince(prompt, nightSegments(prompt))).toBeNull();
    const restless = invent("0a 20");
    expect(tryingSince(restless, nightSegments(restless))).toBeNull();
  });
});

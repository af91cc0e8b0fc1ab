import { describe, expect, it } from "vitest";

import type { Night, Series } from "../src/data/types";
import {
  availableOverlays,
  buildTrace,
  movement,
  valueAt,
  type OverlayKey,
} from "../src/night/overlays";
import { nightSegments } from "../src/night/segments";
import { exampleNight, invent, NIGHTS } from "../dev/nights";

function withSeries(night: Night, series: Partial<Night["epochs"]>): Night {
  return { ...night, epochs: { ...night.epochs, ...series } };
}

function steady(night: Night, value: number): Series {
  return night.epochs.stage.map(() => value);
}

describe("traces", () => {
  it("are offered where there is data", () => {
    expect(availableOverlays(exampleNight())).toEqual(["breathing", "movement", "temperature"]);
    expect(availableOverlays(NIGHTS["everything"]?.() ?? exampleNight())).toHaveLength(6);
    expect(availableOverlays(invent("0L 10"))).toEqual([]);
  });

  it("break in gaps instead of guessing", () => {
    const night = exampleNight();
    const { lines } = buildTrace(night, "breathing", []);
    expect(lines).toHaveLength(3);
    expect(lines.flat().length).toBeLessThanOrEqual(300);
  });

  it.each([
    ["breathing", "respiration_rate", 3],
    ["temperature", "temperature", 2],
  ] as const)("span at least their smallest scale: %s", (key, series, span) => {
    const night = invent("0L 60");
    const trace = buildTrace(withSeries(night, { [series]: steady(night, 15) }), key, []);
    expect(trace.scale[1] - trace.scale[0]).toBeCloseTo(span);
    expect(trace.range).toEqual([15, 15]);
    expect(trace.median).toBe(15);
  });

  it("has no more points in a long night", () => {
    const night = NIGHTS["long"]?.() ?? exampleNight();
    const trace = buildTrace(
      withSeries(night, { respiration_rate: steady(night, 14) }),
      "breathing",
      [],
    );
    expect(trace.lines.flat().length).toBeLessThanOrEqual(300);
  });

  it("draws brightness by its ratio", () => {
    const night = invent("0L 60");
    const lux = night.epochs.stage.map((_, index) => (index < 60 ? 0 : 999));
    const trace = buildTrace(withSeries(night, { illuminance: lux }), "illuminance", []);
    expect(trace.scale).toEqual([0, 3]);
    expect(trace.range?.map(Math.round)).toEqual([0, 999]);
  });

  it("survives a night without any values", () => {
    for (const key of ["breathing", "movement"] satisfies OverlayKey[]) {
      const trace = buildTrace(invent("0L 10"), key, []);
      expect([trace.lines, trace.bars, trace.range, trace.median]).toEqual([[], [], null, null]);
    }
  });
});

describe("movement", () => {
  it("has a bar per four minutes, none in gaps", () => {
    const night = exampleNight();
    const gaps = nightSegments(night).filter(({ kind }) => kind === "gap");
    const { bars } = buildTrace(night, "movement", gaps);
    // 488 minutes less 12 without data.
    expect(bars).toHaveLength(119);
    expect(Math.max(...bars.map(({ value }) => value))).toBe(1);
  });

  it("counts how often and how long somebody moved", () => {
    const night = invent("0A 5L 30A 35");
    const motion = night.epochs.stage.map((_, index) =>
      [2, 20, 21, 40, 66].includes(index) ? 15 : 0,
    );
    // Twice while asleep: the first and last lie outside, two neighbours are one.
    expect(movement(withSeries(night, { motion }))).toEqual({ times: 2, minutes: 1.25 });
  });
});

it("knows the value at a time", () => {
  const night = exampleNight();
  expect(valueAt(night, "breathing", Date.parse("2026-11-13T03:36:10Z"))).toBeGreaterThan(10);
  expect(valueAt(night, "breathing", Date.parse("2026-11-12T23:46:00Z"))).toBeNull();
  expect(valueAt(night, "breathing", 0)).toBeNull();
});

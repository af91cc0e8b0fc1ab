import { describe, expect, it } from "vitest";

import { Format } from "../src/format";
import { clockTicks, hourStep, runningDomain, timeDomain } from "../src/night/scale";

const MINUTE = 60_000;

function ticks(from: string, to: string, step: number, timeZone = "Europe/Berlin"): string[] {
  const format = new Format({ language: "en", timeZone, hour12: false, numberLanguage: "en" });
  return clockTicks({ start: Date.parse(from), end: Date.parse(to) }, step, (time) =>
    format.clockParts(time),
  ).map((time) => format.time(time));
}

describe("the span of time", () => {
  it("leaves room around the night, in steps of ten minutes", () => {
    const { start, end } = timeDomain(
      Date.parse("2026-11-12T21:41:00Z"),
      Date.parse("2026-11-13T05:49:00Z"),
    );
    expect(new Date(start).toISOString()).toBe("2026-11-12T21:30:00.000Z");
    expect(new Date(end).toISOString()).toBe("2026-11-13T06:00:00.000Z");
  });

  it("is never empty", () => {
    const { start, end } = timeDomain(0, 0);
    expect(end - start).toBeGreaterThanOrEqual(40 * MINUTE);
  });

  it("reaches to the usual end while the night runs, and beyond now", () => {
    const start = Date.parse("2026-11-12T21:40:00Z");
    expect(runningDomain(start, start + 60 * MINUTE, 480).end).toBeGreaterThanOrEqual(
      start + 480 * MINUTE,
    );
    const late = start + 700 * MINUTE;
    expect(runningDomain(start, late, 480).end).toBeGreaterThan(late);
    expect(runningDomain(start, start, null).end).toBeGreaterThan(start + 8 * 60 * MINUTE);
  });
});

describe("the clock's hours", () => {
  it("are at full hours of the viewer's zone", () => {
    expect(ticks("2026-11-12T21:30:00Z", "2026-11-13T01:30:00Z", 1)).toEqual([
      "23:00",
      "00:00",
      "01:00",
      "02:00",
    ]);
    expect(ticks("2026-11-12T21:30:00Z", "2026-11-13T01:30:00Z", 2)).toEqual(["00:00", "02:00"]);
  });

  it("skips the hour that the clocks skip", () => {
    expect(ticks("2026-03-28T23:30:00Z", "2026-03-29T03:10:00Z", 1)).toEqual([
      "01:00",
      "03:00",
      "04:00",
      "05:00",
    ]);
  });

  it("has the hour twice that the clocks repeat", () => {
    expect(ticks("2026-10-24T23:30:00Z", "2026-10-25T02:10:00Z", 1)).toEqual([
      "02:00",
      "02:00",
      "03:00",
    ]);
  });

  it("follows zones that are off by parts of an hour", () => {
    expect(ticks("2026-11-12T18:00:00Z", "2026-11-12T20:00:00Z", 1, "Asia/Kathmandu")).toEqual([
      "00:00",
      "01:00",
    ]);
  });

  it("are far enough apart to be read", () => {
    const night = { start: 0, end: 9 * 60 * MINUTE };
    expect(hourStep(night, 600, 44)).toBe(1);
    expect(hourStep(night, 288, 44)).toBe(2);
    expect(hourStep({ start: 0, end: 26 * 60 * MINUTE }, 288, 44)).toBe(4);
    expect(hourStep({ start: 0, end: 400 * 60 * MINUTE }, 288, 44)).toBe(24);
  });
});

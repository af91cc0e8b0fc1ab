import { describe, expect, it } from "vitest";

import { Format } from "../src/format";
import { nightMetrics } from "../src/night/metrics";
import {
  againstUsual,
  bulletPosition,
  firstNights,
  stageTotals,
  usualRange,
} from "../src/night/totals";
import { exampleNight, NIGHTS, USUAL } from "../dev/nights";

const format = new Format({
  language: "en",
  timeZone: "Europe/Berlin",
  hour12: false,
  numberLanguage: "en",
});

describe("totals", () => {
  it("stand beside the row that they count and add up", () => {
    const totals = stageTotals(exampleNight());
    expect(totals.map(({ stage, minutes }) => [stage, minutes])).toEqual([
      ["awake", 17],
      ["rem", 104],
      ["light", 215],
      ["deep", 96],
    ]);
    expect(totals.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBeCloseTo(1);
  });

  it("have ranges from seven nights on", () => {
    const six = exampleNight({ usual: { ...USUAL, nights: 6 } });
    expect(usualRange(six, "deep")).toBeNull();
    expect(againstUsual(six)).toBeNull();
    expect(firstNights(six)).toBe(7);
    const seven = exampleNight({ usual: { ...USUAL, nights: 7 } });
    expect(usualRange(seven, "deep")).toEqual([68, 85, 102]);
    expect(againstUsual(seven)).toBe(-15);
    expect(firstNights(seven)).toBeNull();
  });

  it("do not hold a nap against nights", () => {
    expect(againstUsual(NIGHTS["nap"]?.() ?? exampleNight())).toBeNull();
  });

  it("are unknown where nothing is known", () => {
    const totals = stageTotals(NIGHTS["unknown"]?.() ?? exampleNight());
    expect(totals.every(({ minutes, share }) => minutes === null && share === null)).toBe(true);
  });
});

describe("bullets", () => {
  it("give the usual range the middle third", () => {
    expect(bulletPosition(10, [10, 18, 28])).toBeCloseTo(1 / 3);
    expect(bulletPosition(28, [10, 18, 28])).toBeCloseTo(2 / 3);
    expect(bulletPosition(17, [10, 18, 28])).toBeCloseTo(0.463, 3);
  });

  it("clamp what is far out, and divide by nothing", () => {
    expect(bulletPosition(500, [10, 18, 28])).toBe(0.98);
    expect(bulletPosition(-500, [10, 18, 28])).toBe(0.02);
    expect(bulletPosition(5, [5, 5, 5])).toBe(0.5);
  });
});

describe("metrics", () => {
  const plain = (text: string): string => text.replaceAll("\u00a0", " ");

  it("have the usual range below", () => {
    expect(
      nightMetrics(exampleNight(), format, false).map(({ label, value, unit, usual }) =>
        plain(`${label} ${value}${unit} ${usual}`),
      ),
    ).toEqual([
      "Fell asleep in 14min usual 8 – 21",
      "Awake 17min usual 10 – 28",
      "Awakenings 7 usual 5 – 10",
      "Efficiency 90% usual 86 – 93",
      "Breathing 13.9/min usual 13.4 – 14.6",
    ]);
  });

  it("are three on a phone", () => {
    expect(nightMetrics(exampleNight(), format, true).map(({ label }) => label)).toEqual([
      "Fell asleep in",
      "Efficiency",
      "Awakenings",
    ]);
  });

  it("write unknown as such and long minutes as hours", () => {
    expect(
      nightMetrics(NIGHTS["unknown"]?.() ?? exampleNight(), format, false).map(
        ({ value }) => value,
      ),
    ).toEqual(["–", "–", "–", "–", "–"]);
    const [, awake] = nightMetrics(NIGHTS["many"]?.() ?? exampleNight(), format, false);
    expect(plain(`${awake?.value}${awake?.unit}`)).toBe("2 h");
  });
});

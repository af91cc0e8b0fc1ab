import { describe, expect, it } from "vitest";

import { STAGES, type Stage } from "../src/night/segments";
import { TOKENS, type Mode, type Token } from "../src/theme/tokens";
import { contrast, difference, lab, over, parse, simulate, SIMULATIONS, type Rgb } from "./colour";

const CARD: Readonly<Record<Mode, string>> = { light: "#ffffff", dark: "#1c1c1c" };
/** Opacity of the alarm window's glow at the top and at 80 % of the height of the rows. */
const GLOW: Readonly<Record<Mode, readonly [number, number]>> = {
  light: [0.02, 0.26],
  dark: [0.24, 0],
};

function token(name: Token, mode: Mode): string {
  return TOKENS[name][mode === "light" ? 0 : 1];
}

function stage(name: Stage, mode: Mode): Rgb {
  return parse(token(name, mode)).rgb;
}

/** What a band lies on. */
function lane(mode: Mode): Rgb {
  return over(parse(token("lane", mode)), parse(CARD[mode]).rgb);
}

it("knows the published colour differences", () => {
  // Two ends of a well-known scale, and black against white.
  expect(difference([0, 0, 0], [1, 1, 1])).toBeCloseTo(100, 1);
  expect(difference([1, 0, 0], [1, 0, 0])).toBe(0);
  expect(difference([1, 0, 0], [0, 1, 0])).toBeCloseTo(86.6, 1);
  expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21, 5);
});

describe.each(["light", "dark"] as const)("the %s palette", (mode) => {
  it.each(STAGES)("keeps %s visible on its lane", (name) => {
    expect(contrast(stage(name, mode), lane(mode))).toBeGreaterThanOrEqual(3);
  });

  it.each(STAGES)("keeps %s visible in the glow of the alarm window", (name) => {
    const row = STAGES.indexOf(name);
    const [top, bottom] = GLOW[mode];
    // Both edges of the band: rows of 52 px, bands of 24 px in their middle.
    for (const y of [52 * row + 14, 52 * row + 38]) {
      const share = Math.min(1, y / 208 / 0.8);
      const alpha = top + (bottom - top) * share;
      const ground = over({ rgb: parse(token("dawn", mode)).rgb, alpha }, lane(mode));
      expect(contrast(stage(name, mode), ground)).toBeGreaterThanOrEqual(3);
    }
  });

  it("falls in lightness from awake to deep", () => {
    const lightness = STAGES.map((name) => lab(stage(name, mode))[0]);
    expect(lightness).toEqual([...lightness].sort((a, b) => b - a));
    expect(new Set(lightness.map(Math.round)).size).toBe(STAGES.length);
  });

  it.each(Object.keys(SIMULATIONS))("tells any two stages apart with %s vision", (vision) => {
    const colours = STAGES.map((name) => simulate(SIMULATIONS[vision] ?? null, stage(name, mode)));
    colours.forEach((one, index) => {
      for (const other of colours.slice(index + 1)) {
        expect(difference(one, other)).toBeGreaterThanOrEqual(12);
      }
    });
  });

  it("writes readable words on tinted chips", () => {
    const card = parse(CARD[mode]).rgb;
    const accent = over(parse(token("accent-fill", mode)), card);
    expect(contrast(parse(token("accent-text", mode)).rgb, accent)).toBeGreaterThanOrEqual(4.5);
    const sun = over({ rgb: parse(token("dawn", mode)).rgb, alpha: 0.16 }, card);
    expect(contrast(parse(token("sun", mode)).rgb, sun)).toBeGreaterThanOrEqual(4.5);
  });

  it("keeps the hatch visible", () => {
    const card = parse(CARD[mode]).rgb;
    expect(contrast(over(parse(token("hatch", mode)), card), card)).toBeGreaterThanOrEqual(2.95);
  });
});

import { describe, expect, it } from "vitest";

import type { Night } from "../src/data/types";
import { Format } from "../src/format";
import {
  plotLayout,
  sizeOf,
  smoothPath,
  timeAt,
  xAt,
  type PlotInput,
  type PlotLayout,
  type Rect,
} from "../src/night/layout";
import { nightModel } from "../src/night/model";
import { buildTrace } from "../src/night/overlays";
import { exampleNight, invent, NIGHTS, runningNight } from "../dev/nights";

const format = new Format({
  language: "en",
  timeZone: "Europe/Berlin",
  hour12: false,
  numberLanguage: "en",
});

function layout(night: Night, changes: Partial<PlotInput> = {}): PlotLayout {
  const model = nightModel(night, Date.parse("2026-11-13T02:15:00Z"));
  return plotLayout({
    ...model,
    size: "wide",
    width: 926,
    rtl: false,
    totals: true,
    unnamed: model.unnamed,
    provisional: model.now !== null,
    traces: [buildTrace(night, "breathing", []), buildTrace(night, "movement", [])],
    format,
    measure: (text) => text.length * 6,
    ...changes,
  });
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe("a wide plot", () => {
  const plot = layout(exampleNight());

  it("has the measures of the design", () => {
    expect([plot.left, plot.right, plot.top, plot.bottom]).toEqual([64, 664, 36, 244]);
    expect(plot.rows.map(({ lane }) => [lane.y, lane.height])).toEqual([
      [39, 46],
      [91, 46],
      [143, 46],
      [195, 46],
    ]);
    expect(plot.overlays.map(({ top }) => top)).toEqual([279, 325]);
    expect(plot.height).toBe(371);
  });

  it("draws a band for each stage, on its row, never narrower than 2.4 px", () => {
    expect(plot.bands).toHaveLength(45);
    expect(Math.min(...plot.bands.map(({ width }) => width))).toBeGreaterThanOrEqual(1.5);
    const light = plot.bands.filter(({ kind }) => kind === "light");
    expect(new Set(light.map(({ y, height }) => `${y} ${height}`))).toEqual(new Set(["154 24"]));
    expect(plot.bands.filter(({ resting }) => resting)).toHaveLength(1);
  });

  it("joins neighbouring stages, but nothing across a gap or an empty bed", () => {
    // 47 segments have 46 seams: four touch the gap or the column, one joins awake to awake.
    expect(plot.risers).toHaveLength(41);
    for (const column of plot.columns) {
      for (const riser of plot.risers) {
        expect(riser.x + 0.625 > column.x && riser.x + 0.625 < column.x + column.width).toBe(false);
      }
    }
  });

  it("lets risers overlap both bands by two pixels", () => {
    expect(plot.risers[0]).toMatchObject({ y: 72, height: 84, width: 1.25 });
  });

  it("replaces hours too near to falling asleep and waking up", () => {
    expect(plot.axis.map(({ text }) => text)).toEqual([
      "23:12",
      "06:41",
      "00:00",
      "01:00",
      "02:00",
      "03:00",
      "04:00",
      "05:00",
      "06:00",
    ]);
    expect(plot.grid).toHaveLength(7);
  });

  it("writes what happened above the rows", () => {
    expect(plot.events.map(({ text }) => text?.replaceAll("\u00a0", " "))).toEqual([
      "Woke up",
      "Asleep",
      "Out of bed 5 min",
      "No data 12 min",
    ]);
  });

  it("goes from pixels to times and back", () => {
    const time = Date.parse("2026-11-13T03:36:00Z");
    expect(timeAt(plot, xAt(plot, time))).toBeCloseTo(time, -1);
  });
});

describe("other plots", () => {
  it("follow the width of the card", () => {
    expect([459, 460, 759, 760].map(sizeOf)).toEqual(["narrow", "medium", "medium", "wide"]);
    const narrow = layout(exampleNight(), { size: "narrow", width: 332, totals: false });
    expect([narrow.left, narrow.right, narrow.top, narrow.bottom]).toEqual([44, 332, 30, 190]);
    expect(narrow.overlays[0]?.top).toBe(225);
    expect(narrow.axis.map(({ text }) => text)).toEqual(["23:12", "06:41", "02:00", "04:00"]);
    // Only the figure of being out of bed is left, and no words of gaps.
    expect(narrow.events.map(({ text, icon }) => text ?? icon)).toEqual([
      "Woke up",
      "Asleep",
      "away",
    ]);
    const medium = layout(exampleNight(), { size: "medium", width: 500, totals: false });
    expect([medium.left, medium.bottom - medium.top]).toEqual([56, 176]);
  });

  it("swap the gutters from right to left, while time runs as ever", () => {
    const plot = layout(exampleNight(), { rtl: true });
    expect([plot.left, plot.right]).toEqual([262, 862]);
    expect(plot.bands[0]?.x).toBeLessThan(plot.bands.at(-1)?.x ?? 0);
  });

  it("outline what is provisional and mark the present", () => {
    const plot = layout(runningNight(), { totals: false });
    expect(plot.right).toBe(926);
    expect(plot.hairlines.map(({ now }) => now)).toEqual([false, true]);
    expect(plot.events.map(({ text }) => text)).toContain("Now");
    expect(Math.max(...plot.bands.map(({ x, width }) => x + width))).toBeLessThanOrEqual(
      plot.hairlines[1]?.x ?? 0,
    );
  });

  it("have two rows where stages are withheld", () => {
    const plot = layout(NIGHTS["withheld"]?.() ?? exampleNight());
    expect(plot.rows.map(({ kind, height }) => [kind, height])).toEqual([
      ["awake", 104],
      ["asleep", 104],
    ]);
  });

  it.each(Object.keys(NIGHTS))("keep the words of the night %s apart", (name) => {
    const night = NIGHTS[name]?.() ?? exampleNight();
    for (const [size, width] of [
      ["wide", 926],
      ["medium", 460],
      ["narrow", 300],
    ] as const) {
      const plot = layout(night, { size, width, totals: size === "wide" });
      const words = [
        ...plot.events.map(({ x, text, icon }) => ({
          x,
          width: (icon ? 16 : 0) + (text?.length ?? 0) * 6,
          y: 0,
          height: 1,
          radius: 0,
        })),
        ...plot.axis.map(({ x, text }) => ({
          x: x - text.length * 3,
          width: text.length * 6,
          y: 2,
          height: 1,
          radius: 0,
        })),
      ];
      words.forEach((word, index) => {
        expect(word.x).toBeGreaterThanOrEqual(-0.01);
        expect(word.x + word.width).toBeLessThanOrEqual(width + 0.01);
        for (const other of words.slice(index + 1)) {
          expect(overlap(word, other)).toBe(false);
        }
      });
    }
  });

  it("survive a card of no width", () => {
    const plot = layout(exampleNight(), { size: "narrow", width: 10, totals: false });
    expect(plot.right).toBeGreaterThan(plot.left);
  });
});

describe("curves", () => {
  it("go through every point", () => {
    expect(smoothPath([[0, 0]])).toBe("M-0.5,0h1");
    expect(
      smoothPath([
        [0, 0],
        [6, 6],
      ]),
    ).toBe("M0,0C1 1 5 5 6 6");
  });
});

it("extends a silent radar's night with a gap", () => {
  const model = nightModel(
    { ...invent("0L 100"), settled: false },
    Date.parse("2026-11-13T02:15:00Z"),
  );
  expect(model.segments.at(-1)).toMatchObject({ kind: "gap", end: model.now });
});

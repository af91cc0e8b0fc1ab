/**
 * Where everything of a hypnogram lies, in pixels.
 *
 * Pure geometry: what comes out is drawn by `night-plot` as it stands. Measures are those of
 * the design; y runs downwards from the top of the event lane.
 */
import type { Format } from "../format";
import type { Trace } from "./overlays";
import type { Domain } from "./scale";
import { clockTicks, hourStep } from "./scale";
import { isStage, minutes, type Kind, type Segment } from "./segments";

export type Size = "wide" | "medium" | "narrow";

/** By the width of the card, not of the screen. */
export function sizeOf(cardWidth: number): Size {
  return cardWidth >= 760 ? "wide" : cardWidth >= 460 ? "medium" : "narrow";
}

interface Measures {
  /** Height of the lane for events above the rows. */
  readonly events: number;
  readonly row: number;
  readonly band: number;
  readonly radius: number;
  /** Gutter with the names of the rows. */
  readonly names: number;
  /** Gutter with the totals. */
  readonly totals: number;
  readonly overlay: number;
  /** Names of overlays stand above the trace instead of beside it. */
  readonly above: boolean;
}

export const MEASURES: Readonly<Record<Size, Measures>> = {
  wide: {
    events: 36,
    row: 52,
    band: 24,
    radius: 4,
    names: 64,
    totals: 262,
    overlay: 46,
    above: false,
  },
  medium: {
    events: 36,
    row: 44,
    band: 22,
    radius: 4,
    names: 56,
    totals: 0,
    overlay: 65,
    above: true,
  },
  narrow: {
    events: 30,
    row: 40,
    band: 20,
    radius: 3,
    names: 44,
    totals: 0,
    overlay: 65,
    above: true,
  },
};

const AXIS = 26;
/** Between the axis and the first overlay. */
const OVERLAY_GAP = 9;
/** Lanes leave this much of their row free above and below. */
const LANE_INSET = 3;
const NARROWEST_BAND = 2.4;
const NARROWEST_COLUMN = 4;
/** Hours nearer than this to falling asleep or waking up give way. */
const HOUR_DISTANCE = 36;
const ICON = 16;

export interface PlotInput {
  readonly segments: readonly Segment[];
  readonly domain: Domain;
  readonly size: Size;
  readonly width: number;
  readonly rtl: boolean;
  /** Whether the totals stand beside the rows. */
  readonly totals: boolean;
  /** One row for all sleep. */
  readonly unnamed: boolean;
  readonly provisional: boolean;
  readonly onset: number | null;
  readonly awakening: number | null;
  /** The present, in a night that is not over. */
  readonly now: number | null;
  readonly traces: readonly Trace[];
  readonly format: Format;
  /** Width of a text of 12 px. */
  readonly measure: (text: string, strong: boolean) => number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
}

export interface Row {
  readonly kind: Kind;
  readonly top: number;
  readonly height: number;
  readonly lane: Rect;
}

export interface Band extends Rect {
  readonly kind: Kind;
  /** Index of the segment that it shows. */
  readonly segment: number;
  readonly resting: boolean;
}

export interface Column extends Rect {
  readonly kind: Kind;
  readonly segment: number;
}

export type EventIcon = "away" | "other";

export interface EventLabel {
  /** Left edge. */
  readonly x: number;
  readonly text: string | null;
  readonly icon: EventIcon | null;
  readonly strong: boolean;
  readonly now: boolean;
}

export interface AxisLabel {
  /** Middle of the text. */
  readonly x: number;
  readonly text: string;
  readonly strong: boolean;
}

export interface Hairline {
  readonly x: number;
  readonly now: boolean;
}

export interface OverlayLayout {
  readonly trace: Trace;
  /** The line above it. */
  readonly top: number;
  /** Upper and lower edge of the trace. */
  readonly area: readonly [number, number];
  readonly paths: readonly string[];
  readonly bars: readonly Rect[];
}

export interface PlotLayout {
  readonly size: Size;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly domain: Domain;
  readonly rows: readonly Row[];
  readonly bands: readonly Band[];
  readonly risers: readonly Rect[];
  readonly columns: readonly Column[];
  readonly hairlines: readonly Hairline[];
  readonly events: readonly EventLabel[];
  readonly grid: readonly number[];
  readonly axis: readonly AxisLabel[];
  readonly overlays: readonly OverlayLayout[];
}

/** Pixel of a time. */
export function xAt(layout: { left: number; right: number; domain: Domain }, time: number): number {
  const { left, right, domain } = layout;
  return left + ((time - domain.start) / (domain.end - domain.start)) * (right - left);
}

/** Time of a pixel. */
export function timeAt(
  layout: { left: number; right: number; domain: Domain },
  x: number,
): number {
  const { left, right, domain } = layout;
  return domain.start + ((x - left) / (right - left)) * (domain.end - domain.start);
}

export function plotLayout(input: PlotInput): PlotLayout {
  const { size, width, rtl } = input;
  const measures = MEASURES[size];
  const totals = input.totals ? measures.totals : 0;
  const left = rtl ? totals : measures.names;
  const right = Math.max(left + 1, width - (rtl ? measures.names : totals));
  const top = measures.events;
  const bottom = top + 4 * measures.row;
  const frame = { left, right, top, bottom, domain: input.domain };
  const rows = layoutRows(input, frame);
  const hairlines = layoutHairlines(input, frame);
  const { grid, axis } = layoutAxis(input, frame);
  const overlays = input.traces.map((trace, index) =>
    layoutOverlay(trace, bottom + AXIS + OVERLAY_GAP + index * measures.overlay, measures, frame),
  );
  return {
    ...frame,
    size,
    width,
    height:
      bottom +
      AXIS +
      (overlays.length > 0 ? OVERLAY_GAP + overlays.length * measures.overlay : 0),
    rows,
    bands: layoutBands(input, frame, rows),
    risers: layoutRisers(input, frame, rows),
    columns: layoutColumns(input, frame),
    hairlines,
    events: layoutEvents(input, frame),
    grid,
    axis,
    overlays,
  };
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly domain: Domain;
}

function layoutRows({ unnamed }: PlotInput, { left, right, top, bottom }: Frame): Row[] {
  const kinds: readonly Kind[] = unnamed ? ["awake", "asleep"] : ["awake", "rem", "light", "deep"];
  const height = (bottom - top) / kinds.length;
  return kinds.map((kind, index) => ({
    kind,
    top: top + index * height,
    height,
    lane: {
      x: left,
      y: top + index * height + LANE_INSET,
      width: right - left,
      height: height - 2 * LANE_INSET,
      radius: 6,
    },
  }));
}

function bandTop(row: Row, { size }: PlotInput): number {
  return row.top + (row.height - MEASURES[size].band) / 2;
}

function layoutBands(input: PlotInput, frame: Frame, rows: readonly Row[]): Band[] {
  const { band: height, radius } = MEASURES[input.size];
  const bands: Band[] = [];
  input.segments.forEach((segment, index) => {
    const row = rows.find(({ kind }) => kind === segment.kind);
    if (!row) {
      return;
    }
    const start = xAt(frame, segment.start);
    const length = xAt(frame, segment.end) - start;
    const y = bandTop(row, input);
    const outlined = input.provisional || segment.resting;
    // An outline is drawn around its path: half of it would stick out.
    const inset = outlined ? 1.05 : 0.3;
    const width = Math.max(outlined ? 1.5 : NARROWEST_BAND, length - 2 * inset);
    bands.push({
      kind: segment.kind,
      segment: index,
      resting: segment.resting,
      x: start + inset,
      y: outlined ? y + 0.75 : y,
      width,
      height: outlined ? height - 1.5 : height,
      radius: Math.min(radius, width / 2.6),
    });
  });
  return bands;
}

/** Upright lines between neighbouring stages; nothing is joined across a gap. */
function layoutRisers(input: PlotInput, frame: Frame, rows: readonly Row[]): Rect[] {
  const { band } = MEASURES[input.size];
  const risers: Rect[] = [];
  input.segments.forEach((segment, index) => {
    const before = input.segments[index - 1];
    const rowBefore = rows.find(({ kind }) => kind === before?.kind);
    const row = rows.find(({ kind }) => kind === segment.kind);
    if (!rowBefore || !row || row === rowBefore) {
      return;
    }
    const [upper, lower] = row.top < rowBefore.top ? [row, rowBefore] : [rowBefore, row];
    const y = bandTop(upper, input) + band - 2;
    risers.push({
      x: xAt(frame, segment.start) - 0.625,
      y,
      width: 1.25,
      height: bandTop(lower, input) + 2 - y,
      radius: 0,
    });
  });
  return risers;
}

function layoutColumns({ segments }: PlotInput, frame: Frame): Column[] {
  const columns: Column[] = [];
  segments.forEach((segment, index) => {
    if (isStage(segment.kind)) {
      return;
    }
    const x = xAt(frame, segment.start);
    const width = Math.max(NARROWEST_COLUMN, xAt(frame, segment.end) - x);
    columns.push({
      kind: segment.kind,
      segment: index,
      x,
      y: frame.top + LANE_INSET,
      width,
      height: frame.bottom - frame.top - 2 * LANE_INSET,
      radius: segment.kind === "gap" ? 3 : 2,
    });
  });
  return columns;
}

function layoutHairlines({ onset, awakening, now }: PlotInput, frame: Frame): Hairline[] {
  return [
    ...[onset, now === null ? awakening : null]
      .filter((time) => time !== null)
      .map((time) => ({ x: xAt(frame, time), now: false })),
    ...(now === null ? [] : [{ x: xAt(frame, now), now: true }]),
  ];
}

/**
 * Words above the rows. Each takes the first place that is free; what finds none loses its
 * words, first the gaps, then being out of bed (which keeps its figure), then falling asleep.
 */
function layoutEvents(input: PlotInput, frame: Frame): EventLabel[] {
  const { format, measure, size, segments, onset, awakening, now } = input;
  const { text } = format;
  const events: EventLabel[] = [];
  const taken: [number, number][] = layoutHairlines(input, frame).map(({ x }) => [x - 1, x + 1]);
  const place = (
    label: Omit<EventLabel, "x">,
    width: number,
    candidates: readonly number[],
    margin: number,
  ): boolean => {
    const x = candidates.find(
      (from) =>
        from >= frame.left - 8 &&
        from + width <= frame.right + 8 &&
        taken.every(([start, end]) => from + width + margin <= start || end + margin <= from),
    );
    if (x === undefined) {
      return false;
    }
    taken.push([x, x + width]);
    events.push({ ...label, x });
    return true;
  };
  const beside = (time: number, words: string, isNow: boolean, leftFirst: boolean): void => {
    const width = measure(words, true);
    const x = xAt(frame, time);
    const distance = isNow ? 9 : 6;
    const places = [x + distance, x - distance - width];
    place(
      { text: words, icon: null, strong: true, now: isNow },
      width,
      leftFirst ? places.reverse() : places,
      4,
    );
  };
  if (now !== null) {
    beside(now, text("event.now"), true, false);
  } else if (awakening !== null) {
    beside(awakening, text("event.woke"), false, true);
  }
  if (onset !== null) {
    beside(onset, text("event.asleep"), false, false);
  }
  const centred = (segment: Segment, width: number): number => {
    const middle = (xAt(frame, segment.start) + xAt(frame, segment.end)) / 2;
    return Math.min(Math.max(middle - width / 2, frame.left), frame.right - width);
  };
  for (const segment of segments) {
    if (segment.kind === "away" || segment.kind === "other") {
      const words = text(segment.kind === "away" ? "event.away" : "event.other", {
        duration: format.duration(minutes(segment)),
      });
      const width = ICON + 2 + measure(words, false);
      const label = { icon: segment.kind, strong: false, now: false };
      const full =
        size !== "narrow" &&
        place({ ...label, text: words }, width, [centred(segment, width)], 8);
      if (!full) {
        place({ ...label, text: null }, ICON, [centred(segment, ICON)], 2);
      }
    }
  }
  if (size !== "narrow") {
    for (const segment of segments) {
      if (segment.kind === "gap") {
        const words = text("event.gap", { duration: format.duration(minutes(segment)) });
        const width = measure(words, false);
        const [start, end] = [xAt(frame, segment.start), xAt(frame, segment.end)];
        place(
          { text: words, icon: null, strong: false, now: false },
          width,
          [centred(segment, width), start, end - width],
          8,
        );
      }
    }
  }
  return events;
}

function layoutAxis(input: PlotInput, frame: Frame): { grid: number[]; axis: AxisLabel[] } {
  const { format, measure, width, domain } = input;
  const axis: AxisLabel[] = [];
  const marks: { x: number; half: number }[] = [];
  for (const time of [input.onset, input.now === null ? input.awakening : null]) {
    if (time === null) {
      continue;
    }
    const words = format.time(time);
    const half = measure(words, true) / 2;
    const x = xAt(frame, time);
    if (marks.every((mark) => Math.abs(mark.x - x) >= mark.half + half + 6)) {
      marks.push({ x, half });
      axis.push({ x: Math.min(Math.max(x, half), width - half), text: words, strong: true });
    }
  }
  const widest = measure(format.hour(domain.start), false);
  const grid: number[] = [];
  const step = hourStep(domain, frame.right - frame.left, Math.max(44, widest + 12));
  let last = -Infinity;
  for (const time of clockTicks(domain, step, (at) => format.clockParts(at))) {
    const x = xAt(frame, time);
    const words = format.hour(time);
    const half = measure(words, false) / 2;
    if (marks.some((mark) => Math.abs(mark.x - x) < Math.max(HOUR_DISTANCE, mark.half + half + 6))) {
      continue;
    }
    grid.push(x);
    // The hour that is there twice when the clocks go back has room for one label only.
    if (x - half - 4 >= last) {
      axis.push({ x: Math.min(Math.max(x, half), width - half), text: words, strong: false });
      last = x + half;
    }
  }
  return { grid, axis };
}

function layoutOverlay(
  trace: Trace,
  top: number,
  { above, overlay }: Measures,
  frame: Frame,
): OverlayLayout {
  const area: [number, number] = above ? [top + 27, top + overlay - 10] : [top + 7, top + 37];
  const [upper, lower] = area;
  const [low, high] = trace.scale;
  const inner = lower - upper - 3;
  const y = (value: number): number => lower - 1.5 - ((value - low) / (high - low || 1)) * inner;
  const four = xAt(frame, frame.domain.start + 240_000) - frame.left;
  return {
    trace,
    top,
    area,
    paths: trace.lines.map((line) =>
      smoothPath(line.map(({ time, value }) => [xAt(frame, time), y(value)])),
    ),
    bars: trace.bars.map(({ time, value }) => {
      const height = Math.max(1.5, value * (lower - upper));
      return {
        x: xAt(frame, time) + four * 0.18,
        y: lower - height,
        width: Math.max(1, four * 0.64),
        height,
        radius: Math.min(1.2, four * 0.25),
      };
    }),
  };
}

/** A curve through all the points (Catmull-Rom); a single point becomes a dot. */
export function smoothPath(points: readonly (readonly [number, number])[]): string {
  const round = (value: number): string => String(Math.round(value * 10) / 10);
  const at = (index: number): readonly [number, number] =>
    points[Math.min(Math.max(index, 0), points.length - 1)] ?? [0, 0];
  const [x0, y0] = at(0);
  if (points.length < 2) {
    return `M${round(x0 - 0.5)},${round(y0)}h1`;
  }
  let path = `M${round(x0)},${round(y0)}`;
  for (let index = 0; index < points.length - 1; index += 1) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    const numbers = [
      from[0] + (to[0] - before[0]) / 6,
      from[1] + (to[1] - before[1]) / 6,
      to[0] - (after[0] - from[0]) / 6,
      to[1] - (after[1] - from[1]) / 6,
      to[0],
      to[1],
    ];
    path += `C${numbers.map(round).join(" ")}`;
  }
  return path;
}

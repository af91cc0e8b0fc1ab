/** The traces under the hypnogram, as values over time. */
import type { Epochs, Night, Series } from "../data/types";
import { ENOUGH_COVERAGE, epochsStart, type Segment } from "./segments";

export type OverlayKey =
  | "breathing"
  | "movement"
  | "heart_rate"
  | "temperature"
  | "humidity"
  | "illuminance";

interface Definition {
  readonly series: keyof Epochs;
  /** The scale spans at least this, so that noise does not look like an event. */
  readonly span: number;
}

/** In the order in which they are offered and drawn. */
export const OVERLAYS: Readonly<Record<OverlayKey, Definition>> = {
  breathing: { series: "respiration_rate", span: 3 },
  movement: { series: "motion", span: 0 },
  heart_rate: { series: "heart_rate", span: 10 },
  temperature: { series: "temperature", span: 2 },
  humidity: { series: "humidity", span: 10 },
  illuminance: { series: "illuminance", span: 1 },
};

export const OVERLAY_KEYS = Object.keys(OVERLAYS) as OverlayKey[];

/** An epoch with more seconds of movement than this is not still. */
const MOVING = 5;
const MINUTE = 60_000;
/** A trace has no more points than this. */
const MOST_POINTS = 300;
/** One bar of movement. */
const BAR = 4 * MINUTE;

export interface Point {
  readonly time: number;
  readonly value: number;
}

export interface Trace {
  readonly key: OverlayKey;
  /** Lines (one point list for each stretch without a hole) or bars, never both. */
  readonly lines: readonly (readonly Point[])[];
  /** Start of each bar and its height, 0 to 1. */
  readonly bars: readonly Point[];
  /** Range of the scale. */
  readonly scale: readonly [number, number];
  /** Lowest and highest value drawn; null without any. */
  readonly range: readonly [number, number] | null;
  /** The middle value of the night. */
  readonly median: number | null;
}

function values(night: Night, key: OverlayKey): Series {
  const series: Series | null | undefined = night.epochs[OVERLAYS[key].series];
  return series ?? [];
}

/** Which overlays a night has data for. */
export function availableOverlays(night: Night): OverlayKey[] {
  return OVERLAY_KEYS.filter((key) => values(night, key).some((value) => value !== null));
}

/** The value of an overlay at a time, null where there is none. */
export function valueAt(night: Night, key: OverlayKey, time: number): number | null {
  const index = Math.floor((time - epochsStart(night)) / (night.epoch_seconds * 1000));
  return values(night, key)[index] ?? null;
}

export function buildTrace(night: Night, key: OverlayKey, gaps: readonly Segment[]): Trace {
  const series = values(night, key);
  return key === "movement" ? movementTrace(night, series, gaps) : lineTrace(night, key, series);
}

/** Brightness is seen by its ratio, so its line is drawn on a logarithmic scale. */
function transform(key: OverlayKey, value: number): number {
  return key === "illuminance" ? Math.log10(1 + Math.max(0, value)) : value;
}

function lineTrace(night: Night, key: OverlayKey, series: Series): Trace {
  const start = epochsStart(night);
  const epoch = night.epoch_seconds * 1000;
  // Two minutes are finer than a pixel in most nights; longer nights take longer steps.
  const step = Math.max(
    Math.round((2 * MINUTE) / epoch),
    Math.ceil(series.length / MOST_POINTS),
    1,
  );
  const lines: Point[][] = [];
  let line: Point[] = [];
  for (let index = 0; index < series.length; index += step) {
    const bucket = series.slice(index, index + step).filter((value) => value !== null);
    if (bucket.length > 0) {
      line.push({
        time: start + Math.min(index + step / 2, series.length) * epoch,
        value: transform(key, mean(bucket)),
      });
    } else if (line.length > 0) {
      lines.push(line);
      line = [];
    }
  }
  if (line.length > 0) {
    lines.push(line);
  }
  const drawn = lines.flat().map(({ value }) => value);
  const low = Math.min(...drawn);
  const high = Math.max(...drawn);
  const known = series.filter((value) => value !== null);
  const missing = Math.max(0, OVERLAYS[key].span - (high - low)) / 2;
  return {
    key,
    lines,
    bars: [],
    scale: drawn.length > 0 ? [low - missing, high + missing] : [0, 1],
    range: drawn.length > 0 ? extremes(key, lines, low, high) : null,
    median: known.length > 0 ? median(known) : null,
  };
}

function extremes(
  key: OverlayKey,
  lines: readonly (readonly Point[])[],
  low: number,
  high: number,
): [number, number] {
  return key === "illuminance" && lines.length > 0 ? [10 ** low - 1, 10 ** high - 1] : [low, high];
}

function movementTrace(night: Night, series: Series, gaps: readonly Segment[]): Trace {
  const start = epochsStart(night);
  const epoch = night.epoch_seconds * 1000;
  const perBar = Math.max(1, Math.round(BAR / epoch));
  const sums: Point[] = [];
  for (let index = 0; index < series.length; index += perBar) {
    const bucket = series.slice(index, index + perBar);
    const known = bucket.filter((value) => value !== null);
    const time = start + index * epoch;
    const middle = time + BAR / 2;
    const hidden = gaps.some((gap) => gap.start <= middle && middle < gap.end);
    if (known.length >= bucket.length * ENOUGH_COVERAGE && !hidden) {
      sums.push({ time, value: mean(known) });
    }
  }
  const highest = Math.max(...sums.map(({ value }) => value), MOVING);
  return {
    key: "movement",
    lines: [],
    // The root keeps small movements visible beside getting up.
    bars: sums.map(({ time, value }) => ({ time, value: Math.sqrt(value / highest) })),
    scale: [0, 1],
    range: null,
    median: null,
  };
}

export interface Movement {
  /** How often the person moved between falling asleep and waking up. */
  readonly times: number;
  /** Minutes spent moving in all the time in bed. */
  readonly minutes: number;
}

export function movement(night: Night): Movement {
  const { motion } = night.epochs;
  const start = epochsStart(night);
  const epoch = night.epoch_seconds * 1000;
  const { sleep_onset: onset, final_awakening: awakening } = night.summary;
  const from = onset === null ? 0 : Math.round((Date.parse(onset) - start) / epoch);
  const to =
    awakening === null ? motion.length : Math.round((Date.parse(awakening) - start) / epoch);
  let times = 0;
  let moving = false;
  motion.slice(from, to).forEach((value) => {
    const now = value !== null && value > MOVING;
    times += now && !moving ? 1 : 0;
    moving = now;
  });
  const seconds = motion.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return { times, minutes: seconds / 60 };
}

/** Whether an epoch with so many seconds of movement is called moving. */
export function isMoving(seconds: number): boolean {
  return seconds > MOVING;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

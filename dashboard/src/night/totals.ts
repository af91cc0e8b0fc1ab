/** Totals of a night beside the person's own usual range. */
import type { Measure, Night, Percentiles } from "../data/types";
import { STAGES, type Stage } from "./segments";

/** Ranges are shown from so many earlier nights on. */
export const ENOUGH_NIGHTS = 7;

export interface Total {
  readonly stage: Stage;
  readonly minutes: number | null;
  /** Share of the time from falling asleep to waking up, 0 to 1. */
  readonly share: number | null;
  readonly usual: Percentiles | null;
}

const MEASURES: Readonly<Record<Stage, Measure>> = {
  // Awake in bed before sleep is latency; the row counts what interrupted the sleep.
  awake: "wake_after_sleep_onset",
  rem: "rem",
  light: "light",
  deep: "deep",
};

/**
 * The usual range of a measure, null until there are enough nights to speak of one.
 *
 * A nap is not held against nights.
 */
export function usualRange(night: Night, measure: Measure): Percentiles | null {
  const range = night.usual[measure];
  return night.usual.nights >= ENOUGH_NIGHTS && night.main !== false && range ? range : null;
}

/** Of no night yet: the stages alone. */
export function stageTotals(night: Night | null): Total[] {
  const values = STAGES.map((stage) => night?.summary[MEASURES[stage]] ?? null);
  const sum = values.reduce<number>((total, value) => total + (value ?? 0), 0);
  return STAGES.map((stage, index) => {
    const value = values[index] ?? null;
    return {
      stage,
      minutes: value,
      share: value !== null && sum > 0 ? value / sum : null,
      usual: night && usualRange(night, MEASURES[stage]),
    };
  });
}

/**
 * Where tonight lies on a bullet, 0 to 1.
 *
 * The usual range always fills the middle third, so that bullets can be compared by eye.
 */
export function bulletPosition(value: number, [low, , high]: Percentiles): number {
  const position = high > low ? 1 / 3 + (value - low) / (high - low) / 3 : 0.5;
  return Math.min(0.98, Math.max(0.02, position));
}

/** Minutes more (or, negative, less) than usual; null while nothing is usual yet. */
export function againstUsual(night: Night): number | null {
  const usual = usualRange(night, "total_sleep_time");
  const value = night.summary.total_sleep_time;
  return usual && value !== null ? value - usual[1] : null;
}

/**
 * How many of the first seven nights there are, this one included; null when it is more.
 *
 * Naps are not counted, and do not count.
 */
export function firstNights(night: Night): number | null {
  return night.usual.nights < ENOUGH_NIGHTS && night.main !== false ? Math.min(night.usual.nights + 1, 7) : null;
}

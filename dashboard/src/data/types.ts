/** What the integration's websocket commands answer with. Times are ISO 8601 in UTC. */

export type Series = readonly (number | null)[];

/** Columns of equal length, one value for each epoch of `epoch_seconds`. */
export interface Epochs {
  /** 0 awake, 1 light, 2 deep, 3 REM; null without data and outside the session. */
  stage: Series;
  /** The same with the whole night in view; null while the night runs. */
  settled_stage: Series | null;
  confidence: Series;
  /** 0 the sleeper, 1 somebody else, 2 nobody. */
  owner: Series;
  presence: Series;
  /** Probability of trying to sleep. */
  intent: Series;
  respiration_rate: Series;
  /** Seconds of the epoch spent moving. */
  motion: Series;
  heart_rate: Series;
  temperature: Series;
  humidity: Series;
  illuminance: Series;
  /** Share of the epoch for which the radar delivered data. */
  coverage: Series;
}

/** Durations are minutes; efficiency, coverage and shares are 0 to 1. */
export interface Summary {
  time_in_bed: number | null;
  total_sleep_time: number | null;
  sleep_latency: number | null;
  wake_after_sleep_onset: number | null;
  efficiency: number | null;
  awake: number | null;
  light: number | null;
  deep: number | null;
  rem: number | null;
  light_share: number | null;
  deep_share: number | null;
  rem_share: number | null;
  awakenings: number | null;
  rem_latency: number | null;
  respiration_rate: number | null;
  coverage: number | null;
  sleep_onset: string | null;
  final_awakening: string | null;
}

/** The keys of a summary that are numbers, for which there are usual ranges. */
export type Measure = Exclude<keyof Summary, "sleep_onset" | "final_awakening">;

/** 10th, 50th and 90th percentile of the nights before this one. */
export type Percentiles = readonly [number, number, number];

export type Usual = Readonly<{ nights: number } & Partial<Record<Measure, Percentiles | null>>>;

export interface Night {
  id: number | null;
  start: string;
  end: string;
  settled: boolean;
  /** False for a nap. */
  main?: boolean;
  settled_at: string | null;
  model_version: string;
  epoch_seconds: number;
  /** Start of the first epoch, which may lie a little before the night's; null without any. */
  first_epoch: string | null;
  previous: number | null;
  next: number | null;
  epochs: Epochs;
  summary: Summary;
  usual: Usual;
}

export type NightEvent =
  | { type: "settled"; night_id: number }
  | { type: "deleted"; night_id: number }
  | { type: "epoch"; start: string };

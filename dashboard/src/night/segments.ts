/**
 * A night as spans of time: epochs of the same kind side by side become one segment.
 *
 * Nothing is smoothed. Only holes shorter than two minutes are closed, because a hatch that
 * narrow could not be told from a grid line.
 */
import type { Night, Series } from "../data/types";

export type Stage = "awake" | "rem" | "light" | "deep";

/** The rows of a hypnogram from top to bottom. */
export const STAGES: readonly Stage[] = ["awake", "rem", "light", "deep"];

/** `asleep` stands for every stage but awake in a night too thinly covered to name them. */
export type Kind = Stage | "asleep" | "gap" | "away" | "other";

export interface Segment {
  readonly kind: Kind;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  /** In bed without trying to sleep yet. */
  readonly resting: boolean;
  /** Mean confidence in the stage, null where there is none. */
  readonly confidence: number | null;
}

/** Holes shorter than this are not shown. */
export const SHORTEST_GAP = 120_000;

/** Below this coverage stages are not named. */
export const ENOUGH_COVERAGE = 0.6;

const MINUTE = 60_000;
const BY_CODE: readonly Stage[] = ["awake", "light", "deep", "rem"];

interface Run {
  kind: Kind;
  start: number;
  end: number;
  resting: boolean;
  sum: number;
  count: number;
}

export function isStage(kind: Kind): boolean {
  return kind !== "gap" && kind !== "away" && kind !== "other";
}

export function minutes(segment: { start: number; end: number }): number {
  return (segment.end - segment.start) / MINUTE;
}

/** Whether too little of the night was covered to say more than asleep or awake. */
export function withheld(night: Night): boolean {
  const { coverage } = night.summary;
  return coverage !== null && coverage < ENOUGH_COVERAGE;
}

/** The stages to show: settled where the night is settled, else the provisional ones. */
export function shownStages(night: Night): Series {
  return night.epochs.settled_stage ?? night.epochs.stage;
}

/** Milliseconds since the epoch at which the columns of epochs begin. */
export function epochsStart(night: Night): number {
  return Date.parse(night.first_epoch ?? night.start);
}

export function nightSegments(night: Night): Segment[] {
  const runs = mergeRuns(epochRuns(night));
  return mergeRuns(closeHoles(runs)).map(({ kind, start, end, resting, sum, count }) => ({
    kind,
    start,
    end,
    resting,
    confidence: count > 0 ? sum / count : null,
  }));
}

function epochRuns(night: Night): Run[] {
  const { epochs } = night;
  const stages = shownStages(night);
  const start = epochsStart(night);
  const length = night.epoch_seconds * 1000;
  const unnamed = withheld(night);
  // Not trying to sleep is only said before the first sleep: later on it is being awake.
  const onset = stages.findIndex((code) => code !== null && code !== 0);
  return stages.map((code, index) => {
    const kind = epochKind(night, code, index, unnamed);
    const intent = epochs.intent[index] ?? null;
    const confidence = isStage(kind) ? (epochs.confidence[index] ?? null) : null;
    return {
      kind,
      start: start + index * length,
      end: start + (index + 1) * length,
      resting:
        kind === "awake" && intent !== null && intent < 0.5 && (onset < 0 || index < onset),
      sum: confidence ?? 0,
      count: confidence === null ? 0 : 1,
    };
  });
}

function epochKind(night: Night, code: number | null, index: number, unnamed: boolean): Kind {
  const stage = code === null ? undefined : BY_CODE[code];
  if (stage) {
    return unnamed && stage !== "awake" ? "asleep" : stage;
  }
  // Without data nobody can say who was there: that comes first.
  if ((night.epochs.coverage[index] ?? 0) < 0.5) {
    return "gap";
  }
  switch (night.epochs.owner[index]) {
    case 1:
      return "other";
    case 2:
      return "away";
    default:
      return "gap";
  }
}

function mergeRuns(runs: readonly Run[]): Run[] {
  const merged: Run[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    if (last?.kind === run.kind && last.resting === run.resting) {
      last.end = run.end;
      last.sum += run.sum;
      last.count += run.count;
    } else {
      merged.push({ ...run });
    }
  }
  return merged;
}

/** Give holes too short to be shown to what came before them. */
function closeHoles(runs: readonly Run[]): Run[] {
  const closed: Run[] = [];
  runs.forEach((run, index) => {
    if (run.kind !== "gap" || run.end - run.start >= SHORTEST_GAP) {
      closed.push(run);
      return;
    }
    const last = closed.at(-1);
    const next = runs[index + 1];
    if (last) {
      last.end = run.end;
    } else if (next) {
      next.start = run.start;
    }
  });
  return closed;
}

/** The segment at a time, the nearest one for a time before or after all; -1 without any. */
export function segmentAt(segments: readonly Segment[], time: number): number {
  const index = segments.findIndex(({ end }) => time < end);
  return index < 0 ? segments.length - 1 : index;
}

export interface Spans {
  readonly count: number;
  readonly minutes: number;
}

/** How often something happened, and how long altogether. */
export function spans(segments: readonly Segment[], kind: Kind): Spans {
  const found = segments.filter((segment) => segment.kind === kind);
  return { count: found.length, minutes: found.reduce((sum, span) => sum + minutes(span), 0) };
}

/** When the person began trying to sleep; null when that is not known or was at once. */
export function tryingSince(night: Night, segments: readonly Segment[]): number | null {
  const first = segments.findIndex(({ resting }) => resting);
  if (first < 0) {
    return null;
  }
  const after = segments.slice(first).find(({ resting, kind }) => !resting && isStage(kind));
  return after && after.start > Date.parse(night.start) ? after.start : null;
}

/** A night prepared for drawing: worked out once when it arrives, not on every frame. */
import type { Night } from "../data/types";
import { runningDomain, timeDomain, type Domain } from "./scale";
import { ENOUGH_NIGHTS } from "./totals";
import { nightSegments, SHORTEST_GAP, withheld, type Segment } from "./segments";

export interface NightModel {
  readonly night: Night;
  readonly segments: readonly Segment[];
  readonly start: number;
  readonly end: number;
  readonly domain: Domain;
  readonly onset: number | null;
  readonly awakening: number | null;
  /** The present while the night runs, else null. */
  readonly now: number | null;
  /** Too thinly covered to name stages. */
  readonly unnamed: boolean;
}

export function nightModel(night: Night, present = Date.now()): NightModel {
  const start = Date.parse(night.start);
  const measuredEnd = Math.max(Date.parse(night.end), start);
  const segments = nightSegments(night);
  const now = night.settled ? null : Math.max(measuredEnd, present);
  const silentFrom = segments.at(-1)?.end ?? start;
  if (now !== null && now - silentFrom >= SHORTEST_GAP) {
    // What has not arrived is missing, from the last epoch to now.
    const last = segments.at(-1);
    const gap = { kind: "gap", end: now, resting: false, confidence: null } as const;
    if (last?.kind === "gap") {
      segments[segments.length - 1] = { ...last, end: now };
    } else {
      segments.push({ ...gap, start: silentFrom });
    }
  }
  const usual = night.usual.nights >= ENOUGH_NIGHTS ? (night.usual.time_in_bed?.[1] ?? null) : null;
  return {
    night,
    segments,
    start,
    end: now ?? measuredEnd,
    domain: now === null ? timeDomain(start, measuredEnd) : runningDomain(start, now, usual),
    onset: parse(night.summary.sleep_onset),
    awakening: parse(night.summary.final_awakening),
    now,
    unnamed: withheld(night),
  };
}

function parse(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

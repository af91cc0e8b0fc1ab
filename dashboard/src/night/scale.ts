/** The time axis: which span of time is drawn, and where the clock's hours fall in it. */
import type { ClockParts } from "../format";

const MINUTE = 60_000;
const STEPS: readonly number[] = [1, 2, 3, 4, 6, 12];

export interface Domain {
  readonly start: number;
  readonly end: number;
}

/** The night with at least five minutes around it, in steps of ten minutes. */
export function timeDomain(start: number, end: number): Domain {
  const step = 10 * MINUTE;
  return {
    start: Math.floor((start - 5 * MINUTE) / step) * step,
    end: Math.ceil((Math.max(end, start + 30 * MINUTE) + 5 * MINUTE) / step) * step,
  };
}

/** The span of a night that is not over: to when it usually ends, and always beyond now. */
export function runningDomain(start: number, now: number, usualMinutes: number | null): Domain {
  const expected = start + (usualMinutes ?? 510) * MINUTE;
  return timeDomain(start, Math.max(expected, now + 30 * MINUTE));
}

/** Hours between two labels, so that labels are at least `spacing` pixels apart. */
export function hourStep(domain: Domain, width: number, spacing: number): number {
  const perHour = (width * 60 * MINUTE) / (domain.end - domain.start);
  return STEPS.find((step) => step * perHour >= spacing) ?? 24;
}

/**
 * The times within a domain at which the viewer's clock shows a full hour that `step` divides.
 *
 * Walks in quarters of an hour, which meets every offset from UTC there is, so that the hour
 * that is skipped or repeated by a daylight-saving change comes out right.
 */
export function clockTicks(
  domain: Domain,
  step: number,
  clock: (time: number) => ClockParts,
): number[] {
  const quarter = 15 * MINUTE;
  const ticks: number[] = [];
  for (
    let time = Math.ceil(domain.start / quarter) * quarter;
    time <= domain.end;
    time += quarter
  ) {
    const { hour, minute } = clock(time);
    if (minute === 0 && hour % step === 0) {
      ticks.push(time);
    }
  }
  return ticks;
}

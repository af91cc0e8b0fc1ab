/** What a night sounds like: one summary for the whole chart, one sentence for a moment. */
import type { Night } from "../data/types";
import type { Format } from "../format";
import type { TextKey } from "../localize";
import { minutes, spans, withheld, type Kind, type Segment } from "./segments";

const NAMES: Readonly<Record<Kind, TextKey>> = {
  awake: "stage.awake",
  rem: "stage.rem",
  light: "stage.light",
  deep: "stage.deep",
  asleep: "stage.asleep",
  gap: "stage.gap",
  away: "stage.away",
  other: "stage.other",
};

/** The name of what a segment shows. */
export function kindName(format: Format, kind: Kind, resting = false): string {
  return format.text(resting ? "stage.resting" : NAMES[kind]);
}

/** The night as a person would tell it. */
export function spokenSummary(
  night: Night,
  segments: readonly Segment[],
  format: Format,
): string {
  const { text } = format;
  const { summary } = night;
  const spoken = (value: number | null): string => format.spokenDuration(value ?? 0);
  const sentences = [
    night.settled
      ? text("summary.night", {
          date: format.spokenDates(Date.parse(night.start), Date.parse(night.end)),
        })
      : text("summary.running"),
  ];
  const { sleep_onset: onset, final_awakening: awakening, total_sleep_time: asleep } = summary;
  if (asleep === null || asleep <= 0) {
    sentences.push(text("summary.not_asleep"));
  } else if (onset !== null && awakening !== null && night.settled) {
    sentences.push(
      text("summary.asleep", {
        duration: spoken(asleep),
        from: format.time(Date.parse(onset)),
        to: format.time(Date.parse(awakening)),
      }),
    );
  } else {
    sentences.push(text("summary.asleep_total", { duration: spoken(asleep) }));
  }
  const awake = spoken(summary.wake_after_sleep_onset);
  if (withheld(night)) {
    sentences.push(
      text("summary.awake", { awake }),
      text("summary.withheld", { percent: spokenPercent(format, summary.coverage ?? 0) }),
    );
  } else if (asleep !== null && asleep > 0) {
    sentences.push(
      text("summary.stages", {
        deep: spoken(summary.deep),
        rem: spoken(summary.rem),
        light: spoken(summary.light),
        awake,
      }),
    );
  }
  const away = spans(segments, "away");
  if (away.count > 0) {
    sentences.push(text.plural("summary.away", away.count, { duration: spoken(away.minutes) }));
  }
  const gaps = spans(segments, "gap");
  if (gaps.count > 0) {
    sentences.push(text.plural("summary.gaps", gaps.count, { duration: spoken(gaps.minutes) }));
  }
  return sentences.join(" ");
}

/** A moment of the night: "04:36, REM, 04:28 to 04:50, 22 minutes, 86 percent sure". */
export function spokenMoment(
  time: number,
  segment: Segment,
  format: Format,
): string {
  const values = {
    time: format.time(time),
    stage: kindName(format, segment.kind, segment.resting),
    from: format.time(segment.start),
    to: format.time(segment.end),
    duration: format.spokenDuration(minutes(segment)),
  };
  return segment.confidence === null
    ? format.text("slider.value", values)
    : format.text("slider.value_sure", {
        ...values,
        percent: spokenPercent(format, segment.confidence),
      });
}

function spokenPercent(format: Format, share: number): string {
  return format.text("slider.percent", { value: format.number(share * 100) });
}

/** The figures beside the hero, each with what is usual for the person. */
import type { Measure, Night } from "../data/types";
import type { Format } from "../format";
import type { TextKey } from "../localize";
import { usualRange } from "./totals";

export interface Metric {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly usual: string;
}

interface Definition {
  readonly label: TextKey;
  readonly measure: Measure;
  readonly unit: TextKey | null;
  readonly factor: number;
  readonly digits: number;
}

const DEFINITIONS: readonly Definition[] = [
  { label: "metric.latency", measure: "sleep_latency", unit: "unit.minute", factor: 1, digits: 0 },
  {
    label: "metric.awake",
    measure: "wake_after_sleep_onset",
    unit: "unit.minute",
    factor: 1,
    digits: 0,
  },
  { label: "metric.awakenings", measure: "awakenings", unit: null, factor: 1, digits: 0 },
  { label: "metric.efficiency", measure: "efficiency", unit: "unit.percent", factor: 100, digits: 0 },
  {
    label: "metric.breathing",
    measure: "respiration_rate",
    unit: "unit.per_minute",
    factor: 1,
    digits: 1,
  },
];

/** A phone shows these three; the others are in its list of totals and under the plot. */
const SHORT: readonly Measure[] = ["sleep_latency", "efficiency", "awakenings"];

/** Of no night yet: values of the usual width, to keep the place of those to come. */
export function nightMetrics(night: Night | null, format: Format, short: boolean): Metric[] {
  const definitions = short
    ? SHORT.flatMap((measure) => DEFINITIONS.filter((each) => each.measure === measure))
    : DEFINITIONS;
  return definitions.map(({ label, measure, unit, factor, digits }) => {
    const value = night ? night.summary[measure] : 10 / factor;
    const usual = night ? usualRange(night, measure) : ([10 / factor, 0, 10 / factor] as const);
    return {
      label: format.text(label),
      ...writtenValue(value === null ? null : value * factor, digits, unit, format),
      usual: usual
        ? format.text("metric.usual", {
            range: format.range(usual[0] * factor, usual[2] * factor, digits),
          })
        : "",
    };
  });
}

function writtenValue(
  value: number | null,
  digits: number,
  unit: TextKey | null,
  format: Format,
): { value: string; unit: string } {
  if (value === null) {
    return { value: "–", unit: "" };
  }
  // Three digits of minutes are hours.
  return unit === "unit.minute" && value >= 100
    ? { value: format.duration(value), unit: "" }
    : { value: format.number(value, digits), unit: unit === null ? "" : format.text(unit) };
}

/** Invented nights for looking at the cards without a Home Assistant. */
import type { Epochs, Night, Series, Summary, Usual } from "../src/data/types";
import example from "./example.json";

type Columns = { -readonly [key in keyof Epochs]: (number | null)[] };

const EPOCH = 30_000;
const MINUTE = 60_000;
/** The minutes of the example count from here: 22:30 in Berlin. */
const ORIGIN = Date.parse("2026-11-12T21:30:00Z");
const CODES: Readonly<Record<string, number>> = { A: 0, a: 0, L: 1, D: 2, R: 3 };

export const USUAL: Usual = {
  nights: 30,
  time_in_bed: [450, 492, 530],
  total_sleep_time: [375, 430, 470],
  sleep_latency: [8, 13, 21],
  wake_after_sleep_onset: [10, 18, 28],
  awakenings: [5, 7, 10],
  efficiency: [0.86, 0.9, 0.93],
  respiration_rate: [13.4, 14, 14.6],
  rem: [90, 105, 120],
  light: [200, 230, 260],
  deep: [68, 85, 102],
};

function emptyColumns(length: number): Columns {
  const column = (value: number | null): (number | null)[] => Array.from({ length }, () => value);
  return {
    stage: column(null),
    settled_stage: column(null),
    confidence: column(null),
    owner: column(0),
    presence: column(1),
    intent: column(0.9),
    respiration_rate: column(null),
    motion: column(null),
    heart_rate: column(null),
    temperature: column(null),
    humidity: column(null),
    illuminance: column(null),
    coverage: column(1),
  };
}

/** A night from a hypnogram such as "11a 28A 42L 56- 60o 65x 70": minute and kind. */
export function invent(
  hypnogram: string,
  changes: Partial<Night> = {},
  origin = ORIGIN,
): Night {
  const marks = hypnogram.split(" ").map((mark) => ({
    minute: Number.parseFloat(mark),
    kind: mark.replace(/[\d.]/g, ""),
  }));
  const first = marks[0]?.minute ?? 0;
  const last = marks.at(-1)?.minute ?? first;
  const epochs = emptyColumns((last - first) * 2);
  marks.slice(0, -1).forEach(({ minute, kind }, index) => {
    const until = marks[index + 1]?.minute ?? last;
    for (let at = (minute - first) * 2; at < (until - first) * 2; at += 1) {
      const code = CODES[kind] ?? null;
      epochs.stage[at] = code;
      epochs.settled_stage[at] = code;
      epochs.confidence[at] = code === null ? null : 0.74 + 0.2 * ((at * 7) % 10) * 0.1;
      epochs.intent[at] = kind === "a" ? 0.2 : 0.9;
      epochs.coverage[at] = kind === "-" ? 0 : 1;
      epochs.owner[at] = kind === "o" ? 2 : kind === "x" ? 1 : 0;
    }
  });
  const night: Night = {
    id: 42,
    start: new Date(origin + first * MINUTE).toISOString(),
    end: new Date(origin + last * MINUTE).toISOString(),
    settled: true,
    settled_at: new Date(origin + (last + 9) * MINUTE).toISOString(),
    model_version: "0.1",
    epoch_seconds: 30,
    first_epoch: new Date(origin + first * MINUTE).toISOString(),
    previous: 41,
    next: null,
    epochs,
    summary: summarise(epochs, origin + first * MINUTE),
    usual: USUAL,
    ...changes,
  };
  return night;
}

function summarise(epochs: Columns, start: number): Summary {
  const stages: Series = epochs.stage;
  const sleeping = (code: number | null): boolean => code !== null && code > 0;
  const onset = stages.findIndex(sleeping);
  const awakening = stages.findLastIndex(sleeping) + 1;
  const count = (code: number): number => stages.filter((each) => each === code).length / 2;
  const asleep = count(1) + count(2) + count(3);
  const trying = epochs.intent.findIndex((value) => (value ?? 0) >= 0.5);
  const within = stages.slice(Math.max(onset, 0), awakening);
  const rates = epochs.respiration_rate.filter((rate) => rate !== null);
  const covered = epochs.coverage.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return {
    time_in_bed: stages.length / 2,
    total_sleep_time: asleep,
    sleep_latency: onset < 0 ? null : (onset - trying) / 2,
    wake_after_sleep_onset: within.filter((code) => code === 0).length / 2,
    efficiency: asleep > 0 ? asleep / ((awakening - trying) / 2) : null,
    awake: count(0),
    light: count(1),
    deep: count(2),
    rem: count(3),
    light_share: asleep > 0 ? count(1) / asleep : null,
    deep_share: asleep > 0 ? count(2) / asleep : null,
    rem_share: asleep > 0 ? count(3) / asleep : null,
    awakenings: 7,
    rem_latency: 71,
    respiration_rate: rates.length > 0 ? 13.9 : null,
    coverage: stages.length > 0 ? covered / stages.length : null,
    sleep_onset: onset < 0 ? null : new Date(start + onset * EPOCH).toISOString(),
    final_awakening: onset < 0 ? null : new Date(start + awakening * EPOCH).toISOString(),
  };
}

/** The night of the pictures. */
export function exampleNight(changes: Partial<Night> = {}): Night {
  const night = invent(example.hypnogram, changes);
  const epochs = night.epochs as Columns;
  epochs.stage.forEach((_, index) => {
    const known = epochs.coverage[index] === 1 && epochs.owner[index] === 0;
    epochs.respiration_rate[index] = known
      ? (example.respiration_rate[Math.floor(index / 4)] ?? null)
      : null;
    const [from, to] = [Math.floor(index / 20), Math.ceil(index / 20)].map(
      (at) => example.temperature[Math.min(at, example.temperature.length - 1)] ?? 0,
    );
    epochs.temperature[index] = (from ?? 0) + ((to ?? 0) - (from ?? 0)) * ((index % 20) / 20);
    const bar = example.movement_minutes.findLastIndex((minute) => minute - 11 <= index / 2);
    const height = (example.movement[bar] ?? 0) / 30;
    // The pictures draw the root of it, on top of a line of rest.
    epochs.motion[index] =
      epochs.coverage[index] === 1 ? (height <= 0.07 ? 0 : 14 * height ** 2) : null;
  });
  return { ...night, summary: { ...night.summary, respiration_rate: 13.9, coverage: 0.97 } };
}

export function runningNight(silent = false): Night {
  const all = "11a 28A 42L 56D 90L 96D 104L 113R 120A 122L 132- 144L 150D 175L 179A 180L 188D 196L 202R 217L 239A 241L 252D 267L 281R 284";
  const cut = silent ? all.replace(/ 217L.*/, " 217") : all;
  const night = invent(cut, { id: null, settled: false, settled_at: null, previous: 41 });
  const epochs = night.epochs as Columns;
  epochs.respiration_rate.fill(15.1);
  return {
    ...night,
    epochs: { ...night.epochs, settled_stage: null },
    summary: { ...night.summary, total_sleep_time: 225, final_awakening: null },
  };
}

/** The other nights that a card has to cope with. */
export const NIGHTS: Readonly<Record<string, () => Night>> = {
  night: exampleNight,
  first: () => exampleNight({ usual: { nights: 0 }, previous: null }),
  fourth: () => exampleNight({ usual: { ...USUAL, nights: 3 } }),
  withheld: () => {
    const night = invent("11A 26L 87- 160A 163L 182- 212A 219L 243A 247L 300- 420A 425L 470A 480");
    return { ...night, summary: { ...night.summary, coverage: 0.56 } };
  },
  partner: () => invent("20A 30L 60D 80L 100x 140L 180R 200L 240o 250A 255L 290R 320L 400A 410"),
  unknown: () => {
    const night = invent("11A 490");
    const columns = night.epochs as Columns;
    columns.stage.fill(null);
    columns.settled_stage.fill(null);
    return {
      ...night,
      summary: {
        ...night.summary,
        total_sleep_time: null,
        sleep_latency: null,
        wake_after_sleep_onset: null,
        efficiency: null,
        rem: null,
        light: null,
        deep: null,
        awakenings: null,
      },
    };
  },
  none: () => invent("11A 11"),
  gap: () => invent("11A 30L 70D 100- 400L 440R 460A 470"),
  long: () => invent("0A 30L 200D 400L 500R 700L 900A 910L 1200R 1300L 1500A 1560"),
  nap: () => invent("940A 948L 972A 980", { main: false }),
  shift: () =>
    invent(
      "11A 28L 56D 90L 113R 150L 250D 290L 400R 450L 500A 510",
      {},
      Date.parse("2026-10-24T20:30:00Z"),
    ),
  many: () =>
    invent(
      Array.from({ length: 960 }, (_, index) => `${index / 2}${"ALRD"[index % 4] ?? "A"}`)
        .concat("480")
        .join(" "),
    ),
  everything: () => {
    const night = exampleNight();
    const columns = night.epochs as Columns;
    columns.stage.forEach((_, index) => {
      columns.heart_rate[index] = 56 + 6 * Math.sin(index / 60);
      columns.humidity[index] = 48 + 3 * Math.sin(index / 200);
      columns.illuminance[index] = index > 900 ? (index - 900) ** 1.4 / 4 : 0.2;
    });
    return night;
  },
};

/** Numbers, times and durations as the viewer has asked Home Assistant to write them. */
import type { HomeAssistant } from "./hass";
import { createLocalize, type Localize } from "./localize";
import type { OverlayKey } from "./night/overlays";

/** Thousands and decimal marks by the names that Home Assistant gives them. */
const NUMBER_LANGUAGES: Readonly<Record<string, string>> = {
  comma_decimal: "en-US",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
};

/** Digits behind the decimal mark. */
const DIGITS: Readonly<Record<Exclude<OverlayKey, "movement">, number>> = {
  breathing: 1,
  heart_rate: 0,
  temperature: 1,
  humidity: 0,
  illuminance: 1,
};

const MINUTE = 60_000;

export interface FormatOptions {
  language: string;
  timeZone: string;
  hour12: boolean;
  /** Language whose number format is used; undefined: the browser's. */
  numberLanguage: string | undefined;
  /** Date order of the viewer: month first and year first are left to the browser. */
  dateFormat?: string;
  /** Temperatures arrive in degrees Celsius; some people think in others. */
  fahrenheit?: boolean;
}

/** A wall clock in the viewer's time zone. */
export interface ClockParts {
  hour: number;
  minute: number;
  /** Days since the epoch, to tell whether two times are on one date. */
  day: number;
  year: number;
}

function prefersHour12(timeFormat: string | undefined, language: string): boolean {
  if (timeFormat === "12" || timeFormat === "24") {
    return timeFormat === "12";
  }
  const tested = timeFormat === "system" ? undefined : language;
  return new Intl.DateTimeFormat(tested, { hour: "numeric" }).resolvedOptions().hour12 ?? false;
}

/** The options of a viewer; `time_zone` "server" means where Home Assistant is. */
export function formatOptions(hass: HomeAssistant): FormatOptions {
  const { locale } = hass;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const format = locale.number_format ?? "language";
  return {
    language: locale.language,
    timeZone: locale.time_zone === "server" ? hass.config.time_zone : here,
    hour12: prefersHour12(locale.time_format, locale.language),
    numberLanguage:
      format === "system" ? undefined : (NUMBER_LANGUAGES[format] ?? locale.language),
    fahrenheit: hass.config.unit_system?.temperature === "°F",
    ...(locale.date_format === undefined ? {} : { dateFormat: locale.date_format }),
  };
}

export class Format {
  readonly text: Localize;

  readonly options: FormatOptions;

  private readonly clockFormat: Intl.DateTimeFormat;

  private readonly hourFormat: Intl.DateTimeFormat;

  private readonly partsFormat: Intl.DateTimeFormat;

  private readonly spokenHours: Intl.NumberFormat;

  private readonly spokenMinutes: Intl.NumberFormat;

  private readonly numberFormats = new Map<number, Intl.NumberFormat>();

  constructor(options: FormatOptions) {
    this.options = options;
    this.text = createLocalize(options.language);
    const { language, timeZone, hour12 } = options;
    // "h23" because "hour12: false" writes 24:00 in some languages.
    const cycle = hour12 ? ({ hour12: true } as const) : ({ hourCycle: "h23" } as const);
    this.clockFormat = new Intl.DateTimeFormat(language, {
      hour: hour12 ? "numeric" : "2-digit",
      minute: "2-digit",
      timeZone,
      ...cycle,
    });
    this.hourFormat = new Intl.DateTimeFormat(language, { hour: "numeric", timeZone, ...cycle });
    const spoken = { style: "unit", unitDisplay: "long" } as const;
    this.spokenHours = new Intl.NumberFormat(language, { ...spoken, unit: "hour" });
    this.spokenMinutes = new Intl.NumberFormat(language, { ...spoken, unit: "minute" });
    this.partsFormat = new Intl.DateTimeFormat("en-GB", {
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      hourCycle: "h23",
      timeZone,
    });
  }

  clockParts(time: number): ClockParts {
    const parts: Record<string, number> = {};
    for (const { type, value } of this.partsFormat.formatToParts(time)) {
      parts[type] = Number(value);
    }
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
    return { hour, minute, day: Date.UTC(year, month - 1, day) / (1440 * MINUTE), year };
  }

  /** "23:12" or "11:12 PM". */
  time(time: number): string {
    return this.clockFormat.format(time);
  }

  /** A full hour on an axis: "02:00", but "2 AM" where the clock has twelve hours. */
  hour(time: number): string {
    return (this.options.hour12 ? this.hourFormat : this.clockFormat).format(time);
  }

  /** A time of today, or a time with its date. */
  moment(time: number, now = Date.now()): string {
    if (this.clockParts(time).day === this.clockParts(now).day) {
      return this.time(time);
    }
    const { language, timeZone } = this.options;
    const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone });
    return `${date.format(time)}, ${this.time(time)}`;
  }

  times(from: number, to: number): string {
    const [begin, end] = [this.time(from), this.time(to)];
    // What is over within a minute happened at one time.
    return begin === end ? begin : this.text("value.range", { from: begin, to: end });
  }

  number(value: number, digits = 0): string {
    let format = this.numberFormats.get(digits);
    if (!format) {
      format = new Intl.NumberFormat(this.options.numberLanguage, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
      this.numberFormats.set(digits, format);
    }
    return format.format(value);
  }

  range(from: number, to: number, digits = 0): string {
    return this.text("value.range", {
      from: this.number(from, digits),
      to: this.number(to, digits),
    });
  }

  /** A share of 0 to 1 as "97 %". */
  percent(share: number): string {
    return this.text("value.percent", { value: this.number(share * 100) });
  }

  /** A value of a trace with its unit: "13.9 /min". */
  overlayValue(key: Exclude<OverlayKey, "movement">, value: number): string {
    const unit =
      key === "temperature" && this.options.fahrenheit
        ? "unit.temperature_f"
        : (`unit.${key}` as const);
    return this.text(unit, { value: this.number(this.inViewersUnit(key, value), DIGITS[key]) });
  }

  overlayRange(key: OverlayKey, [low, high]: readonly [number, number]): string {
    return key === "movement"
      ? ""
      : this.range(this.inViewersUnit(key, low), this.inViewersUnit(key, high), DIGITS[key]);
  }

  private inViewersUnit(key: OverlayKey, value: number): number {
    return key === "temperature" && this.options.fahrenheit ? value * 1.8 + 32 : value;
  }

  perMinute(rate: number): string {
    return this.text("value.per_minute", { value: this.number(rate, 1) });
  }

  /** Minutes as "30 s", "17 min", "1 h 44" or "2 h". */
  duration(minutes: number): string {
    if (minutes > 0 && minutes < 1) {
      return this.text("duration.seconds", { seconds: this.number(minutes * 60) });
    }
    const { hours, rest } = split(minutes);
    if (hours === 0) {
      return this.text("duration.minutes", { minutes: this.number(rest) });
    }
    return rest === 0
      ? this.text("duration.hours", { hours: this.number(hours) })
      : this.text("duration.hours_minutes", {
          hours: this.number(hours),
          minutes: padded(rest),
        });
  }

  /** Two durations as "10 – 28 min" or "1:30 – 2:00 h". */
  durations(from: number, to: number): string {
    if (Math.round(to) < 60) {
      return this.text("duration.range_minutes", {
        from: this.number(from),
        to: this.number(to),
      });
    }
    const colon = (minutes: number): string => {
      const { hours, rest } = split(minutes);
      return `${this.number(hours)}:${padded(rest)}`;
    };
    return this.text("duration.range_hours", { from: colon(from), to: colon(to) });
  }

  /** Minutes in words, as one would say them: "6 hours 55 minutes". */
  spokenDuration(minutes: number): string {
    const { hours, rest } = split(minutes);
    return [
      ...(hours > 0 ? [this.spokenHours.format(hours)] : []),
      ...(rest > 0 || hours === 0 ? [this.spokenMinutes.format(rest)] : []),
    ].join(" ");
  }

  /** The dates of a night: "Thursday 12 – Friday 13 November". */
  title(start: number, end: number, { short = false, now = Date.now() } = {}): string {
    const { language, timeZone, dateFormat } = this.options;
    const style = short ? "short" : "long";
    const parts = this.clockParts(start);
    const oneDay = parts.day === this.clockParts(end).day;
    let date: string;
    if (dateFormat === "MDY" || dateFormat === "YMD") {
      date = new Intl.DateTimeFormat(language, {
        weekday: style,
        day: "numeric",
        month: style,
        timeZone,
      }).formatRange(start, end);
    } else {
      const values = {
        ...this.dateValues(start, style, "1"),
        ...this.dateValues(end, style, "2"),
      };
      date = this.text(
        oneDay
          ? "title.one_day"
          : values["month1"] === values["month2"]
            ? "title.two_days"
            : "title.two_months",
        values,
      );
    }
    if (parts.year !== this.clockParts(now).year) {
      date = this.text("title.with_year", { date, year: String(parts.year) });
    }
    // Several sessions may lie on one date: a short one says when it was.
    return oneDay && end - start < 4 * 60 * MINUTE
      ? this.text("title.with_times", { date, times: this.times(start, end) })
      : date;
  }

  /** The dates of a night as they are said in a sentence: "12 to 13 November". */
  spokenDates(start: number, end: number): string {
    const { language, timeZone } = this.options;
    const full = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", timeZone });
    const [from, to] = [full.format(start), full.format(end)];
    return from === to ? from : this.text("summary.dates", { from, to });
  }

  private dateValues(time: number, style: "short" | "long", suffix: string): Record<string, string> {
    const { language, timeZone } = this.options;
    const part = (options: Intl.DateTimeFormatOptions): string =>
      new Intl.DateTimeFormat(language, { ...options, timeZone }).format(time);
    return {
      [`weekday${suffix}`]: part({ weekday: style }),
      [`day${suffix}`]: String(new Date(this.clockParts(time).day * 1440 * MINUTE).getUTCDate()),
      [`month${suffix}`]: part({ month: style }),
    };
  }
}

function split(minutes: number): { hours: number; rest: number } {
  const whole = Math.max(0, Math.round(minutes));
  return { hours: Math.floor(whole / 60), rest: whole % 60 };
}

function padded(minutes: number): string {
  return String(minutes).padStart(2, "0");
}

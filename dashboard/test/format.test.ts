import { describe, expect, it } from "vitest";

import { Format, formatOptions, type FormatOptions } from "../src/format";
import type { HomeAssistant } from "../src/hass";

const OPTIONS: FormatOptions = {
  language: "en",
  timeZone: "Europe/Berlin",
  hour12: false,
  numberLanguage: "en",
};

function format(changes: Partial<FormatOptions> = {}): Format {
  return new Format({ ...OPTIONS, ...changes });
}

/** Spaces that must not break look like others here. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, " ");
}

const at = (time: string): number => Date.parse(time);

describe("durations", () => {
  it.each([
    [0, "0 min"],
    [0.5, "30 s"],
    [17.4, "17 min"],
    [59.6, "1 h"],
    [104, "1 h 44"],
    [125, "2 h 05"],
    [120, "2 h"],
  ])("writes %d minutes as %s", (minutes, written) => {
    expect(plain(format().duration(minutes))).toBe(written);
  });

  it.each([
    [10, 28, "10 – 28 min"],
    [90, 120, "1:30 – 2:00 h"],
    [45, 61, "0:45 – 1:01 h"],
  ])("writes a range from %d to %d as %s", (from, to, written) => {
    expect(plain(format().durations(from, to))).toBe(written);
  });

  it.each([
    [0, "0 minutes"],
    [1, "1 minute"],
    [60, "1 hour"],
    [415, "6 hours 55 minutes"],
  ])("says %d minutes as %s", (minutes, said) => {
    expect(format().spokenDuration(minutes)).toBe(said);
  });
});

describe("times", () => {
  it("follows the clock of the viewer", () => {
    const time = at("2026-11-13T01:05:00Z");
    expect(format().time(time)).toBe("02:05");
    expect(plain(format({ hour12: true }).time(time))).toBe("2:05 AM");
    expect(plain(format({ timeZone: "America/New_York" }).time(time))).toBe("20:05");
  });

  it("writes midnight as 00:00 and drops the minutes of twelve-hour axes", () => {
    const midnight = at("2026-11-12T23:00:00Z");
    expect(format().hour(midnight)).toBe("00:00");
    expect(plain(format({ hour12: true }).hour(midnight))).toBe("12 AM");
  });
});

describe("titles", () => {
  const start = at("2026-11-12T21:41:00Z");
  const end = at("2026-11-13T05:49:00Z");
  const now = at("2026-11-13T08:00:00Z");

  it("names both days and the month once", () => {
    expect(format().title(start, end, { now })).toBe("Thursday 12 – Friday 13 November");
    expect(format().title(start, end, { now, short: true })).toBe("Thu 12 – Fri 13 Nov");
  });

  it("names both months where they differ, and the year where it is another", () => {
    expect(format().title(at("2026-10-31T21:00:00Z"), at("2026-11-01T06:00:00Z"), { now })).toBe(
      "Saturday 31 October – Sunday 1 November",
    );
    expect(format().title(start, end, { now: at("2027-02-01T08:00:00Z") })).toBe(
      "Thursday 12 – Friday 13 November 2026",
    );
  });

  it("says when a nap was", () => {
    const nap = [at("2026-11-13T13:10:00Z"), at("2026-11-13T13:38:00Z")] as const;
    expect(plain(format().title(...nap, { now }))).toBe("Friday 13 November, 14:10 – 14:38");
  });

  it("writes the month first for those who want it", () => {
    expect(plain(format({ dateFormat: "MDY" }).title(start, end, { now }))).toContain(
      "November 12",
    );
  });
});

describe("numbers", () => {
  it("uses the marks of the viewer", () => {
    expect(plain(format({ numberLanguage: "de" }).perMinute(13.94))).toBe("13,9 /min");
    expect(plain(format().percent(0.974))).toBe("97 %");
    expect(plain(format().range(13.4, 14.6, 1))).toBe("13.4 – 14.6");
  });

  it("writes temperatures as the viewer thinks of them", () => {
    expect(plain(format().overlayValue("temperature", 19.34))).toBe("19.3 °C");
    expect(plain(format({ fahrenheit: true }).overlayValue("temperature", 20))).toBe("68.0 °F");
    expect(plain(format({ fahrenheit: true }).overlayRange("temperature", [10, 20]))).toBe(
      "50.0 – 68.0",
    );
  });
});

describe("the options of a viewer", () => {
  const hass = (locale: Partial<HomeAssistant["locale"]>): HomeAssistant =>
    ({
      locale: { language: "en", ...locale },
      config: { time_zone: "Europe/Berlin", unit_system: { temperature: "°F" } },
    }) as HomeAssistant;

  it("reads Home Assistant's settings", () => {
    expect(
      formatOptions(
        hass({ time_format: "24", number_format: "decimal_comma", time_zone: "server" }),
      ),
    ).toMatchObject({
      hour12: false,
      numberLanguage: "de",
      timeZone: "Europe/Berlin",
      fahrenheit: true,
    });
    expect(formatOptions(hass({ time_format: "12" })).hour12).toBe(true);
    expect(formatOptions(hass({ time_format: "language" })).hour12).toBe(true);
    expect(formatOptions(hass({ language: "de", time_format: "language" })).hour12).toBe(false);
    expect(formatOptions(hass({ time_zone: "local" })).timeZone).toBe(
      Intl.DateTimeFormat().resolvedOptions().timeZone,
    );
  });
});

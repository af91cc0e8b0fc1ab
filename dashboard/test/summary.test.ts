import { expect, it } from "vitest";

import { Format } from "../src/format";
import { nightModel } from "../src/night/model";
import { segmentAt } from "../src/night/segments";
import { spokenMoment, spokenSummary } from "../src/night/summary";
import { exampleNight, NIGHTS, runningNight } from "../dev/nights";

const format = new Format({
  language: "en-GB",
  timeZone: "Europe/Berlin",
  hour12: false,
  numberLanguage: "en",
});

function summary(name: string): string {
  const night = NIGHTS[name]?.() ?? exampleNight();
  return spokenSummary(night, nightModel(night).segments, format);
}

it("tells the night in one go", () => {
  expect(summary("night")).toBe(
    "Night of 12 November to 13 November. Asleep 6 hours 55 minutes, from 23:12 to 06:41. " +
      "Deep 1 hour 36 minutes, REM 1 hour 44 minutes, light 3 hours 35 minutes, " +
      "awake 17 minutes. Out of bed once, 5 minutes. No data for 12 minutes.",
  );
});

it("says why stages are withheld", () => {
  expect(summary("withheld")).toContain(
    "Stages are not named, because only 56 percent of the night was covered. " +
      "No data 3 times, 3 hours 43 minutes altogether.",
  );
});

it("says that no sleep was recorded", () => {
  expect(summary("none")).toBe(
    "Night of 12 November. No sleep was recorded.",
  );
});

it("does not tell the end of a night that is not over", () => {
  const night = runningNight();
  expect(
    spokenSummary(night, nightModel(night, Date.parse("2026-11-13T02:15:00Z")).segments, format),
  ).toMatch(/^Tonight, so far\. Asleep 3 hours 45 minutes\. Deep/);
});

it("says what was at a moment", () => {
  const night = exampleNight();
  const { segments } = nightModel(night);
  const moment = (time: string): string => {
    const segment = segments[segmentAt(segments, Date.parse(time))];
    return segment ? spokenMoment(Date.parse(time), segment, format) : "";
  };
  expect(moment("2026-11-13T03:36:00Z")).toBe(
    "04:36, REM, 04:28 to 04:50, 22 minutes, 83 percent sure",
  );
  expect(moment("2026-11-12T23:45:00Z")).toBe("00:45, No data, 00:42 to 00:54, 12 minutes");
  expect(moment("2026-11-12T21:45:00Z")).toContain("Awake, not trying to sleep");
});

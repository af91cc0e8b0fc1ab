import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { createLocalize, isTextKey } from "../src/localize";
import en from "../src/translations/en.json";

const SOURCES = join(import.meta.dirname, "../src");

describe("texts", () => {
  it("fills in values and leaves unknown ones alone", () => {
    const text = createLocalize("en");
    expect(text("metric.usual", { range: "8 – 21" })).toBe("usual 8 – 21");
    expect(text("metric.usual")).toBe("usual {range}");
    expect(text("summary.night", { date: "$& {x} <img onerror>" })).toBe(
      "Night of $& {x} <img onerror>.",
    );
  });

  it("chooses the plural form and writes the number", () => {
    const text = createLocalize("en");
    expect(text.plural("overlay.times", 1)).toBe("1 time");
    expect(text.plural("overlay.times", 1234)).toBe("1,234 times");
    expect(text.plural("summary.away", 1, { duration: "5 minutes" })).toBe(
      "Out of bed once, 5 minutes.",
    );
  });

  it("falls back to English", () => {
    expect(createLocalize("tlh")("stage.deep")).toBe("Deep");
    expect(createLocalize("en-GB")("stage.deep")).toBe("Deep");
  });

  it("knows its keys", () => {
    expect(isTextKey("error.unauthorized")).toBe(true);
    expect(isTextKey("error.constructor")).toBe(false);
    expect(isTextKey("toString")).toBe(false);
  });
});

it("has no text that nothing shows", () => {
  const code = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(SOURCES, file), "utf8"))
    .join("\n");
  const built = [...code.matchAll(/`(\w+\.)\$\{/g)].map((match) => match[1] ?? "");
  const unused = Object.keys(en).filter((key) => {
    const stem = key.replace(/\.(zero|one|two|few|many|other)$/, "");
    const named = [key, stem].some((name) => code.includes(`"${name}"`));
    return !named && !built.some((prefix) => key.startsWith(prefix));
  });
  // The codes of errors come from the backend.
  expect(unused.filter((key) => !key.startsWith("error."))).toEqual([]);
});

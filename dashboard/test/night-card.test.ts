// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import "../src/main";
import type { Night } from "../src/data/types";
import { NightCard } from "../src/night/night-card";
import type { NightPlot } from "../src/night/night-plot";
import { exampleNight, NIGHTS, runningNight } from "../dev/nights";
import { backend, DEVICE, settle, type Backend } from "./hass";

let home: Backend;
let width = 968;

beforeEach(() => {
  width = 968;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-13T08:00:00Z") });
  home = backend();
  home.latest = exampleNight();
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockImplementation(() => width);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockImplementation(() => width - 42);
});

afterEach(() => {
  document.body.replaceChildren();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function show(config: object = {}): Promise<NightCard> {
  const card = document.createElement("halo-rise-night-card");
  card.setConfig({ type: "custom:halo-rise-night-card", ...config });
  card.hass = home.hass;
  document.body.append(card);
  await arrive(card);
  return card;
}

async function arrive(card: NightCard): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await settle();
    await card.updateComplete;
  }
  await plotOf(card)?.updateComplete;
}

function plotOf(card: NightCard): NightPlot | null {
  return card.renderRoot.querySelector("halo-rise-night-plot");
}

/** All the words in the card, in order, with ordinary spaces. */
function words(card: NightCard): string {
  const text = (root: ParentNode): string =>
    [...root.querySelectorAll("header, .top, .message, .controls, .totals, .metrics, .note, table, .facts, .title, .note-text")]
      .map((element) => element.textContent)
      .join(" ");
  return text(card.renderRoot).replace(/[\s\u00a0]+/g, " ");
}

function button(card: NightCard, label: string): HTMLElement {
  const found = [...card.renderRoot.querySelectorAll<HTMLElement>("button, a")].find(
    (each) => (each.getAttribute("aria-label") ?? each.textContent.trim()) === label,
  );
  if (!found) {
    throw new Error(`No button ${label}`);
  }
  return found;
}

function slider(card: NightCard): HTMLElement {
  const found = plotOf(card)?.renderRoot.querySelector<HTMLElement>("[role=slider]");
  if (!found) {
    throw new Error("No slider");
  }
  return found;
}

async function press(card: NightCard, key: string, shiftKey = false): Promise<void> {
  slider(card).dispatchEvent(
    new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, composed: true, cancelable: true }),
  );
  await arrive(card);
}

describe("for Home Assistant", () => {
  it("is offered in the card picker, for our sleep stage only", () => {
    const entry = window.customCards?.find(({ type }) => type === "halo-rise-night-card");
    expect(entry?.name).toBe("Halo Rise: Night");
    expect(entry?.getEntitySuggestion(home.hass, "sensor.bedside_sleep_stage")).toEqual({
      config: { type: "custom:halo-rise-night-card", device_id: DEVICE },
    });
    expect(entry?.getEntitySuggestion(home.hass, "switch.bedside_standby")).toBeNull();
    expect(entry?.getEntitySuggestion(home.hass, "sensor.unknown")).toBeNull();
  });

  it("has a form, a stub and a size", async () => {
    expect(NightCard.getStubConfig(home.hass)).toEqual({ device_id: DEVICE });
    expect(NightCard.getStubConfig({ ...home.hass, entities: {} })).toEqual({});
    const form = NightCard.getConfigForm() as {
      schema: { name: "device_id" | "title" }[];
      computeLabel: (schema: { name: string }) => string;
    };
    expect(form.schema.map((field) => form.computeLabel(field))).toEqual([
      "Radar",
      "Title (optional)",
    ]);
    const card = await show();
    expect(card.getGridOptions()).toEqual({ columns: 12, min_columns: 6, rows: "auto" });
    expect(card.getCardSize()).toBeGreaterThan(0);
  });

  it("refuses a configuration that is none", () => {
    const card = document.createElement("halo-rise-night-card");
    expect(() => card.setConfig({ type: "x", device_id: 5 } as never)).toThrow("device_id");
  });

  it("does not render for states that are not its own", async () => {
    const card = await show();
    const update = vi.spyOn(card as unknown as { render: () => void }, "render");
    card.hass = { ...home.hass, states: { ...home.hass.states, "light.other": undefined } };
    await arrive(card);
    expect(update).not.toHaveBeenCalled();
    card.hass = home.update({ themes: { darkMode: true } });
    await arrive(card);
    expect(card.mode).toBe("dark");
  });
});

describe("a night", () => {
  it("has its dates, its total and what is usual", async () => {
    const card = await show();
    expect(words(card)).toContain("Thursday 12 – Friday 13 November");
    expect(words(card)).toContain("Settled 06:58");
    expect(words(card)).toContain("6h55min");
    expect(words(card)).toContain("Asleep · 15 min less than usual");
    expect(words(card)).toContain("Fell asleep in 14min usual 8 – 21");
    expect(words(card)).toContain("In bed 22:41 – 06:49");
    expect(words(card)).toContain("trying to sleep from 22:58");
    expect(words(card)).toContain("97 % covered");
  });

  it("is told in one sentence to those who do not see it", async () => {
    const chart = plotOf(await show())?.renderRoot.querySelector("[role=img]");
    expect(chart?.getAttribute("aria-label")).toContain("Asleep 6 hours 55 minutes");
  });

  it("takes names as text", async () => {
    const card = await show({ title: "<img src=x onerror=alert(1)>" });
    expect(card.renderRoot.querySelector("img")).toBeNull();
    expect(words(card)).toContain("<img src=x onerror=alert(1)>");
  });

  it("goes to the night before and back by buttons and keys", async () => {
    home.nights.set(41, exampleNight({ id: 41, next: 42, start: "2026-11-11T21:41:00Z" }));
    home.nights.set(42, exampleNight());
    const card = await show();
    expect(button(card, "Next night").getAttribute("aria-disabled")).toBe("true");
    button(card, "Previous night").click();
    await arrive(card);
    expect(words(card)).toContain("Wednesday 11");
    await press(card, "PageDown");
    expect(words(card)).toContain("Thursday 12");
  });

  it("turns into a table and back with the key T", async () => {
    const card = await show();
    await press(card, "t");
    expect(plotOf(card)).toBeNull();
    expect(words(card)).toContain("22:58 – 23:12 Awake 14 min 83 %");
    expect(words(card)).toContain("Deep 1 h 36 22 % 1:08 – 1:42 h");
    button(card, "Show as table").click();
    await arrive(card);
    expect(plotOf(card)).not.toBeNull();
  });

  it("switches traces on and off, one at a time on a phone", async () => {
    const card = await show();
    const pressed = (): string[] =>
      [...card.renderRoot.querySelectorAll(".toggle[aria-pressed=true]")].map((chip) =>
        chip.textContent.trim(),
      );
    expect(pressed()).toEqual(["Breathing", "Movement", "Room"]);
    button(card, "Movement").click();
    await arrive(card);
    expect(pressed()).toEqual(["Breathing", "Room"]);
    document.body.replaceChildren();
    width = 374;
    const phone = await show();
    const onPhone = (): string[] =>
      [...phone.renderRoot.querySelectorAll(".toggle[aria-pressed=true]")].map((chip) =>
        chip.textContent.trim(),
      );
    expect(onPhone()).toEqual(["Breathing"]);
    button(phone, "Movement").click();
    await arrive(phone);
    expect(onPhone()).toEqual(["Movement"]);
    button(phone, "Movement").click();
    await arrive(phone);
    expect(onPhone()).toEqual([]);
  });

  it("lists totals on a narrow card", async () => {
    width = 374;
    const card = await show();
    expect(card.size).toBe("narrow");
    expect(words(card)).toContain("Thu 12 – Fri 13 Nov");
    expect(words(card)).toContain("Deep 1 h 36 1:08 – 1:42 h");
  });
});

describe("the crosshair", () => {
  const value = (card: NightCard): string => slider(card).getAttribute("aria-valuetext") ?? "";

  it("walks through the night by keys", async () => {
    const card = await show();
    expect(value(card)).toContain("23:12, Light, 23:12 to 23:26, 14 minutes");
    await press(card, "ArrowRight");
    expect(value(card)).toContain("23:43, Deep, 23:26 to 00:00");
    await press(card, "ArrowRight", true);
    expect(value(card)).toContain("23:48, Deep");
    await press(card, "ArrowLeft");
    expect(value(card)).toContain("Light, 23:12 to 23:26");
    await press(card, "Home");
    expect(value(card)).toContain("22:41, Awake, not trying to sleep");
    await press(card, "ArrowLeft", true);
    expect(value(card)).toContain("22:41");
    await press(card, "End");
    expect(value(card)).toContain("06:49, Awake");
    expect(slider(card).getAttribute("aria-valuenow")).toBe(
      slider(card).getAttribute("aria-valuemax"),
    );
  });

  it("shows the segment, dims the others, and goes with Escape", async () => {
    const card = await show();
    const root = plotOf(card)?.renderRoot;
    await press(card, "ArrowRight");
    expect(root?.querySelector(".tip")?.textContent).toContain("Deep");
    expect(root?.querySelectorAll(".band:not(.dim)")).toHaveLength(1);
    await press(card, "Escape");
    expect(root?.querySelector(".tip")).toBeNull();
    expect(root?.querySelectorAll(".band.dim")).toHaveLength(0);
  });

  it("shows one stage alone until its name is pressed again", async () => {
    const card = await show();
    const root = plotOf(card)?.renderRoot;
    const name = root?.querySelectorAll<HTMLElement>(".name")[3];
    name?.click();
    await arrive(card);
    expect(root?.querySelectorAll(".band:not(.dim)").length).toBe(
      root?.querySelectorAll(".band.deep").length,
    );
    name?.click();
    await arrive(card);
    expect(root?.querySelectorAll(".dim")).toHaveLength(0);
  });
});

describe("the states", () => {
  it("shows rows at once while the night is on its way", async () => {
    home.hass.callWS = () => new Promise(() => undefined);
    const card = await show();
    expect(plotOf(card)?.renderRoot.querySelectorAll(".lane")).toHaveLength(4);
    expect(card.renderRoot.querySelector("h2")?.textContent).toContain("Loading the night");
  });

  it("leads to adding a radar, for those who may", async () => {
    home.update({ entities: {}, devices: {} });
    const card = await show();
    expect(words(card)).toContain("Add a bedside radar");
    expect(button(card, "Add radar").getAttribute("href")).toContain("domain=halo_rise");
    card.hass = home.update({ user: { is_admin: false } });
    await arrive(card);
    expect(words(card)).toContain("Ask an administrator");
    expect(card.renderRoot.querySelector("a")).toBeNull();
  });

  it("knows a radar that is gone", async () => {
    expect(words(await show({ device_id: "gone" }))).toContain("not here any more");
  });

  it("waits for the first night", async () => {
    home.latest = null;
    expect(words(await show())).toContain("Your first night appears here");
  });

  it("counts the first seven nights and shows no ranges before", async () => {
    home.latest = NIGHTS["fourth"]?.() ?? null;
    const card = await show();
    expect(words(card)).toContain("4 of 7");
    expect(words(card)).not.toContain("usual");
    const root = plotOf(card)?.renderRoot;
    expect(root?.querySelectorAll(".night-dot.filled")).toHaveLength(4);
    expect(root?.querySelector(".mark")).toBeNull();
  });

  it("marks a running night as provisional", async () => {
    home.running = runningNight();
    vi.setSystemTime(Date.parse("2026-11-13T02:14:30Z"));
    const card = await show();
    expect(words(card)).toContain("Tonight, so far");
    expect(words(card)).toContain("Provisional");
    expect(words(card)).toContain("REM for 3 min · breathing 15.1 /min");
    expect(plotOf(card)?.renderRoot.querySelector(".band.provisional")).not.toBeNull();
  });

  it("withholds stages that are not covered enough", async () => {
    home.latest = NIGHTS["withheld"]?.() ?? null;
    const card = await show();
    expect(words(card)).toContain("Only 56 % of the night was covered.");
    expect(plotOf(card)?.renderRoot.querySelector(".band.deep")).toBeNull();
    expect(plotOf(card)?.renderRoot.querySelector(".band.asleep")).not.toBeNull();
  });

  it("stands by and resumes", async () => {
    home.update({}, { standby: "on" });
    const card = await show();
    expect(words(card)).toContain("Nothing is sensed or stored");
    expect(words(card)).toContain("Since 02:07.");
    button(card, "Resume").click();
    expect(home.callService).toHaveBeenCalledWith(
      "switch",
      "turn_off",
      {},
      { entity_id: "switch.bedside_standby" },
    );
  });

  it("still shows the nights before standby", async () => {
    home.update({}, { standby: "on" });
    home.nights.set(42, exampleNight());
    const card = await show();
    button(card, "Previous night").click();
    await arrive(card);
    expect(words(card)).toContain("Thursday 12");
    button(card, "Next night").click();
    await arrive(card);
    expect(words(card)).toContain("Nothing is sensed or stored");
  });

  it("says since when the radar is silent, and reconnects", async () => {
    home.update({}, { sleep_stage: "unavailable" });
    const card = await show();
    expect(words(card)).toContain("The radar has been silent since 02:07.");
    home.callService.mockRejectedValueOnce({ code: "timeout" });
    button(card, "Reconnect now").click();
    await arrive(card);
    expect(card.renderRoot.querySelector("[role=alert]")?.textContent).toContain("timeout");
  });

  it.each([
    [{ code: "unauthorized" }, "You may not see this radar."],
    [{ code: "not_loaded" }, "This radar is not set up now."],
    [{ code: "home_assistant_error", message: "Das Archiv ist voll" }, "Das Archiv ist voll"],
    [{ code: "strange" }, "Something went wrong (strange)."],
  ])("says what to do about %j, and tries again", async (failure, sentence) => {
    home.failure = failure;
    const card = await show();
    expect(card.renderRoot.querySelector("[role=alert]")?.textContent).toContain(sentence);
    home.failure = null;
    button(card, "Try again").click();
    await arrive(card);
    expect(words(card)).toContain("6h55min");
  });

  it.each(Object.keys(NIGHTS))("shows the night %s at every width", async (name) => {
    home.latest = (NIGHTS[name] as () => Night)();
    for (width of [300, 500, 968]) {
      const card = await show();
      expect(plotOf(card)?.renderRoot.querySelector("svg")).not.toBeNull();
      document.body.replaceChildren();
    }
  });
});

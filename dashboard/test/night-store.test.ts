// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { NightStore, REFRESH_INTERVAL } from "../src/data/night-store";
import { exampleNight, runningNight } from "../dev/nights";
import { backend, DEVICE, settle, type Backend } from "./hass";

let home: Backend;
let store: NightStore;
let updates: number;

beforeEach(() => {
  vi.useFakeTimers();
  home = backend();
  home.latest = exampleNight();
  home.nights.set(41, exampleNight({ id: 41, previous: 40, next: 42 }));
  home.nights.set(42, exampleNight());
  updates = 0;
  store = new NightStore({
    addController: () => undefined,
    removeController: () => undefined,
    requestUpdate: () => {
      updates += 1;
    },
    updateComplete: Promise.resolve(true),
  });
  store.setSource(home.hass, DEVICE);
});

afterEach(() => {
  store.hostDisconnected();
  vi.useRealTimers();
});

async function connect(): Promise<void> {
  store.hostConnected();
  await settle();
}

describe("what is shown", () => {
  it("is nothing until the card is on the page, then the latest night", async () => {
    expect(home.asked).toEqual([]);
    await connect();
    expect(store.night?.id).toBe(42);
    expect(store.loading).toBe(false);
    expect(updates).toBeGreaterThan(0);
  });

  it("is the session in progress while there is one", async () => {
    home.running = runningNight();
    await connect();
    expect(store.night?.settled).toBe(false);
    expect(store.previousId(false)).toBe(41);
  });

  it("is null before the first night", async () => {
    home.latest = null;
    await connect();
    expect(store.night).toBeNull();
    expect(store.previousId(false)).toBeNull();
  });

  it("goes back and forth, and asks for a settled night once", async () => {
    await connect();
    expect(store.nextView(false, false)).toBeNull();
    store.show(41);
    await settle();
    expect([store.night?.id, store.previousId(false), store.nextView(false, false)]).toEqual([
      41, 40, 42,
    ]);
    store.show(42);
    await settle();
    store.show(41);
    await settle();
    expect(home.asked.filter(({ night_id }) => night_id === 41)).toHaveLength(1);
  });

  it("has the present after the latest night, when there is one", async () => {
    await connect();
    store.show(42);
    await settle();
    expect(store.nextView(false, false)).toBeNull();
    expect(store.nextView(true, false)).toBe("newest");
    expect(store.nextView(false, true)).toBe("newest");
  });

  it("is the answer to the last question, whatever comes first", async () => {
    await connect();
    store.show(41);
    store.show(42);
    await settle();
    expect(store.night?.id).toBe(42);
  });

  it("begins anew with another device", async () => {
    await connect();
    store.setSource(home.hass, "other");
    expect(store.night).toBeUndefined();
    await settle();
    expect(home.asked.at(-1)?.device_id).toBe("other");
    expect(home.subscriptions).toBe(1);
  });
});

describe("what goes wrong", () => {
  it("is kept with its code and can be tried again", async () => {
    home.failure = { code: "unauthorized", message: "No" };
    await connect();
    expect(store.error).toEqual({ code: "unauthorized", message: "No" });
    home.failure = null;
    store.retry();
    await settle();
    expect(store.error).toBeNull();
    expect(store.night?.id).toBe(42);
  });

  it("has a code even when it is a bare number or nothing known", async () => {
    home.failure = 3;
    await connect();
    expect(store.error?.code).toBe("connection");
    home.failure = new Error("?");
    store.retry();
    await settle();
    expect(store.error?.code).toBe("unknown");
  });
});

describe("what happens", () => {
  it("brings a night that has settled", async () => {
    await connect();
    home.latest = exampleNight({ id: 43, previous: 42 });
    home.tell({ type: "settled", night_id: 43 });
    await settle();
    expect(store.night?.id).toBe(43);
  });

  it("leaves the night that somebody reads, with its new neighbour", async () => {
    await connect();
    store.show(42);
    await settle();
    home.nights.set(42, exampleNight({ next: 43 }));
    home.tell({ type: "settled", night_id: 43 });
    await settle();
    expect([store.night?.id, store.nextView(false, false)]).toEqual([42, 43]);
  });

  it("goes to the newest when the night that is shown is deleted", async () => {
    await connect();
    store.show(41);
    await settle();
    home.tell({ type: "deleted", night_id: 41 });
    await settle();
    expect(store.night?.id).toBe(42);
  });

  it("refreshes the running night at most every 30 s", async () => {
    home.running = runningNight();
    await connect();
    const asked = home.asked.length;
    home.tell({ type: "epoch", start: "2026-11-13T02:15:00Z" });
    home.tell({ type: "epoch", start: "2026-11-13T02:15:30Z" });
    await settle();
    expect(home.asked).toHaveLength(asked);
    vi.advanceTimersByTime(REFRESH_INTERVAL);
    await settle();
    expect(home.asked).toHaveLength(asked + 2);
    vi.advanceTimersByTime(REFRESH_INTERVAL);
    home.tell({ type: "epoch", start: "2026-11-13T02:16:30Z" });
    await settle();
    expect(home.asked).toHaveLength(asked + 4);
  });

  it("does not refresh an older night, nor for nobody who looks", async () => {
    await connect();
    store.show(41);
    await settle();
    vi.advanceTimersByTime(REFRESH_INTERVAL);
    const asked = home.asked.length;
    home.tell({ type: "epoch", start: "2026-11-13T02:15:00Z" });
    store.show("newest");
    await settle();
    expect(home.asked).toHaveLength(asked + 2);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    vi.advanceTimersByTime(REFRESH_INTERVAL);
    home.tell({ type: "epoch", start: "2026-11-13T02:16:00Z" });
    await settle();
    expect(home.asked).toHaveLength(asked + 2);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    await settle();
    expect(home.asked).toHaveLength(asked + 4);
    hidden.mockRestore();
  });

  it("asks again after the connection was lost", async () => {
    await connect();
    home.latest = exampleNight({ id: 43 });
    home.reconnect();
    await settle();
    expect(store.night?.id).toBe(43);
  });
});

describe("subscriptions", () => {
  it("end with the card, even before they have begun", async () => {
    await connect();
    expect(home.subscriptions).toBe(1);
    store.hostDisconnected();
    expect(home.subscriptions).toBe(0);
    store.hostConnected();
    store.hostDisconnected();
    await settle();
    expect(home.subscriptions).toBe(0);
    const asked = home.asked.length;
    home.reconnect();
    home.tell({ type: "settled", night_id: 43 });
    await settle();
    expect(home.asked).toHaveLength(asked);
  });
});

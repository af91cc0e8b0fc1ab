/** A Home Assistant that has one radar and invented nights. */
import type { HomeAssistant } from "../src/hass";
import { exampleNight, NIGHTS, runningNight } from "./nights";

const DEVICE = "0123456789abcdef";

export interface Scenario {
  state: string;
  dark: boolean;
  language: string;
  hour12: boolean;
  admin: boolean;
}

function entity(key: string, state: string, since: string): [string, object] {
  const domain = key === "standby" ? "switch" : "sensor";
  const entityId = `${domain}.bedside_${key}`;
  return [entityId, { entity_id: entityId, state, last_changed: since, attributes: {} }];
}

export function fakeHass(scenario: Scenario): HomeAssistant {
  const { state, dark } = scenario;
  const has = state !== "no_radar";
  const stage = state === "silent" || state === "running_silent" ? "unavailable" : "not_in_bed";
  const states = Object.fromEntries([
    entity("sleep_stage", state === "running" ? "rem" : stage, "2026-11-13T01:07:00Z"),
    entity("standby", state === "standby" ? "on" : "off", "2026-11-13T20:10:00Z"),
  ]);
  const entities = Object.fromEntries(
    ["sleep_stage", "standby"].map((key) => {
      const entityId = `${key === "standby" ? "switch" : "sensor"}.bedside_${key}`;
      return [
        entityId,
        { entity_id: entityId, device_id: DEVICE, platform: "halo_rise", translation_key: key },
      ];
    }),
  );
  const answer = (message: { night_id?: number; running?: boolean }): unknown => {
    if (state === "loading") {
      return new Promise(() => undefined);
    }
    if (state === "error") {
      return Promise.reject(Object.assign(new Error("no"), { code: "unknown_command" }));
    }
    if (state === "empty") {
      return Promise.resolve(null);
    }
    if (message.running) {
      return Promise.resolve(state.startsWith("running") ? runningNight(state === "running_silent") : null);
    }
    if (message.night_id !== undefined && message.night_id !== 42) {
      const partner = NIGHTS["partner"]?.();
      return Promise.resolve(partner && { ...partner, id: message.night_id, next: 42 });
    }
    return Promise.resolve((NIGHTS[state] ?? exampleNight)());
  };
  return {
    states,
    entities: has ? entities : {},
    devices: has ? { [DEVICE]: { id: DEVICE, name: "Bedside" } } : {},
    locale: {
      language: scenario.language,
      number_format: "language",
      time_format: scenario.hour12 ? "12" : "24",
      time_zone: "server",
    },
    themes: { darkMode: dark },
    config: { time_zone: "Europe/Berlin", unit_system: { temperature: "°C" } },
    user: { is_admin: scenario.admin },
    connection: {
      subscribeMessage: () => Promise.resolve(() => Promise.resolve()),
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    },
    callWS: answer,
    callService: () => Promise.resolve(),
  } as unknown as HomeAssistant;
}

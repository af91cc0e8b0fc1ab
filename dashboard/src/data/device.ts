/** Which radar a card shows, and what its entities say. */
import type { HassEntity } from "home-assistant-js-websocket";

import type { HomeAssistant } from "../hass";
import type { OverlayKey } from "../night/overlays";

const PLATFORM = "halo_rise";

/** The device to show: the one that was chosen, else the first radar there is. */
export function findDevice(hass: HomeAssistant, configured?: string): string | null {
  if (configured) {
    return configured;
  }
  for (const entry of Object.values(hass.entities)) {
    if (entry?.platform === PLATFORM && entry.device_id) {
      return entry.device_id;
    }
  }
  return null;
}

/** The state of the device's entity that the integration calls `key`. */
export function deviceState(
  hass: HomeAssistant,
  deviceId: string,
  key: string,
): HassEntity | undefined {
  for (const entry of Object.values(hass.entities)) {
    if (
      entry?.platform === PLATFORM &&
      entry.device_id === deviceId &&
      entry.translation_key === key
    ) {
      return hass.states[entry.entity_id];
    }
  }
  return undefined;
}

/** Whether an entity is the sleep stage of one of our radars. */
export function isSleepStage(hass: HomeAssistant, entityId: string): boolean {
  const entry = hass.entities[entityId];
  return entry?.platform === PLATFORM && entry.translation_key === "sleep_stage";
}

export interface RadarStatus {
  /** Since when sensing has been switched off; null while it is on. */
  standby: Date | null;
  standbyEntity: string | null;
  /** Since when the radar has not been heard; null while it is heard. */
  silent: Date | null;
  stageEntity: string | null;
  inBed: boolean;
  bedEntity: string | null;
  /** What nights will probably have data for, as far as the entities tell. */
  overlays: readonly OverlayKey[];
}

export function radarStatus(hass: HomeAssistant, deviceId: string): RadarStatus {
  const standby = deviceState(hass, deviceId, "standby");
  const stage = deviceState(hass, deviceId, "sleep_stage");
  const bed = deviceState(hass, deviceId, "in_bed");
  const off = standby?.state === "on";
  const room = deviceState(hass, deviceId, "room_temperature") !== undefined;
  return {
    standby: off ? new Date(standby.last_changed) : null,
    standbyEntity: standby?.entity_id ?? null,
    silent: !off && stage?.state === "unavailable" ? new Date(stage.last_changed) : null,
    stageEntity: stage?.entity_id ?? null,
    inBed: bed?.state === "on",
    bedEntity: bed?.entity_id ?? null,
    overlays: ["breathing", "movement", ...(room ? (["temperature"] as const) : [])],
  };
}

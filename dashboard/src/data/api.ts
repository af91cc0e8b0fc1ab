/** The integration's websocket commands, typed. */
import type { HomeAssistant } from "../hass";
import type { Night, NightEvent } from "./types";

/** The latest stored night, or null before the first one. */
export function latestNight(hass: HomeAssistant, deviceId: string): Promise<Night | null> {
  return hass.callWS({ type: "halo_rise/nights/get", device_id: deviceId });
}

export function storedNight(
  hass: HomeAssistant,
  deviceId: string,
  nightId: number,
): Promise<Night | null> {
  return hass.callWS({ type: "halo_rise/nights/get", device_id: deviceId, night_id: nightId });
}

/** The session in progress as it has been scored so far, or null. */
export function runningNight(hass: HomeAssistant, deviceId: string): Promise<Night | null> {
  return hass.callWS({ type: "halo_rise/nights/get", device_id: deviceId, running: true });
}

/** Follow what happens to the nights; Home Assistant's connection subscribes anew by itself. */
export function subscribeNights(
  hass: HomeAssistant,
  deviceId: string,
  listener: (event: NightEvent) => void,
): Promise<() => Promise<void> | void> {
  return hass.connection.subscribeMessage<NightEvent>(listener, {
    type: "halo_rise/nights/subscribe",
    device_id: deviceId,
  });
}

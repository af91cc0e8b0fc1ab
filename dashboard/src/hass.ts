/**
 * The part of Home Assistant's `hass` object that the cards use, and nothing more.
 *
 * The frontend publishes no types; what is written here was read in release 2026.11.
 */
import type { Connection, HassEntity } from "home-assistant-js-websocket";

export interface FrontendLocale {
  language: string;
  number_format?: string;
  time_format?: string;
  date_format?: string;
  time_zone?: string;
}

export interface EntityRegistryDisplayEntry {
  entity_id: string;
  device_id?: string;
  platform?: string;
  translation_key?: string;
}

export interface DeviceRegistryEntry {
  id: string;
  name?: string | null;
  name_by_user?: string | null;
}

export interface HomeAssistant {
  states: Record<string, HassEntity | undefined>;
  entities: Record<string, EntityRegistryDisplayEntry | undefined>;
  devices: Record<string, DeviceRegistryEntry | undefined>;
  locale: FrontendLocale;
  language?: string;
  themes?: { darkMode?: boolean };
  config: { time_zone: string; unit_system?: { temperature?: string } };
  user?: { is_admin?: boolean };
  connection: Connection;
  callWS<T>(message: { type: string } & Record<string, unknown>): Promise<T>;
  callService(
    domain: string,
    service: string,
    data?: Record<string, unknown>,
    target?: Record<string, unknown>,
  ): Promise<unknown>;
}

/** A mistake as `callWS` throws it. */
export interface WebSocketError {
  code: string;
  message: string;
}

export function asWebSocketError(error: unknown): WebSocketError {
  if (typeof error === "object" && error !== null && "code" in error) {
    const message = "message" in error ? String(error.message) : "";
    return { code: String(error.code), message };
  }
  // The websocket library throws bare numbers for the state of the connection.
  return { code: typeof error === "number" ? "connection" : "unknown", message: "" };
}

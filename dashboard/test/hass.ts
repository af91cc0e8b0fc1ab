/** A Home Assistant of which a test decides what it answers and when. */
import { vi, type Mock } from "vitest";

import type { Night, NightEvent } from "../src/data/types";
import type { HomeAssistant } from "../src/hass";

export const DEVICE = "device";

export interface Asked {
  type: string;
  device_id: string;
  night_id?: number;
  running?: boolean;
}

export interface Backend {
  hass: HomeAssistant;
  /** Answers in the order of preference: by night, the running one, the latest. */
  nights: Map<number, Night>;
  running: Night | null;
  latest: Night | null;
  /** Thrown instead of any answer. */
  failure: unknown;
  asked: Asked[];
  tell: (event: NightEvent) => void;
  reconnect: () => void;
  subscriptions: number;
  callService: Mock;
  /** The same with changed states, as Home Assistant gives it after every change. */
  update: (changes?: Partial<HomeAssistant>, states?: Record<string, string>) => HomeAssistant;
}

export function backend(): Backend {
  const listeners = new Set<(event: NightEvent) => void>();
  const ready = new Set<() => void>();
  const entity = (key: string, domain: string): [string, object] => [
    `${domain}.bedside_${key}`,
    {
      entity_id: `${domain}.bedside_${key}`,
      device_id: DEVICE,
      platform: "halo_rise",
      translation_key: key,
    },
  ];
  const entities = Object.fromEntries([
    entity("sleep_stage", "sensor"),
    entity("standby", "switch"),
    entity("in_bed", "binary_sensor"),
  ]);
  const states = (values: Record<string, string>): object =>
    Object.fromEntries(
      Object.keys(entities).map((id) => [
        id,
        {
          entity_id: id,
          state: values[id.split("bedside_")[1] ?? ""] ?? "off",
          last_changed: "2026-11-13T01:07:00Z",
          attributes: {},
        },
      ]),
    );
  const self: Backend = {
    nights: new Map(),
    running: null,
    latest: null,
    failure: null,
    asked: [],
    subscriptions: 0,
    callService: vi.fn(() => Promise.resolve()),
    tell: (event) => listeners.forEach((listener) => listener(event)),
    reconnect: () => ready.forEach((listener) => listener()),
    update: (changes = {}, values = {}) => {
      self.hass = { ...self.hass, states: states(values), ...changes } as HomeAssistant;
      return self.hass;
    },
    hass: {
      states: states({}),
      entities,
      devices: { [DEVICE]: { id: DEVICE } },
      locale: { language: "en", time_format: "24", time_zone: "server" },
      themes: { darkMode: false },
      config: { time_zone: "Europe/Berlin" },
      user: { is_admin: true },
      connection: {
        subscribeMessage: (listener: (event: NightEvent) => void) => {
          self.subscriptions += 1;
          listeners.add(listener);
          return Promise.resolve(() => {
            self.subscriptions -= 1;
            listeners.delete(listener);
          });
        },
        addEventListener: (_: string, listener: () => void) => ready.add(listener),
        removeEventListener: (_: string, listener: () => void) => ready.delete(listener),
      },
      callWS: (message: Asked) => {
        self.asked.push(message);
        if (self.failure !== null) {
          // As the websocket library does: a bare object or number.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          return Promise.reject(self.failure);
        }
        return Promise.resolve(
          message.night_id !== undefined
            ? (self.nights.get(message.night_id) ?? null)
            : message.running
              ? self.running
              : self.latest,
        );
      },
      callService: (...call: unknown[]) => self.callService(...call) as Promise<void>,
    } as unknown as HomeAssistant,
  };
  return self;
}

/** Let everything that has been answered arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    await Promise.resolve();
  }
}

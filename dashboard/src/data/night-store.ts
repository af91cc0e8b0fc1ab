/** Which night a card shows, fetched and kept up to date. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

import { asWebSocketError, type HomeAssistant, type WebSocketError } from "../hass";
import { latestNight, runningNight, storedNight, subscribeNights } from "./api";
import type { Night, NightEvent } from "./types";

/** A night that is running is fetched again at most this often. */
export const REFRESH_INTERVAL = 30_000;

/** "newest": whatever is the newest, the session in progress if there is one. */
type View = "newest" | number;

export class NightStore implements ReactiveController {
  /** Undefined until it is known; null when there is none. */
  night: Night | null | undefined = undefined;

  /** What went wrong, null when nothing did. */
  error: WebSocketError | null = null;

  loading = false;

  private view: View = "newest";

  private hass: HomeAssistant | null = null;

  private deviceId: string | null = null;

  private latestId: number | null = null;

  private readonly settled = new Map<number, Night>();

  private connected = false;

  /** Answers to older requests are dropped. */
  private request = 0;

  private unsubscribe: (() => void) | null = null;

  private refreshedAt = -Infinity;

  private timer: ReturnType<typeof setTimeout> | undefined;

  private stale = false;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    this.connected = true;
    document.addEventListener("visibilitychange", this.onVisibility);
    this.start();
  }

  hostDisconnected(): void {
    this.connected = false;
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.stop();
  }

  /** Tell the store where to ask; a change of the device begins anew. */
  setSource(hass: HomeAssistant, deviceId: string | null): void {
    const changed =
      deviceId !== this.deviceId || hass.connection !== this.hass?.connection;
    this.hass = hass;
    if (!changed) {
      return;
    }
    this.stop();
    this.deviceId = deviceId;
    this.view = "newest";
    this.night = undefined;
    this.error = null;
    this.latestId = null;
    this.settled.clear();
    this.start();
  }

  /** Whether the newest is shown, to which standby belongs too. */
  get showsNewest(): boolean {
    return this.view === "newest";
  }

  previousId(standby: boolean): number | null {
    if (this.view === "newest" && standby) {
      return this.latestId;
    }
    if (!this.night) {
      return null;
    }
    return this.night.settled ? this.night.previous : (this.night.previous ?? this.latestId);
  }

  /** "newest" where the next page is the present. */
  nextView(standby: boolean, inBed: boolean): View | null {
    if (this.view === "newest") {
      return null;
    }
    return this.night?.next ?? (standby || inBed ? "newest" : null);
  }

  show(view: View): void {
    this.view = view;
    void this.load();
  }

  retry(): void {
    this.stop();
    this.start();
  }

  private start(): void {
    const { hass, deviceId } = this;
    if (!this.connected || !hass || deviceId === null) {
      return;
    }
    let wanted = true;
    hass.connection.addEventListener("ready", this.onReconnected);
    this.unsubscribe = () => {
      wanted = false;
      hass.connection.removeEventListener("ready", this.onReconnected);
    };
    subscribeNights(hass, deviceId, this.onEvent).then(
      (unsubscribe) => {
        if (!wanted) {
          void unsubscribe();
          return;
        }
        this.unsubscribe = () => {
          hass.connection.removeEventListener("ready", this.onReconnected);
          void unsubscribe();
        };
      },
      // The night itself is refused for the same reason, and that is what is shown.
      () => undefined,
    );
    void this.load();
  }

  private stop(): void {
    this.request += 1;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.unsubscribe?.();
    this.unsubscribe = null;
  }

  private async load(): Promise<void> {
    const { hass, deviceId, view } = this;
    if (!hass || deviceId === null) {
      return;
    }
    this.request += 1;
    const { request } = this;
    this.stale = false;
    this.loading = true;
    this.host.requestUpdate();
    try {
      const night = await this.fetch(hass, deviceId, view);
      if (request !== this.request) {
        return;
      }
      this.night = night;
      this.error = null;
    } catch (error) {
      if (request !== this.request) {
        return;
      }
      this.error = asWebSocketError(error);
    }
    this.loading = false;
    this.host.requestUpdate();
  }

  private async fetch(hass: HomeAssistant, deviceId: string, view: View): Promise<Night | null> {
    if (view !== "newest") {
      const known = this.settled.get(view);
      const night = known ?? (await storedNight(hass, deviceId, view));
      if (night?.id != null && night.settled) {
        this.settled.set(night.id, night);
      }
      return night;
    }
    this.refreshedAt = Date.now();
    const [running, latest] = await Promise.all([
      runningNight(hass, deviceId),
      latestNight(hass, deviceId),
    ]);
    this.latestId = latest?.id ?? null;
    return running ?? latest;
  }

  private readonly onEvent = (event: NightEvent): void => {
    if (event.type === "epoch") {
      this.onEpoch();
      return;
    }
    if (event.type === "deleted" && this.view === event.night_id) {
      this.view = "newest";
    }
    // Neighbours change with every night that comes or goes.
    this.settled.clear();
    void this.load();
  };

  private onEpoch(): void {
    if (this.view !== "newest") {
      return;
    }
    if (document.hidden) {
      this.stale = true;
      return;
    }
    const wait = this.refreshedAt + REFRESH_INTERVAL - Date.now();
    if (wait <= 0) {
      void this.load();
    } else {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        void this.load();
      }, wait);
    }
  }

  private readonly onVisibility = (): void => {
    if (!document.hidden && this.stale) {
      void this.load();
    }
  };

  private readonly onReconnected = (): void => {
    this.settled.clear();
    void this.load();
  };
}

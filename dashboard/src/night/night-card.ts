/** `halo-rise-night-card`: one night at a glance. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";

import { findDevice, isSleepStage, radarStatus, type RadarStatus } from "../data/device";
import { NightStore } from "../data/night-store";
import type { Night } from "../data/types";
import { Format, formatOptions } from "../format";
import { asWebSocketError, type HomeAssistant, type WebSocketError } from "../hass";
import { icon } from "../icons";
import { createLocalize, isTextKey } from "../localize";
import { sharedStyles } from "../theme/styles";
import { tokenStyles } from "../theme/tokens";
import { sizeOf, type Size } from "./layout";
import { nightMetrics, type Metric } from "./metrics";
import { nightModel, type NightModel } from "./model";
import { cardStyles } from "./night-card-styles";
import type { StepEvent } from "./night-plot";
import { availableOverlays, type OverlayKey } from "./overlays";
import { minutes, tryingSince } from "./segments";
import { message, nightDots, radarArt, stateStyles } from "./states";
import { kindName } from "./summary";
import { nightTable } from "./table";
import { againstUsual, bulletPosition, firstNights, stageTotals } from "./totals";

export interface NightCardConfig {
  type: string;
  device_id?: string;
  title?: string;
}

/** What is shown under the stages until somebody chooses. */
const DEFAULT_OVERLAYS: Readonly<Record<Size, readonly OverlayKey[]>> = {
  wide: ["breathing", "movement", "temperature"],
  medium: ["breathing"],
  narrow: ["breathing"],
};
const DAY = 24 * 3600_000;
const ADD_RADAR = "/config/integrations/dashboard/add?domain=halo_rise";

export class NightCard extends LitElement {
  static override properties = {
    hass: { attribute: false },
    config: { state: true },
    cardWidth: { state: true },
    bodyWidth: { state: true },
    table: { state: true },
    chosen: { state: true },
    actionError: { state: true },
    mode: { reflect: true },
    size: { reflect: true },
  };

  static override styles = [tokenStyles, sharedStyles, stateStyles, cardStyles];

  declare hass: HomeAssistant | undefined;

  declare mode: "light" | "dark";

  declare size: Size;

  declare private config: NightCardConfig | undefined;

  declare private cardWidth: number;

  declare private bodyWidth: number;

  declare private table: boolean;

  /** Overlays that were switched on by hand; null before anything was. */
  declare private chosen: readonly OverlayKey[] | null;

  declare private actionError: string | null;

  private readonly store = new NightStore(this);

  private format: Format | undefined;

  private formatKey = "";

  private model: NightModel | null = null;

  private modelOf: Night | null | undefined;

  private rtl = false;

  /** Which way the night changed last, for the way in which it slides in. */
  private direction: -1 | 0 | 1 = 0;

  private readonly observer = new ResizeObserver(() => {
    this.cardWidth = this.offsetWidth;
  });

  constructor() {
    super();
    this.mode = "light";
    this.size = "wide";
    this.cardWidth = 0;
    this.bodyWidth = 0;
    this.table = false;
    this.chosen = null;
    this.actionError = null;
  }

  // --- What Home Assistant calls

  setConfig(config: NightCardConfig): void {
    for (const key of ["device_id", "title"] as const) {
      if (config[key] !== undefined && typeof config[key] !== "string") {
        throw new Error(`halo-rise-night-card: "${key}" must be a text`);
      }
    }
    this.config = config;
  }

  getCardSize(): number {
    return 11;
  }

  getGridOptions(): Record<string, number | string> {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  static getStubConfig(hass: HomeAssistant): { device_id?: string } {
    const device = findDevice(hass);
    return device === null ? {} : { device_id: device };
  }

  static getConfigForm(): unknown {
    return {
      schema: [
        { name: "device_id", selector: { device: { integration: "halo_rise" } } },
        { name: "title", selector: { text: {} } },
      ],
      computeLabel: ({ name }: { name: "device_id" | "title" }) =>
        createLocalize(document.documentElement.lang || "en")(`editor.${name}`),
    };
  }

  static getEntitySuggestion(
    hass: HomeAssistant,
    entityId: string,
  ): { config: { type: string; device_id?: string } } | null {
    if (!isSleepStage(hass, entityId)) {
      return null;
    }
    const device = hass.entities[entityId]?.device_id;
    return {
      config: {
        type: "custom:halo-rise-night-card",
        ...(device === undefined ? {} : { device_id: device }),
      },
    };
  }

  // --- Life

  override connectedCallback(): void {
    super.connectedCallback();
    this.cardWidth = this.offsetWidth;
    this.observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  protected override shouldUpdate(changed: PropertyValues): boolean {
    const before = changed.get("hass") as HomeAssistant | undefined;
    return changed.size !== 1 || !before || !this.hass || this.concerns(before, this.hass);
  }

  /** `hass` is new with every state of every entity: most of them are not about this card. */
  private concerns(before: HomeAssistant, now: HomeAssistant): boolean {
    if (
      (["locale", "themes", "entities", "devices", "config", "user", "connection"] as const).some(
        (key) => before[key] !== now[key],
      )
    ) {
      return true;
    }
    const device = findDevice(now, this.config?.device_id);
    const status = device === null ? null : radarStatus(now, device);
    return [status?.standbyEntity, status?.stageEntity, status?.bedEntity].some(
      (entity) => entity != null && before.states[entity] !== now.states[entity],
    );
  }

  protected override willUpdate(): void {
    const { hass } = this;
    if (!hass) {
      return;
    }
    const key = JSON.stringify(formatOptions(hass));
    if (!this.format || key !== this.formatKey) {
      this.formatKey = key;
      this.format = new Format(formatOptions(hass));
    }
    this.mode = hass.themes?.darkMode ? "dark" : "light";
    this.size = this.cardWidth > 0 ? sizeOf(this.cardWidth) : "wide";
    this.store.setSource(hass, this.shownDevice(hass));
    if (this.modelOf !== this.store.night) {
      this.modelOf = this.store.night;
      this.model = this.store.night ? nightModel(this.store.night) : null;
    }
  }

  /** The device, null without one and when it is gone. */
  private shownDevice(hass: HomeAssistant): string | null {
    const device = findDevice(hass, this.config?.device_id);
    return device !== null && hass.devices[device] ? device : null;
  }

  protected override updated(): void {
    this.rtl = getComputedStyle(this).direction === "rtl";
    const body = this.renderRoot.querySelector<HTMLElement>(".body");
    if (body) {
      this.bodyWidth = body.clientWidth;
    }
    if (this.direction !== 0 && !this.store.loading) {
      this.slideIn(this.direction);
      this.direction = 0;
    }
  }

  private slideIn(direction: -1 | 1): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      return;
    }
    for (const part of this.renderRoot.querySelectorAll(".slide")) {
      part.animate(
        [{ opacity: 0, transform: `translateX(${direction * 24}px)` }, { opacity: 1 }],
        { duration: 400, easing: "cubic-bezier(.2,0,0,1)" },
      );
    }
  }

  // --- What it does

  private go(direction: -1 | 1, status: RadarStatus): void {
    const { store } = this;
    const standby = status.standby !== null;
    const target =
      direction < 0 ? store.previousId(standby) : store.nextView(standby, status.inBed);
    if (target !== null) {
      this.direction = direction;
      store.show(target);
    }
  }

  private toggleTable(): void {
    this.table = !this.table;
  }

  private toggleOverlay(key: OverlayKey, shown: readonly OverlayKey[]): void {
    const without = shown.filter((other) => other !== key);
    const on = without.length < shown.length;
    // A narrow card has room for one at a time.
    this.chosen = on ? without : this.size === "narrow" ? [key] : [...shown, key];
  }

  private shownOverlays(available: readonly OverlayKey[]): OverlayKey[] {
    const wanted = this.chosen ?? DEFAULT_OVERLAYS[this.size];
    const shown = available.filter((key) => wanted.includes(key));
    return this.size === "narrow" ? shown.slice(0, 1) : shown;
  }

  private async act(domain: string, service: string, entity: string | null): Promise<void> {
    this.actionError = null;
    try {
      await this.hass?.callService(domain, service, {}, { entity_id: entity });
    } catch (error) {
      this.actionError = asWebSocketError(error).code;
    }
  }

  private readonly onKeyDown = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "t" || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    if (!this.model) {
      return;
    }
    event.stopPropagation();
    this.toggleTable();
    void this.updateComplete.then(() => {
      const plot = this.renderRoot.querySelector("halo-rise-night-plot");
      const target = this.table
        ? this.renderRoot.querySelector<HTMLElement>(".table")
        : plot?.renderRoot.querySelector<HTMLElement>(".scrub");
      target?.focus();
    });
  };

  // --- What it shows

  protected override render(): TemplateResult | typeof nothing {
    const { hass, config, format } = this;
    if (!hass || !config || !format) {
      return nothing;
    }
    return html`<ha-card>
      <div class="body" @keydown=${this.onKeyDown}>
        ${config.title ? html`<p class="title secondary">${config.title}</p>` : nothing}
        ${this.renderContent(hass, format)}
      </div>
    </ha-card>`;
  }

  private renderContent(hass: HomeAssistant, format: Format): TemplateResult {
    const { store } = this;
    const device = this.shownDevice(hass);
    if (device === null) {
      return this.renderNoRadar(hass, format);
    }
    const status = radarStatus(hass, device);
    if (status.standby && store.showsNewest) {
      return this.renderStandby(format, status, status.standby);
    }
    if (store.error !== null) {
      return this.renderError(format, status, store.error);
    }
    if (store.night === null) {
      return this.renderNoNight(format);
    }
    return this.renderNight(format, status);
  }

  private renderNoRadar(hass: HomeAssistant, { text }: Format): TemplateResult {
    const lost = findDevice(hass, this.config?.device_id) !== null;
    const admin = hass.user?.is_admin ?? false;
    return message({
      icon: "radar",
      heading: text("title.no_radar"),
      art: radarArt(),
      title: text(lost ? "lost_radar.title" : "no_radar.title"),
      text: lost
        ? text("lost_radar.text")
        : `${text("no_radar.text")} ${admin ? "" : text("no_radar.ask")}`,
      action:
        admin && !lost
          ? html`<a class="button primary" href=${ADD_RADAR}
              >${icon("add", 20)}${text("no_radar.add")}</a
            >`
          : nothing,
    });
  }

  private renderStandby(format: Format, status: RadarStatus, since: Date): TemplateResult {
    const { store } = this;
    const { text } = format;
    return message({
      icon: "standby",
      heading: text("title.standby"),
      art: icon("standby", 56),
      title: text("standby.title"),
      text: text("standby.text", { time: format.moment(since.getTime()) }),
      step: store.previousId(true) === null ? nothing : this.renderStep(-1, format, status),
      more: this.renderActionError(format),
      action: html`<button
        class="button primary"
        @click=${() => this.act("switch", "turn_off", status.standbyEntity)}
      >
        ${icon("power", 20)}${text("standby.resume")}
      </button>`,
    });
  }

  private renderError(format: Format, status: RadarStatus, error: WebSocketError): TemplateResult {
    const { text } = format;
    const { code } = error;
    const key = `error.${code}`;
    return message({
      icon: "alert",
      heading: text("title.error"),
      title: text("error.title"),
      // What the integration has to say is translated already.
      text:
        code === "home_assistant_error" && error.message
          ? error.message
          : isTextKey(key)
            ? text(key)
            : text("error.unknown", { code }),
      alert: true,
      step:
        this.store.previousId(false) === null ? nothing : this.renderStep(-1, format, status),
      action: html`<button class="button" @click=${() => this.store.retry()}>
        ${icon("retry", 20)}${text("error.retry")}
      </button>`,
    });
  }

  private renderNoNight({ text }: Format): TemplateResult {
    return message({
      icon: "night",
      heading: text("title.no_night"),
      art: radarArt(),
      title: text("no_night.title"),
      text: `${text("no_night.text")} ${text("no_night.ranges")}`,
      more: nightDots(0, text("totals.dots", { count: 0 })),
    });
  }

  private renderNight(format: Format, status: RadarStatus): TemplateResult {
    const { model, size, table } = this;
    const running = model !== null && model.now !== null;
    const available = model ? availableOverlays(model.night) : status.overlays;
    const overlays = running ? [] : this.shownOverlays(available);
    return html`
      ${this.renderHeader(format, status)}
      <div class="slide">
        ${running ? this.renderNow(format, model) : this.renderHero(format)}
        ${table && model
          ? nightTable(model, format)
          : html`<halo-rise-night-plot
              .model=${model}
              .format=${format}
              .size=${size}
              .width=${this.bodyWidth}
              .rtl=${this.rtl}
              .overlays=${overlays}
              .totals=${size === "wide" && !running}
              @halo-rise-step=${(event: StepEvent) => this.go(event.detail, status)}
            ></halo-rise-night-plot>`}
        ${running
          ? html`<p class="note-text">${format.text("footer.provisional")}</p>`
          : html`${this.renderControls(format, available, overlays)}
            ${size === "wide" ? nothing : this.renderDetails(format, model)}`}
        ${this.renderNotes(format, status)}
      </div>
    `;
  }

  private renderStep(direction: -1 | 1, format: Format, status: RadarStatus): TemplateResult {
    const { store } = this;
    const standby = status.standby !== null;
    const target =
      direction < 0 ? store.previousId(standby) : store.nextView(standby, status.inBed);
    return html`<button
      class="step"
      aria-label=${format.text(direction < 0 ? "header.previous" : "header.next")}
      aria-disabled=${target === null ? "true" : "false"}
      @click=${() => this.go(direction, status)}
    >
      ${icon(direction < 0 ? "previous" : "next")}
    </button>`;
  }

  private renderHeader(format: Format, status: RadarStatus): TemplateResult {
    const { model, size } = this;
    const { text } = format;
    const heading = !model
      ? text("title.loading")
      : model.now !== null
        ? text("title.running")
        : format.title(model.start, model.end, { short: size === "narrow" });
    return html`<header>
      ${this.renderStep(-1, format, status)}
      <h2 aria-live="polite">
        ${model
          ? heading
          : // Until the night is there, its place is kept by an invisible one.
            html`<span class="unseen">${heading}</span
              ><span class="pale" aria-hidden="true"
                >${format.title(Date.now() - DAY, Date.now(), { short: size === "narrow" })}</span
              >`}
      </h2>
      ${this.renderStep(1, format, status)}
      <span class="grow"></span>
      ${model ? this.renderChip(format, model, status) : nothing}
      <button
        class="step secondary"
        aria-label=${text("header.table")}
        aria-pressed=${this.table ? "true" : "false"}
        aria-disabled=${model ? "false" : "true"}
        aria-keyshortcuts="T"
        @click=${() => {
          if (model) {
            this.toggleTable();
          }
        }}
      >
        ${icon("table", 20)}
      </button>
    </header>`;
  }

  private renderChip(
    format: Format,
    { night, end, now }: NightModel,
    status: RadarStatus,
  ): TemplateResult | typeof nothing {
    const { text } = format;
    if (now !== null) {
      return status.silent
        ? html`<span class="chip sun"
            >${text(this.size === "narrow" ? "chip.silent_short" : "chip.silent", { time: format.time(status.silent.getTime()) })}</span
          >`
        : html`<span class="chip"><i class="open"></i>${text("chip.provisional")}</span>`;
    }
    // A phone has no room for both; the seven nights are in the list below there.
    if (this.size === "narrow") {
      return nothing;
    }
    const first = firstNights(night);
    return html`${first === null
        ? nothing
        : html`<span class="chip">${text("chip.first_nights", { count: first })}</span>`}
      <span class="chip" title=${text("chip.settled_help")}
        >${icon("settled", 16)}${text("chip.settled", {
          time: format.time(night.settled_at === null ? end : Date.parse(night.settled_at)),
        })}</span
      >`;
  }

  private renderHero(format: Format): TemplateResult {
    const { model, size } = this;
    const { text } = format;
    const difference = model && model.segments.length > 0 ? againstUsual(model.night) : null;
    const remark = !model
      ? ""
      : model.unnamed
        ? text("hero.covered_only")
        : difference === null
          ? ""
          : Math.abs(difference) < 1
            ? text("hero.same")
            : text(difference < 0 ? "hero.less" : "hero.more", {
                duration: format.duration(Math.abs(difference)),
              });
    return html`<div class="top">
      <div>
        <div class=${classMap({ hero: true, pale: !model })} aria-hidden=${model ? nothing : "true"}>
          ${figure(format, model ? model.night.summary.total_sleep_time : 0)}
        </div>
        <div class="line">
          <span class="strong">${text("hero.asleep")}</span>${remark
            ? html`<span class="secondary"> · ${remark}</span>`
            : nothing}
        </div>
      </div>
      ${size === "wide" && !model?.unnamed ? this.renderMetrics(format, model, false) : nothing}
    </div>`;
  }

  /** The head of a night that is not over. */
  private renderNow(format: Format, { night, segments }: NightModel): TemplateResult {
    const { text } = format;
    const last = segments.at(-1);
    const current = last?.kind === "gap" ? undefined : last;
    const { respiration_rate: rates } = night.epochs;
    const rate = rates.at(-1) ?? null;
    const facts = [
      ...(current
        ? [
            text("now.stage_for", {
              stage: kindName(format, current.kind, current.resting),
              duration: format.duration(minutes(current)),
            }),
          ]
        : []),
      ...(rate === null || !current ? [] : [text("now.breathing", { rate: format.perMinute(rate) })]),
    ];
    return html`<div class="top now">
      <div class="hero">
        ${figure(format, night.summary.total_sleep_time, text("hero.minutes_asleep"))}
      </div>
      <div class="secondary">${facts.join(" · ")}</div>
    </div>`;
  }

  private renderMetrics(
    format: Format,
    model: NightModel | null,
    short: boolean,
  ): TemplateResult {
    return html`<dl class=${classMap({ metrics: true, loading: !model })}>
      ${nightMetrics(model?.night ?? null, format, short).map(
        (metric: Metric) => html`<div class="metric">
          <dt>${metric.label}</dt>
          <dd class="value"><bdi>${metric.value}<small>${metric.unit}</small></bdi></dd>
          <dd class="usual"><bdi>${metric.usual}</bdi></dd>
        </div>`,
      )}
    </dl>`;
  }

  private renderControls(
    format: Format,
    available: readonly OverlayKey[],
    shown: readonly OverlayKey[],
  ): TemplateResult {
    const { text } = format;
    if (available.length === 0 && this.size === "narrow") {
      return html``;
    }
    return html`<div class="controls">
      ${this.table
        ? nothing
        : html`<div class="chips" role="group" aria-label=${text("overlay.group")}>
            ${available.map((key) => {
              const on = shown.includes(key);
              return html`<button
                class=${classMap({ chip: true, toggle: true, on })}
                aria-pressed=${on ? "true" : "false"}
                @click=${() => this.toggleOverlay(key, shown)}
              >
                ${on ? icon("check", 16) : nothing}${text(`overlay.${key}`)}
              </button>`;
            })}
          </div>`}
      ${this.size === "narrow" ? nothing : this.renderFacts(format)}
    </div>`;
  }

  /** When the person was in bed, and how much of that the radar saw. */
  private renderFacts(format: Format): TemplateResult | typeof nothing {
    const { model } = this;
    if (!model) {
      return nothing;
    }
    const { text } = format;
    const trying = tryingSince(model.night, model.segments);
    const { coverage } = model.night.summary;
    const facts = [
        text("footer.in_bed", { from: format.time(model.start), to: format.time(model.end) }),
        ...(trying === null ? [] : [text("footer.trying", { time: format.time(trying) })]),
        ...(coverage === null
          ? []
          : [text("footer.covered", { percent: format.percent(coverage) })]),
      ];
    return html`<span class="facts">
      ${facts.map(
        (fact, index) =>
          html`<span><bdi>${fact}</bdi>${index < facts.length - 1 ? html`&nbsp;·&nbsp;` : nothing}</span>`,
      )}
    </span>`;
  }

  /** Totals and metrics of a card too narrow to have them beside the plot. */
  private renderDetails(format: Format, model: NightModel | null): TemplateResult {
    const narrow = this.size === "narrow";
    return html`
      ${model?.unnamed
        ? nothing
        : html`${this.table ? nothing : this.renderTotals(format, model?.night ?? null)}
          ${this.renderMetrics(format, model, narrow)}`}
      ${narrow ? this.renderFacts(format) : nothing}
    `;
  }

  private renderTotals(format: Format, night: Night | null): TemplateResult {
    const { text } = format;
    const totals = stageTotals(night);
    const first = night && firstNights(night);
    return html`
      <p class="caption">
        ${first !== null
          ? html`${nightDots(first, text("totals.dots", { count: first }))}<span
                >${text("totals.later")}</span
              >`
          : !night || totals.some(({ usual }) => usual)
            ? text("totals.caption")
            : nothing}
      </p>
      <ul class="totals" role="list">
        ${totals.map(
          ({ stage, minutes: value, share, usual }) => html`<li>
            <i class="swatch ${stage}"></i>
            <span class="stage">${kindName(format, stage)}</span>
            <span class="strong end"
              ><bdi>${value === null ? (night ? text("overlay.no_value") : "") : format.duration(value)}</bdi></span
            >
            <span class=${classMap({ bullet: usual !== null && value !== null })} aria-hidden="true"
              >${usual && value !== null
                ? html`<i
                    style="inset-inline-start:${bulletPosition(value, usual) * 100}%"
                    class=${stage}
                  ></i>`
                : nothing}</span
            >
            <span class="usual end"
              ><bdi
                >${usual
                  ? format.durations(usual[0], usual[2])
                  : share === null
                    ? ""
                    : format.percent(share)}</bdi
              ></span
            >
          </li>`,
        )}
      </ul>
    `;
  }

  /** What has to be known about this night or the radar, in words. */
  private renderNotes(format: Format, status: RadarStatus): TemplateResult {
    const { model } = this;
    const { text } = format;
    const nothingTold =
      model &&
      !model.unnamed &&
      model.segments.length > 0 &&
      model.segments.every(({ kind }) => kind === "gap");
    return html`
      ${model?.unnamed
        ? this.renderNote(
            "help",
            text("footer.withheld_title", {
              percent: format.percent(model.night.summary.coverage ?? 0),
            }),
            text("footer.withheld"),
          )
        : nothingTold
          ? this.renderNote("help", text("footer.unknown_title"), text("footer.unknown"))
          : nothing}
      ${status.silent
        ? this.renderNote(
            "silent",
            text("footer.silent_title", { time: format.moment(status.silent.getTime()) }),
            text("footer.silent"),
            html`${this.hass?.user?.is_admin
              ? html`<button
                  class="button"
                  @click=${() =>
                    this.act("homeassistant", "reload_config_entry", status.stageEntity)}
                >
                  ${icon("reconnect", 20)}${text("footer.reconnect")}
                </button>`
              : nothing}
            ${this.renderActionError(format)}`,
          )
        : nothing}
    `;
  }

  private renderNote(
    name: "help" | "silent",
    title: string,
    words: string,
    action: TemplateResult | typeof nothing = nothing,
  ): TemplateResult {
    return html`<div class="note">
      <span class="secondary">${icon(name)}</span>
      <p><span class="strong">${title}.</span> <span class="secondary">${words}</span></p>
      ${action}
    </div>`;
  }

  private renderActionError({ text }: Format): TemplateResult | typeof nothing {
    return this.actionError === null
      ? nothing
      : html`<p role="alert">${text("error.action", { code: this.actionError })}</p>`;
  }
}

/** "6 h 55 min", the units smaller. */
function figure(format: Format, value: number | null, minuteUnit?: string): TemplateResult {
  const { text } = format;
  if (value === null) {
    return html`–`;
  }
  const whole = Math.round(value);
  const hours = Math.floor(whole / 60);
  return html`<bdi
    >${hours > 0
      ? html`${format.number(hours)}<small>${text("unit.hour")}</small>`
      : nothing}${format.number(whole % 60)}<small>${minuteUnit ?? text("unit.minute")}</small></bdi
  >`;
}

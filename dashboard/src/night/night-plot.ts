/** The hypnogram with its axis, its traces and a crosshair that pointer and keys can move. */
import {
  css,
  html,
  LitElement,
  nothing,
  svg,
  type CSSResultGroup,
  type PropertyValues,
  type SVGTemplateResult,
  type TemplateResult,
} from "lit";
import { classMap } from "lit/directives/class-map.js";
import { guard } from "lit/directives/guard.js";
import { styleMap } from "lit/directives/style-map.js";

import type { Format } from "../format";
import { iconAt } from "../icons";
import { sharedStyles } from "../theme/styles";
import {
  MEASURES,
  plotLayout,
  timeAt,
  xAt,
  type Band,
  type OverlayLayout,
  type PlotLayout,
  type Size,
} from "./layout";
import type { NightModel } from "./model";
import {
  buildTrace,
  isMoving,
  movement,
  valueAt,
  type OverlayKey,
  type Point,
} from "./overlays";
import { minutes, segmentAt, type Kind, type Segment } from "./segments";
import { kindName, spokenMoment, spokenSummary } from "./summary";
import { bulletPosition, firstNights, stageTotals, type Total } from "./totals";

const MINUTE = 60_000;
const TOOLTIP_WIDTH = 226;
const BULLET_WIDTH = 122;

/** Asks the card for the night before (-1) or after (1). */
export type StepEvent = CustomEvent<-1 | 1>;

export class NightPlot extends LitElement {
  static override properties = {
    model: { attribute: false },
    format: { attribute: false },
    size: { attribute: false },
    width: { attribute: false },
    rtl: { attribute: false },
    overlays: { attribute: false },
    totals: { attribute: false },
    cursor: { state: true },
    isolated: { state: true },
  };

  /** Null while the night is loading: then only the lanes are drawn. */
  declare model: NightModel | null;

  declare format: Format;

  declare size: Size;

  declare width: number;

  declare rtl: boolean;

  declare overlays: readonly OverlayKey[];

  declare totals: boolean;

  /** The time under the crosshair, null while nobody looks closer. */
  declare private cursor: number | null;

  /** The stage that is shown alone. */
  declare private isolated: Kind | null;

  private layout: PlotLayout | null = null;

  /** Where the slider stands, kept while the crosshair is hidden. */
  private position = 0;

  private context: CanvasRenderingContext2D | null | undefined;

  constructor() {
    super();
    this.model = null;
    this.size = "wide";
    this.width = 0;
    this.rtl = false;
    this.overlays = [];
    this.totals = false;
    this.cursor = null;
    this.isolated = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("pointerdown", this.onPointerElsewhere);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("pointerdown", this.onPointerElsewhere);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("model")) {
      const before = changed.get("model") as NightModel | null | undefined;
      if (before?.night.id !== this.model?.night.id || before?.start !== this.model?.start) {
        this.cursor = null;
        this.isolated = null;
        this.position = this.model?.onset ?? this.model?.start ?? 0;
      }
    }
    if (["model", "format", "size", "width", "rtl", "overlays", "totals"].some((key) => changed.has(key))) {
      this.layout = this.width > 0 ? this.computeLayout() : null;
    }
  }

  private computeLayout(): PlotLayout {
    const { model } = this;
    const gaps = model?.segments.filter(({ kind }) => kind === "gap") ?? [];
    return plotLayout({
      segments: model?.segments ?? [],
      domain: model?.domain ?? { start: 0, end: 9 * 60 * MINUTE },
      size: this.size,
      width: this.width,
      rtl: this.rtl,
      totals: this.totals,
      unnamed: model?.unnamed ?? false,
      provisional: model !== null && model.now !== null,
      onset: model?.onset ?? null,
      awakening: model?.awakening ?? null,
      now: model?.now ?? null,
      traces: this.overlays.map((key) =>
        model
          ? buildTrace(model.night, key, gaps)
          : { key, lines: [], bars: [], scale: [0, 1], range: null, median: null },
      ),
      format: this.format,
      measure: this.measure,
    });
  }

  /** Width of a text as the browser will draw it. */
  private readonly measure = (text: string, strong: boolean): number => {
    if (this.context === undefined) {
      this.context = document.createElement("canvas").getContext("2d");
    }
    if (!this.context) {
      return text.length * 6.3;
    }
    const family = getComputedStyle(this).fontFamily || "sans-serif";
    this.context.font = `${strong ? 500 : 400} 12px ${family}`;
    return Math.ceil(this.context.measureText(text).width);
  };

  protected override render(): TemplateResult | typeof nothing {
    const { layout, model, format } = this;
    if (!layout) {
      return nothing;
    }
    return html`
      <div
        class=${classMap({ plot: true, [layout.size]: true, scrubbing: this.cursor !== null })}
        style=${styleMap({ height: `${layout.height}px` })}
      >
        ${guard([layout, model, format], () => this.renderChart(layout))}
        ${this.renderNames(layout)}
        ${model ? this.renderScrubber(layout, model) : nothing}
      </div>
    `;
  }

  private renderChart(layout: PlotLayout): TemplateResult {
    const { model, format } = this;
    const { width, height, left, right, top, bottom } = layout;
    const first = (layout.rows[0]?.top ?? 0) + (layout.rows[0]?.height ?? 0) / 2;
    const last = (layout.rows.at(-1)?.top ?? 0) + (layout.rows.at(-1)?.height ?? 0) / 2;
    const stops = layout.rows.map(
      ({ kind }, index) =>
        svg`<stop offset=${index / (layout.rows.length - 1)} class="stop ${kind}"></stop>`,
    );
    return html`<svg
      class="chart"
      role="img"
      aria-label=${model
        ? spokenSummary(model.night, model.segments, format)
        : format.text("title.loading")}
      width=${width}
      height=${height}
      viewBox="0 0 ${width} ${height}"
      direction="ltr"
    >
      <defs>
        <linearGradient id="rows" gradientUnits="userSpaceOnUse" x1="0" x2="0" y1=${first} y2=${last}>
          ${stops}
        </linearGradient>
        <pattern
          id="hatch"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line class="hatch" x1="0" x2="0" y1="0" y2="6"></line>
        </pattern>
      </defs>
      ${layout.rows.map(
        ({ lane }) =>
          svg`<rect class="lane" x=${lane.x} y=${lane.y} width=${lane.width} height=${lane.height} rx=${lane.radius}></rect>`,
      )}
      ${model
        ? svg`<g class="night">
            ${layout.grid.map(
              (x) => svg`<line class="grid" x1=${x} x2=${x} y1=${top} y2=${bottom}></line>`,
            )}
            ${layout.columns.map(
              (column) => svg`
                <rect class="cut" x=${column.x} y=${column.y} width=${column.width} height=${column.height} rx=${column.radius}></rect>
                <rect class="column ${column.kind}" fill=${column.kind === "gap" ? "url(#hatch)" : "var(--_track)"} x=${column.x} y=${column.y} width=${column.width} height=${column.height} rx=${column.radius}></rect>`,
            )}
            ${layout.risers.map(
              (riser) =>
                svg`<rect class="riser" fill="url(#rows)" x=${riser.x} y=${riser.y} width=${riser.width} height=${riser.height}></rect>`,
            )}
            <g class="bands">${layout.bands.map((band) => this.renderBand(band))}</g>
            ${layout.hairlines.map((line) =>
              line.now
                ? svg`<line class="now" x1=${line.x} x2=${line.x} y1=${top - 8} y2=${bottom}></line>
                    <circle class="now-dot" cx=${line.x} cy=${top - 10} r="4"></circle>`
                : svg`<line class="hairline" x1=${line.x} x2=${line.x} y1=${top - 20} y2=${bottom}></line>`,
            )}
            ${this.renderEvents(layout)}
            ${layout.axis.map(
              (label) =>
                svg`<text class=${label.strong ? "primary strong" : ""} x=${label.x} y=${bottom + 18} text-anchor="middle">${label.text}</text>`,
            )}
            ${this.totals && layout.size === "wide" ? this.renderTotals(layout) : nothing}
          </g>`
        : nothing}
      ${layout.overlays.map((overlay) => this.renderOverlay(overlay, layout, left, right))}
    </svg>`;
  }

  private renderBand(band: Band): SVGTemplateResult {
    const provisional = this.model !== null && this.model.now !== null;
    const style = band.resting ? "resting" : provisional ? "provisional" : "";
    return svg`<rect class="band ${band.kind} ${style}" data-segment=${band.segment}
      x=${band.x} y=${band.y} width=${band.width} height=${band.height} rx=${band.radius}></rect>`;
  }

  private renderEvents({ events, top }: PlotLayout): SVGTemplateResult {
    const baseline = top - 10;
    return svg`<g>
      ${events.map(
        (event) => svg`
          ${event.icon ? svg`<g class="word">${iconAt(event.icon, event.x, baseline - 13, 16)}</g>` : nothing}
          ${
            event.text
              ? svg`<text
                  class="word ${event.now ? "now-word strong" : event.strong ? "primary strong" : ""}"
                  x=${event.x + (event.icon ? 18 : 0)} y=${event.now ? baseline + 3 : baseline}
                >${event.text}</text>`
              : nothing
          }`,
      )}
    </g>`;
  }

  /** Totals beside the rows that they count, each with the range of the same stage. */
  private renderTotals({ rows, top }: PlotLayout): SVGTemplateResult {
    const { model, format, rtl, width } = this;
    if (!model) {
      return svg``;
    }
    const { text } = format;
    const start = rtl ? MEASURES.wide.totals - 24 : width - MEASURES.wide.totals + 24;
    const end = rtl ? 0 : width;
    const bullet = rtl ? 0 : width - BULLET_WIDTH;
    const [near, far] = rtl ? (["end", "start"] as const) : (["start", "end"] as const);
    const totals = model.unnamed
      ? [
          { kind: "awake" as Kind, minutes: model.night.summary.wake_after_sleep_onset },
          { kind: "asleep" as Kind, minutes: model.night.summary.total_sleep_time },
        ]
      : stageTotals(model.night).map((total) => ({ kind: total.stage, ...total }));
    const hasRanges = totals.some((total) => "usual" in total && total.usual);
    return svg`<g>
      <text x=${start} y=${top - 10} text-anchor=${near}>${text("totals.total")}</text>
      ${
        hasRanges
          ? svg`<text x=${end} y=${top - 10} text-anchor=${far}>${text("totals.range")}</text>`
          : nothing
      }
      ${totals.map((total, index) => {
        const row = rows[index];
        const y = row ? row.top + (row.height - 52) / 2 : 0;
        return svg`
          <text class="primary strong figure" x=${start} y=${y + 25} text-anchor=${near}>${
            total.minutes === null ? text("overlay.no_value") : format.duration(total.minutes)
          }</text>
          ${
            "share" in total && total.share !== null
              ? svg`<text x=${start} y=${y + 41} text-anchor=${near}>${format.percent(total.share)}</text>`
              : nothing
          }
          ${"usual" in total ? this.renderBullet(total, bullet, y) : nothing}`;
      })}
      ${model.unnamed ? nothing : this.renderFirstNights(firstNights(model.night), bullet, top)}
    </g>`;
  }

  private renderBullet(total: Total, x: number, y: number): SVGTemplateResult {
    if (!total.usual || total.minutes === null) {
      return svg``;
    }
    const mark = x + bulletPosition(total.minutes, total.usual) * BULLET_WIDTH;
    const [low, , high] = total.usual;
    return svg`
      <rect class="track" x=${x} y=${y + 17} width=${BULLET_WIDTH} height="6" rx="3"></rect>
      <rect class="range" x=${x + BULLET_WIDTH / 3} y=${y + 17} width=${BULLET_WIDTH / 3} height="6" rx="3"></rect>
      <rect class="mark ${total.stage}" x=${mark - 3} y=${y + 11} width="6" height="18" rx="3"></rect>
      <text x=${x + BULLET_WIDTH / 2} y=${y + 43} text-anchor="middle">${this.format.durations(low, high)}</text>`;
  }

  /** Where the ranges will stand: how many of the seven nights they need are there. */
  private renderFirstNights(
    count: number | null,
    x: number,
    top: number,
  ): SVGTemplateResult | typeof nothing {
    if (count === null) {
      return nothing;
    }
    const middle = x + BULLET_WIDTH / 2;
    const y = top + 2 * MEASURES.wide.row;
    const { text } = this.format;
    return svg`
      ${Array.from(
        { length: 7 },
        (_, index) =>
          svg`<circle class="night-dot ${index < count ? "filled" : ""}" cx=${middle + (index - 3) * 18} cy=${y - 14} r="6"></circle>`,
      )}
      <text
        x=${this.rtl ? 0 : this.width}
        y=${y + 14}
        text-anchor=${this.rtl ? "start" : "end"}
      >${text("totals.later")}</text>`;
  }

  private renderOverlay(
    overlay: OverlayLayout,
    layout: PlotLayout,
    left: number,
    right: number,
  ): SVGTemplateResult {
    const { format, width, rtl, model } = this;
    const { key } = overlay.trace;
    const [upper, lower] = overlay.area;
    const above = MEASURES[layout.size].above;
    const baseline = overlay.top + (above ? 19 : 26);
    return svg`<g>
      <line class="grid" x1="0" x2=${width} y1=${overlay.top} y2=${overlay.top}></line>
      <text x=${rtl ? width : 0} y=${baseline} text-anchor=${rtl ? "end" : "start"}>${format.text(`overlay.${key}`)}</text>
      ${
        model
          ? svg`<g class="night">
              ${overlay.paths.map((path) => svg`<path class="trace" d=${path}></path>`)}
              ${overlay.bars.map(
                (bar) =>
                  svg`<rect class="bar" x=${bar.x} y=${bar.y} width=${bar.width} height=${bar.height} rx=${bar.radius}></rect>`,
              )}
              ${layout.columns
                .filter(({ kind, x }) => kind === "gap" && !covers(overlay, layout, x))
                .map(
                  (gap) =>
                    svg`<rect class="faint" fill="url(#hatch)" x=${Math.max(gap.x, left)} y=${upper} width=${Math.min(gap.width, right - gap.x)} height=${lower - upper} rx="2"></rect>`,
                )}
            </g>`
          : nothing
      }
    </g>`;
  }

  /** The names of the rows; each shows its stage alone until it is pressed again. */
  private renderNames(layout: PlotLayout): TemplateResult[] {
    const { format } = this;
    return layout.rows.map(({ kind, top, height }) => {
      const name = kindName(format, kind);
      return html`<button
        class="name"
        style=${styleMap({
          top: `${top}px`,
          height: `${height}px`,
          width: `${MEASURES[layout.size].names}px`,
        })}
        aria-label=${format.text("totals.isolate", { stage: name })}
        aria-pressed=${this.isolated === kind ? "true" : "false"}
        @click=${() => {
          this.isolated = this.isolated === kind ? null : kind;
        }}
      >
        <span aria-hidden="true">${name}</span>
      </button>`;
    });
  }

  private renderScrubber(
    layout: PlotLayout,
    model: NightModel,
  ): TemplateResult | typeof nothing {
    const { format, cursor } = this;
    const at = Math.min(Math.max(cursor ?? this.position, model.start), model.end);
    const segment = model.segments[segmentAt(model.segments, at)];
    if (!segment) {
      return nothing;
    }
    return html`
      <div
        class="scrub"
        role="slider"
        tabindex="0"
        style=${styleMap({ left: `${layout.left}px`, width: `${layout.right - layout.left}px` })}
        aria-label=${format.text("slider.label")}
        aria-valuemin="0"
        aria-valuemax=${Math.round((model.end - model.start) / MINUTE)}
        aria-valuenow=${Math.round((at - model.start) / MINUTE)}
        aria-valuetext=${spokenMoment(at, segment, format)}
        @keydown=${this.onKeyDown}
        @blur=${this.clear}
        @pointerdown=${this.onPointer}
        @pointermove=${this.onPointer}
        @pointerleave=${this.onPointerLeave}
        @pointercancel=${this.clear}
      ></div>
      ${this.renderCursor(layout, model, cursor, segment)} ${this.renderReadouts(layout, model)}
    `;
  }

  private renderCursor(
    layout: PlotLayout,
    model: NightModel,
    cursor: number | null,
    segment: Segment,
  ): TemplateResult | typeof nothing {
    if (cursor === null) {
      return nothing;
    }
    const x = xAt(layout, cursor);
    const index = model.segments.indexOf(segment);
    const band = layout.bands.find((candidate) => candidate.segment === index);
    const from = Math.min(
      Math.max(x - TOOLTIP_WIDTH / 2, layout.left),
      Math.max(layout.right - TOOLTIP_WIDTH, 0),
    );
    return html`
      <svg
        class="cursor"
        aria-hidden="true"
        width=${layout.width}
        height=${layout.height}
        viewBox="0 0 ${layout.width} ${layout.height}"
      >
        <line
          class="crosshair"
          x1=${x}
          x2=${x}
          y1=${layout.top - 6}
          y2=${layout.overlays.length > 0 ? layout.height - 8 : layout.bottom}
        ></line>
        ${band
          ? svg`<rect class="ring" x=${band.x - 3} y=${band.y - 3} width=${band.width + 6} height=${band.height + 6} rx="7"></rect>`
          : nothing}
        ${layout.overlays.map((overlay) => {
          const y = traceY(overlay, cursor);
          return y === null ? nothing : svg`<circle class="dot" cx=${x} cy=${y} r="4"></circle>`;
        })}
      </svg>
      <div class="tip" aria-hidden="true" style=${styleMap({ left: `${from}px` })}>
        <i class="swatch ${segment.kind}"></i>
        <b>${kindName(this.format, segment.kind)}</b>
        <b class="end"><bdi>${this.format.duration(minutes(segment))}</bdi></b>
        <span class="times"><bdi>${this.format.times(segment.start, segment.end)}</bdi></span>
        <span class="end"
          >${segment.confidence === null
            ? nothing
            : this.format.text("tooltip.sure", {
                percent: this.format.percent(segment.confidence),
              })}</span
        >
      </div>
    `;
  }

  /** Beside each trace: the value of the night, or that of the moment under the crosshair. */
  private renderReadouts(layout: PlotLayout, model: NightModel): TemplateResult[] {
    const { cursor, format } = this;
    const above = MEASURES[layout.size].above;
    return layout.overlays.map(({ trace, top }) => {
      const [value, detail] =
        cursor === null
          ? this.nightReadout(trace.key, trace.range, trace.median, model)
          : [
              this.momentReadout(trace.key, valueAt(model.night, trace.key, cursor)),
              format.text("overlay.at", { time: format.time(cursor) }),
            ];
      return html`<div
        class="readout"
        aria-hidden="true"
        style=${styleMap({
          top: `${top}px`,
          width: above ? "auto" : `${MEASURES.wide.totals - 24}px`,
        })}
      >
        <bdi class="value">${value}</bdi>${above && cursor === null
          ? nothing
          : html`<bdi>${detail}</bdi>`}
      </div>`;
    });
  }

  private nightReadout(
    key: OverlayKey,
    range: readonly [number, number] | null,
    median: number | null,
    { night }: NightModel,
  ): [string, string] {
    const { format } = this;
    if (key === "movement") {
      const { times, minutes: moving } = movement(night);
      return [
        format.text.plural("overlay.times", times),
        format.text("overlay.minutes_moving", { duration: format.duration(moving) }),
      ];
    }
    const value = key === "breathing" ? (night.summary.respiration_rate ?? median) : median;
    return [this.momentReadout(key, value), range ? format.overlayRange(key, range) : ""];
  }

  private momentReadout(key: OverlayKey, value: number | null): string {
    const { format } = this;
    if (value === null) {
      return format.text("overlay.no_value");
    }
    if (key === "movement") {
      return isMoving(value)
        ? format.text("overlay.moving", { seconds: format.number(value) })
        : format.text("overlay.still");
    }
    return format.overlayValue(key, value);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("cursor") || changed.has("isolated") || changed.has("model") || changed.has("size")) {
      this.dimBands();
    }
  }

  /**
   * Let the bands that are not looked at step back.
   *
   * By hand, because a new template of a thousand bands for each move of the pointer is work
   * that a phone would feel.
   */
  private dimBands(): void {
    const { model, isolated } = this;
    const index =
      this.cursor === null || !model ? -1 : segmentAt(model.segments, this.cursor);
    for (const band of this.renderRoot.querySelectorAll<SVGElement>(".band")) {
      const segment = Number(band.dataset["segment"]);
      const dim =
        index >= 0
          ? segment !== index
          : isolated !== null && model?.segments[segment]?.kind !== isolated;
      band.classList.toggle("dim", dim);
    }
  }

  private moveTo(time: number): void {
    const { model } = this;
    if (model) {
      this.position = Math.min(Math.max(time, model.start), model.end);
      this.cursor = this.position;
    }
  }

  private readonly clear = (): void => {
    this.cursor = null;
  };

  private readonly onPointer = (event: PointerEvent): void => {
    const { layout } = this;
    const pressed = event.buttons > 0 || event.type === "pointerdown";
    if (!layout || (event.pointerType !== "mouse" && !pressed)) {
      return;
    }
    const box = this.renderRoot.querySelector(".plot")?.getBoundingClientRect();
    // The pointer is measured against what is drawn, which a zoomed dashboard scales.
    const scale = box && box.width > 0 ? layout.width / box.width : 1;
    this.moveTo(timeAt(layout, (event.clientX - (box?.left ?? 0)) * scale));
  };

  private readonly onPointerLeave = (event: PointerEvent): void => {
    // A finger leaves whenever it is lifted; what it found stays until the next touch.
    if (event.pointerType === "mouse") {
      this.clear();
    }
  };

  private readonly onPointerElsewhere = (event: PointerEvent): void => {
    if (this.cursor !== null && !event.composedPath().includes(this)) {
      this.clear();
    }
  };

  private readonly onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.model) {
      return;
    }
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowDown":
        this.step(-1, event.shiftKey);
        break;
      case "ArrowRight":
      case "ArrowUp":
        this.step(1, event.shiftKey);
        break;
      case "Home":
        this.moveTo(this.model.start);
        break;
      case "End":
        this.moveTo(this.model.end);
        break;
      case "PageUp":
      case "PageDown":
        this.dispatchEvent(
          new CustomEvent("halo-rise-step", { detail: event.key === "PageUp" ? -1 : 1 }),
        );
        break;
      case "Escape":
        if (this.cursor === null) {
          return;
        }
        this.clear();
        break;
      default:
        return;
    }
    // The page must not scroll, and a dialog around the card must not close.
    event.preventDefault();
    event.stopPropagation();
  };

  /** One segment on, or five minutes. */
  private step(direction: -1 | 1, fine: boolean): void {
    const { model } = this;
    if (!model) {
      return;
    }
    if (fine) {
      this.moveTo(this.position + direction * 5 * MINUTE);
      return;
    }
    const { segments } = model;
    const current = segmentAt(segments, this.position);
    const index = Math.min(Math.max(current + direction, 0), segments.length - 1);
    const target = segments[index];
    if (target) {
      this.moveTo((target.start + target.end) / 2);
    }
  }

  static override styles: CSSResultGroup = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      .plot {
        position: relative;
        touch-action: pan-y;
      }
      svg {
        display: block;
        overflow: visible;
      }
      .chart,
      .cursor {
        position: absolute;
        left: 0;
        top: 0;
      }
      .cursor {
        pointer-events: none;
      }
      text {
        font-size: 12px;
        fill: var(--secondary-text-color);
      }
      text.primary {
        fill: var(--primary-text-color);
      }
      text.figure {
        font-size: 16px;
      }
      .lane {
        fill: var(--_lane);
      }
      .grid {
        stroke: var(--divider-color);
      }
      .hatch {
        stroke: var(--_hatch);
        stroke-width: 1.5;
      }
      .cut {
        fill: var(--_card);
      }
      .column.other {
        stroke: var(--secondary-text-color);
        stroke-opacity: 0.5;
        stroke-dasharray: 3 3;
      }
      .faint {
        opacity: 0.7;
      }
      .awake {
        --_c: var(--_awake);
      }
      .rem {
        --_c: var(--_rem);
      }
      .light {
        --_c: var(--_light);
      }
      .deep {
        --_c: var(--_deep);
      }
      .asleep {
        --_c: var(--secondary-text-color);
      }
      .stop {
        stop-color: var(--_c);
      }
      .riser {
        opacity: 0.6;
      }
      .band,
      .mark {
        fill: var(--_c);
      }
      .band.provisional,
      .band.resting {
        fill-opacity: 0.28;
        stroke: var(--_c);
        stroke-width: 1.5;
      }
      .band.resting {
        fill: none;
      }
      .band.dim {
        opacity: 0.42;
      }
      .hairline {
        stroke: var(--primary-text-color);
        stroke-opacity: 0.55;
      }
      .now {
        stroke: var(--primary-color);
        stroke-width: 2;
      }
      .now-dot {
        fill: var(--primary-color);
      }
      text.now-word {
        fill: var(--_accent-text);
      }
      .chart .icon {
        fill: var(--secondary-text-color);
      }
      .scrubbing .word {
        opacity: 0;
      }
      .track {
        fill: var(--_track);
      }
      .range {
        fill: var(--_range);
      }
      .mark {
        stroke: var(--_card);
        stroke-width: 2;
        paint-order: stroke;
      }
      .night-dot {
        fill: none;
        stroke: var(--secondary-text-color);
        stroke-width: 1.5;
      }
      .night-dot.filled {
        fill: var(--primary-color);
        stroke: var(--primary-color);
      }
      .trace {
        fill: none;
        stroke: var(--secondary-text-color);
        stroke-width: 1.5;
        stroke-linejoin: round;
        stroke-linecap: round;
      }
      .bar {
        fill: var(--secondary-text-color);
        fill-opacity: 0.75;
      }
      .name {
        position: absolute;
        inset-inline-start: 0;
        text-align: start;
        font-size: 14px;
        line-height: 20px;
        color: var(--primary-text-color);
        border-radius: 6px;
      }
      .narrow .name {
        font-size: 12px;
        line-height: 16px;
      }
      .name[aria-pressed="true"] {
        font-weight: 500;
        text-decoration: underline;
        text-underline-offset: 4px;
      }
      .scrub {
        position: absolute;
        top: 0;
        height: 100%;
        cursor: crosshair;
        border-radius: 6px;
        touch-action: pan-y;
      }
      .scrub:focus-visible {
        outline: none;
      }
      .plot:has(.scrub:focus-visible) {
        outline: 2px solid var(--primary-color);
        outline-offset: 4px;
        border-radius: 6px;
      }
      .crosshair {
        stroke: var(--_scrub);
      }
      .ring {
        fill: none;
        stroke: var(--_scrub);
        stroke-width: 2;
      }
      .dot {
        fill: var(--_scrub);
        stroke: var(--_card);
        stroke-width: 2;
      }
      .tip {
        position: absolute;
        top: -26px;
        width: 226px;
        max-width: 100%;
        height: 52px;
        display: grid;
        grid-template-columns: 12px auto 1fr;
        column-gap: 8px;
        align-items: center;
        padding: 7px 12px 8px;
        border-radius: 8px;
        background: var(--_tip);
        color: var(--primary-text-color);
        box-shadow: var(--_shadow);
        font-size: 12px;
        line-height: 18px;
        pointer-events: none;
        white-space: nowrap;
        z-index: 1;
      }
      .narrow .tip {
        top: -24px;
      }
      .tip b {
        font-weight: 500;
        font-size: 14px;
        line-height: 20px;
      }
      .tip .end {
        text-align: end;
      }
      .tip span {
        color: var(--secondary-text-color);
      }
      .times {
        grid-column: 1 / 3;
      }
      .swatch {
        width: 12px;
        height: 12px;
        border-radius: 3px;
        background: var(--_c, var(--_range));
      }
      .swatch.gap {
        background: repeating-linear-gradient(
          135deg,
          var(--_hatch) 0 1.5px,
          transparent 1.5px 4px
        );
      }
      .readout {
        position: absolute;
        inset-inline-end: 0;
        display: flex;
        justify-content: space-between;
        align-items: baseline;
        gap: 8px;
        padding-top: 12px;
        font-size: 12px;
        line-height: 20px;
        color: var(--secondary-text-color);
        pointer-events: none;
        white-space: nowrap;
      }
      .readout .value {
        font-size: 14px;
        color: var(--primary-text-color);
      }
      .medium .readout,
      .narrow .readout {
        margin-top: 5px;
        padding: 0;
        background: var(--_card);
      }
      .medium .readout .value,
      .narrow .readout .value {
        font-size: 12px;
        font-weight: 500;
      }
      @media (prefers-reduced-motion: no-preference) {
        .band,
        .word {
          transition: opacity 200ms cubic-bezier(0.2, 0, 0, 1);
        }
        .night {
          animation: appear 200ms cubic-bezier(0.2, 0, 0, 1);
        }
        .tip {
          animation: appear 200ms cubic-bezier(0.2, 0, 0, 1);
        }
      }
      @keyframes appear {
        from {
          opacity: 0;
        }
      }
    `,
  ];
}

/** Whether a trace goes on through the gap that begins at `x`: the room has its own sensors. */
function covers(overlay: OverlayLayout, layout: PlotLayout, x: number): boolean {
  const time = timeAt(layout, x) + MINUTE;
  return traceY(overlay, time) !== null;
}

/** Height of a trace at a time, null in its holes and for bars. */
function traceY(overlay: OverlayLayout, time: number): number | null {
  const { trace, area } = overlay;
  const [low, high] = trace.scale;
  for (const line of trace.lines) {
    const after = line.findIndex((point) => point.time >= time);
    const to: Point | undefined = line[after];
    const from: Point | undefined = line[Math.max(after - 1, 0)];
    if (to && from && (after > 0 || to.time - time <= 2 * MINUTE)) {
      const share = to.time === from.time ? 0 : (time - from.time) / (to.time - from.time);
      const value = from.value + (to.value - from.value) * Math.min(Math.max(share, 0), 1);
      return area[1] - 1.5 - ((value - low) / (high - low || 1)) * (area[1] - area[0] - 3);
    }
  }
  return null;
}

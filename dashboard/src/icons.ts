/** The icons that the cards use; the bundler leaves the other thousands out. */
import {
  mdiAccessPoint,
  mdiAccessPointOff,
  mdiAccountMultipleOutline,
  mdiAlertCircleOutline,
  mdiCheck,
  mdiCheckCircleOutline,
  mdiChevronLeft,
  mdiChevronRight,
  mdiHelpCircleOutline,
  mdiHistory,
  mdiPlus,
  mdiPower,
  mdiPowerStandby,
  mdiRefresh,
  mdiTableLarge,
  mdiWalk,
  mdiWeatherNight,
} from "@mdi/js";
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

export const ICONS = {
  add: mdiPlus,
  alert: mdiAlertCircleOutline,
  away: mdiWalk,
  check: mdiCheck,
  help: mdiHelpCircleOutline,
  night: mdiWeatherNight,
  next: mdiChevronRight,
  other: mdiAccountMultipleOutline,
  power: mdiPower,
  previous: mdiChevronLeft,
  radar: mdiAccessPoint,
  reconnect: mdiHistory,
  retry: mdiRefresh,
  settled: mdiCheckCircleOutline,
  silent: mdiAccessPointOff,
  standby: mdiPowerStandby,
  table: mdiTableLarge,
} as const;

export type IconName = keyof typeof ICONS;

/** An icon in text colour; it never says anything that the words beside it do not. */
export function icon(name: IconName, size = 24): TemplateResult {
  return html`<svg
    class="icon"
    width=${size}
    height=${size}
    viewBox="0 0 24 24"
    aria-hidden="true"
  >
    <path d=${ICONS[name]}></path>
  </svg>`;
}

/** The same inside of an SVG. */
export function iconAt(name: IconName, x: number, y: number, size: number): SVGTemplateResult {
  return svg`<path class="icon" transform="translate(${x} ${y}) scale(${size / 24})" d=${ICONS[name]}></path>`;
}

/**
 * The colours of the design that Home Assistant's themes do not have.
 *
 * A theme may set any of them, for instance `halo-deep`; the values here are what holds when
 * it does not. Inside the cards they are read by a private name, because a declaration of
 * the public one on the host would win over the theme's.
 */
import { css, unsafeCSS, type CSSResult } from "lit";

export type Mode = "light" | "dark";

/** Each as [light, dark]. */
export const TOKENS = {
  awake: ["#d96d0f", "#fdd38c"],
  rem: ["#ab52f2", "#cfbbec"],
  light: ["#2a6d99", "#4e97dd"],
  deep: ["#2e2796", "#635bdb"],
  lane: ["rgba(0,0,0,.025)", "rgba(255,255,255,.025)"],
  fill: ["rgba(0,0,0,.05)", "rgba(255,255,255,.06)"],
  track: ["rgba(0,0,0,.08)", "rgba(255,255,255,.09)"],
  range: ["rgba(0,0,0,.22)", "rgba(255,255,255,.26)"],
  hatch: ["rgba(0,0,0,.42)", "rgba(255,255,255,.40)"],
  sun: ["#c2410c", "#ff9a5c"],
  dawn: ["#ff8a2b", "#ff8a2b"],
  "accent-text": ["#00718f", "#4cc3e6"],
  "accent-fill": ["rgba(0,154,199,.12)", "rgba(0,154,199,.18)"],
  tip: ["#ffffff", "#2b2b2b"],
  shadow: [
    "0 6px 24px rgba(0,0,0,.16),0 1px 3px rgba(0,0,0,.12)",
    "0 6px 24px rgba(0,0,0,.6),0 0 0 1px rgba(255,255,255,.08)",
  ],
  scrub: ["#141414", "#ffffff"],
} as const satisfies Record<string, readonly [string, string]>;

export type Token = keyof typeof TOKENS;

function declarations(mode: Mode): string {
  return Object.entries(TOKENS)
    .map(([name, values]) => `--_${name}:var(--halo-${name},${values[mode === "light" ? 0 : 1]})`)
    .join(";");
}

/** To be used with `mode="light"` or `mode="dark"` on the host. */
export const tokenStyles: CSSResult = css`
  :host {
    --_card: var(--ha-card-background, var(--card-background-color, #ffffff));
    ${unsafeCSS(declarations("light"))};
  }
  :host([mode="dark"]) {
    ${unsafeCSS(declarations("dark"))};
  }
`;

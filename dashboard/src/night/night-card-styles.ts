import { css, type CSSResult } from "lit";

export const cardStyles: CSSResult = css`
  :host {
    display: block;
    font-variant-numeric: tabular-nums;
  }
  ha-card {
    padding: 16px 20px 20px;
    font-size: 14px;
    line-height: 20px;
    color: var(--primary-text-color);
  }
  :host([size="medium"]) ha-card {
    padding: 12px 16px 16px;
  }
  :host([size="narrow"]) ha-card {
    padding: 8px 20px 20px;
  }
  .body {
    max-width: 1158px;
    margin-inline: auto;
  }
  p,
  dl,
  dd,
  ul {
    margin: 0;
    padding: 0;
  }
  .title {
    padding-block: 4px;
  }

  header {
    display: flex;
    align-items: center;
    gap: 4px;
    min-height: 44px;
    margin-inline: -14px -12px;
  }
  h2 {
    margin: 0;
    min-width: 0;
    font-size: 16px;
    font-weight: 500;
    line-height: 24px;
  }
  .pale,
  .loading dd {
    visibility: hidden;
  }
  .unseen {
    position: absolute;
    clip-path: inset(50%);
    width: 1px;
    height: 1px;
    overflow: hidden;
    white-space: nowrap;
  }
  .grow {
    flex: 1;
  }
  .step {
    width: 44px;
    height: 44px;
    border-radius: 22px;
    display: grid;
    place-items: center;
    flex: none;
  }
  .step[aria-disabled="true"] {
    color: var(--secondary-text-color);
    opacity: 0.5;
    cursor: default;
  }
  :host(:dir(rtl)) .step svg {
    transform: scaleX(-1);
  }
  .step[aria-pressed="true"] {
    background: var(--_accent-fill);
    color: var(--_accent-text);
  }
  @media (hover: hover) {
    .step:not([aria-disabled="true"]):not([aria-pressed="true"]):hover {
      background: var(--_fill);
    }
    .button:hover,
    .toggle:hover {
      filter: brightness(0.96);
    }
    :host([mode="dark"]) .button:hover,
    :host([mode="dark"]) .toggle:hover {
      filter: brightness(1.12);
    }
  }

  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    height: 28px;
    padding: 0 12px;
    border-radius: 14px;
    background: var(--_fill);
    color: var(--secondary-text-color);
    font-size: 12px;
    font-weight: 500;
    line-height: 16px;
    white-space: nowrap;
    flex: none;
  }
  .chip .icon {
    margin-inline-start: -4px;
  }
  .chip.on {
    background: var(--_accent-fill);
    color: var(--_accent-text);
  }
  .chip.sun {
    background: color-mix(in srgb, var(--_dawn) 16%, transparent);
    color: var(--_sun);
  }
  .chip .open {
    width: 8px;
    height: 8px;
    border-radius: 4px;
    border: 1.5px solid currentColor;
  }
  .toggle {
    position: relative;
  }
  .toggle::after {
    content: "";
    position: absolute;
    inset: -8px 0;
  }
  :host([size="narrow"]) .toggle {
    height: 36px;
    border-radius: 18px;
    font-size: 14px;
    line-height: 20px;
    padding: 0 14px;
  }
  :host([size="narrow"]) .toggle::after {
    inset: -4px 0;
  }

  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 44px;
    padding: 0 20px;
    border-radius: 22px;
    background: var(--_fill);
    color: var(--primary-text-color);
    font-size: 14px;
    font-weight: 500;
    line-height: 20px;
    text-decoration: none;
    flex: none;
  }
  .button.primary {
    background: var(--_accent-fill);
    color: var(--_accent-text);
  }

  .top {
    display: flex;
    align-items: flex-end;
    justify-content: space-between;
    gap: 40px;
    margin: 12px 0 32px;
  }
  .hero {
    font-size: 44px;
    line-height: 48px;
    letter-spacing: -0.5px;
    white-space: nowrap;
  }
  .hero small {
    margin-inline: 4px 7px;
    font-size: 20px;
    line-height: 24px;
    letter-spacing: 0;
    color: var(--secondary-text-color);
  }
  .line {
    margin-top: 4px;
  }
  :host([size="narrow"]) .top {
    margin: 4px 0 24px;
  }
  .top.now {
    justify-content: flex-start;
    align-items: baseline;
    flex-wrap: wrap;
    gap: 4px 32px;
    margin: 8px 0 24px;
  }
  .now .hero {
    font-size: 36px;
    line-height: 44px;
  }

  .metrics {
    display: flex;
    gap: 32px;
    flex: 1;
    justify-content: flex-end;
  }
  .metric dt,
  .usual {
    font-size: 12px;
    line-height: 16px;
    color: var(--secondary-text-color);
    white-space: nowrap;
  }
  .metric .value {
    font-size: 24px;
    line-height: 32px;
    letter-spacing: -0.2px;
    white-space: nowrap;
  }
  .value small {
    margin-inline-start: 2px;
    font-size: 14px;
    line-height: 20px;
    letter-spacing: 0;
    color: var(--secondary-text-color);
  }
  :host([size="medium"]) .metrics,
  :host([size="narrow"]) .metrics {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 16px 12px;
    padding: 16px 0 4px;
    border-top: 1px solid var(--divider-color);
  }

  .controls {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 16px;
    margin-top: 8px;
    min-height: 28px;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .facts {
    flex: 1;
    text-align: end;
    font-size: 12px;
    line-height: 16px;
    color: var(--secondary-text-color);
  }
  .facts span {
    display: inline-block;
  }
  :host([size="medium"]) .controls,
  :host([size="narrow"]) .controls {
    margin-bottom: 16px;
  }
  :host([size="medium"]) .facts {
    flex-basis: 100%;
    text-align: start;
  }
  :host([size="narrow"]) .chips {
    gap: 8px;
  }
  :host([size="narrow"]) .facts {
    display: block;
    margin-top: 12px;
    padding-top: 12px;
    border-top: 1px solid var(--divider-color);
    text-align: start;
  }

  .caption {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    gap: 12px;
    min-height: 20px;
    margin-bottom: 4px;
    font-size: 12px;
    line-height: 16px;
    color: var(--secondary-text-color);
  }
  halo-rise-night-plot + .caption {
    margin-top: 16px;
  }
  .caption .dots {
    margin: 0;
    gap: 6px;
  }
  .caption .dots i {
    width: 12px;
    height: 12px;
  }
  .totals {
    list-style: none;
    display: grid;
    grid-template-columns: 10px minmax(46px, auto) minmax(64px, auto) minmax(48px, 96px) minmax(
        0,
        1fr
      );
    column-gap: 10px;
  }
  .totals li {
    grid-column: span 5;
    display: grid;
    grid-template-columns: subgrid;
    align-items: center;
    height: 44px;
    border-top: 1px solid var(--divider-color);
  }
  :host([size="medium"]) .totals {
    grid-template-columns: 1fr 1fr;
    column-gap: 32px;
  }
  :host([size="medium"]) .totals li {
    grid-column: auto;
    grid-template: 20px 20px / 10px 1fr auto;
    align-content: center;
    gap: 4px 10px;
    height: 68px;
  }
  :host([size="medium"]) .bullet {
    grid-column: 1 / 3;
    margin-inline-end: 10px;
  }
  .end {
    text-align: end;
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
  .swatch {
    width: 10px;
    height: 10px;
    border-radius: 3px;
    background: var(--_c);
  }
  .bullet {
    position: relative;
    height: 6px;
    border-radius: 3px;
    background: var(--_track);
  }
  .bullet::before {
    content: "";
    position: absolute;
    inset: 0 33.3%;
    border-radius: 3px;
    background: var(--_range);
  }
  .bullet i {
    position: absolute;
    top: -6px;
    width: 6px;
    height: 18px;
    margin-inline-start: -3px;
    border-radius: 3px;
    background: var(--_c);
    box-shadow: 0 0 0 1px var(--_card);
  }

  .note-text {
    margin-top: 8px;
    font-size: 12px;
    line-height: 16px;
    color: var(--secondary-text-color);
  }
  .note {
    display: flex;
    align-items: flex-start;
    flex-wrap: wrap;
    gap: 12px;
    margin-top: 16px;
    padding-top: 16px;
    border-top: 1px solid var(--divider-color);
  }
  .note p {
    flex: 1 1 200px;
    padding-block: 2px;
  }

  .table {
    max-height: 418px;
    overflow: auto;
    border-radius: 10px;
    background: var(--_lane);
    padding: 4px 16px 12px;
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: 8px 40px;
  }
  table {
    flex: 1 1 280px;
    border-collapse: collapse;
    font-size: 14px;
    line-height: 20px;
  }
  caption {
    padding: 12px 0 4px;
    font-weight: 500;
    text-align: start;
  }
  th {
    font-weight: 400;
    text-align: start;
  }
  thead th {
    font-size: 12px;
    line-height: 16px;
    color: var(--secondary-text-color);
  }
  th,
  td {
    padding: 6px 8px 6px 0;
    border-bottom: 1px solid var(--divider-color);
    vertical-align: baseline;
  }
  .end,
  td:first-child {
    white-space: nowrap;
  }
  :host([size="narrow"]) .table {
    padding-inline: 12px;
  }
  :host([size="narrow"]) table {
    font-size: 12px;
    line-height: 16px;
  }
  th.end,
  td.end {
    text-align: end;
    padding-inline: 8px 0;
  }
`;

/** What stands in the card when there is no night to show: one picture, one sentence, one step. */
import { css, html, nothing, type CSSResult, type TemplateResult } from "lit";

import { icon, type IconName } from "../icons";

export interface Message {
  readonly icon: IconName;
  readonly heading: string;
  readonly art?: TemplateResult;
  readonly title: string;
  readonly text: string;
  readonly more?: TemplateResult | typeof nothing;
  readonly action?: TemplateResult | typeof nothing;
  /** Where another night can be gone to, the button that does it takes the icon's place. */
  readonly step?: TemplateResult | typeof nothing;
  /** Something went wrong just now, which is announced. */
  readonly alert?: boolean;
}

export function message(state: Message): TemplateResult {
  return html`
    <header>
      ${state.step && state.step !== nothing
        ? state.step
        : html`<span class="secondary lead">${icon(state.icon)}</span>`}
      <h2>${state.heading}</h2>
    </header>
    <div class="message">
      ${state.art ? html`<div class="art">${state.art}</div>` : nothing}
      <div role=${state.alert ? "alert" : nothing}>
        <p class="strong">${state.title}</p>
        <p class="secondary">${state.text}</p>
      </div>
      ${state.more ?? nothing} ${state.action ?? nothing}
    </div>
  `;
}

/** A radar on the bedside table and its signal. */
export function radarArt(): TemplateResult {
  return html`<svg width="160" height="100" viewBox="0 0 160 100" aria-hidden="true">
    <g fill="none" stroke="var(--primary-color)" stroke-width="2.5" stroke-linecap="round">
      <path d="M51,33 A34,34 0 0 1 51,67" opacity=".9"></path>
      <path d="M74,20 A60,60 0 0 1 74,80" opacity=".6"></path>
      <path d="M96,7 A86,86 0 0 1 96,93" opacity=".35"></path>
      <path d="M118,-6 A112,112 0 0 1 118,106" opacity=".18"></path>
    </g>
    <rect x="8" y="32" width="24" height="36" rx="8" fill="var(--primary-text-color)"></rect>
    <circle cx="20" cy="50" r="4" fill="var(--primary-color)"></circle>
  </svg>`;
}

/** One dot for each of the seven nights that usual ranges need. */
export function nightDots(count: number, label: string): TemplateResult {
  return html`<div class="dots" role="img" aria-label=${label}>
    ${Array.from({ length: 7 }, (_, index) => html`<i class=${index < count ? "filled" : ""}></i>`)}
  </div>`;
}

export const stateStyles: CSSResult = css`
  .lead {
    width: 44px;
    height: 44px;
    display: grid;
    place-items: center;
    flex: none;
  }
  .message {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    padding-top: 4px;
  }
  .message p {
    margin: 0 0 4px;
    max-width: 60ch;
  }
  .art {
    align-self: stretch;
    min-height: 104px;
    display: grid;
    place-items: center;
    margin: 8px 0 20px;
    color: var(--secondary-text-color);
  }
  .message .button {
    margin-top: 16px;
  }
  .dots {
    display: flex;
    gap: 8px;
    margin-top: 12px;
  }
  .dots i {
    width: 14px;
    height: 14px;
    border-radius: 7px;
    border: 1.5px solid var(--secondary-text-color);
  }
  .dots .filled {
    background: var(--primary-color);
    border-color: var(--primary-color);
  }
`;

/** Styles that the parts of a card share. */
import { css, type CSSResult } from "lit";

export const sharedStyles: CSSResult = css`
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  .icon {
    fill: currentColor;
    flex: none;
    display: block;
  }
  .secondary {
    color: var(--secondary-text-color);
  }
  .strong {
    font-weight: 500;
  }
  button {
    font: inherit;
    color: inherit;
    border: 0;
    margin: 0;
    padding: 0;
    background: none;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  :focus {
    outline: none;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: no-preference) {
    button,
    .chip {
      transition:
        background-color 120ms cubic-bezier(0.2, 0, 0, 1),
        color 120ms cubic-bezier(0.2, 0, 0, 1);
    }
  }
`;

/**
 * Shows a card in one of its states: `?state=running&theme=dark&width=390`.
 *
 * `state` is a name from `nights.ts`, or one of running, running_silent, silent, standby,
 * empty, loading, error, no_radar. Without a query there is a list to choose from.
 */
import "../src/main";
import { fakeHass } from "./hass";
import { NIGHTS } from "./nights";

/** Home Assistant's own card, as far as its looks go. */
customElements.define(
  "ha-card",
  class extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode: "open" }).innerHTML = `<style>
        :host { display: block; position: relative; box-sizing: border-box;
          background: var(--card-background-color); border: 1px solid var(--ha-card-border-color);
          border-radius: 12px; color: var(--primary-text-color); }
      </style><slot></slot>`;
    }
  },
);

const query = new URLSearchParams(location.search);
const state = query.get("state") ?? "night";
const dark = query.get("theme") === "dark";
const place = document.querySelector("main");

document.documentElement.dataset["theme"] = dark ? "dark" : "light";
document.documentElement.dir = query.get("dir") ?? "ltr";

if (!location.search) {
  const list = document.createElement("nav");
  const names = ["running", "running_silent", "silent", "standby", "empty", "loading", "error"];
  for (const name of [...Object.keys(NIGHTS), ...names, "no_radar"]) {
    for (const theme of ["light", "dark"]) {
      const link = document.createElement("a");
      link.href = `?state=${name}&theme=${theme}`;
      link.textContent = `${name} ${theme}`;
      list.append(link);
    }
  }
  document.body.prepend(list);
}

// The invented night happened on a certain date; "now" belongs to it.
const present = Date.parse(
  state.startsWith("running") ? "2026-11-13T02:15:00Z" : "2026-11-13T20:30:00Z",
);
const realNow = Date.now.bind(Date);
const offset = present - realNow();
Date.now = () => realNow() + offset;

const card = document.createElement("halo-rise-night-card");
card.setConfig({ type: "custom:halo-rise-night-card" });
card.hass = fakeHass({
  state,
  dark,
  language: query.get("lang") ?? "en",
  hour12: query.get("clock") === "12",
  admin: query.get("admin") !== "no",
});
const width = query.get("width");
if (place && width) {
  place.style.width = `${width}px`;
  document.body.style.padding = Number(width) < 460 ? "8px" : "16px";
}
place?.append(card);

/** What Home Assistant loads: the elements and their entries in the card picker. */
import { createLocalize } from "./localize";
import { NightCard } from "./night/night-card";
import { NightPlot } from "./night/night-plot";

interface CardEntry {
  type: string;
  name: string;
  description: string;
  preview: boolean;
  documentationURL: string;
  getEntitySuggestion: typeof NightCard.getEntitySuggestion;
}

declare global {
  interface Window {
    customCards?: CardEntry[];
  }
  interface HTMLElementTagNameMap {
    "halo-rise-night-card": NightCard;
    "halo-rise-night-plot": NightPlot;
  }
}

const ELEMENTS: Readonly<Record<string, CustomElementConstructor>> = {
  "halo-rise-night-plot": NightPlot,
  "halo-rise-night-card": NightCard,
};

for (const [name, element] of Object.entries(ELEMENTS)) {
  // A dashboard may list the file twice, for instance before and after an update.
  if (!customElements.get(name)) {
    customElements.define(name, element);
  }
}

const text = createLocalize(document.documentElement.lang || "en");
window.customCards ??= [];
if (!window.customCards.some(({ type }) => type === "halo-rise-night-card")) {
  window.customCards.push({
    type: "halo-rise-night-card",
    name: text("card.name"),
    description: text("card.description"),
    preview: true,
    documentationURL: "https://github.com/halo-rise/halo-rise-homeassistant",
    getEntitySuggestion: (hass, entityId) => NightCard.getEntitySuggestion(hass, entityId),
  });
}

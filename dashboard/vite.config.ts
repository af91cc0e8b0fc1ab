import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const BANNER = `/*!
 * Halo Rise for Home Assistant, MIT. Built from dashboard/ in the same repository.
 * Contains Lit, BSD-3-Clause, and Material Design Icons, Apache-2.0: see halo-rise.licenses.txt.
 */`;

/**
 * Shorten the white space in templates and style sheets, which the minifier takes for text.
 *
 * After it has done its work a line begins nowhere else, and a line break stays one.
 */
function shortenTemplates(): Plugin {
  return {
    name: "shorten-templates",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type === "chunk") {
            file.code = file.code.replace(/(?<!\*\/)\n\s+(?!\*)/g, "\n");
          }
        }
      },
    },
  };
}

/** The licences of what the bundle contains, beside it. */
function licenses(): Plugin {
  const notice = (name: string, file: string): string =>
    `${name}\n\n${readFileSync(here(`node_modules/${file}`), "utf8").trim()}\n`;
  return {
    name: "licenses",
    generateBundle() {
      this.emitFile({
        type: "asset",
        fileName: "halo-rise.licenses.txt",
        source: [
          notice("Lit (lit, lit-element, lit-html, @lit/reactive-element)", "lit/LICENSE"),
          notice("Material Design Icons (@mdi/js)", "@mdi/js/LICENSE"),
        ]
          .join(`\n${"-".repeat(72)}\n\n`)
          .replaceAll("\r", ""),
      });
    },
  };
}

export default defineConfig({
  plugins: [shortenTemplates(), licenses()],
  build: {
    target: "es2022",
    outDir: process.env["HALO_RISE_BUNDLE"] ?? here("../custom_components/halo_rise/frontend"),
    emptyOutDir: false,
    sourcemap: false,
    lib: {
      entry: here("src/main.ts"),
      formats: ["es"],
      fileName: () => "halo-rise.js",
    },
    rolldownOptions: { output: { postBanner: BANNER, minify: true } },
  },
});

/** Fails when the committed bundle is not what the sources build to. */
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "vite";

/** Bytes after gzip that all the cards together may take. */
const BUDGET = 60_000;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const committed = here("../../custom_components/halo_rise/frontend/");
const fresh = await mkdtemp(join(tmpdir(), "halo-rise-"));
process.env.HALO_RISE_BUNDLE = fresh;
const stale = [];
let size = 0;
try {
  await build({ configFile: here("../vite.config.ts"), root: here(".."), logLevel: "warn" });
  for (const name of await readdir(fresh)) {
    const built = await readFile(join(fresh, name));
    const there = await readFile(join(committed, name)).catch(() => null);
    if (!there?.equals(built)) {
      stale.push(name);
    }
    if (name.endsWith(".js")) {
      size += gzipSync(built, { level: 9 }).length;
    }
  }
} finally {
  await rm(fresh, { recursive: true });
}
if (stale.length > 0) {
  console.error(`Stale: ${stale.join(", ")}. Run "npm run build" in dashboard/ and commit it.`);
  process.exit(1);
}
if (size > BUDGET) {
  console.error(`The bundle takes ${size} bytes after gzip; ${BUDGET} are allowed.`);
  process.exit(1);
}
console.log(`The bundle is up to date: ${size} bytes after gzip.`);

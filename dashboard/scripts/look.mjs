/**
 * Renders the cards in every state with a headless Chromium and lets axe-core look for
 * violations: `npm run look -- FOLDER [NAME...]`. Exits with 1 when there is any, or an error on
 * the console.
 */
import { mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";
import { createServer } from "vite";

const [folder = "dist/look", ...names] = process.argv.slice(2);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const STATES = (
  "first fourth withheld partner unknown none gap long nap shift many everything " +
  "running running_silent silent standby empty loading error no_radar"
).split(" ");

/** What is looked at: the main night in every way, the other states in one or two. */
const SHOTS = [
  ...["light", "dark"].flatMap((theme) =>
    [374, 560, 788, 968, 1208, 1408].map((width) => ({ state: "night", theme, width })),
  ),
  { state: "night", theme: "light", width: 968, dir: "rtl" },
  { state: "night", theme: "dark", width: 374, dir: "rtl" },
  { state: "night", theme: "light", width: 968, lang: "de" },
  { state: "night", theme: "light", width: 968, clock: 12 },
  { state: "night", theme: "light", width: 374, clock: 12 },
  { state: "night", theme: "dark", width: 968, act: "scrub" },
  { state: "night", theme: "light", width: 374, act: "scrub" },
  { state: "night", theme: "light", width: 968, act: "isolate" },
  { state: "night", theme: "light", width: 968, act: "table" },
  { state: "night", theme: "dark", width: 374, act: "table" },
  ...STATES.flatMap((state) => [
    { state, theme: "dark", width: 968 },
    { state, theme: "light", width: 374 },
  ]),
];

const ACTIONS = {
  async scrub(page) {
    await page.locator(".scrub").focus();
    const box = await page.locator(".scrub").boundingBox();
    // 04:36, as in the picture.
    await page.mouse.move(box.x + box.width * 0.715, box.y + 60);
    await page.waitForTimeout(300);
  },
  async isolate(page) {
    await page.locator(".name").nth(1).click();
    await page.waitForTimeout(300);
  },
  async table(page) {
    await page.locator(".scrub").focus();
    await page.keyboard.press("t");
  },
};

const server = await createServer({
  configFile: here("../vite.config.ts"),
  root: here("../dev"),
  logLevel: "error",
  server: { port: 0, host: "127.0.0.1" },
});
await server.listen();
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
});
const axe = await readFile(here("../node_modules/axe-core/axe.min.js"), "utf8");
await mkdir(folder, { recursive: true });
let failures = 0;

for (const { act, ...query } of SHOTS) {
  const name = [...Object.values(query), act].filter(Boolean).join("-");
  if (names.length > 0 && !names.some((wanted) => name.startsWith(wanted))) {
    continue;
  }
  const page = await browser.newPage({
    viewport: { width: Math.max(query.width + (query.width < 460 ? 16 : 32), 390), height: 240 },
    deviceScaleFactor: 1.5,
  });
  const complain = (what) => {
    failures += 1;
    console.error(`${name}: ${what}`);
  };
  page.on("console", (entry) => entry.type() === "error" && complain(entry.text()));
  page.on("pageerror", (error) => complain(error.message));
  await page.goto(`${address}?${new URLSearchParams(query)}`);
  await page.locator("halo-rise-night-card h2").waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(300);
  await ACTIONS[act]?.(page);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run("halo-rise-night-card", {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  for (const { id, nodes } of violations) {
    complain(`axe ${id}: ${nodes.map(({ html }) => html).join(" | ").slice(0, 300)}`);
  }
  await page.close();
}
await browser.close();
await server.close();
console.log(failures === 0 ? "No violations." : `${failures} complaints.`);
process.exit(failures === 0 ? 0 : 1);

// People's journeys, in a real Chromium, against the real server, a fresh database and a real mail server.
// `scripts/e2e` builds what is needed and starts this; arguments go through: `scripts/e2e -g 'books'`.
import { defineConfig } from "@playwright/test";

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell";

/** The commonest client: a phone 360 wide, with and without JavaScript; and a desktop. What a page without scripts does on a
 * desktop is shown by these together: the same HTML, the width of the one, the forms of the other. */
const phone = { viewport: { width: 360, height: 800 }, hasTouch: true, isMobile: true };
const desktop = { viewport: { width: 1280, height: 800 } };

export default defineConfig({
  testDir: "tests",
  outputDir: "artefacts/failures",
  globalSetup: "./stack/start.mjs",
  fullyParallel: false,
  workers: Number(process.env.E2E_WORKERS ?? 2),
  forbidOnly: true,
  // A browser on a busy machine may be late; what passes only the second time is named at the end of the run.
  retries: 1,
  // Whole journeys of several people, on a machine that may be busy with something else.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["./support/summary.ts"]],
  use: {
    locale: "zh-CN",
    // Not the house's zone: times must read as Shanghai's whatever the browser thinks.
    timezoneId: "America/New_York",
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    screenshot: "only-on-failure",
    trace: process.env.E2E_TRACE ? "retain-on-failure" : "off",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--no-first-run",
        // A camera that shows a test picture, for the door, and that is permitted wherever it is asked for: without a window nobody
        // could be asked. What the house itself permits no page stays closed.
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
      ],
    },
  },
  // A test tagged @js needs a live page, one tagged @plain is about the page without scripts, one tagged @once does not
  // depend on the window. One tagged @desk leaves out the telephone with scripts: its pages have no live pieces, or other
  // journeys meet these there, so that both widths and both ways are seen in two walks. Everything else runs in all three.
  projects: [
    { name: "360", use: phone, grepInvert: /@plain|@desk/ },
    { name: "1280", use: desktop, grepInvert: /@plain|@once/ },
    { name: "360-nojs", use: { ...phone, javaScriptEnabled: false }, grepInvert: /@js|@once/ },
  ],
});

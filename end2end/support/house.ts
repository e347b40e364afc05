// The test everybody starts from: a page that is watched. A console error, an exception, a request to another machine or
// a server error fails the test it happens in, whatever the test was about.
import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test as base, type BrowserContext, type Locator, type Page, type Request } from "@playwright/test";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const artefacts = new URL("../artefacts/", import.meta.url).pathname;

/** What went wrong in the browser while a test ran. */
export class Watch {
  readonly faults: string[] = [];
  private allowed: RegExp[] = [];

  constructor(context: BrowserContext, private readonly origin: string, js: boolean) {
    context.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      // Where scripts are off, what was fetched ahead for them stays unused.
      if (!js && /was preloaded using link preload but not used/.test(message.text())) return;
      const where = message.location().url;
      // Chromium reports every document answered with 4xx as an error; whether that status was right is the test's matter.
      if (/^Failed to load resource/.test(message.text()) && this.refused.has(where)) return;
      this.note(`console ${message.type()}: ${message.text()} (${where})`);
    });
    context.on("weberror", (error) => this.note(`exception: ${error.error().message}`));
    context.on("request", (request) => this.seen(request));
    context.on("response", (response) => {
      const document = response.request().isNavigationRequest();
      if (document && response.status() >= 400 && response.status() < 500) this.refused.add(response.url());
      if (response.status() >= 500) this.note(`${response.status()} from ${response.request().method()} ${response.url()}`);
      if (!document && response.status() >= 400) this.note(`${response.status()} from ${response.url()}`);
    });
  }

  private refused = new Set<string>();

  private seen(request: Request) {
    const url = request.url();
    if (!url.startsWith(this.origin) && !/^(data|blob|about|chrome-extension):/.test(url)) this.note(`a request to another machine: ${url}`);
  }

  private note(fault: string) {
    if (!this.allowed.some((pattern) => pattern.test(fault))) this.faults.push(fault);
  }

  /** Something this test provokes on purpose. */
  expectFault(pattern: RegExp) {
    this.allowed.push(pattern);
  }
}

/** An address nobody else of this run is likely to have, in a network of its own. */
function ownAddress(): string {
  const [a, b] = [0, 0].map(() => Math.floor(Math.random() * 256));
  return `10.${a}.${b}.1`;
}

/** Every address a browser asks for, each once, for the search at the end of a run (stack/canaries.mjs). */
const asked = new Set<string>();
function listen(context: BrowserContext): void {
  context.on("request", (request) => {
    const url = request.url();
    if (!/^https?:/.test(url) || asked.has(url)) return;
    asked.add(url);
    appendFileSync(`${artefacts}addresses.txt`, `${url}\n`);
  });
}

export const test = base.extend<{ watch: Watch; js: boolean }, object>({
  browser: [
    async ({ browser }, use) => {
      const open = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const context = await open(options);
        listen(context);
        return context;
      };
      await use(browser);
    },
    { scope: "worker" },
  ],
  // A family comes from its own network. Were all journeys from one, those that come late on a quick machine would find
  // the hour's codes and the quarter's sign-ins of that network spent by the others.
  extraHTTPHeaders: async ({}, use) => use({ "x-forwarded-for": ownAddress() }),
  baseURL: async ({}, use) => {
    const url = process.env.E2E_URL;
    if (!url) throw new Error("no server: is the stack running?");
    await use(url);
  },
  js: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),
  watch: [
    async ({ context, baseURL, js }, use) => {
      const watch = new Watch(context, baseURL!, js);
      await use(watch);
      expect(watch.faults, "the browser complained").toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };

/** Opens a path and waits until the page is live. */
export async function visit(page: Page, path: string, status = 200): Promise<void> {
  const response = await page.goto(path);
  expect(response?.status(), `status of ${path}`).toBe(status);
  await settled(page);
}

/** Waits until the islands of this page are awake, where there are any and scripts run at all. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  if (!(await scriptsRun(page)) || (await page.locator("leptos-island").count()) === 0) return;
  const scripts = await page.locator("script[type=module]").count();
  expect(scripts, "a page with islands is sent without their scripts (see [islands] in app/src/routes.rs)").toBeGreaterThan(0);
  await page.locator("body[data-hydrated]").waitFor();
}

/** Presses what leads to another page, or to the same one again, and waits until that one is live. */
export async function press(target: Locator): Promise<void> {
  const page = target.page();
  const arrived = page.waitForEvent("framenavigated", (frame) => frame === page.mainFrame());
  await target.click();
  await arrived;
  await settled(page);
}

/** Whether the page may run scripts: what a <noscript> shows is visible only where it may not. */
async function scriptsRun(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const probe = document.createElement("div");
    probe.innerHTML = "<noscript><p></p></noscript>";
    // With scripting on, the parser keeps a noscript's content as text.
    return probe.querySelector("p") === null;
  });
}

/**
 * A page or a state of it, looked at from every side: accessible in both colour schemes, not wider than the window, its
 * scripts really served, and a picture kept as artefacts/<name>-<width>.png.
 */
export async function examine(page: Page, name: string): Promise<void> {
  await settled(page);
  await picture(page, name);
  // Soft: a journey goes on and tells everything it finds in one run.
  expect.soft(await stickingOut(page), `${name} is wider than the window`).toEqual([]);
  expect.soft(await narrow(page), `${name} is wider than 320 px`).toEqual([]);
  // Before axe, which takes seconds: a page that renews itself (RENEWED) is gone by then.
  await expectScripts(page);
  expect.soft(await barriers(page), `axe on ${name}`).toEqual([]);
}

/** Keeps a picture of the whole page, unless nobody wants any. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.E2E_PICTURES === "0") return;
  const info = test.info();
  const suffix = info.project.name;
  await page.screenshot({ path: `${artefacts}${name}-${suffix}.png`, fullPage: true, animations: "disabled" });
}

/** What sticks out on the narrowest telephone there is: 320 px (WCAG 2.2, 1.4.10). Looked at where the window is narrow anyway. */
async function narrow(page: Page): Promise<string[]> {
  const window = page.viewportSize();
  if (!window || window.width > 360) return [];
  await page.setViewportSize({ ...window, width: 320 });
  const found = await stickingOut(page);
  await page.setViewportSize(window);
  return found;
}

/** What sticks out to the right: a phone's page never scrolls sideways. */
export async function stickingOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .slice(0, 5)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className} reaches ${Math.round(element.getBoundingClientRect().right)}`);
  });
}

interface Finding {
  id: string;
  help: string;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds by WCAG 2.2 A and AA and its own best practices, in the light and in the dark. */
export async function barriers(page: Page): Promise<string[]> {
  const all: string[] = [];
  const looked = (await scriptsRun(page)) ? page : await mirror(page);
  for (const colorScheme of ["light", "dark"] as const) {
    await looked.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    if (!(await looked.evaluate(() => "axe" in window))) await looked.evaluate(axeSource);
    // In the dark only the colours differ.
    const only = colorScheme === "light" ? { type: "tag", values: RULES } : { type: "rule", values: ["color-contrast"] };
    const findings = (await looked.evaluate(async (runOnly) => {
      const { axe } = window as unknown as { axe: { run(context: Document, options: object): Promise<{ violations: Finding[] }> } };
      // No rule of these reads style sheets: fetching and parsing them again for each look took a third of it.
      return (await axe.run(document, { runOnly, resultTypes: ["violations"], preload: { assets: ["media"] } })).violations;
    }, only)) as Finding[];
    for (const finding of findings) {
      const nodes = finding.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.failureSummary})`);
      all.push(`${finding.id} (${colorScheme}): ${finding.help} — ${nodes.join("; ")}`);
    }
  }
  await looked.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  return all;
}

/**
 * Without scripts the wall board asks to be loaded again every few seconds: there is no other way to show there what is new. axe
 * holds that against every page (meta-refresh, WCAG 2.2.1), and a mirror would leave with it. No other page may.
 */
const RENEWED = /^(\/en)?\/staff\/wall$/;

/** Where pages without scripts are looked at: one window for all of them, which keeps their styles. */
let glass: Page | undefined;

/**
 * The same document where scripts may run: axe waits for promises, which never come in a page without scripts. What the
 * parser made of the page, its <noscript> included, is kept; its own scripts are not.
 */
async function mirror(page: Page): Promise<Page> {
  let html = (await page.content()).replace(/<script\b[\s\S]*?<\/script>/gi, "").replace(/<\/?noscript>/gi, "");
  if (RENEWED.test(new URL(page.url()).pathname)) html = html.replace(/<meta http-equiv="refresh"[^>]*>/i, "");
  if (!glass || glass.isClosed()) glass = await (await page.context().browser()!.newContext({ javaScriptEnabled: true })).newPage();
  // A page of the same house, since only under its rules its styles may be used.
  const carrier = new URL("/accessibility", page.url());
  if (new URL(glass.url()).origin !== carrier.origin) await glass.goto(carrier.href);
  await glass.setContent(html);
  return glass;
}

const MIME: Record<string, RegExp> = { js: /javascript/, wasm: /^application\/wasm/, css: /^text\/css/ };

/** What was served already: a name says what is in it. */
const served = new Set<string>();

/** Every script, module and style sheet the page names is there, with the right type, and may be cached for ever. */
export async function expectScripts(page: Page): Promise<void> {
  const html = await page.content();
  const paths = new Set([...html.matchAll(/["'(]([^"'()\s]*\/pkg\/[^"'()\s]+\.(?:js|wasm|css))["')]/g)].map((match) => match[1]));
  for (const path of paths) {
    if (served.has(path)) continue;
    const response = await page.request.get(path);
    expect(response.status(), path).toBe(200);
    expect(response.headers()["content-type"], path).toMatch(MIME[path.split(".").pop()!]);
    expect(response.headers()["cache-control"] ?? "", path).toContain("immutable");
    served.add(path);
  }
}

/** The accessible error of a field, as a screen reader would find it. */
export function fieldError(page: Page, label: string | RegExp) {
  return page.getByLabel(label).first().evaluate((element) => {
    const ids = (element.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);
    return {
      invalid: element.getAttribute("aria-invalid") === "true",
      text: ids.map((id) => document.getElementById(id)?.textContent?.trim() ?? "").join(" "),
    };
  });
}

// A custody passport is verified in the browser with the network cut, and a file that was changed is told where; the signed roots stand
// for everybody; the server's own command says the same of the same files.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { colleague } from "../support/families";
import { examine, expect, test, visit } from "../support/house";
import { words } from "../support/words";

const run = promisify(execFile);
const zh = (key: string) => words("zh-CN", key);
/** A unit of the demo that is kept for good. */
const UNIT = "5b0c71de-90a4-4c1e-8f3d-000000000001";

interface Event {
  seq: number;
  kind: string;
  occurred_at: string;
  said?: { salt: string; text: string };
}
interface Passport {
  unit: string;
  events: Event[];
  proof: { seq: number; path: string[]; root: { signature: string; signed_at: string } };
}

/** The passport of the unit, as whoever sees units at the bank is handed it. */
async function passport(page: Page): Promise<string> {
  await colleague(page, "lab_officer");
  const answer = await page.request.get(`/staff/units/${UNIT}/passport.json`);
  expect(answer.status()).toBe(200);
  expect(answer.headers()["content-disposition"]).toContain("custody-passport-5b0c71de.json");
  return answer.text();
}

const changed = (text: string, change: (passport: Passport) => void): string => {
  const made = JSON.parse(text) as Passport;
  change(made);
  return JSON.stringify(made);
};

async function choose(page: Page, text: string): Promise<void> {
  await page.locator("#f-passport").setInputFiles({ name: "passport.json", mimeType: "application/json", buffer: Buffer.from(text) });
}

test("a passport is verified with the network cut, and a changed one is told where @js", async ({ page, browser, context }) => {
  test.setTimeout(120_000);
  const desk = await (await browser.newContext({ locale: "zh-CN" })).newPage();
  const text = await passport(desk);
  const made = JSON.parse(text) as Passport;
  expect(made.unit).toBe(UNIT);
  expect(made.events.length).toBeGreaterThan(70);

  await visit(page, "/custody/verify");
  await page.locator("body[data-verifier]").waitFor();
  await expect(page.locator("#proof-state")).toHaveText(zh("proof-ready"));
  await examine(page, "passport-1-verify");

  // From here on there is no network, and whatever is asked for all the same fails the journey.
  await context.setOffline(true);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await choose(page, text);
  await expect(page.locator("#proof-holds")).toBeVisible();
  await expect(page.locator("#proof-holds")).toBeFocused();
  await expect(page.locator("#proof-said-unit")).toHaveText(UNIT);
  await expect(page.locator("#proof-said-events")).toHaveText(zh("proof-events"));
  await expect(page.locator("#proof-said-covered")).toHaveText(zh("proof-covered"));
  await expect(page.locator("#proof-broken")).toBeHidden();

  const broken = page.locator("#proof-why");
  for (const [file, key, place] of [
    [changed(text, (one) => (one.events[11].occurred_at = one.events[10].occurred_at)), "proof-broken-event", "12"],
    [changed(text, (one) => (one.events[6].said!.text += " ")), "proof-broken-said", "7"],
    [changed(text, (one) => one.events.splice(20, 1)), "proof-broken-order", "21"],
    [changed(text, (one) => one.events.splice(one.proof.seq - 2)), "proof-broken-cut-off", String(made.proof.seq)],
    [changed(text, (one) => one.proof.path.reverse()), "proof-broken-proof", ""],
    [changed(text, (one) => (one.proof.root.signed_at = "2020-01-01T00:00:00Z")), "proof-broken-signature", ""],
    ["{}", "proof-broken-not-one", ""],
    ["no JSON", "proof-broken-not-one", ""],
  ] as const) {
    await choose(page, file);
    await expect(broken, key).toHaveText(zh(key));
    await expect(broken).toContainText(place);
    await expect(page.locator("#proof-holds")).toBeHidden();
  }
  expect(asked, "nothing is sent anywhere").toEqual([]);
  // The look at the page loads its scripts once more; by then the network is there again.
  await context.setOffline(false);
  await choose(page, changed(text, (one) => (one.events[11].occurred_at = one.events[10].occurred_at)));
  await expect(broken).toBeVisible();
  await examine(page, "passport-2-broken");
  await choose(page, text);
  await expect(page.locator("#proof-holds")).toBeVisible();
  await examine(page, "passport-3-holds");
  await visit(page, "/en/custody/verify");
  await page.locator("body[data-verifier]").waitFor();
  await choose(page, text);
  await expect(page.locator("#proof-holds")).toContainText("The passport holds");
  await examine(page, "passport-4-english");
});

test("the command says of a passport what the page says, without a database @desk", async ({ page, request }) => {
  test.setTimeout(120_000);
  const text = await passport(page);
  const folder = await mkdtemp(join(tmpdir(), "passport-"));
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const keys = await file("keys.json", await (await request.get("/custody/keys.json")).text());
  const verify = async (passport: string) =>
    run(process.env.E2E_SERVER!, ["verify-passport", passport, "--keys", keys], { env: {} }).then(
      ({ stdout }) => [0, stdout] as const,
      (error: { code: number; stdout: string }) => [error.code, error.stdout] as const,
    );
  const [good, said] = await verify(await file("passport.json", text));
  expect([good, said]).toEqual([0, expect.stringContaining("The passport is sound.")]);
  const [bad, why] = await verify(await file("changed.json", changed(text, (one) => (one.events[4].kind = "infused"))));
  expect(bad).toBe(4);
  expect(why).toContain("event 5:");
  await rm(folder, { recursive: true });
});

test("the signed roots stand for everybody, and nothing of a unit with them @desk", async ({ page, request, js }) => {
  await visit(page, "/custody/roots");
  const rows = page.locator("tbody tr");
  await expect(rows.first()).toContainText(/[0-9a-f]{64}/);
  await examine(page, "roots-1");
  const answer = (await (await request.get("/custody/roots.json")).json()) as { roots: { number: number; root: string; previous: string }[] };
  expect(JSON.stringify(answer)).not.toContain("5b0c71de");
  for (const [later, earlier] of answer.roots.slice(1).map((earlier, nth) => [answer.roots[nth], earlier])) {
    expect([later.number, later.previous]).toEqual([earlier.number + 1, earlier.root]);
  }
  await visit(page, "/en/custody/roots");
  await examine(page, "roots-2-english");
  // Without scripts the page says how to go on without it.
  await visit(page, "/custody/verify");
  if (!js) {
    await expect(page.locator("noscript .banner-text")).toHaveText(zh("proof-no-script"));
    await expect(page.locator("#f-passport")).toBeHidden();
    await expect(page.locator("main")).toContainText("server verify-passport passport.json --keys keys.json");
    await examine(page, "passport-5-nojs");
  }
});

// Families and their units: a mother on a telephone without scripts comes in by the invitation of her contract and reads
// everything; the second guardian reads what is not hers alone; a child of eighteen takes over, and its guardians only look.
import type { Browser, Page } from "@playwright/test";
import { sql } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });

/** The demo's families: the contract, and the mobile numbers that are registered with it. */
const small = { number: "SD 2026 000417", mother: "19900000101", other: "19900000102" };
const grown = { number: "SD 2008 000018", mother: "19900000201", child: "19900000203" };

/** The code that went to a number last; empty where none did. */
const lastCode = (phone: string) => sql(`select substring(body_text from '[0-9]{6}') from dev_mailbox
  where recipient like '%${phone}' and channel = 'sms' order by created_at desc, id desc limit 1`);

/** Signs in by a text message. A code that an earlier try of the journey was sent is not the one that is waited for. */
async function signIn(page: Page, phone: string): Promise<void> {
  const before = (await lastCode(phone)) || "none";
  await page.locator("#f-contact").fill(phone);
  await page.locator("#f-agree").check({ force: true });
  await press(button(page, "sign-in-send"));
  await page.waitForURL(/\/sign-in\/code/);
  await expect.poll(() => lastCode(phone), { timeout: 20_000 }).toMatch(new RegExp(`^(?!${before})[0-9]{6}$`));
  await page.locator("#f-code").fill(await lastCode(phone));
  await press(button(page, "sign-in-code-submit"));
}

/** The links of the units on the page of them. */
const UNITS = "main article a.card-link";

/** Somebody of their own network with a telephone of 360 pixels, or at a desk. */
async function somebody(browser: Browser, baseURL: string, scripts: boolean, width = 360): Promise<Page> {
  const part = () => Math.floor(Math.random() * 256);
  const context = await browser.newContext({
    baseURL, javaScriptEnabled: scripts, viewport: { width, height: 780 }, locale: "zh-CN",
    extraHTTPHeaders: { "x-forwarded-for": `10.${part()}.${part()}.1` },
  });
  return context.newPage();
}

/** Signs in by a text message, and comes into the family. The demo invites each person once: where an earlier try of the journey
 * broke off behind this, the account is of the family already, and goes on from there. */
async function join(page: Page, contract: string, phone: string, name: string): Promise<void> {
  await visit(page, "/family/join");
  await examine(page, `family-${name}-1-invited`);
  await press(page.getByRole("link", { name: zh("family-join-sign-in-do"), exact: true }));
  await signIn(page, phone);
  await page.waitForURL(/\/family\/join/);
  await visit(page, "/account/units");
  if ((await page.locator(UNITS).count()) > 0) return;
  await visit(page, "/family/join");
  await page.locator("#f-number").fill("SD 1999 000000");
  await page.locator("#f-phone").fill(phone);
  await press(button(page, "family-join-do"));
  await expect(page.locator("main")).toContainText(zh("family-join-none"));
  await expect(page.locator("#f-phone")).toHaveValue(phone);
  await examine(page, `family-${name}-2-refused`);
  await page.locator("#f-number").fill(contract);
  await press(button(page, "family-join-do"));
  await page.waitForURL(/\/account\/units\?done=joined/);
  await examine(page, `family-${name}-3-joined`);
}

/** The address of the only unit that whoever looks has. */
async function unitOf(page: Page): Promise<string> {
  await visit(page, "/account/units");
  const path = await page.locator(UNITS).first().getAttribute("href");
  expect(path).toMatch(/^\/account\/units\/[0-9a-f-]{36}$/);
  return path!;
}

test("a mother on a telephone reads everything without scripts, and the second guardian what is not hers alone @once", async ({ browser, baseURL }) => {
  test.setTimeout(300_000);
  const mother = await somebody(browser, baseURL!, false);
  await join(mother, small.number, small.mother, "mother");
  const unit = await unitOf(mother);
  const results = () => mother.locator(".family-consent", { hasText: zh("family-consent-mother_results") });
  await visit(mother, "/account/units/people");
  // Where an earlier try left her results shared, they are hers again.
  const shared = results().getByRole("button", { name: zh("family-consent-withdraw") });
  if ((await shared.count()) > 0) await press(shared);
  await visit(mother, unit);
  await expect(mother.locator("#way li")).toHaveCount(5);
  await expect(mother.locator("#dose")).toContainText(zh("family-dose"));
  await examine(mother, "family-mother-4-unit");
  await visit(mother, `${unit}/steps`);
  await expect(mother.locator("main li.task")).toHaveCount(56);
  await examine(mother, "family-mother-5-steps");
  await visit(mother, `${unit}/tests`);
  await expect(mother.locator("main .case-step")).toHaveCount(15);
  await expect(mother.locator("main")).toContainText(`（${zh("family-of-mother")}）`);
  await examine(mother, "family-mother-6-tests");
  await visit(mother, `${unit}/temperature?span=life`);
  await examine(mother, "family-mother-c-temperature");
  for (const [path, name] of [["notices", "7-notices"], ["contract", "8-contract"], ["people", "9-people"], ["access", "a-access"]]) {
    await visit(mother, `/account/units/${path}`);
    await examine(mother, `family-mother-${name}`);
  }
  await visit(mother, `/en${unit}`);
  await examine(mother, "family-mother-b-english");
  const certificate = await mother.request.get(`${unit}/certificate.pdf`, { timeout: 60_000 });
  expect(certificate.status()).toBe(200);
  expect((await certificate.body()).subarray(0, 5).toString()).toBe("%PDF-");
  const passport = await mother.request.get(`${unit}/passport.json`);
  expect(passport.status()).toBe(200);
  expect((await passport.json()).unit).toBe(unit.split("/").pop());
  const paper = await mother.request.get(`${unit}/passport.pdf`, { timeout: 60_000 });
  expect([paper.status(), paper.headers()["content-type"]]).toEqual([200, "application/pdf"]);
  expect((await paper.body()).subarray(0, 5).toString()).toBe("%PDF-");

  const other = await somebody(browser, baseURL!, true, 1280);
  await join(other, small.number, small.other, "other");
  await visit(other, `${unit}/tests`);
  await expect(other.locator("main")).toContainText(zh("family-test-hers"));
  await expect(other.locator("main")).not.toContainText(`（${zh("family-of-mother")}）`);
  await examine(other, "family-other-4-tests");
  await visit(mother, "/account/units/people");
  await press(results().getByRole("button"));
  await expect(mother.locator("main")).toContainText(zh("family-said-news"));
  await visit(other, `${unit}/tests`);
  await expect(other.locator("main")).toContainText(`（${zh("family-of-mother")}）`);

  // Whoever is of no family finds nothing at that address.
  const stranger = await somebody(browser, baseURL!, true);
  await visit(stranger, "/sign-in");
  await signIn(stranger, "19900000301");
  await visit(stranger, unit, 404);
  await visit(stranger, "/account/units");
  await examine(stranger, "family-stranger-1-none");
  for (const page of [mother, other, stranger]) await page.context().close();
});

test("a child of eighteen takes over, and its guardians only look @once", async ({ browser, baseURL }) => {
  test.setTimeout(240_000);
  const mother = await somebody(browser, baseURL!, true);
  await join(mother, grown.number, grown.mother, "guardian");
  await visit(mother, "/account/units/notices");
  await expect(mother.locator("main")).toContainText(zh("family-notice-of_age"));
  await examine(mother, "family-guardian-4-notices");

  const child = await somebody(browser, baseURL!, true);
  await join(child, grown.number, grown.child, "child");
  const unit = await unitOf(child);
  await visit(child, unit);
  await examine(child, "family-child-4-unit");
  await visit(mother, unit);
  await expect(mother.locator("main")).toContainText(zh("family-former"));
  await examine(mother, "family-guardian-5-looks");
  await visit(mother, "/account/units/people");
  // What is left to say is hers alone: whether others see her results.
  await expect(mother.locator(".family-consent")).toHaveCount(1);
  await examine(mother, "family-guardian-6-people");
  for (const page of [mother, child]) await page.context().close();
});

test("anybody verifies a certificate, and learns no more than whether it is valid @desk", async ({ page }) => {
  await visit(page, "/custody/certificates/verify");
  await examine(page, "family-verify-1-form");
  await page.locator("#f-number").fill("K7M4-Q2XR");
  await page.locator("#f-code").fill("0123456789AB");
  await press(button(page, "family-verify-do"));
  await expect(page.locator("main")).toContainText(zh("family-verify-unknown-text"));
  await examine(page, "family-verify-2-unknown");
});

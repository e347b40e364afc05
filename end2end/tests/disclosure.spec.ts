// Public disclosure: the figures with their files, on a telephone and at a desk, with and without scripts, in both languages;
// the hash anybody can check; and a report that is put right by one person and published by another.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { colleague } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { localized, WALKED, words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });

/** Somebody of compliance, signed in. */
async function compliance(page: Page): Promise<void> {
  await colleague(page, "compliance_officer");
}

for (const locale of ["zh-CN", "en"] as const) {
  test(`everybody reads the figures in ${locale}`, { tag: WALKED[locale] }, async ({ page }) => {
    await visit(page, localized(locale, "/spark/disclosure"));
    await expect(page.locator("html")).toHaveAttribute("lang", locale);
    await expect(page.locator("h1")).toHaveCount(1);
    await examine(page, `disclosure-${locale}-1-latest`);
    await press(page.locator("main a[href*='/spark/disclosure/2']").first());
    await expect(page.getByRole("link", { name: words(locale, "disclosure-save-pdf") as string })).toBeVisible();
    await examine(page, `disclosure-${locale}-2-report`);
    await visit(page, localized(locale, "/spark/notices"));
    await examine(page, `disclosure-${locale}-3-notices`);
    await visit(page, localized(locale, "/spark"));
    await expect(page.getByRole("link", { name: words(locale, "disclosure-link") as string })).toBeVisible();
  });
}

test("what is published can be checked by anybody, and fetched as a sheet, a workbook and a table @desk", async ({ page }) => {
  await visit(page, "/spark/disclosure");
  await press(page.locator("main a[href*='/spark/disclosure/2']").first());
  const hash = await page.locator(".disclosure-hash").last().innerText();
  expect(hash.trim()).toMatch(/^[0-9a-f]{64}$/);
  const fetched = page.waitForEvent("download");
  await page.getByRole("link", { name: zh("disclosure-frozen-text") as string, exact: true }).click();
  const bytes = readFileSync(await (await fetched).path());
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash.trim());
  for (const [key, start] of [
    ["disclosure-save-pdf", "%PDF-"],
    ["disclosure-save-xlsx", "PK"],
    ["disclosure-save-csv", "\u{feff}"],
  ] as const) {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: zh(key) as string, exact: true }).click();
    const file = readFileSync(await (await download).path());
    expect(file.toString("utf8").startsWith(start), key).toBe(true);
  }
});

test("one person puts the last report right and another publishes it @once", async ({ page, browser }) => {
  test.setTimeout(120_000);
  const look = (name: string) => examine(page, `disclosure-desk-${name}`);
  await compliance(page);
  const other = await browser.newContext({ locale: "zh-CN", viewport: page.viewportSize() ?? undefined });
  const second = await other.newPage();
  await compliance(second);

  await visit(page, "/staff/disclosure");
  await look("1-desk");
  await press(page.getByRole("link", { name: zh("disclosure-correct") as string, exact: true }));
  await look("2-correct");
  // Nothing chosen is no correction, and what was typed stays, also where another row is asked for.
  await page.locator("#f-why1").fill("演示·漏记一元");
  await press(button(page, "disclosure-correct-preview"));
  await expect(page.locator("#f-figure1-error")).toBeVisible();
  await expect(page.locator("#f-why1")).toHaveValue("演示·漏记一元");
  await press(button(page, "disclosure-correct-more"));
  await expect(page.locator("#f-figure2")).toBeVisible();
  await expect(page.locator("#f-why1")).toHaveValue("演示·漏记一元");
  await look("3-nothing-chosen");
  const received = page.locator("#f-figure1 option[value^='received ']").first();
  const key = (await received.getAttribute("value")) as string;
  const old = Number(/([\d,]+\.\d\d)/.exec((await received.textContent()) as string)?.[1].replaceAll(",", ""));
  expect(old).toBeGreaterThan(0);
  await page.locator("#f-figure1").selectOption(key);
  // The same number is no correction either.
  await press(button(page, "disclosure-correct-preview"));
  await expect(page.locator("main")).toContainText(zh("disclosure-refused-nothing") as string);
  await page.locator("#f-amount1").fill((old + 1).toFixed(2));
  await press(button(page, "disclosure-correct-preview"));
  await expect(page.locator("#preview")).toContainText(zh("disclosure-correct-preview-title") as string);
  await expect(page.locator("#preview")).toContainText("演示·漏记一元");
  await look("3-preview");
  await press(page.locator("#preview").getByRole("button", { name: zh("disclosure-correct-freeze") as string }));
  await expect(page.locator("main")).toContainText(zh("disclosure-mine") as string);
  await look("4-waits");

  // Whoever froze it does not publish it; the other sees what differs, and does.
  await visit(second, "/staff/disclosure");
  await examine(second, "disclosure-desk-5-second");
  await second.locator("summary", { hasText: zh("disclosure-publish") as string }).first().click();
  await press(button(second, "disclosure-publish-now"));
  await expect(second.locator("main")).toContainText(zh("disclosure-done-published") as string);
  await examine(second, "disclosure-desk-6-published");
  await visit(page, "/spark/disclosure");
  await expect(page.locator("main")).toContainText("演示·漏记一元");
  await look("7-public");
  await other.close();
});

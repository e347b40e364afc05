// A fund from its opening to its closing, without a step that JavaScript is needed for.
import type { Page } from "@playwright/test";
import { sql } from "../support/database";
import { only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { localized, words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });
/** The button of an open question, which may say the same as its summary. */
const inside = (page: Page, key: string) => page.locator(".dialog-panel").getByRole("button", { name: zh(key), exact: true });
const opener = (page: Page, key: string) => page.locator("summary", { hasText: zh(key) });

test("a fund is opened with its budgets, changed, closed and opened again @once", async ({ page, browser }) => {
  test.setTimeout(180_000);
  const look = (name: string) => examine(page, `funds-${name}`);
  await only(page, "finance_preparer");
  const code = `E2E-${Date.now().toString(36).toUpperCase()}`;
  await visit(page, "/staff/funds");
  await press(page.getByRole("link", { name: zh("fund-new") }));
  await look("1-new");

  // What is missing is told beside each field; another row takes nothing away.
  await page.locator("#f-name_zh").fill("演示·青少年罕见病基金");
  await press(button(page, "fund-open"));
  await expect(page.locator("#f-code")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-budget1_zh")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-name_zh")).toHaveValue("演示·青少年罕见病基金");
  await look("2-refused");
  await page.locator("#f-code").fill(code);
  await page.locator("#f-name_en").fill("Demo: rare diseases of the young");
  await page.locator("#f-disease").selectOption("rare");
  await page.locator("#f-age_from").fill("14");
  await page.locator("#f-age_until").fill("10");
  await page.locator("#f-terms_zh").fill("演示：14至24岁的罕见病患者可以申请。");
  await page.locator("#f-terms_en").fill("Demo: patients of 14 to 24 years with a rare disease can apply.");
  await page.locator("#f-budget1_zh").fill("年度预算");
  await page.locator("#f-budget1_en").fill("Annual budget");
  await page.locator("#f-ceiling1").fill("50,000");
  await press(button(page, "fund-budget-more"));
  await expect(page.locator("#f-code")).toHaveValue(code);
  await expect(page.locator("#f-ceiling1")).toHaveValue("50,000");
  await page.locator("#f-budget2_zh").fill("应急");
  await page.locator("#f-budget2_en").fill("Urgent");
  await look("3-another-row");
  await press(button(page, "fund-open"));
  await expect(page.locator("#f-age_until")).toHaveAttribute("aria-invalid", "true");
  await page.locator("#f-age_until").fill("24");
  await press(button(page, "fund-open"));
  await expect(page.locator("main")).toContainText(zh("fund-done-opened"));
  await expect(page.locator("main")).toContainText("应急");
  await look("4-opened");
  const fund = await sql(`select id from ledger_fund where code = '${code}'`);

  // Nothing came yet: the purpose may change. Two people at it: the later one is told what the first one saved.
  const other = await browser.newContext({ locale: "zh-CN", viewport: page.viewportSize() ?? undefined });
  const second = await other.newPage();
  await only(second, "finance_preparer");
  await visit(second, `/staff/funds/${fund}/edit`);
  await visit(page, `/staff/funds/${fund}/edit`);
  await look("5-edit");
  await page.locator("#f-age_from").fill("12");
  await press(button(page, "staff-save"));
  await expect(page.locator("main")).toContainText(zh("fund-done-changed"));
  await second.locator("#f-name_zh").fill("演示·另一个名称");
  await press(button(second, "staff-save"));
  await expect(second.locator("main")).toContainText(zh("fund-stale"));
  await expect(second.locator("#f-name_zh")).toHaveValue("演示·另一个名称");
  await examine(second, "funds-6-stale");
  await other.close();

  // Money comes: from then on the purpose stands.
  const day = await sql("select (now() at time zone 'Asia/Shanghai')::date");
  await visit(page, `/staff/funds/${fund}/enter?kind=donation`);
  await page.locator("#f-amount").fill("60,000");
  await page.locator("#f-day").fill(day);
  await page.locator("#f-reference").fill(`${code}-1`);
  await page.locator("#f-source").fill("演示·票据0009");
  await press(button(page, "books-enter"));
  await visit(page, `/staff/funds/${fund}/edit`);
  await expect(page.locator("main")).toContainText(zh("fund-purpose-stands"));
  await expect(page.locator("#f-age_from")).toHaveCount(0);
  await look("7-purpose-stands");

  await visit(page, "/spark/funds");
  await expect(page.locator("main")).toContainText("14至24岁的罕见病患者可以申请");
  await look("8-public");
  await visit(page, localized("en", "/spark/funds"));
  await expect(page.locator("main")).toContainText("patients of 14 to 24 years");

  // Closed for a reason, and opened again.
  await visit(page, `/staff/funds/${fund}`);
  await opener(page, "fund-close").click();
  await press(inside(page, "fund-close"));
  await expect(page.locator("#f-reason")).toHaveAttribute("aria-invalid", "true");
  await look("9-why");
  await page.locator("#f-reason").fill("演示·本年度预算已安排完");
  await press(inside(page, "fund-close"));
  await expect(page.locator("main")).toContainText(zh("fund-done-closed"));
  await look("10-closed");
  await visit(page, "/spark/funds");
  await expect(page.locator("main")).not.toContainText("14至24岁的罕见病患者可以申请");
  await visit(page, `/staff/funds/${fund}`);
  await press(button(page, "fund-reopen"));
  await expect(page.locator("main")).toContainText(zh("fund-done-reopened"));

  // A budget's ceiling, in English at a desk.
  await visit(page, localized("en", `/staff/funds/${fund}`));
  await press(page.getByRole("link", { name: "Annual budget" }));
  await look("11-budget-en");
});

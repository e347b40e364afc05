// The contracts' office: a contract is written, signed, brought into force with a unit by two, paid and ended; that it goes to another is proposed by
// one and shown to another; a guardian is invited, and a mobile number is read for a reason.
import type { Browser, Page } from "@playwright/test";
import { sql } from "../support/database";
import { only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });

/** The check character of ISO 7064 Mod 37,2. */
function whole(din: string): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
  const sum = [...din].reduce((sum, one) => ((sum + alphabet.indexOf(one)) * 2) % 37, 0);
  return din + alphabet[(38 - sum) % 37];
}

/** A day so many from today, as a date field has it. */
function day(from: number): string {
  return new Date(Date.now() + 8 * 3_600_000 + from * 86_400_000).toISOString().slice(0, 10);
}

/** Opens the form of an act. */
async function open(page: Page, key: string): Promise<void> {
  await page.locator("details.dialog > summary", { hasText: zh(key) }).click();
}

async function another(browser: Browser, page: Page, baseURL: string | undefined, js: boolean): Promise<Page> {
  const context = await browser.newContext({ baseURL, viewport: page.viewportSize(), locale: "zh-CN", javaScriptEnabled: js });
  return context.newPage();
}

/** Writes a contract and notes its signatures; answers its number. */
async function signed(page: Page): Promise<string> {
  const number = `SD2026${String(Math.floor(Math.random() * 900_000) + 100_000)}`;
  await visit(page, "/staff/contracts/new");
  await page.locator("#f-number").fill(number);
  await page.locator("#f-child").fill("演示宝宝");
  await page.locator("#f-born").fill(day(-10));
  await page.locator("#f-owner").fill(`1990002${String(Math.floor(Math.random() * 9_000) + 1_000)}`);
  await page.locator("#f-mother").check({ force: true });
  await page.locator("#f-storage").fill("620");
  await page.locator("#f-storage_from").fill(day(-3));
  await page.locator("#f-years").fill("20");
  await press(button(page, "contracts-write"));
  await open(page, "contracts-act-sign");
  await page.locator("#f-sign_signed_on").fill(day(-5));
  await page.locator("#f-sign_ends_on").fill(day(7_300));
  await press(button(page, "contracts-act-sign"));
  await expect(page.locator("main")).toContainText(zh("contracts-done-sign"));
  return number;
}

test("the office writes a contract, brings it into force, notes a payment and ends it @desk", async ({ page, browser, baseURL, js }) => {
  test.setTimeout(360_000);
  await only(page, "family_support");
  const number = `SD2026${String(Math.floor(Math.random() * 900_000) + 100_000)}`;
  const phone = `1990001${String(Math.floor(Math.random() * 9_000) + 1_000)}`;

  await visit(page, "/staff/contracts");
  await examine(page, "contracts-1-overdue");
  for (const [list, name] of [["soon", "2-soon"], ["arrears", "3-arrears"], ["expired", "4-none"], ["terminated", "5-ended"]] as const) {
    await visit(page, `/staff/contracts?list=${list}`);
    await examine(page, `contracts-${name}`);
  }
  await page.locator("#f-number").fill("SD2026999999");
  await press(button(page, "contracts-open"));
  await expect(page.locator("#f-number")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-number")).toHaveValue("SD2026999999");
  await examine(page, "contracts-6-unknown");

  await visit(page, "/staff/contracts/new");
  await examine(page, "contracts-7-new");
  await page.locator("#f-number").fill(number);
  await page.locator("#f-child").fill("演示宝宝");
  await page.locator("#f-born").fill(day(-10));
  await page.locator("#f-owner").fill("138");
  await page.locator("#f-storage").fill("620");
  await press(button(page, "contracts-write"));
  await expect(page.locator("#f-owner")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-child")).toHaveValue("演示宝宝");
  await examine(page, "contracts-8-refused");
  await page.locator("#f-owner").fill(phone);
  await page.locator("#f-mother").check({ force: true });
  await page.locator("#f-storage_from").fill(day(-3));
  await page.locator("#f-years").fill("20");
  await press(button(page, "contracts-write"));
  await expect(page.locator("main")).toContainText(zh("contracts-done-written"));
  expect(page.url()).not.toContain(number);
  await expect(page.locator("main")).not.toContainText(phone);
  await examine(page, "contracts-9-draft");
  const one = new URL(page.url()).pathname;

  await open(page, "contracts-act-sign");
  await page.locator("#f-sign_signed_on").fill(day(-5));
  await page.locator("#f-sign_ends_on").fill(day(-6));
  await press(button(page, "contracts-act-sign"));
  await expect(page.locator("#f-sign_ends_on")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "contracts-10-sign-refused");
  await page.locator("#f-sign_ends_on").fill(day(7_300));
  await press(button(page, "contracts-act-sign"));
  await expect(page.locator("main")).toContainText(zh("contracts-done-sign"));

  const din = await sql(`select din from custody_unit where family_id is null and pool = 'family'
    and state in ('frozen_quarantine', 'processing') order by registered_at desc, id limit 1`);
  await open(page, "contracts-act-begin");
  await page.locator("#f-begin_born").fill(day(-9));
  await page.locator("#f-begin_din").fill(`${din}!`);
  await press(button(page, "contracts-act-begin"));
  await expect(page.locator("#f-begin_din")).toHaveAttribute("aria-invalid", "true");
  await page.locator("#f-begin_din").fill(whole(din));
  await press(button(page, "contracts-act-begin"));
  await expect(page.locator("main")).toContainText(zh("contracts-done-proposed"));
  await expect(page.locator("#begin")).toContainText(zh("contracts-begin-same-person"));
  await examine(page, "contracts-18-proposed");
  const colleague = await another(browser, page, baseURL, js);
  await only(colleague, "family_support");
  await visit(colleague, one);
  await expect(colleague.locator("#begin")).not.toContainText(din);
  await examine(colleague, "contracts-19-to-confirm");
  await press(button(colleague, "contracts-begin-confirm"));
  await expect(colleague.locator("main")).toContainText(zh("contracts-done-begin"));
  await colleague.context().close();
  await visit(page, one);
  await expect(page.locator("main")).not.toContainText(din);
  await examine(page, "contracts-11-active");

  const pay = async (amount: string) => {
    await page.locator("#f-pay_nth").check({ force: true });
    await page.locator("#f-pay_amount").fill(amount);
    await page.locator("#f-pay_reference").fill(`E2E-${number}`);
    await press(button(page, "contracts-pay-do"));
  };
  await pay("600");
  await expect(page.locator("#f-pay_amount")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-pay_reference")).toHaveValue(`E2E-${number}`);
  await examine(page, "contracts-12-pay-refused");
  await page.locator("#f-pay_amount").fill("620");
  await press(button(page, "contracts-pay-do"));
  await expect(page.locator("main")).toContainText(zh("contracts-done-paid"));
  await examine(page, "contracts-13-paid");

  const invited = page.locator("#invitations li").first();
  await press(invited.getByRole("button", { name: zh("contracts-send") }));
  await expect(page.locator("main")).toContainText(zh("contracts-done-sent"));
  await press(page.locator("#invitations li").first().getByRole("button", { name: zh("contracts-block") }));
  await expect(page.locator("main")).toContainText(zh("contracts-done-blocked"));
  await open(page, "contracts-reveal");
  await page.locator("#f-guardians_reason").fill("演示：核对登记的手机号");
  await press(button(page, "contracts-reveal"));
  await expect(page.locator("main")).toContainText(phone);
  await examine(page, "contracts-14-revealed");

  const taker = await signed(page);
  await visit(page, one);
  await open(page, "contracts-act-transfer");
  await page.locator("#f-transfer_to").fill(taker);
  await page.locator("#f-transfer_din").fill(`${din}!`);
  await page.locator("#f-transfer_born").fill(day(-9));
  await page.locator("#f-transfer_reason").fill("演示：双方家庭来函申请，新合同已签署");
  await press(button(page, "contracts-act-transfer"));
  await expect(page.locator("#f-transfer_din")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-transfer_to")).toHaveValue(taker);
  await examine(page, "contracts-20-transfer-refused");
  await page.locator("#f-transfer_din").fill(whole(din));
  await press(button(page, "contracts-act-transfer"));
  await expect(page.locator("main")).toContainText(zh("contracts-done-transfer-proposed"));
  await expect(page.locator("#transfer")).toContainText(zh("contracts-transfer-same-person"));
  await examine(page, "contracts-21-transfer-proposed");
  const comparing = await another(browser, page, baseURL, js);
  await only(comparing, "family_support");
  await visit(comparing, one);
  await expect(button(comparing, "contracts-transfer-confirm")).toBeVisible();
  await expect(comparing.locator("#transfer")).not.toContainText(din);
  await examine(comparing, "contracts-22-transfer-to-confirm");
  await press(button(comparing, "contracts-waits-withdraw"));
  await expect(comparing.locator("main")).toContainText(zh("contracts-done-transfer-withdrawn"));
  await comparing.context().close();

  await visit(page, one);
  await open(page, "contracts-act-terminate");
  await page.locator("#f-terminate_reason").fill("看看");
  await press(button(page, "contracts-act-terminate"));
  await expect(page.locator("#f-terminate_reason")).toHaveValue("看看");
  await examine(page, "contracts-15-end-refused");
  await page.locator("#f-terminate_reason").fill("演示：家庭来函申请终止，双方已确认");
  await press(button(page, "contracts-act-terminate"));
  await expect(page.locator("main")).toContainText(zh("contracts-done-terminate"));
  await examine(page, "contracts-16-ended");
  await visit(page, `/en${one}`);
  await examine(page, "contracts-17-english");
  await visit(page, "/staff/contracts");
  await page.locator("#f-number").fill(number);
  await press(button(page, "contracts-open"));
  await page.waitForURL(/\/staff\/contracts\/[0-9a-f-]{36}$/);
  expect(new URL(page.url()).pathname).toBe(one);
});

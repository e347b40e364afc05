// The desk of stored units: a unit found by its number, banked by two people, a deviation, the store; and support opening a family's
// record for a reason that the family reads.
import type { Browser, Page } from "@playwright/test";
import { sql } from "../support/database";
import { only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

/** A colleague of this try's own, who works under a code of their own: an earlier try's code is somebody else's for good. */
async function works(page: Page, role: string, begins: string): Promise<string> {
  const account = await only(page, role);
  const code = begins + (test.info().retry || "");
  await sql(`insert into custody_operator (id, code, account_id, since) values (gen_random_uuid(), '${code}', '${account}', '2020-01-01')`);
  return account;
}

/** The check character of ISO 7064 Mod 37,2. */
function whole(din: string): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
  const sum = [...din].reduce((sum, one) => ((sum + alphabet.indexOf(one)) * 2) % 37, 0);
  return din + alphabet[(38 - sum) % 37];
}

async function another(browser: Browser, baseURL: string | undefined): Promise<Page> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 900 }, locale: "zh-CN" });
  return context.newPage();
}

test("a unit is found by its number, read whole, and nothing of it stands in an address @desk", async ({ page }) => {
  test.setTimeout(180_000);
  await works(page, "lab_officer", `E2E-A${test.info().project.name}`.slice(0, 14).toUpperCase());
  await visit(page, "/staff/units");
  await examine(page, "units-1-list");
  const din = await sql("select din from custody_unit where state = 'banked' order by registered_at limit 1");
  await page.locator("#f-din").fill(`${din}!`);
  await press(page.getByRole("button", { name: zh("units-open"), exact: true }));
  await expect(page.locator("#f-din")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "units-2-typo");
  await page.locator("#f-din").fill(whole(din));
  await press(page.getByRole("button", { name: zh("units-open"), exact: true }));
  await page.waitForURL(/\/staff\/units\/[0-9a-f-]{36}/);
  expect(page.url()).not.toContain(din);
  await expect(page.locator("main")).toContainText(zh("units-chain-holds"));
  await examine(page, "units-3-one");
  await visit(page, `/en${new URL(page.url()).pathname}`);
  await examine(page, "units-4-english");
  for (const [path, name] of [
    ["/staff/units?list=held", "units-5-held"],
    ["/staff/units?list=tests", "units-6-tests"],
    ["/staff/units?lot=nothing", "units-7-none"],
    ["/staff/deviations", "units-8-deviations"],
    ["/staff/store", "units-9-store"],
    ["/staff/operators", "units-10-operators"],
    ["/staff/collectors", "units-11-collectors"],
    ["/staff/recalls", "units-12-recalls"],
    ["/staff/custody/lists", "units-16-lists"],
  ] as const) {
    await visit(page, path);
    await examine(page, name);
  }
  const tank = await sql("select id from custody_tank where code = 'L-01'");
  await visit(page, `/staff/store/${tank}?tower=1`);
  await examine(page, "units-13-tower");
  const lot = await sql("select number from custody_lot order by number limit 1");
  await visit(page, `/staff/recalls?lot=${lot}`);
  await examine(page, "units-14-recall");
  await visit(page, `/en/staff/recalls?lot=${lot}`);
  await examine(page, "units-15-recall-english");
});

test("quality banks a unit with a colleague, each under their own account @once", async ({ page, browser, baseURL }) => {
  test.setTimeout(240_000);
  await works(page, "lab_officer", "E2E-LAB");
  const unit = await sql(`select u.id from custody_unit u where u.state = 'frozen_quarantine' and u.record_signed and u.open_deviations = 0
    and not exists (select from custody_proposal o where o.unit_id = u.id and o.outcome is null)
    and exists (select from custody_placement p where p.unit_id = u.id and p.taken_at is null) order by u.din limit 1`);
  await visit(page, `/staff/units/${unit}`);
  await expect(page.locator("main")).toContainText(zh("units-missing-nothing"));
  const bank = page.locator("details.dialog", { has: page.locator("input[name=act][value=bank]") });
  await bank.locator("summary").click();
  await examine(page, "units-20-propose");
  await press(bank.getByRole("button", { name: zh("units-propose"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("units-done-proposed"));
  await expect(page.locator("#proposals")).toContainText(zh("units-proposed-own"));
  await examine(page, "units-21-proposed");
  expect(await sql(`select state from custody_unit where id = '${unit}'`)).toBe("frozen_quarantine");

  const colleague = await another(browser, baseURL);
  await works(colleague, "quality_officer", "E2E-QA");
  await visit(colleague, `/staff/units/${unit}`);
  await examine(colleague, "units-22-to-confirm");
  await press(colleague.locator("#proposals").getByRole("button", { name: zh("units-confirm"), exact: true }));
  await expect(colleague.locator("main")).toContainText(zh("units-done-confirmed"));
  await examine(colleague, "units-23-banked");
  expect(await sql(`select state from custody_unit where id = '${unit}'`)).toBe("banked");
  await expect(colleague.locator("#chain")).toContainText("E2E-LAB");

  // A deviation, opened by one and closed by the other.
  const open = colleague.locator("details.dialog", { has: colleague.locator("#f-open_said") });
  await open.locator("summary").click();
  await press(open.getByRole("button", { name: zh("units-deviation-new"), exact: true }));
  await expect(colleague.locator("#f-open_said")).toHaveAttribute("aria-invalid", "true");
  await examine(colleague, "units-24-deviation-refused");
  await colleague.locator("#f-open_said").fill("演示：标签右下角磨损，字迹仍可辨认");
  await press(open.getByRole("button", { name: zh("units-deviation-new"), exact: true }));
  await expect(colleague.locator("main")).toContainText(zh("units-done-opened"));
  await visit(page, `/staff/units/${unit}`);
  const close = page.locator("details.dialog", { has: page.locator("input[name=deviation]") });
  await close.locator("summary").click();
  await close.locator("textarea").fill("演示：已换贴新标签，两人核对");
  await press(close.getByRole("button", { name: zh("units-deviation-close-do"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("units-done-closed"));
  await examine(page, "units-25-closed");
  await colleague.context().close();
});

test("support opens a family's record for a reason, for half an hour @once", async ({ page }) => {
  test.setTimeout(180_000);
  await only(page, "family_support");
  await visit(page, "/staff/families");
  await examine(page, "support-1-open");
  await page.locator("#f-number").fill("SD2026999999");
  await page.locator("#f-reason").fill("看看");
  await press(page.getByRole("button", { name: zh("support-open"), exact: true }));
  await expect(page.locator("#f-reason")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "support-2-short");
  await page.locator("#f-reason").fill("演示：家长来电询问检测进度");
  await press(page.getByRole("button", { name: zh("support-open"), exact: true }));
  await expect(page.locator("#f-number")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "support-3-unknown");
  await page.locator("#f-number").fill("sd 2026-000417");
  await press(page.getByRole("button", { name: zh("support-open"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("support-opened"));
  await expect(page.locator("main")).toContainText("家长来电询问检测进度");
  await expect(page.locator("main")).not.toContainText("SD2026000417");
  expect(page.url()).not.toContain("2026000417");
  const opened = new URL(page.url()).pathname;
  expect(await sql("select count(*) from family_access where role = 'family_support'")).not.toBe("0");
  await examine(page, "support-4-record");
  await press(page.getByRole("button", { name: zh("support-close"), exact: true }));
  await visit(page, opened);
  await expect(page.locator("main")).toContainText(zh("support-shut-text"));
  // A record that is not open to whoever asks says how to open it, and nothing else.
  const family = await sql("select id from family order by made_at desc limit 1");
  await visit(page, `/staff/families/${family}`);
  await expect(page.locator("main")).toContainText(zh("support-shut-text"));
  await examine(page, "support-5-shut");
});

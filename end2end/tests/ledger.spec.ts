// The books of the relief fund: two people of finance bring a family's aid to the bank, each doing what the other may not; and
// every page of the books looked at.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { account } from "../support/canaries";
import { sql } from "../support/database";
import { colleague } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });

/** Somebody of finance, signed in. */
async function finance(page: Page, role: string): Promise<void> {
  await colleague(page, role);
}

test("finance looks at every page of the books @desk", async ({ page }) => {
  test.setTimeout(120_000);
  await finance(page, "finance_preparer");
  const fund = await sql("select id from ledger_fund where code = 'HJB-2026'");
  const entry = await sql("select id from ledger_entry where source like '演示·与另一笔%'");
  const award = await sql("select award_id from ledger_payment where state = 'in_doubt'");
  const tranche = await sql("select id from ledger_tranche where state = 'planned' order by id limit 1");
  const statement = await sql("select id from ledger_statement order by read_at desc limit 1");
  for (const [name, path] of [
    ["1-funds", "/staff/funds"],
    ["2-fund", `/staff/funds/${fund}`],
    ["3-entry", `/staff/funds/entries/${entry}`],
    ["4-awards", "/staff/funds/awards"],
    ["5-award", `/staff/funds/awards/${award}`],
    ["6-tranche", `/staff/funds/tranches/${tranche}`],
    ["7-payments", "/staff/funds/payments"],
    ["8-statements", "/staff/funds/statements"],
    ["9-statement", `/staff/funds/statements/${statement}`],
    ["10-months", "/staff/funds/months"],
    ["11-opening", `/staff/funds/${fund}/enter?kind=opening`],
    ["12-public", "/spark/funds"],
  ]) {
    await visit(page, path!);
    await examine(page, `ledger-${name}`);
  }
});

test("two people of finance bring an award to the bank, and neither does it alone @once", async ({ page, browser }) => {
  test.setTimeout(180_000);
  const look = (name: string) => examine(page, `ledger-way-${name}`);
  await finance(page, "finance_preparer");
  const other = await browser.newContext({ locale: "zh-CN", viewport: page.viewportSize() ?? undefined });
  const releaser = await other.newPage();
  await finance(releaser, "finance_releaser");

  // The bank and the fund number each of theirs once: another walk has other numbers.
  const numbered = `E2E${Date.now()}`;
  // A donation that is typed wrong is asked back with everything in it.
  const fund = await sql("select id from ledger_fund where code = 'NZX-2026'");
  await visit(page, `/staff/funds/${fund}/enter?kind=donation`);
  await page.locator("#f-amount").fill("1,5");
  const source = `演示·票据${numbered}`;
  await page.locator("#f-reference").fill(`${numbered}1`);
  await page.locator("#f-source").fill(source);
  await press(button(page, "books-enter"));
  await expect(page.locator("#f-amount")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-source")).toHaveValue(source);
  await look("1-refused");
  await page.locator("#f-amount").fill("1,500");
  await press(button(page, "books-enter"));
  await expect(page.locator("main")).toContainText(zh("books-done-entered"));
  await look("2-entered");

  // The award whose account waits for a second person; walked again, one of which half is paid, to another account.
  let award = await sql(
    "select award_id from ledger_payee p where confirmed_by is null and not exists (select from ledger_payee o where o.award_id = p.award_id and o.nth > p.nth) order by award_id limit 1",
  );
  if (!award) {
    award = await sql(`select award_id from ledger_tranche t where state = 'planned'
      and exists (select from ledger_payment p join ledger_tranche o on o.id = p.tranche_id where o.award_id = t.award_id and p.state = 'settled') limit 1`);
    await visit(page, `/staff/funds/awards/${award}`);
    await page.locator("summary", { hasText: zh("books-payee-other") }).click();
    await page.locator("#f-holder").fill("演示医院");
    await page.locator("#f-bank").fill("演示银行济南分行");
    await page.locator("#f-account").fill(account().number);
    await press(button(page, "staff-save"));
  }
  const tranche = await sql(`select id from ledger_tranche where award_id = '${award}' and state = 'planned'`);
  const amount = await sql(`select amount from ledger_tranche where id = '${tranche}'`);
  await visit(page, `/staff/funds/tranches/${tranche}`);
  for (const paper of ["agreement", "invoice"]) {
    await page.getByRole("checkbox", { name: zh(`books-evidence-${paper}`) }).check({ force: true });
  }
  await press(button(page, "books-papers-note"));
  await press(button(page, "books-prepare"));
  await look("3-prepared");
  await visit(releaser, `/staff/funds/awards/${award}`);
  await press(button(releaser, "books-payee-show"));
  await expect(releaser.locator("main")).toContainText("演示银行济南分行");
  await examine(releaser, "ledger-way-4-account");
  await press(button(releaser, "books-payee-confirm"));
  await visit(releaser, `/staff/funds/tranches/${tranche}`);
  await press(button(releaser, "books-release"));
  await visit(releaser, "/staff/funds/payments");
  await press(button(releaser, "books-send"));
  await examine(releaser, "ledger-way-5-file");

  // The file goes to the bank, and its answer comes back.
  const fetched = releaser.waitForEvent("download");
  await releaser.getByRole("button", { name: zh("books-fetch") }).first().click();
  const file = readFileSync(await (await fetched).path(), "utf8");
  const payment = await sql(`select id from ledger_payment where tranche_id = '${tranche}'`);
  expect(file).toContain(payment);
  const day = await sql("select (now() at time zone 'Asia/Shanghai')::date");
  const rows = ["日期,流水号,结果,金额,付款编号", `${day},${numbered}2,成功,${Number(amount) / 100},${payment}`, `${day},${numbered}3,也许,1,`];
  await visit(page, "/staff/funds/statements");
  const hand = async (lines: string[]) => {
    await page.locator("#f-file").setInputFiles({ name: "bank.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });
    await press(button(page, "books-statement-hand-in"));
  };
  await hand(rows);
  await expect(page.locator("main")).toContainText(zh("books-rows-refused"));
  await look("6-rows-refused");
  await hand(rows.slice(0, 2));
  await expect(page.locator("main")).toContainText(zh("books-outcome-matched"));
  await look("7-matched");
  await visit(page, `/staff/funds/awards/${award}`);
  await expect(page.locator("main")).toContainText(zh("books-award-fulfilled"));
  await other.close();
});

// Money that comes back: asked of a family by compliance, matched, entered and confirmed by finance, waived by two, settled, with
// what the family reads of it; and what an award leaves over, given back to its fund.
import type { Page } from "@playwright/test";
import { sql } from "../support/database";
import { family, lend, only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { localized, words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });
/** The button of an open question, which may say the same as its summary. */
const inside = (page: Page, key: string) => page.locator(".dialog-panel").getByRole("button", { name: zh(key), exact: true });
const opener = (page: Page, key: string) => page.locator("summary", { hasText: zh(key) });

/** A page on a phone and at a desk: these walks cannot be walked once for each, since a case is asked once. */
async function both(page: Page, name: string): Promise<void> {
  await examine(page, name);
  const phone = page.viewportSize()!;
  await page.setViewportSize({ width: 1280, height: 800 });
  await examine(page, `${name}-wide`);
  await page.setViewportSize(phone);
}

test("money is asked back, comes back in three ways, and the case is closed @once", async ({ page, browser }) => {
  test.setTimeout(300_000);
  const context = { locale: "zh-CN", viewport: page.viewportSize() ?? undefined };
  const others = [await browser.newContext(context), await browser.newContext(context), await browser.newContext(context)];
  const [preparer, releaser, relative] = [await others[0].newPage(), await others[1].newPage(), await others[2].newPage()];
  await only(page, "compliance_officer");
  await only(preparer, "finance_preparer");
  await only(releaser, "finance_releaser");
  const { account } = await family(relative);

  // One that nobody was asked about before, and hardly one that another walk looks at.
  const found = await sql(`select c.id, b.paid / 100 from spark_case c join ledger_award a on a.case_id = c.id
    join ledger_award_balance b on b.award_id = a.id
    where c.state in ('follow_up', 'closed') and b.paid >= 500000 and b.committed = 0
      and not exists (select from spark_clawback d where d.case_id = c.id) order by reverse(c.id::text) limit 1`);
  const [id, paid] = found.split("|");
  await lend(id, account);
  await visit(page, `/staff/cases/${id}/claw-back`);
  await both(page, "clawback-1-form");
  // More than was paid is told beside the amount; what was typed stays.
  await page.locator("#f-amount").fill(String(Number(paid) + 1));
  await page.locator("#f-reason").fill("演示：票据重复报销，请退回到救助专户。如有困难请与我们联系。");
  await press(button(page, "clawback-case-do"));
  await expect(page.locator("#f-amount")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-reason")).toHaveValue(/票据重复报销/);
  await examine(page, "clawback-2-too-much");
  await page.locator("#f-amount").fill("3,000");
  await press(button(page, "clawback-case-do"));
  await page.waitForURL(/\/staff\/funds\/clawbacks\//);
  const demand = page.url().split("/").pop()!.split("?")[0];
  await examine(page, "clawback-3-asked");

  // Its family reads how much, until when and why.
  await visit(relative, `/account/spark/${id}`);
  const own = relative.locator("main");
  await expect(own).toContainText(zh("clawback-own"));
  await expect(own).toContainText("3,000.00");
  await expect(own).toContainText("票据重复报销");
  await expect(relative.locator("#now")).toContainText(zh("clawback-own-next"));
  await expect(relative.locator("#now")).toContainText(zh("spark-turn-family"));
  await both(relative, "clawback-4-family");

  // The bank tells of 1,000: matched by one person.
  const day = await sql("select (now() at time zone 'Asia/Shanghai')::date");
  const reference = `CB${Date.now()}`;
  await visit(preparer, "/staff/funds/statements");
  const csv = ["日期,流水号,结果,金额,付款编号", `${day},${reference},收款,1000.00,`].join("\n");
  await preparer.locator("#f-file").setInputFiles({ name: "bank.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await press(button(preparer, "books-statement-hand-in"));
  await visit(preparer, `/staff/funds/clawbacks/${demand}`);
  await preparer.locator("#f-row").selectOption(reference);
  await press(button(preparer, "clawback-match"));
  await expect(preparer.locator("main")).toContainText(zh("clawback-done-matched"));
  await examine(preparer, "clawback-5-matched");

  // A paper tells of 1,500: entered by one, whose own word is not enough, confirmed by another.
  await opener(preparer, "clawback-enter").click();
  await preparer.locator("#f-amount").fill("2,500");
  await preparer.locator("#f-reference").fill(`S${Date.now()}`);
  await preparer.locator("#f-source").fill("演示·收据0007");
  await press(inside(preparer, "books-enter"));
  await expect(preparer.locator("#f-amount")).toHaveAttribute("aria-invalid", "true");
  await expect(preparer.locator("#f-source")).toHaveValue("演示·收据0007");
  await examine(preparer, "clawback-6-more-than-left");
  await preparer.locator("#f-amount").fill("1,500");
  await press(inside(preparer, "books-enter"));
  await expect(preparer.locator("main")).toContainText(zh("clawback-done-entered"));
  await expect(button(preparer, "clawback-confirm")).toHaveCount(0);
  await examine(preparer, "clawback-7-entered");
  await visit(releaser, `/staff/funds/clawbacks/${demand}`);
  await both(releaser, "clawback-8-second");
  await press(button(releaser, "clawback-confirm"));
  await expect(releaser.locator("main")).toContainText(zh("clawback-done-confirmed"));

  // The rest is waived: once not confirmed, then confirmed.
  const waive = async () => {
    await visit(page, `/staff/funds/clawbacks/${demand}`);
    await opener(page, "clawback-waive").click();
    await page.locator("#f-waived").fill("500");
    await page.locator("#f-reason").fill("演示·家庭困难，减免剩余部分");
    await press(inside(page, "clawback-waive"));
    await expect(page.locator("main")).toContainText(zh("clawback-done-waived"));
  };
  await waive();
  await examine(page, "clawback-9-waiver");
  await visit(releaser, `/staff/funds/clawbacks/${demand}`);
  await opener(releaser, "clawback-refuse").click();
  await releaser.locator("#f-why_not").fill("演示·缺少困难证明");
  await press(inside(releaser, "clawback-refuse"));
  await expect(releaser.locator("main")).toContainText(zh("clawback-done-refused"));

  // Not settled while something is left.
  const settle = async () => {
    await visit(page, `/staff/cases/${id}`);
    await opener(page, "cases-event-settle").click();
    await page.locator("#f-reason_settle").fill("演示：款项已全部退回或减免");
    await press(inside(page, "cases-event-settle"));
  };
  await settle();
  await expect(page.locator("main")).toContainText("500.00");
  await examine(page, "clawback-10-left");
  await waive();
  await visit(releaser, `/staff/funds/clawbacks/${demand}`);
  await press(button(releaser, "clawback-confirm"));
  await both(releaser, "clawback-11-whole");
  await settle();
  expect(await sql(`select state from spark_case where id = '${id}'`)).toBe("closed");
  await visit(page, `/staff/funds/clawbacks/${demand}`);
  await expect(page.locator("main")).toContainText(zh("clawback-settled"));
  await both(page, "clawback-12-settled");
  await visit(page, localized("en", "/staff/funds/clawbacks"));
  await both(page, "clawback-13-list-en");

  // What came is in the books twice, and what it was settled with stands.
  expect(await sql(`select count(*) from spark_clawback_part where clawback_id = '${demand}' and entry_id is not null`)).toBe("2");
  const entry = await sql(`select entry_id from spark_clawback_part where clawback_id = '${demand}' and kind = 'bank'`);
  await visit(preparer, `/staff/funds/entries/${entry}`);
  await expect(preparer.locator("main")).toContainText(zh("clawback-settled-with"));
  await expect(opener(preparer, "books-reverse")).toHaveCount(0);
  await examine(preparer, "clawback-14-entry");
  await visit(relative, `/account/spark/${id}`);
  await expect(own).toContainText(zh("clawback-own-settled"));
  await examine(relative, "clawback-15-family-settled");
  await visit(relative, localized("en", `/account/spark/${id}`));
  await examine(relative, "clawback-16-family-en");
  for (const one of others) await one.close();
});

test("what an award leaves over goes back to its fund, once @once", async ({ page, browser }) => {
  test.setTimeout(180_000);
  const other = await browser.newContext({ locale: "zh-CN", viewport: page.viewportSize() ?? undefined });
  const preparer = await other.newPage();
  await only(page, "finance_releaser");
  await only(preparer, "finance_preparer");
  // A part of it is paid, and the family needs no more.
  const found = await sql(`select a.id, a.envelope_id, b.committed from ledger_award a join ledger_award_balance b on b.award_id = a.id
    where a.state = 'reserved' and b.paid > 0 and b.committed > 0 order by a.id limit 1`);
  const [award, envelope, left] = found.split("|");
  const available = async () => Number(await sql(`select available from ledger_envelope_balance where envelope_id = '${envelope}'`));
  const before = await available();

  // Who prepares payments gives nothing back.
  await visit(preparer, `/staff/funds/awards/${award}`);
  await expect(opener(preparer, "release-left")).toHaveCount(0);
  await other.close();

  await visit(page, `/staff/funds/awards/${award}`);
  await both(page, "release-award-1");
  await opener(page, "release-left").click();
  await press(inside(page, "release-left"));
  await expect(page.locator("#f-reason")).toHaveAttribute("aria-invalid", "true");
  await both(page, "release-award-2-why");
  await visit(page, localized("en", `/staff/funds/awards/${award}`));
  await page.locator("summary", { hasText: words("en", "release-left") }).click();
  await examine(page, "release-award-3-en");
  await visit(page, `/staff/funds/awards/${award}`);
  await opener(page, "release-left").click();
  await page.locator("#f-reason").fill("演示·治疗已结束，不再需要第二期");
  await press(inside(page, "release-left"));
  await expect(page.locator("main")).toContainText(zh("release-left-done"));
  await expect(page.locator("main")).toContainText(zh("books-award-released"));
  await expect(opener(page, "release-left")).toHaveCount(0);
  await both(page, "release-award-4-done");
  expect(await available()).toBe(before + Number(left));
  expect(await sql(`select state from ledger_award where id = '${award}'`)).toBe("released");
  expect(await sql(`select count(*) from ledger_entry where award_id = '${award}' and kind = 'released'`)).toBe("1");

  // The fund shows it, and the journal says why.
  const fund = await sql(`select fund_id from ledger_award where id = '${award}'`);
  await visit(page, `/staff/funds/${fund}`);
  await examine(page, "release-award-5-fund");
});

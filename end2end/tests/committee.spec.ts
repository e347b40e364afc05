// The committee: a meeting from its plan to the money. A secretary plans and freezes it, one member declares a conflict and finds
// no such case any more, the others vote, of two secretaries who close at once the second sees who was first, the chair signs and
// carries out what was decided, and the family reads it.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { sql } from "../support/database";
import { colleague, family } from "../support/families";
import { examine, expect, picture, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });
/** A closed question, opened; answers the button inside. */
async function asked(page: Page, key: string) {
  await page.locator("summary", { hasText: zh(key) }).first().click();
  return page.locator(".dialog[open] .dialog-panel").getByRole("button", { name: zh(key), exact: true });
}
const tick = (page: Page, name: string, value: string) =>
  page.locator(`input[name="${name}"][value="${value}"]`).check({ force: true });

/** Somebody of the house in this role, with a profile that ties them to nobody. */
async function seated(browser: Browser, page: Page, role: string): Promise<{ page: Page; account: string; context: BrowserContext }> {
  const context = await browser.newContext({ locale: "zh-CN", viewport: page.viewportSize() ?? undefined });
  const own = await context.newPage();
  const account = await colleague(own, role);
  await sql(`insert into spark_reviewer_profile (account_id, specialities, away, person_index, version, updated_at)
    values ('${account}', '{}', false, sha256(convert_to('${account}', 'UTF8')), 1, now()) returning account_id`);
  return { page: own, account, context };
}

/** Votes on a case. */
async function votes(page: Page, meeting: string, one: string, vote: string, part = ""): Promise<void> {
  await visit(page, meeting);
  await tick(page, `vote-${one}`, vote);
  await page.locator(`#f-part-${one}`).fill(part);
  await press(page.locator("form", { has: page.locator(`input[name="vote-${one}"]`) }).locator("button"));
}

test("a meeting goes from its plan to the money @once", async ({ page, browser }) => {
  test.setTimeout(600_000);
  const look = (name: string) => examine(page, `committee-${name}`);
  await colleague(page, "case_officer");
  const chair = await seated(browser, page, "chair");
  const deputy = await seated(browser, page, "committee_member");
  const member = await seated(browser, page, "committee_member");
  const recused = await seated(browser, page, "committee_member");
  const absent = await sql(`select account_id from staff_credential where login = 'demo-member-1'`);
  // Two of the demo's cases that wait for the committee: 9,500 and 24,000 yuan.
  const one = await sql("select id from spark_case where state = 'committee' and asked = 950000");
  const two = await sql("select id from spark_case where state = 'committee' and asked = 2400000");
  const dashed = "left(reference, 4) || '-' || right(reference, 4)";
  const reference = await sql(`select ${dashed} from spark_case where id = '${one}'`);

  // Planned: one person in two offices is asked back with everything that was chosen.
  await visit(page, "/staff/committee");
  await look("1-list");
  await press(page.getByRole("link", { name: zh("committee-plan"), exact: true }));
  await page.locator("#f-chair").selectOption(chair.account);
  await page.locator("#f-deputy").selectOption(chair.account);
  for (const account of [member.account, recused.account, absent]) await tick(page, "members", account);
  await press(button(page, "committee-plan-do"));
  await expect(page.locator("main")).toContainText(zh("committee-refused-own-deputy"));
  await expect(page.locator("#f-chair")).toHaveValue(chair.account);
  await look("2-refused");
  await page.locator("#f-deputy").selectOption(deputy.account);
  await press(button(page, "committee-plan-do"));
  await expect(page.locator("main")).toContainText(zh("committee-done-planned"));
  const meeting = new URL(page.url()).pathname;
  await visit(recused.page, meeting);
  await expect(recused.page.locator("main")).toContainText(zh("committee-not-frozen"));

  // Its agenda, its pack, who is there.
  await page.locator(`#f-place-${one}`).fill("1");
  await page.locator(`#f-place-${two}`).fill("2");
  await press(button(page, "committee-agenda-do"));
  await expect(page.locator("main")).toContainText(zh("committee-done-agenda"));
  await look("3-planned");
  await press(await asked(page, "committee-freeze"));
  await expect(page.locator(".committee-hash")).toHaveText(/^[0-9a-f]{64}$/);
  await look("4-frozen");
  await press(button(page, "committee-open"));
  await expect(page.locator("main [role=alert]")).toContainText("0");
  await look("5-no-quorum");
  for (const who of [chair, deputy, member, recused]) await tick(page, "present", who.account);
  await press(button(page, "committee-present-do").first());
  await press(button(page, "committee-open"));
  await look("6-in-session");

  // One declares a conflict, and finds no such case any more.
  await visit(recused.page, meeting);
  await examine(recused.page, "committee-7-before-them");
  const own = recused.page.locator("details", { has: recused.page.locator(`input[name="case"][value="${one}"]`) });
  await own.locator("summary").click();
  await press(own.getByRole("button", { name: zh("committee-declare-do"), exact: true }));
  await expect(recused.page.locator(`#f-reason-${one}`)).toHaveAttribute("aria-invalid", "true");
  await examine(recused.page, "committee-8-no-reason");
  await recused.page.locator(`#f-reason-${one}`).fill("演示：与申请家庭相识");
  await press(own.getByRole("button", { name: zh("committee-declare-do"), exact: true }));
  await expect(recused.page.locator("main")).not.toContainText(reference);
  await expect(recused.page.locator("#agenda article")).toHaveCount(1);
  await examine(recused.page, "committee-9-recused");

  // The others vote. A part without an amount comes back.
  await votes(chair.page, meeting, one, "partial");
  await expect(chair.page.locator(`#f-part-${one}`)).toHaveAttribute("aria-invalid", "true");
  await examine(chair.page, "committee-10-no-amount");
  for (const who of [chair, deputy, member]) await votes(who.page, meeting, one, "partial", "6,000");
  for (const who of [chair, deputy, member]) await votes(who.page, meeting, two, "refuse");
  await examine(member.page, "committee-11-voted");
  await visit(page, meeting);
  await press(await asked(page, "committee-close"));
  await expect(page.locator("main [role=alert]")).toContainText("不能定稿");
  await look("12-open");
  await votes(recused.page, meeting, two, "refuse");

  // Two secretaries at once: the second sees who was first.
  const other = await browser.newContext({ locale: "zh-CN", viewport: page.viewportSize() ?? undefined });
  const second = await other.newPage();
  await colleague(second, "case_officer");
  await visit(second, meeting);
  const late = await asked(second, "committee-close");
  await visit(page, meeting);
  await press(await asked(page, "committee-close"));
  await expect(page).toHaveURL(/\/minutes/);
  await press(late);
  await expect(second.locator("main [role=alert]")).toContainText("先定稿了会议纪要");
  await examine(second, "committee-13-second");
  await look("14-minutes");

  // Signed by both, and nothing of the case for whoever is recused.
  for (const who of [page, chair.page]) {
    await visit(who, `${meeting}/minutes`);
    await press(button(who, "committee-sign"));
    await expect(who.locator("main")).toContainText(zh("committee-done-signed"));
  }
  await visit(recused.page, `${meeting}/minutes`);
  await expect(recused.page.locator("main")).not.toContainText(reference);
  await visit(page, `/en${meeting}/minutes`);
  await look("15-signed-english");
  await page.emulateMedia({ media: "print" });
  await picture(page, "committee-16-printed");
  await page.emulateMedia({ media: "screen" });
  await visit(page, `/en${meeting}`);
  await look("17-room-english");

  // The chair carries out what was decided: a sum that is another is asked back.
  await visit(chair.page, "/staff/committee");
  await examine(chair.page, "committee-18-to-carry-out");
  await press(chair.page.getByRole("link", { name: reference, exact: true }));
  const envelopes = chair.page.locator("#f-envelope option");
  await chair.page.locator("#f-envelope").selectOption(await envelopes.nth(1).getAttribute("value"));
  await chair.page.locator("#f-amount-1").fill("5,000");
  await chair.page.locator("#f-reason").fill("演示：符合救助标准，按核定金额救助");
  await press(button(chair.page, "committee-carry-do"));
  await expect(chair.page.locator("main [role=alert]")).toContainText(zh("committee-refused-sum"));
  await expect(chair.page.locator("#f-amount-1")).toHaveValue("5,000");
  await examine(chair.page, "committee-19-another-sum");
  await chair.page.locator("#f-amount-2").fill("1000");
  await press(button(chair.page, "committee-carry-do"));
  await expect(chair.page.locator("main")).toContainText(zh("committee-done-carried"));
  await expect(chair.page.locator("main")).not.toContainText(reference);
  expect(await sql(`select state from spark_case where id = '${one}'`)).toBe("partial");
  expect(await sql(`select sum(t.amount) from ledger_tranche t join ledger_award a on a.id = t.award_id where a.case_id = '${one}'`)).toBe("600000");
  await press(chair.page.locator(`a[href$="/decisions/${two}"]`));
  await press(button(chair.page, "committee-carry-do"));
  await expect(chair.page.locator("#f-reason")).toHaveAttribute("aria-invalid", "true");
  await examine(chair.page, "committee-20-no-reason");

  // The family reads that something was granted.
  const home = await browser.newContext({ locale: "zh-CN", viewport: page.viewportSize() ?? undefined });
  const families = await home.newPage();
  const account = (await family(families)).account;
  await sql(`insert into spark_case_party (id, case_id, part, account_id, particulars_sealed, added_at)
    select gen_random_uuid(), '${one}', 'guardian', '${account}', particulars_sealed, now() from spark_case_party
    where case_id = '${one}' and part = 'applicant'
    on conflict (case_id, part) do update set account_id = excluded.account_id`);
  await visit(families, `/account/spark/${one}`);
  await expect(families.locator("main")).toContainText(zh("spark-public-granted"));
  await sql(`delete from spark_case_party where case_id = '${one}' and part = 'guardian' and account_id = '${account}' returning id`);
  for (const context of [chair.context, deputy.context, member.context, recused.context, other, home]) await context.close();
});

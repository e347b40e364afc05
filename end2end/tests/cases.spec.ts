// Cases of the Spark Project: an officer who does not look after one says why, reads it and takes it over; a family sees how far
// its own is, and is asked whether it is sure before it takes it back.
import type { Page } from "@playwright/test";
import { illness } from "../support/canaries";
import { sql } from "../support/database";
import { colleague, family } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });
/** What a closed question says: the summary of a <details>. */
const opener = (page: Page, key: string) => page.locator("summary", { hasText: zh(key) });
/** The button of an open question, which may say the same as its summary. */
const inside = (page: Page, key: string) => page.locator(".dialog-panel").getByRole("button", { name: zh(key), exact: true });

/** Who signed in for a case before a test lent it to its own family. */
const lent: { party: string; account: string }[] = [];

/** The case is this family's while the test runs. Only who signs in for it changes: what is sealed stays readable to the desk. */
async function lend(one: string, account: string): Promise<void> {
  const [party, before] = (await sql(`select id || ' ' || account_id from spark_case_party where case_id = '${one}' and part = 'applicant'`)).split(" ");
  lent.push({ party, account: before });
  await sql(`update spark_case_party set account_id = '${account}' where id = '${party}'`);
}

// Also where a test broke off.
test.afterEach(async () => {
  for (const { party, account } of lent.splice(0)) await sql(`update spark_case_party set account_id = '${account}' where id = '${party}'`);
});

test("an officer reads a case of another with a reason, and takes it over @once", async ({ page }) => {
  test.setTimeout(180_000);
  await colleague(page, "case_officer");
  await visit(page, "/staff/cases?state=granted");
  await examine(page, "cases-1-none");
  const adult = await sql("select id from spark_case where age >= 18 and state in ('granted', 'disbursing', 'follow_up') order by id limit 1");
  const minor = await sql("select id from spark_case where age < 18 and officer_id is not null order by id limit 1");
  await visit(page, `/staff/cases/${minor}`);
  await expect(page.locator("main")).toContainText(zh("cases-door-minor"));
  await examine(page, "cases-2-minor");

  await visit(page, `/staff/cases/${adult}`);
  await press(button(page, "cases-door-open"));
  await expect(page.locator("#f-look_reason")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "cases-3-refused");
  await page.locator("#f-look_reason").fill("演示：同事休假，家属来电");
  await press(button(page, "cases-door-open"));
  await expect(page.locator("main")).toContainText(zh("cases-done-opened"));
  await examine(page, "cases-4-masked");

  await opener(page, "cases-show").click();
  await page.locator("#f-show_reason").fill("演示：核对身份证");
  await press(inside(page, "cases-show"));
  await expect(page.locator("main")).toContainText(zh("staff-reveal-noted"));
  await examine(page, "cases-5-whole");
  await visit(page, `/staff/cases/${adult}/answers`);
  await examine(page, "cases-6-answers");

  await visit(page, `/staff/cases/${adult}`);
  await opener(page, "cases-take-over").click();
  await page.locator("#f-take_reason").fill("演示：同事休假");
  await press(inside(page, "cases-take-over"));
  await expect(page.locator("main")).toContainText(zh("cases-done-taken"));
  await examine(page, "cases-7-own");
  const state = await sql(`select state from spark_case where id = '${adult}'`);
  await visit(page, `/staff/cases?state=${state}`);
  await expect(page.locator(`a[href$="/staff/cases/${adult}"]`)).toBeVisible();
  await examine(page, "cases-8-list");
});

test("a family sees how far its application is, and is asked before it takes it back @desk", async ({ page }, info) => {
  test.setTimeout(120_000);
  const account = (await family(page)).account;
  await visit(page, "/account/spark");
  await expect(page.locator("main")).toContainText(zh("cases-own-none"));
  await examine(page, "cases-own-1-none");

  // A case of the demo becomes this family's, another one in each window.
  const nth = ["360", "1280", "360-nojs"].indexOf(info.project.name);
  const one = await sql(`select id from spark_case where state in ('granted', 'disbursing') order by id offset ${Math.max(nth, 0)} limit 1`);
  await lend(one, account);
  await visit(page, "/account/spark");
  await press(page.locator(`a[href$="/account/spark/${one}"]`));
  await expect(page.locator("main")).toContainText(zh("cases-own-money-title"));
  await examine(page, "cases-own-2-case");
  await visit(page, `/en/account/spark/${one}`);
  await examine(page, "cases-own-3-english");
  await visit(page, `/account/spark/${one}/withdraw`);
  await examine(page, "cases-own-4-withdraw");
  await visit(page, `/account/spark/${await sql("select gen_random_uuid()")}`, 404);
});

/** A case of the demo whose family is asked about illness and means: asked again where it was answered before. */
async function asked(page: Page): Promise<string> {
  const [one, state] = (await sql("select id || ' ' || state from spark_case where id = (select case_id from spark_clarification order by asked_at limit 1)")).split(" ");
  if (state !== "completeness") return one;
  const account = await colleague(page, "case_officer");
  await sql(`update spark_case set officer_id = '${account}' where id = '${one}'`);
  await visit(page, `/staff/cases/${one}`);
  await opener(page, "cases-event-return").click();
  for (const section of ["illness", "means"]) await page.locator(`input[name=sections][value=${section}]`).check({ force: true });
  await page.locator("#f-question").fill("演示：请说明最近一次治疗的时间，并更正家庭收入。");
  await press(inside(page, "cases-ask-do"));
  await expect(page.locator("main")).toContainText(zh("cases-done-asked"));
  return one;
}

test("a family answers what it is asked about, and about nothing else @once", async ({ page, browser, baseURL, viewport }) => {
  test.setTimeout(180_000);
  const desk = await browser.newContext({ baseURL: baseURL!, viewport: viewport! });
  const one = await asked(await desk.newPage());
  await desk.close();
  const account = (await family(page)).account;
  await lend(one, account);
  await visit(page, `/account/spark/${one}`);
  await expect(page.locator("#f-reply_illness")).toBeVisible();
  await expect(page.locator("#f-reply_people")).toHaveCount(0);
  await examine(page, "cases-own-5-asked");
  const told = illness("上月治疗");
  await page.locator("#f-reply_illness").fill(told);
  await press(button(page, "cases-own-reply-do"));
  await expect(page.locator("#f-reply_means")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-reply_illness")).toHaveValue(told);
  await examine(page, "cases-own-6-refused");
  await page.locator("#f-reply_means").fill(illness("没有变化"));
  await press(button(page, "cases-own-reply-do"));
  await expect(page.locator("main")).toContainText(zh("cases-own-answered"));
  await expect(page.locator("#f-reply_illness")).toHaveCount(0);
  await examine(page, "cases-own-7-answered");
});

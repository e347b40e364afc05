// An objection to a notice: anybody says what is wrong and has a receipt; who handles objections reads and answers it, and the
// objector is told by mail.
import { person } from "../support/canaries";
import { sql } from "../support/database";
import { colleague } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { mailTo, newAddress } from "../support/mail";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const FACTS = "演示：这户家庭的同一笔费用去年已经由另一个基金救助过，我见过当时的公示。";

test("anybody objects to a notice and has a receipt @desk", async ({ page }) => {
  test.setTimeout(120_000);
  await visit(page, "/spark/notices");
  await examine(page, "objection-1-notices");
  await press(page.locator('a[href*="/objection"]').first());
  await examine(page, "objection-2-form");
  await page.locator("#f-facts").fill("不对");
  await page.locator("#f-mail").fill("nowhere");
  await press(page.getByRole("button", { name: zh("objection-send"), exact: true }));
  await expect(page.locator("#f-facts")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-mail")).toHaveValue("nowhere");
  await examine(page, "objection-3-refused");
  await page.locator("#f-facts").fill(FACTS);
  await page.locator("#f-mail").fill("");
  await press(page.getByRole("button", { name: zh("objection-send"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("objection-arrived"));
  await examine(page, "objection-4-arrived");
  expect(page.url()).not.toContain(encodeURIComponent("演示"));
  const english = new URL(page.url());
  await visit(page, `/en${english.pathname}${english.search}`);
  await examine(page, "objection-5-english");
  await visit(page, `/en${english.pathname}`);
  await examine(page, "objection-6-english-form");
});

test("what is objected is read and answered, and the objector is told @once", async ({ page, browser, baseURL }) => {
  test.setTimeout(180_000);
  const contact = newAddress();
  const plain = await browser.newContext({ baseURL, javaScriptEnabled: false, viewport: { width: 360, height: 800 }, locale: "zh-CN" });
  const somebody = await plain.newPage();
  await somebody.goto("/spark/notices");
  await somebody.locator('a[href*="/objection"]').first().click();
  await somebody.locator("#f-facts").fill(FACTS);
  const { name } = person();
  await somebody.locator("#f-name").fill(name);
  await somebody.locator("#f-mail").fill(contact);
  await somebody.getByRole("button", { name: zh("objection-send"), exact: true }).click();
  const receipt = (await somebody.locator("main code").first().textContent())!.trim();
  await plain.close();

  await colleague(page, "compliance_officer");
  await visit(page, "/staff/objections");
  await examine(page, "objection-7-list");
  await press(page.getByRole("link", { name: receipt }));
  await expect(page.locator("main")).toContainText(name);
  await expect(page.locator("main")).not.toContainText(contact);
  await examine(page, "objection-8-one");
  await press(page.getByRole("button", { name: zh("objection-answer-do"), exact: true }));
  await expect(page.locator("#f-outcome-error")).toBeVisible();
  await examine(page, "objection-9-refused");
  await page.locator('input[name=outcome][value=unfounded]').check();
  await page.locator("#f-answer").fill("演示：已向医院核实，两次救助的不是同一笔费用。");
  await press(page.getByRole("button", { name: zh("objection-answer-do"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("objection-answered-news"));
  await examine(page, "objection-10-answered");
  const mail = await mailTo(contact, /核实/);
  expect(mail.text).toContain(receipt);
  expect(mail.subject).not.toContain(receipt);
  expect(await sql("select count(*) from spark_objection where outcome = 'unfounded'")).not.toBe("0");
});

// The agreement on aid: a family reads it, proves by a code that it is who it says, types the names of the application, and keeps
// it as it was signed. The press itself is made without scripts.
import { sql } from "../support/database";
import { colleague, family, lend, only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo } from "../support/mail";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

test("a family reads the agreement, signs it once and keeps it @once", async ({ page, browser, baseURL }) => {
  test.setTimeout(180_000);
  const { account, contact } = await family(page);
  const one = await sql("select id from spark_case where state = 'agreement' order by id limit 1");
  await lend(one, account);
  await visit(page, `/account/spark/${one}`);
  await expect(page.locator("#agreement")).toContainText(zh("decided-agreement-open"));
  await examine(page, "agreement-1-status");

  // Who signed in a while ago proves it again before signing, and comes back.
  await sql(`update login_session set stepped_up_at = null where account_id = '${account}' returning id`);
  await press(page.getByRole("link", { name: zh("decided-agreement-open"), exact: true }));
  await expect(page.locator("#f-name")).toHaveCount(0);
  await expect(page.locator("main")).toContainText("火种工程救助协议");
  await examine(page, "agreement-2-proof");
  await press(page.getByRole("link", { name: zh("decided-proof"), exact: true }));
  const before = await codeTo(contact);
  await press(page.getByRole("button", { name: zh("sign-in-send") }));
  await page.locator("#f-code").fill(await codeTo(contact, [before]));
  await press(page.locator("form:has(#f-code) button[type=submit]").first());
  await page.waitForURL(new RegExp(`/account/spark/${one}/agreement`));
  await examine(page, "agreement-3-form");

  await page.locator("#f-name").fill("演示·别人");
  await press(page.getByRole("button", { name: zh("decided-sign"), exact: true }));
  await expect(page.locator("#f-name")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-name")).toHaveValue("演示·别人");
  await expect(page.locator("#f-agrees")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "agreement-4-refused");
  await visit(page, `/en/account/spark/${one}/agreement`);
  await examine(page, "agreement-5-english");

  const plain = await browser.newContext({
    baseURL, javaScriptEnabled: false, viewport: { width: 360, height: 800 }, locale: "zh-CN",
    storageState: await page.context().storageState(),
  });
  const still = await plain.newPage();
  await still.goto(`/account/spark/${one}/agreement`);
  await still.locator("#f-name").fill("演示·林大");
  await still.locator("#f-agrees").check();
  await still.getByRole("button", { name: zh("decided-sign"), exact: true }).click();
  await expect(still.locator("main")).toContainText(zh("decided-signed-news"));
  await plain.close();
  expect(await sql(`select state from spark_case where id = '${one}'`)).toBe("disbursing");
  // Finance has the paper by that: nobody ticks it, and it is of each part that needs it.
  const parts = `ledger_tranche t join ledger_award a on a.id = t.award_id where a.case_id = '${one}' and 'agreement' = any (t.needs)`;
  const noted = `select count(*) from ledger_evidence e join (select t.id from ${parts}) p on p.id = e.tranche_id where e.noted_by is null`;
  expect(await sql(noted)).toBe(await sql(`select count(*) from ${parts}`));
  const desk = await browser.newContext({ baseURL, locale: "zh-CN", viewport: { width: 360, height: 800 } });
  const finance = await desk.newPage();
  await only(finance, "finance_preparer");
  await visit(finance, `/staff/funds/tranches/${await sql(`select t.id from ${parts} order by t.nth limit 1`)}`);
  await expect(finance.locator("main")).toContainText(zh("books-evidence-agreement"));
  await expect(finance.getByRole("checkbox", { name: zh("books-evidence-agreement") })).toHaveCount(0);
  await examine(finance, "agreement-9-finance");
  await desk.close();

  await visit(page, `/account/spark/${one}/agreement`);
  await expect(page.locator("main")).toContainText("演示·林大");
  await examine(page, "agreement-6-signed");
  const copy = await page.request.get(`/account/spark/${one}/agreement/copy.pdf`, { timeout: 60_000 });
  expect(copy.status()).toBe(200);
  expect((await copy.body()).subarray(0, 5).toString()).toBe("%PDF-");
  await visit(page, `/account/spark/${one}`);
  await examine(page, "agreement-7-after");
});

test("staff see that the agreement is signed, and on which text @once", async ({ page }) => {
  test.setTimeout(120_000);
  const officer = await colleague(page, "case_officer");
  const one = await sql("select case_id from spark_agreement order by signed_at limit 1");
  const before = await sql(`select officer_id from spark_case where id = '${one}'`);
  await sql(`update spark_case set officer_id = '${officer}' where id = '${one}' returning id`);
  await visit(page, `/staff/cases/${one}`);
  await expect(page.locator("#agreement")).toContainText(await sql(`select encode(text_hash, 'hex') from spark_agreement where case_id = '${one}'`));
  await examine(page, "agreement-8-desk");
  await sql(`update spark_case set officer_id = '${before}' where id = '${one}' returning id`);
});

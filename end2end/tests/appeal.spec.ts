// The appeal: a family says why, looks at what it wrote once more, and sends it once; each thing it needs to know is told before.
// New papers come with it.
import { illness } from "../support/canaries";
import { sql } from "../support/database";
import { colleague, family, lend } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { pdf } from "../support/pdf";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const REASONS = "演示：评审时还没有最近一次检查的结果，\n病情和申请时不一样了，请再看一次。";

test("a family appeals once what it has checked, also without scripts @once", async ({ page, browser, baseURL }) => {
  test.setTimeout(180_000);
  const { account } = await family(page);
  const one = await sql("select id from spark_case where state = 'refused' and not appealed order by id limit 1");
  await lend(one, account);
  await visit(page, `/account/spark/${one}`);
  await expect(page.locator("#appeal")).toContainText(zh("decided-appeal-write"));
  await examine(page, "appeal-1-status");
  await press(page.getByRole("link", { name: zh("decided-appeal-write"), exact: true }));
  await examine(page, "appeal-2-form");
  await page.locator("#f-reasons").fill("太少了");
  await press(page.getByRole("button", { name: zh("decided-appeal-to-check"), exact: true }));
  await expect(page.locator("#f-reasons")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-reasons")).toHaveValue("太少了");
  await examine(page, "appeal-3-refused");
  await visit(page, `/en/account/spark/${one}/appeal`);
  await examine(page, "appeal-4-english");

  const plain = await browser.newContext({
    baseURL, javaScriptEnabled: false, viewport: { width: 360, height: 800 }, locale: "zh-CN",
    storageState: await page.context().storageState(),
  });
  const still = await plain.newPage();
  await still.goto(`/account/spark/${one}/appeal`);
  await still.locator("#f-reasons").fill(REASONS);
  await still.locator("#f-wish").fill(illness("请按申请的金额救助"));
  await still.getByRole("button", { name: zh("decided-appeal-to-check"), exact: true }).click();
  await expect(still.locator("main")).toContainText(zh("decided-appeal-sure"));
  await examine(still, "appeal-5-check");
  await still.getByRole("button", { name: zh("decided-appeal-change"), exact: true }).click();
  await expect(still.locator("#f-reasons")).toHaveValue(REASONS);
  await still.getByRole("button", { name: zh("decided-appeal-to-check"), exact: true }).click();
  await still.getByRole("button", { name: zh("decided-appeal-send"), exact: true }).click();
  await expect(still.locator("main")).toContainText(zh("decided-appeal-news"));
  await plain.close();
  expect(await sql(`select state from spark_case where id = '${one}'`)).toBe("appeal");
  await visit(page, `/account/spark/${one}/appeal`);
  await examine(page, "appeal-6-sent");

  // New papers come with it, by the page and the checks of the application's.
  // (An application is sent once, by whom stays: only for a demo's, which is lent, the rule rests.)
  await sql(`set session_replication_role = replica; update spark_application set submitted_by = '${account}' where id = '${one}'`);
  await press(page.getByRole("link", { name: zh("papers-send"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("papers-appeal"));
  await page.locator("#f-kind").selectOption("diagnosis");
  await page.locator("#f-file").setInputFiles({ name: "演示新检查.pdf", mimeType: "application/pdf", buffer: pdf("a new examination") });
  await press(page.getByRole("button", { name: zh("papers-send"), exact: true }));
  await expect(page.locator(".papers > li", { hasText: "演示新检查" })).toContainText(zh("papers-of-appeal"));
  await examine(page, "appeal-6-papers");
  await press(page.getByRole("link", { name: zh("papers-appeal-back"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("decided-appeal-more"));
  await visit(page, `/account/spark/${one}`);
  await expect(page.locator("#appeal")).toContainText(zh("decided-appeal-next"));
  await examine(page, "appeal-7-after");
});

test("who looks after the case reads why it is appealed @once", async ({ page }) => {
  test.setTimeout(120_000);
  const officer = await colleague(page, "case_officer");
  const one = await sql("select case_id from spark_appeal order by sent_at limit 1");
  const before = await sql(`select officer_id from spark_case where id = '${one}'`);
  await sql(`update spark_case set officer_id = '${officer}' where id = '${one}' returning id`);
  await visit(page, `/staff/cases/${one}`);
  await expect(page.locator("#appeal")).toContainText("病情和申请时不一样了");
  await examine(page, "appeal-8-desk");
  await sql(`update spark_case set officer_id = '${before}' where id = '${one}' returning id`);
});

test("where there is no appeal it says why @once", async ({ page }) => {
  test.setTimeout(120_000);
  const { account } = await family(page);
  const one = await sql("select id from spark_case where state = 'notice' order by id limit 1");
  const before = await sql(`select account_id from spark_case_party where case_id = '${one}' and part = 'applicant'`);
  await lend(one, account);
  await visit(page, `/account/spark/${one}/appeal`);
  await expect(page.locator("main")).toContainText(zh("decided-no-appeal-nothing-refused"));
  await examine(page, "appeal-9-none");
  await visit(page, `/account/spark/${one}/agreement`);
  await expect(page.locator("main")).toContainText(zh("decided-agreement-none"));
  await examine(page, "agreement-9-none");
  await lend(one, before);
});

// Letters of the Spark Project: a family reads its own on a telephone, on paper and as a file, and anybody holds that file against
// ours; an officer opens it at the desk, with a trace.
import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { sql } from "../support/database";
import { colleague, family } from "../support/families";
import { examine, expect, picture, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });

/** A case of the demo that was decided becomes this family's too, until the answer is called; another one in each window. */
async function decided(page: Page, account: string, nth: number): Promise<[string, () => Promise<unknown>]> {
  const one = await sql(`select l.case_id from spark_letter l join spark_case c on c.id = l.case_id
    where l.kind = 'granted' and c.state in ('granted', 'disbursing') order by l.case_id desc offset ${Math.max(nth, 0)} limit 1`);
  await sql(`insert into spark_case_party (id, case_id, part, account_id, particulars_sealed, added_at)
    select gen_random_uuid(), '${one}', 'guardian', '${account}', particulars_sealed, now() from spark_case_party
    where case_id = '${one}' and part = 'applicant'
    on conflict (case_id, part) do update set account_id = excluded.account_id`);
  // Nothing of it stays behind for the desk, which could not read what is sealed for another row.
  const undo = () => sql(`delete from spark_case_party where case_id = '${one}' and part = 'guardian' and account_id = '${account}' returning id`);
  return [one, undo];
}

test("a family reads its letter, prints it, keeps it, and anybody can check it @desk", async ({ page }, info) => {
  test.setTimeout(120_000);
  const { account } = await family(page);
  const [one, undo] = await decided(page, account, ["360", "1280", "360-nojs"].indexOf(info.project.name));
  await visit(page, `/account/spark/${one}`);
  await expect(page.locator("#letters")).toContainText("关于给予救助的通知");
  await examine(page, "letters-1-list");
  await press(page.locator("#letters a", { hasText: "关于给予救助的通知" }).first());
  const letter = page.locator("article.letter");
  await expect(letter.locator("h1")).toHaveText("关于给予救助的通知");
  await expect(letter).toContainText(/人民币[\d,]+\.\d\d元（大写：[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+元/);
  await examine(page, "letters-2-letter");

  // The file is the same each time, and its hash stands below the letter.
  const link = (await page.locator("a[href$='letter.pdf']").getAttribute("href"))!;
  const fetched = async () => page.request.get(link);
  const first = await fetched();
  expect(first.headers()["content-type"]).toBe("application/pdf");
  expect(first.headers()["content-disposition"]).toMatch(/^attachment/);
  const hash = async (answer: { body(): Promise<Buffer> }) => createHash("sha256").update(await answer.body()).digest("hex");
  const digits = await hash(first);
  expect(await hash(await fetched())).toBe(digits);
  await page.reload();
  await expect(page.locator(".letter-hash")).toHaveText(digits);
  const number = (await page.locator(".letter-proof .code").textContent())!;
  await page.emulateMedia({ media: "print" });
  await picture(page, "letters-3-print");
  await expect(page.locator(".letter-proof a")).toBeHidden();
  await expect(letter).toBeVisible();
  await page.emulateMedia({ media: "screen" });
  const path = new URL(page.url()).pathname;
  await visit(page, `/en${path}`);
  await expect(page.locator(".letter-proof")).toContainText(words("en", "letters-proof-text"));
  await examine(page, "letters-4-english");
  // In the other language it is a translation, and says so; the file is the original's.
  await press(page.getByRole("link", { name: words("en", "letters-in-en"), exact: true }));
  await expect(letter).toHaveAttribute("lang", "en");
  await expect(page.locator("main")).toContainText(words("en", "letters-translation-note"));
  await examine(page, "letters-4-translation");

  await visit(page, "/spark/letters/verify");
  await examine(page, "letters-5-verify");
  await page.locator("#f-number").fill(number.toLowerCase());
  await page.locator("#f-digits").fill(digits.slice(0, 12));
  await press(button(page, "letters-verify-do"));
  await expect(page.locator("main")).toContainText(zh("letters-genuine"));
  await examine(page, "letters-6-genuine");
  await page.locator("#f-digits").fill("0123456789ab");
  await press(button(page, "letters-verify-do"));
  await expect(page.locator("main")).toContainText(zh("letters-unknown"));
  await expect(page.locator("#f-number")).toHaveValue(number.toLowerCase());
  await examine(page, "letters-7-unknown");

  // Whoever is not of the family finds nothing.
  await undo();
  await visit(page, path, 404);
});

test("an officer opens a letter at the desk, and that stands in the trail @once", async ({ page }) => {
  test.setTimeout(120_000);
  await colleague(page, "compliance_officer");
  const one = await sql("select case_id from spark_letter order by case_id, nth limit 1");
  await visit(page, `/staff/cases/${one}`);
  const link = (await page.locator("#letters a").first().getAttribute("href"))!;
  await examine(page, "letters-8-desk");
  const count = "select count(*) from audit_entry where action = 'spark.letter_opened' and actor_kind = 'staff'";
  const before = Number(await sql(count));
  const answer = await page.request.get(link);
  expect(answer.headers()["content-type"]).toBe("application/pdf");
  expect(Number(await sql(count))).toBeGreaterThan(before);
});

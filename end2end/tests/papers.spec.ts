// Papers of an application: a guardian on a telephone sends them and is told beside the field what is wrong with each that is not
// taken; the officer sees what is wanting, reads one, finds another unreadable and asks; the family answers with a new one; a
// physician sees what shows the illness. With and without scripts, on a telephone and at a desk.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { EICAR } from "../stack/clamd.mjs";
import { begin, family, fillAndSend } from "../support/apply";
import { sql } from "../support/database";
import { colleague } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { pdf } from "../support/pdf";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });
const NOTE = "演示：第1页印章模糊";

interface File {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const file = (name: string, buffer: Buffer, mimeType = "application/pdf"): File => ({ name, mimeType, buffer });

/** Sends files of a kind. */
async function send(page: Page, kind: string, files: File[]): Promise<void> {
  await page.locator("#f-kind").selectOption(kind);
  await page.locator("#f-file").setInputFiles(files);
  await press(button(page, "papers-send"));
}

/** Somebody of the house in a browser of their own, with this role. */
async function hired(context: BrowserContext, role: string): Promise<{ page: Page; account: string }> {
  const page = await context.newPage();
  return { page, account: await colleague(page, role) };
}

/** The entry of a paper in a list. */
const paper = (page: Page, name: string) => page.locator(".papers > li", { hasText: name });

test("papers are sent, refused with a reason each, read at the desk, asked about, and sent anew @desk", async ({ page, browser, baseURL, javaScriptEnabled, viewport, isMobile }) => {
  test.setTimeout(600_000);
  const window = { baseURL: baseURL!, javaScriptEnabled: javaScriptEnabled !== false, viewport: viewport!, isMobile };
  const open = async (from: Browser) => from.newContext(window);
  await family(page);
  const id = await begin(page);
  const papers = `/spark/apply/${id}/papers`;
  await visit(page, papers);
  await expect(page.locator("main")).not.toContainText(zh("papers-unscanned-title"));
  await examine(page, "papers-1-empty");
  await press(button(page, "papers-send"));
  await expect(page.locator("#f-file")).toHaveAttribute("aria-invalid", "true");

  // Each is told by a sentence of its own, beside the field and beside the file; nothing of it is kept.
  const behind = Buffer.concat([pdf("two in one"), Buffer.from("<html><script>alert(1)</script></html>")]);
  const refused: [File, string][] = [
    [file("演示病毒样本.pdf", Buffer.from(EICAR)), "杀毒检查认出"],
    [file("演示带脚本.pdf", pdf("a script", "/OpenAction << /S /JavaScript /JS (app.alert(1)) >> ")), "有脚本或会自动运行"],
    [file("演示夹带.pdf", behind), "夹带了其他内容"],
  ];
  for (const [one, sentence] of refused) {
    await send(page, "diagnosis", [one]);
    await expect(page.locator("#f-file-error")).toContainText(sentence);
    await expect(paper(page, one.name)).toContainText(zh("papers-state-refused"));
    await expect(paper(page, one.name).locator(".field-error")).toContainText(sentence);
  }
  await examine(page, "papers-2-refused");
  await visit(page, `/en${papers}`);
  await examine(page, "papers-3-english");
  await visit(page, papers);

  const photograph = await page.screenshot({ type: "jpeg", quality: 60 });
  await send(page, "identity", [file("演示户口簿.jpg", photograph, "image/jpeg")]);
  await send(page, "diagnosis", [file("演示诊断证明.pdf", pdf("diagnosis"))]);
  await expect(page.locator("main")).toContainText(zh("papers-done-added"));
  await expect(paper(page, "演示户口簿.jpg")).toContainText(zh("papers-state-usable"));
  await examine(page, "papers-4-taken");
  await fillAndSend(page, id);
  await visit(page, papers);
  await expect(page.locator("main")).toContainText(zh("papers-sent"));
  await examine(page, "papers-5-sent");

  // The officer: what is wanting stands out; one paper is read, one cannot be.
  const house = await open(browser);
  const { page: desk, account } = await hired(house, "case_officer");
  await visit(desk, `/staff/cases/${id}`);
  await press(button(desk, "cases-event-take_up"));
  const list = desk.locator("#papers");
  for (const kind of ["guardianship", "bills", "income"]) await expect(list.locator(".banner")).toContainText(zh(`papers-kind-${kind}`));
  await expect(paper(desk, "演示户口簿")).toBeVisible();
  await examine(desk, "papers-6-desk");
  const [read] = await Promise.all([
    desk.waitForEvent("download"),
    paper(desk, "演示户口簿").locator("form[action*='/staff/spark/papers/'] button").click(),
  ]);
  expect(read.suggestedFilename()).toMatch(/\.jpg$/);
  await press(paper(desk, "演示户口簿").locator("form:has(input[value=fine]) button"));
  await expect(desk.locator("main")).toContainText(zh("case-papers-done"));
  const bad = paper(desk, "演示诊断证明");
  await bad.locator("summary").click();
  await press(bad.locator(".dialog-panel button"));
  await expect(bad.locator(".dialog-panel .field-error")).toBeVisible();
  await examine(desk, "papers-7-note");
  await bad.locator(".dialog-panel input[type=text]").fill(NOTE);
  await press(bad.locator(".dialog-panel button"));
  await expect(bad).toContainText(NOTE);
  await expect(list.locator(".banner")).toContainText(zh("papers-kind-diagnosis"));
  await examine(desk, "papers-8-checked");
  await visit(desk, `/en/staff/cases/${id}`);
  await examine(desk, "papers-9-english");

  // What cannot be read stands in the question already.
  await visit(desk, `/staff/cases/${id}`);
  await desk.locator("#acts summary", { hasText: zh("cases-event-return") }).click();
  await expect(desk.locator("#f-question")).toHaveValue(new RegExp(NOTE));
  await expect(desk.locator("input[name=sections][value=papers]")).toBeChecked();
  await examine(desk, "papers-10-asking");
  await press(desk.locator("#acts .dialog-panel").getByRole("button", { name: zh("cases-ask-do"), exact: true }));
  await expect(desk.locator("main")).toContainText(zh("cases-done-asked"));

  // The family reads it, sends another, and answers.
  await visit(page, `/account/spark/${id}`);
  await expect(page.locator("#question")).toContainText(NOTE);
  await examine(page, "papers-11-asked");
  await press(page.locator("#question").getByRole("link", { name: zh("papers-send") }));
  await expect(page.locator("main")).toContainText(zh("papers-asked"));
  await send(page, "diagnosis", [file("演示诊断证明-重拍.pdf", pdf("diagnosis again"))]);
  await expect(paper(page, "演示诊断证明-重拍")).toContainText(zh("papers-state-usable"));
  await examine(page, "papers-12-again");
  await visit(page, `/account/spark/${id}`);
  await page.locator("#f-reply_papers").fill("演示：已重拍上传");
  await press(button(page, "cases-own-reply-do"));
  await expect(page.locator("main")).toContainText(zh("cases-own-answered"));

  await visit(desk, `/staff/cases/${id}`);
  const again = paper(desk, "演示诊断证明-重拍");
  await press(again.locator("form:has(input[value=fine]) button"));
  await expect(again).toContainText(zh("case-papers-state-fine"));
  await examine(desk, "papers-13-answered");

  // A physician is asked, and sees what shows the illness, without what the family called it.
  const clinic = await open(browser);
  const { page: physician, account: reviewer } = await hired(clinic, "medical_reviewer");
  await sql(`insert into spark_reviewer_profile (account_id, specialities, person_index, version, updated_at)
    values ('${reviewer}', '{}', sha256('${reviewer}'), 1, now())`);
  await sql(`insert into spark_case_reviewer (id, case_id, reviewer_id, assigned_by, assigned_at)
    values (gen_random_uuid(), '${id}', '${reviewer}', '${account}', now())`);
  await press(button(desk, "cases-event-complete"));
  await visit(physician, `/staff/reviews/${id}`);
  await expect(physician.locator("#papers .papers > li")).toHaveCount(2);
  await expect(physician.locator("main")).not.toContainText("演示诊断证明");
  await examine(physician, "papers-14-reviewer");
  const [seen] = await Promise.all([physician.waitForEvent("download"), physician.locator("#papers button").first().click()]);
  expect(seen.suggestedFilename()).toBe("diagnosis.pdf");
  await house.close();
  await clinic.close();
});

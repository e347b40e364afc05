// A physician judges a case without knowing whose it is: what is missing is told beside its field and nothing typed is lost, it is
// saved, come back to, given; whoever has a conflict finds no such case; a family takes its consent back. What the family typed
// stands on none of these pages, whatever of them is looked at.
import type { BrowserContext, Page } from "@playwright/test";
import { begin, family, fillAndSend } from "../support/apply";
import { account, address, illness, mobile, person } from "../support/canaries";
import { sql } from "../support/database";
import { colleague } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });

/** Somebody of the house in a browser of their own, with this role. */
async function hired(context: BrowserContext, role: string): Promise<{ page: Page; account: string }> {
  const page = await context.newPage();
  return { page, account: await colleague(page, role) };
}

/** Tied to nobody: a reviewer of whom nothing is known is asked about no case. */
async function profile(account: string): Promise<void> {
  await sql(`insert into spark_reviewer_profile (account_id, specialities, away, person_index, version, updated_at)
    values ('${account}', '{03}', false, sha256('${account}'), 1, now()) returning account_id`);
}

/** The names of the rubric's marks, whichever version is published. */
const marks = (page: Page): Promise<string[]> =>
  page.locator("input[name^=mark-]").evaluateAll((all) => [...new Set(all.map((one) => (one as HTMLInputElement).name))]);

const mark = (page: Page, name: string, value: string) => page.locator(`input[name=${name}][value="${value}"]`);

test("a physician judges a case, finds none there is a conflict with, and stops where the family takes its consent back @desk", async ({ page, browser, baseURL, javaScriptEnabled, viewport, isMobile }) => {
  test.setTimeout(480_000);
  const window = { baseURL: baseURL!, javaScriptEnabled: javaScriptEnabled !== false, viewport: viewport!, isMobile };
  const open = async () => browser.newContext(window);
  const [child, mother, home, phone, bank] = [person(), person(), address(), mobile(), account()];
  const income = "36421";
  await family(page);
  const id = await begin(page);
  await fillAndSend(page, id, {
    patient: { patient_name: child.name },
    patient_document: { patient_document: child.document },
    address: { address: home },
    guardian: { guardian_name: mother.name },
    guardian_document: { guardian_document: mother.document },
    guardian_contact: { guardian_phone: phone },
    income: { income },
    payee: { payee: "family", account_holder: bank.holder, bank: "演示银行历下支行", account: bank.number },
  });
  const hidden = [child.name, child.document, mother.name, mother.document, home, phone, income, bank.holder, bank.number, "演示银行历下支行"];

  const contexts = [await open(), await open(), await open(), await open()];
  const officer = await hired(contexts[0], "case_officer");
  const reviewer = await hired(contexts[1], "medical_reviewer");
  const related = await hired(contexts[2], "medical_reviewer");
  const compliance = await hired(contexts[3], "compliance_officer");
  for (const one of [reviewer, related]) await profile(one.account);
  const list = "/staff/reviews";
  const sheet = `${list}/${id}`;

  /** Nothing of what the family typed stands in what the server sends. */
  const holdsNothing = async (one: Page, ...paths: string[]) => {
    for (const path of paths.flatMap((path) => [path, `/en${path}`])) {
      const html = await (await one.context().request.get(path)).text();
      expect(hidden.filter((word) => html.includes(word)), path).toEqual([]);
    }
  };

  await visit(reviewer.page, list);
  await expect(reviewer.page.locator("main")).toContainText(zh("review-none"));
  await examine(reviewer.page, "reviews-1-none");

  // An officer takes the case up, asks two physicians, and finds it complete.
  const desk = `/staff/cases/${id}`;
  await visit(officer.page, desk);
  await expect(officer.page.locator("main")).toContainText(zh("cases-untaken-title"));
  await examine(officer.page, "reviews-2-untaken");
  await press(button(officer.page, "cases-event-take_up"));
  for (const one of [reviewer, related]) {
    await officer.page.locator("#f-reviewer").selectOption(one.account);
    await press(button(officer.page, "cases-reviewer-ask"));
    await expect(officer.page.locator("main")).toContainText(zh("cases-done-reviewer"));
  }
  await press(button(officer.page, "cases-event-complete"));
  expect(await sql(`select state from spark_case where id = '${id}'`)).toBe("medical_review");

  const desktop = reviewer.page;
  await visit(desktop, list);
  await expect(desktop.locator(`a[href$="${sheet}"]`)).toBeVisible();
  await examine(desktop, "reviews-3-list");
  await press(desktop.locator(`a[href$="${sheet}"]`));
  await examine(desktop, "reviews-4-sheet");
  await holdsNothing(desktop, list, sheet);

  // The best mark wants a comment: that is told beside its field, and what was typed stays.
  const names = await marks(desktop);
  const best = await desktop.locator(`input[name=${names[0]}]:not([value=na])`).last().getAttribute("value");
  await mark(desktop, names[0], best!).check({ force: true });
  for (const name of names.slice(1)) await mark(desktop, name, "3").check({ force: true });
  const comment = (name: string) => desktop.locator(`[name=${name.replace("mark-", "comment-")}]`);
  await press(button(desktop, "review-give"));
  await expect(desktop.locator(".error-summary")).toBeVisible();
  await expect(comment(names[0])).toHaveAttribute("aria-invalid", "true");
  await expect(mark(desktop, names[0], best!)).toBeChecked();
  for (const name of names.slice(1)) await expect(mark(desktop, name, "3")).toBeChecked();
  await examine(desktop, "reviews-5-refused");

  // Saved as far as one got, and come back to.
  const said = illness("病情进展快，符合指征");
  await comment(names[0]).fill(said);
  await press(button(desktop, "review-save"));
  await expect(desktop.locator(`a[href$="${sheet}"]`)).toBeVisible();
  await visit(desktop, `/en${sheet}`);
  await expect(comment(names[0])).toHaveValue(said);
  await examine(desktop, "reviews-6-english");
  await visit(desktop, sheet);
  await expect(mark(desktop, names[0], best!)).toBeChecked();
  await press(button(desktop, "review-give"));
  await visit(desktop, sheet);
  await expect(desktop.locator("main")).toContainText(zh("review-given"));
  await expect(desktop.locator("textarea")).toHaveCount(0);
  await examine(desktop, "reviews-7-given");
  await holdsNothing(desktop, list, sheet);

  // The other one turns out to have a conflict: from then on there is no such case.
  await visit(related.page, sheet);
  await holdsNothing(related.page, list, sheet);
  await visit(compliance.page, `/staff/profiles/${related.account}/conflict`);
  await press(button(compliance.page, "profiles-conflict-do"));
  await expect(compliance.page.locator("#f-reference")).toHaveAttribute("aria-invalid", "true");
  await examine(compliance.page, "reviews-8-conflict");
  const reference = await sql(`select reference from spark_case where id = '${id}'`);
  await compliance.page.locator("#f-reference").fill(`${reference.slice(0, 4)}-${reference.slice(4)}`);
  await compliance.page.locator("#f-reason").fill("演示：与家属相识");
  await press(button(compliance.page, "profiles-conflict-do"));
  await expect(compliance.page.locator("main")).toContainText(zh("profiles-done-declared"));
  await visit(related.page, sheet, 404);
  await holdsNothing(related.page, list, sheet);
  await visit(related.page, list);
  await expect(related.page.locator(`a[href$="${sheet}"]`)).toHaveCount(0);
  await visit(related.page, `${list}/${await sql("select gen_random_uuid()")}`, 404);

  // The family takes back that its health data are judged: the review stops, and the page says so.
  await visit(page, `/spark/apply/${id}/sent`);
  const consent = page.locator(".apply-consent", { hasText: zh("apply-page-consent_health") as string });
  await consent.getByText(zh("application-withdraw-short") as string, { exact: true }).click();
  await press(consent.locator("button[type=submit]"));
  await visit(desktop, sheet);
  await expect(desktop.locator("main")).toContainText(zh("review-withdrawn-text"));
  await expect(desktop.locator("input[name^=mark-]")).toHaveCount(0);
  await examine(desktop, "reviews-9-withdrawn");
  await holdsNothing(desktop, list, sheet);
  await visit(desktop, list);
  await expect(desktop.locator(`a[href$="${sheet}"]`)).toHaveCount(0);
  for (const context of contexts) await context.close();
});

// A guardian applies to the Spark Project for a child: signing in by code, one thing a page, faults, two windows, the answers to
// check, the confirmation with its copy; on a telephone and at a desk, with and without scripts.
import type { Page } from "@playwright/test";
import { account, address, illness, mobile, person } from "../support/canaries";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, newAddress } from "../support/mail";
import { type Locale, localized, WALKED, words } from "../support/words";

const say = (key: string, locale: Locale = "zh-CN") => words(locale, key);
const button = (page: Page, key: string) => page.getByRole("button", { name: say(key), exact: true });
const link = (page: Page, key: string) => page.getByRole("link", { name: say(key), exact: true });

/** What is answered: radios and boxes by their value, everything else as it is typed. */
type Answers = Record<string, string>;

/** Fills in what a page asks. */
async function fill(page: Page, answers: Answers): Promise<void> {
  for (const [name, value] of Object.entries(answers)) {
    const field = page.locator(`[name=${name}]`).first();
    const kind = await field.evaluate((it) => (it instanceof HTMLInputElement ? it.type : it.tagName.toLowerCase()));
    if (kind === "radio") await page.locator(`input[name=${name}][value=${JSON.stringify(value)}]`).check({ force: true });
    else if (kind === "checkbox") await field.check({ force: true });
    else if (kind === "select") await field.selectOption(value);
    else await field.fill(value);
  }
}

/** Fills in the page of this name and goes on. */
async function answer(page: Page, name: string, answers: Answers): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(say(`apply-page-${name}`) as string);
  await fill(page, answers);
  await press(button(page, "application-continue"));
}

/** From the task list to where a section goes on. */
async function section(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(say("application-tasks") as string);
  await press(link(page, `apply-section-${name}`));
}

/** Nothing of what was typed stands in the address or in the browser's storage. */
async function leavesNothing(page: Page): Promise<void> {
  const url = new URL(page.url());
  expect(url.pathname).toMatch(/^\/spark\/apply\/[0-9a-f-]{36}(\/[a-z_-]+)?$/);
  expect([url.search.replace("?from=check", ""), url.hash]).toEqual(["", ""]);
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
}

for (const locale of ["zh-CN", "en"] as const) {
  test(`/spark/apply in ${locale}`, { tag: WALKED[locale] }, async ({ page }) => {
    await visit(page, localized(locale, "/spark/apply"));
    await expect(page.locator("html")).toHaveAttribute("lang", locale);
    await expect(page.locator("h1")).toHaveCount(1);
    await examine(page, `apply-start-${locale}`);
  });
}

test("a guardian applies for a child, is told what is wrong, meets another window, checks, sends, and comes back", async ({ page, watch, js }) => {
  test.setTimeout(300_000);
  // A script that saves on an old version is refused; what that means is told on the page.
  watch.expectFault(/409/);
  const look = (name: string) => examine(page, `apply-${name}`);
  const contact = newAddress("guardian");
  const [child, mother, home, elsewhere, payee] = [person(), person(), address(), address(), account()];
  const phone = mobile();

  await visit(page, "/spark");
  await press(link(page, "application-action").first());
  await press(link(page, "application-sign-in"));
  await page.locator("#f-contact").fill(contact);
  await page.locator("#f-agree").check({ force: true });
  await press(button(page, "sign-in-send"));
  await page.waitForURL(/\/sign-in\/code/);
  await page.locator("#f-code").fill(await codeTo(contact));
  await press(button(page, "sign-in-code-submit"));
  await page.waitForURL(/\/spark\/apply$/);
  await look("1-signed-in");
  await press(button(page, "application-begin"));
  await look("2-tasks");

  await section(page, "before");
  await press(button(page, "application-continue"));
  await expect(page.locator(".error-summary")).toBeVisible();
  await expect(page).toHaveTitle(/^错误：/);
  await look("3-nothing-ticked");
  await answer(page, "keep", { keep: "on", no_promise: "on" });
  await look("4-whom");
  await answer(page, "whom", { whom: "child" });
  await answer(page, "group", { group: "rare" });
  await answer(page, "place", { place: "registered", city: "jinan" });
  await leavesNothing(page);

  await section(page, "people");
  await fill(page, { patient_name: child.name, patient_born: "2190-01-01" });
  await press(button(page, "application-continue"));
  await expect(page.locator("#f-patient_born")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-patient_name")).toHaveValue(child.name);
  await look("5-faults");
  await answer(page, "patient", { patient_born: "2015-06-01", patient_sex: "female" });
  await answer(page, "patient_document", { patient_document_kind: "passport", patient_document: child.document });

  // The same page in another window: both texts are shown, and one is chosen.
  const other = await page.context().newPage();
  await visit(other, new URL(page.url()).pathname);
  await answer(page, "address", { address: elsewhere });
  await other.locator("#f-address").fill(home);
  await press(button(other, "application-continue"));
  await expect(other.getByText(elsewhere)).toBeVisible();
  await expect(other.getByText(home)).toBeVisible();
  await examine(other, "apply-6-conflict");
  await press(button(other, "application-conflict-mine"));
  await other.close();

  await fill(page, { guardian_name: mother.name, guardian_relation: "other" });
  await press(button(page, "application-continue"));
  await expect(page.locator("#f-guardian_basis")).toHaveAttribute("aria-invalid", "true");
  await look("7-guardian");
  await answer(page, "guardian", { guardian_relation: "mother" });
  await answer(page, "guardian_document", { guardian_document_kind: "passport", guardian_document: mother.document });
  if (js) {
    // What is typed is saved without a press: the page opened anew has it.
    await page.locator("#f-guardian_phone").fill(phone.slice(0, 6));
    await expect(page.getByText(say("application-saving-saved") as string)).toBeVisible();
    await visit(page, new URL(page.url()).pathname);
    await expect(page.locator("#f-guardian_phone")).toHaveValue(phone.slice(0, 6));
  }
  await answer(page, "guardian_contact", { guardian_phone: phone });
  await look("8-tasks");

  await section(page, "illness");
  await answer(page, "diagnosis", { diagnosis: illness("综合征"), diagnosed_on: "2025-03-01" });
  await answer(page, "hospital", { hospital: "演示医院", hospital_level: "tertiary" });
  await answer(page, "rare", { in_catalogue: "yes", genetic_test: "no" });
  await fill(page, { treatment: "planned", plan: `${illness("方案")}\n第二行` });
  if (js) await expect(page.locator("#f-treated_since")).toBeHidden();
  else await expect(page.locator("#f-treated_since")).toBeVisible();
  await look("9-treatment");
  await answer(page, "treatment", {});

  await section(page, "means");
  await answer(page, "household", { household: "4" });
  await answer(page, "income", { income: "36000", certified: "none" });
  await answer(page, "costs", { spent: "52000", expected: "80000" });
  await answer(page, "insurance", { insurance: "resident", insurance_pays: "30000" });
  await answer(page, "other_aid", { other_aid: "no" });
  await answer(page, "asked", { asked: "50000" });
  await look("10-payee");
  await answer(page, "payee", { payee: "family", account_holder: payee.holder, bank: "演示银行", account: payee.number });

  await section(page, "papers");
  await answer(page, "papers", { paper_identity: "at_hand", paper_diagnosis: "at_hand", paper_costs: "follows", paper_income: "none" });

  await section(page, "consents");
  // Nothing is chosen beforehand.
  await expect(page.locator("main input[type=radio]:checked")).toHaveCount(0);
  await look("11-consent");
  await answer(page, "consent_health", { consent_health: "agree" });
  await answer(page, "consent_means", { consent_means: "agree" });
  await answer(page, "consent_partners", { consent_partners: "refuse" });
  await answer(page, "consent_publication", { consent_publication: "refuse" });
  await answer(page, "consent_follow_up", { consent_follow_up: "agree" });
  await answer(page, "declaration", { declaration: "on" });

  await section(page, "check");
  await look("12-check");
  await expect(page.getByText(home)).toBeVisible();
  await press(page.locator('a[href$="/household?from=check"]').first());
  await page.locator("#f-household").fill("5");
  await press(button(page, "application-continue"));
  await page.waitForURL(/\/check$/);
  await leavesNothing(page);
  await press(button(page, "application-send"));
  await page.waitForURL(/\/sent$/);
  await look("13-sent");

  const [file] = await Promise.all([page.waitForEvent("download"), link(page, "application-copy").click()]);
  expect(file.suggestedFilename()).toMatch(/^spark-[0-9A-Z-]+\.pdf$/);
  const withdraw = page.locator(".apply-consent", { hasText: say("apply-page-consent_follow_up") });
  await withdraw.getByText(say("application-withdraw-short"), { exact: true }).click();
  await look("14-withdrawing");
  await press(withdraw.locator("button[type=submit]"));
  await page.waitForURL(/done=withdrawn/);
  await expect(withdraw.getByText(say("application-consent-not"), { exact: true })).toBeVisible();
  await look("15-withdrawn");

  // It is found again from the account, and from where one began.
  await visit(page, "/account");
  await expect(page.getByRole("heading", { name: say("cases-own-title") })).toBeVisible();
  await look("16-account");
  await visit(page, "/spark/apply");
  await press(page.getByRole("link", { name: say("application-sent-look") }).first());
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(say("application-sent-title") as string);
});

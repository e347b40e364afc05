// Applying to the Spark Project as a guardian, where a journey is about what comes after it.
import { expect, type Page } from "@playwright/test";
import { press, visit } from "./house";
import { codeTo, newAddress } from "./mail";
import { words } from "./words";

const zh = (key: string) => words("zh-CN", key);

/** A visitor of this test's own, signed in. */
export async function family(page: Page): Promise<void> {
  const contact = newAddress("family");
  await visit(page, "/sign-in");
  await page.locator("#f-contact").fill(contact);
  await page.locator("#f-agree").check({ force: true });
  await press(page.getByRole("button", { name: zh("sign-in-send") }));
  await page.waitForURL(/\/sign-in\/code/);
  await page.locator("#f-code").fill(await codeTo(contact));
  await press(page.getByRole("button", { name: zh("sign-in-code-submit") }));
  await page.waitForURL(/\/account/);
}

/** Begins an application; answers its id. */
export async function begin(page: Page): Promise<string> {
  await visit(page, "/spark/apply");
  await press(page.getByRole("button", { name: zh("application-begin"), exact: true }));
  return /\/spark\/apply\/([0-9a-f-]{36})/.exec(page.url())![1];
}

/** What a mother answers for her child, page by page in the order of the form; radios and boxes by their value. */
function answers(): [string, Record<string, string>][] {
  const number = () => `E${String(Math.floor(Math.random() * 1e8)).padStart(8, "0")}`;
  return [
    ["keep", { keep: "on", no_promise: "on" }],
    ["whom", { whom: "child" }],
    ["group", { group: "rare" }],
    ["place", { place: "registered", city: "jinan" }],
    ["patient", { patient_name: "测试·谷雨", patient_born: "2015-06-01", patient_sex: "female" }],
    ["patient_document", { patient_document_kind: "passport", patient_document: number() }],
    ["address", { address: "演示路1号" }],
    ["guardian", { guardian_name: "测试·白露", guardian_relation: "mother" }],
    ["guardian_document", { guardian_document_kind: "passport", guardian_document: number() }],
    ["guardian_contact", { guardian_phone: "13800138000" }],
    ["diagnosis", { diagnosis: "演示用罕见疾病", diagnosed_on: "2025-03-01" }],
    ["hospital", { hospital: "演示医院", hospital_level: "tertiary" }],
    ["rare", { in_catalogue: "yes", genetic_test: "no" }],
    ["treatment", { treatment: "planned", plan: "演示治疗方案" }],
    ["household", { household: "4" }],
    ["income", { income: "36000", certified: "none" }],
    ["costs", { spent: "52000", expected: "80000" }],
    ["insurance", { insurance: "resident", insurance_pays: "30000" }],
    ["other_aid", { other_aid: "no" }],
    ["asked", { asked: "50000" }],
    ["payee", { payee: "hospital" }],
    ["papers", { paper_identity: "at_hand", paper_diagnosis: "at_hand", paper_costs: "follows", paper_income: "none" }],
    ["consent_health", { consent_health: "agree" }],
    ["consent_means", { consent_means: "agree" }],
    ["consent_partners", { consent_partners: "refuse" }],
    ["consent_publication", { consent_publication: "refuse" }],
    ["consent_follow_up", { consent_follow_up: "agree" }],
    ["declaration", { declaration: "on" }],
  ];
}

/** Opens a page, unless the answer before led there already. */
async function turnTo(page: Page, path: string): Promise<void> {
  if (new URL(page.url()).pathname !== path) await visit(page, path);
}

/** Answers every page of an application and sends it; `own` says what a page is answered otherwise, and besides. */
export async function fillAndSend(page: Page, id: string, own: Record<string, Record<string, string>> = {}): Promise<void> {
  for (const [name, usual] of answers()) {
    const typed = { ...usual, ...own[name] };
    // `papers` is the address of the files themselves.
    await turnTo(page, `/spark/apply/${id}/${name === "papers" ? "which-papers" : name}`);
    for (const [field, value] of Object.entries(typed)) {
      const input = page.locator(`[name=${field}]`).first();
      const kind = await input.evaluate((it) => (it instanceof HTMLInputElement ? it.type : it.tagName.toLowerCase()));
      if (kind === "radio") await page.locator(`input[name=${field}][value=${JSON.stringify(value)}]`).check({ force: true });
      else if (kind === "checkbox") await input.check({ force: true });
      else if (kind === "select") await input.selectOption(value);
      else await input.fill(value);
    }
    await press(page.getByRole("button", { name: zh("application-continue"), exact: true }));
    await expect(page.locator(".error-summary"), `${name} is answered`).toHaveCount(0);
  }
  await turnTo(page, `/spark/apply/${id}/check`);
  await press(page.getByRole("button", { name: zh("application-send"), exact: true }));
  await page.waitForURL(/\/sent$/);
}

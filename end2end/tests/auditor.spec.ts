// An auditor reads the trail: a case by its reference, a colleague by the name they sign in with, what raised an alert, and whether
// the chain holds; and opens no case, paper, letter or profile.
import type { Page } from "@playwright/test";
import { sql } from "../support/database";
import { only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });

test("an auditor reads the trail, checks its chain, and opens nothing of a family @once", async ({ page, browser, watch }) => {
  test.setTimeout(180_000);
  // Somebody who looks after no case reads one for a reason: that raises an alert.
  const other = await browser.newContext({ locale: "zh-CN", viewport: page.viewportSize() ?? undefined });
  const officer = await other.newPage();
  const login = await sql(`select login from staff_credential where account_id = '${await only(officer, "case_officer")}'`);
  const [id, reference] = (
    await sql("select id, reference from spark_case where age >= 18 and state in ('granted', 'disbursing', 'follow_up') order by id limit 1")
  ).split("|");
  await visit(officer, `/staff/cases/${id}`);
  await officer.locator("#f-look_reason").fill("演示：家属来电，经办人休假");
  await press(button(officer, "cases-door-open"));
  await expect(officer.locator("main")).toContainText(zh("cases-done-opened"));

  await only(page, "auditor");
  await visit(page, "/staff/audit");
  await expect(page.locator("main")).toContainText(zh("trail-chain"));
  await examine(page, "auditor-1-trail");

  // By the case: everything found is of it, and names nobody of the family.
  await page.locator("#f-case").fill(`${reference!.slice(0, 4)}-${reference!.slice(4)}`);
  await press(button(page, "staff-show"));
  await expect(page.locator("tbody tr").first()).toContainText(zh("staff-subject-spark-case"));
  await examine(page, "auditor-2-case");
  // A word that is no reference is told beside its field.
  await page.locator("#f-case").fill("12");
  await press(button(page, "staff-show"));
  await expect(page.locator("#f-case")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "auditor-3-no-reference");

  // By the person, and what raised an alert.
  await visit(page, `/staff/audit?person=${login}&alerts=1`);
  await expect(page.locator("tbody tr").first()).toContainText(zh("trail-alert"));
  await examine(page, "auditor-4-alerts");
  await visit(page, "/staff/audit?person=nobody.here");
  await expect(page.locator("main")).toContainText(zh("staff-audit-none"));

  // The chain, on the spot; the check is in the trail.
  await visit(page, "/staff/audit");
  await press(button(page, "trail-check"));
  await expect(page.locator("main")).toContainText(/校验通过：[\d,]+ 条记录都没有改动/);
  await examine(page, "auditor-5-checked");
  await visit(page, "/staff/audit");
  await expect(page.locator("tbody")).toContainText(zh("staff-action-audit-checked"));

  // How long things are kept, what is due, and the proof of what was erased.
  await visit(page, "/staff/audit/erasure");
  await expect(page.locator("main")).toContainText(zh("erasure-proofs"));
  await examine(page, "auditor-6-erasure");

  // The books may be read, and nothing of a family.
  await visit(page, "/staff/funds");
  await expect(page.getByRole("link", { name: zh("fund-new") })).toHaveCount(0);
  await visit(page, "/staff/funds/clawbacks");
  await examine(page, "auditor-6-clawbacks");
  const paper = (await sql("select id from spark_paper limit 1")) || id;
  for (const path of [
    "/staff/cases",
    `/staff/cases/${id}`,
    `/staff/cases/${id}/answers`,
    `/staff/cases/${id}/claw-back`,
    `/staff/cases/${id}/letters/${paper}/letter.pdf`,
    `/spark/apply/${id}/papers/${paper}`,
    "/staff/reviews",
    `/staff/reviews/${id}`,
    "/staff/profiles",
    `/account/spark/${id}`,
    "/staff/funds/new",
  ]) {
    const answer = await page.request.get(path, { maxRedirects: 0 });
    expect([403, 404], `${path} answers ${answer.status()}`).toContain(answer.status());
    expect(await answer.text(), path).not.toContain("演示街");
  }
  const refused = await page.goto(`/staff/cases/${id}`);
  expect(refused?.status()).toBe(403);
  await examine(page, "auditor-7-refused");
  expect(watch.faults).toEqual([]);
  await other.close();
});

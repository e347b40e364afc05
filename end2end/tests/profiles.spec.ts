// Whoever watches over cases keeps the profile of a reviewer, with what ties them typed once and shown to nobody again, and
// publishes a version of the rubric that was looked at as a reviewer will see it.
import type { Page } from "@playwright/test";
import { address, mobile, passport } from "../support/canaries";
import { sql } from "../support/database";
import { examine, expect, picture, press, test, visit } from "../support/house";
import { arrive, newStaff } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });

/** A new member of the house in a role of cases; answers the account. */
async function member(role: string): Promise<{ account: string; staff: Awaited<ReturnType<typeof newStaff>> }> {
  const staff = await newStaff();
  const account = await sql(`insert into account_role (account_id, role, granted_at)
    select account_id, '${role}', now() from staff_credential where login = '${staff.login}'
    on conflict (account_id, role) do update set granted_at = excluded.granted_at returning account_id`);
  return { account, staff };
}

async function compliance(page: Page): Promise<void> {
  const { staff } = await member("compliance_officer");
  await arrive(page, staff);
}

test("a reviewer's profile is kept, and what ties them is shown to nobody again @desk", async ({ page }) => {
  test.setTimeout(240_000);
  const { account } = await member("medical_reviewer");
  await compliance(page);
  await visit(page, "/staff/profiles");
  await expect(page.locator(`a[href$="/staff/profiles/${account}"]`)).toBeVisible();
  await expect(page.locator("main")).toContainText(zh("profiles-unknown"));
  await examine(page, "profiles-1-list");
  await press(page.locator(`a[href$="/staff/profiles/${account}"]`));
  await examine(page, "profiles-2-unknown");

  // Every fault stands beside its field, and nothing typed is lost.
  const [own, kin, phone, home] = [passport(), passport(), mobile(), address()];
  await page.locator('input[name=specialities][value="03.05"]').check({ force: true });
  await page.locator("#f-hospital").fill("演示大学第一医院（东院）");
  await page.locator("#f-away_from").fill("2026-12-08");
  await page.locator("#f-away_until").fill("2026-12-01");
  await page.locator("#f-person_kind").selectOption("passport");
  await page.locator("#f-kin").fill(kin);
  await page.locator("#f-phones").fill("12");
  await press(button(page, "profiles-keep"));
  await expect(page.locator(".error-summary")).toBeVisible();
  for (const field of ["person", "phones", "away_until"]) await expect(page.locator(`#f-${field}`)).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-hospital")).toHaveValue("演示大学第一医院（东院）");
  await expect(page.locator("#f-kin")).toHaveValue(kin);
  await expect(page.locator('input[name=specialities][value="03.05"]')).toBeChecked();
  await examine(page, "profiles-3-refused");

  await page.locator("#f-person").fill(own);
  await page.locator("#f-phones").fill(phone);
  await page.locator("#f-addresses").fill(home);
  await page.locator("#f-away_until").fill("2099-12-31");
  await press(button(page, "profiles-keep"));
  await expect(page.locator("main")).toContainText(zh("profiles-done-kept"));
  await examine(page, "profiles-4-kept");

  // A relative, a telephone, an address, the hospital: four are known, and none is shown.
  await visit(page, `/staff/profiles/${account}`);
  await expect(page.locator("main")).toContainText("已登记 4 项");
  await examine(page, "profiles-5-known");
  for (const path of ["/staff/profiles", `/staff/profiles/${account}`].flatMap((path) => [path, `/en${path}`])) {
    const html = await (await page.context().request.get(path)).text();
    expect([own, kin, phone, home].filter((word) => html.includes(word)), path).toEqual([]);
  }
  await visit(page, `/en/staff/profiles/${account}`);
  await expect(page.locator("main")).toContainText("4 ties known");
  await examine(page, "profiles-6-english");
  await page.emulateMedia({ media: "print" });
  await picture(page, "profiles-7-printed");
  await page.emulateMedia({ media: "screen" });

  // Two windows: who comes second is told, and keeps what was typed.
  const other = await page.context().newPage();
  await visit(other, `/staff/profiles/${account}`);
  await visit(page, `/staff/profiles/${account}`);
  await page.locator("#f-away_until").fill("");
  await press(button(page, "profiles-keep"));
  await other.locator("#f-hospital").fill("演示市立医院");
  await press(button(other, "profiles-keep"));
  await expect(other.locator("main")).toContainText(zh("profiles-stale"));
  await expect(other.locator("#f-hospital")).toHaveValue("演示市立医院");
  await examine(other, "profiles-8-stale");
  await visit(page, `/staff/profiles/${await sql("select gen_random_uuid()")}`, 404);
});

test("a version of the rubric is looked at as a reviewer sees it, and published @desk", async ({ page }, info) => {
  test.setTimeout(240_000);
  await compliance(page);
  await visit(page, "/staff/rubric");
  await examine(page, "rubric-1-published");
  await press(page.getByRole("link", { name: zh("rubric-new") as string, exact: true }));
  await examine(page, "rubric-2-new");
  const rows = Number(await page.locator("input[name=rows]").getAttribute("value"));
  const last = rows - 1;
  await page.locator("#f-weight-0").fill("101");
  await page.locator(`#f-title-${last}_zh`).fill("演示：家庭照护条件");
  await page.locator(`#f-weight-${last}`).fill("2");
  await press(button(page, "rubric-preview"));
  await expect(page.locator(".error-summary")).toBeVisible();
  await expect(page.locator(`#f-title-${last}_en`)).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator(`#f-title-${last}_zh`)).toHaveValue("演示：家庭照护条件");
  await expect(page.locator("#preview")).toHaveCount(0);
  await examine(page, "rubric-3-refused");

  await page.locator("#f-weight-0").fill("4");
  await page.locator(`#f-title-${last}_en`).fill("Demo: how the child is cared for at home");
  await page.locator(`#f-least-${last}`).fill("1");
  await page.locator(`#f-most-${last}`).fill("5");
  await page.locator(`#f-optional-${last}`).check({ force: true });
  await press(button(page, "rubric-add"));
  await expect(page.locator(`#f-title-${rows}_zh`)).toBeVisible();
  await expect(page.locator(`#f-title-${last}_zh`)).toHaveValue("演示：家庭照护条件");
  await press(button(page, "rubric-preview"));
  await expect(page.locator("#preview")).toContainText("演示：家庭照护条件");
  await expect(page.locator('#preview input[value="na"]')).not.toHaveCount(0);
  await expect(page.locator("#preview")).toContainText(zh("review-comment-hint") as string);
  await examine(page, "rubric-4-preview");
  await visit(page, "/en/staff/rubric/new");
  await examine(page, "rubric-5-english");
  // One window of the run publishes: a number is there once for all of them.
  if (info.project.name !== "1280") return;
  await visit(page, "/staff/rubric/new");
  await page.locator(`#f-title-${last}_zh`).fill("演示：家庭照护条件");
  await page.locator(`#f-title-${last}_en`).fill("Demo: how the child is cared for at home");
  for (const [field, value] of [["weight", "2"], ["least", "1"], ["most", "5"]]) await page.locator(`#f-${field}-${last}`).fill(value);
  await press(button(page, "rubric-preview"));
  await press(button(page, "rubric-publish"));
  await expect(page.locator("main")).toContainText(zh("rubric-done-published"));
  await expect(page.locator("main")).toContainText(zh("rubric-history"));
  await examine(page, "rubric-6-done");
});

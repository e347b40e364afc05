// The museum's rules: staff change them on their page, a colleague is faster, and the history says who, when and why.
import type { Page } from "@playwright/test";
import { examine, expect, fieldError, press, test, visit } from "../support/house";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const PATH = "/staff/museum/rules";

/**
 * There is one set of rules for all windows. Each changes two of its own, by little, that no other journey counts on: the one
 * it changes itself, and the one a colleague changes meanwhile.
 */
const own: Record<string, [string, string]> = {
  "360": ["no_show_days", "no_show_grace_minutes"],
  "1280": ["suspension_days", "offer_most_minutes"],
  "360-nojs": ["room_minutes", "per_second"],
};

const label = (rule: string) => zh(`museum-rule-${rule.replaceAll("_", "-")}`);

/** Another number for a rule; answers which. */
async function another(page: Page, rule: string): Promise<string> {
  const field = page.locator(`#f-${rule}`);
  const next = String(Number(await field.inputValue()) + 1);
  await field.fill(next);
  return next;
}

/** Saves; another window may be faster, then once more. */
async function save(page: Page): Promise<void> {
  await expect(async () => {
    await press(page.getByRole("button", { name: zh("rules-save") }));
    await page.waitForURL(/done=changed/, { timeout: 3_000 });
  }).toPass({ timeout: 30_000 });
}

test("staff change the museum's rules, are told what cannot be, and nobody's change is lost @desk", async ({ page, browser }) => {
  test.setTimeout(240_000);
  const { project, retry } = test.info();
  const [mine, theirs] = own[project.name] ?? own["360"]!;
  const sign = `${project.name}/${retry}`;
  const look = (name: string) => examine(page, `rules-${name}`);
  await arrive(page);

  await visit(page, PATH);
  await look("1-all");

  // Rules that contradict each other: told beside the field, and what was typed stays.
  await page.locator("#f-children_per_booking").fill("5");
  await page.locator("#f-people_per_day").fill("4");
  const number = await another(page, mine);
  await page.locator("#f-reason").fill(`试行一个月 ${sign}`);
  await press(page.getByRole("button", { name: zh("rules-save") }));
  expect((await fieldError(page, label("children_per_booking"))).invalid).toBe(true);
  expect((await fieldError(page, label("people_per_day"))).invalid).toBe(true);
  await expect(page.locator(`#f-${mine}`)).toHaveValue(number);
  await look("2-refused");
  await page.locator("#f-children_per_booking").fill("3");
  await page.locator("#f-people_per_day").fill("0");

  // A colleague opens the same page and is faster.
  const colleague = await (await browser.newContext()).newPage();
  await arrive(colleague);
  await visit(colleague, PATH);
  const faster = await another(colleague, theirs);
  await colleague.locator("#f-reason").fill(`同事先改 ${sign}`);
  await save(colleague);

  await press(page.getByRole("button", { name: zh("rules-save") }));
  await expect(page.locator("#meanwhile")).toContainText(label(theirs));
  await expect(page.locator(`#f-${theirs}`)).toHaveValue(faster);
  await expect(page.locator(`#f-${mine}`)).toHaveValue(number);
  await look("3-meanwhile");
  await save(page);
  await look("4-changed");

  await press(page.getByRole("link", { name: zh("rules-history-link") }));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(zh("rules-history"));
  await expect(page.locator(".rules-version").filter({ hasText: `试行一个月 ${sign}` })).toContainText(label(mine));
  await expect(page.locator(".rules-version").filter({ hasText: `同事先改 ${sign}` })).toContainText(label(theirs));
  await look("5-history");
});

test("whoever leaves with something typed is asked first, and the size of the text takes nothing @js @desk", async ({ page }) => {
  await arrive(page);
  await visit(page, PATH);
  const other = page.locator(".site-tools a[hreflang]");
  const reason = page.locator("#f-reason");
  const asked: string[] = [];
  let stays = true;
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    return stays ? dialog.dismiss() : dialog.accept();
  });

  await reason.fill("写到一半");
  await page.locator("[data-reading] button").click();
  await expect(page.locator("html")).toHaveAttribute("data-size", "elder");
  await expect(reason).toHaveValue("写到一半");
  expect(asked).toEqual([]);

  await other.click();
  await expect.poll(() => asked).toEqual(["beforeunload"]);
  await expect(page).toHaveURL(new RegExp(`${PATH}$`));
  await expect(reason).toHaveValue("写到一半");

  // A form that was refused is not taken over either.
  await page.locator("#f-children_per_booking").fill("99999");
  await press(page.getByRole("button", { name: zh("rules-save") }));
  await expect(page.locator(".error-summary")).toBeVisible();
  expect(asked).toEqual(["beforeunload"]);
  await page.locator(".error-summary").click();
  await other.click();
  await expect.poll(() => asked.length).toBe(2);
  await expect(reason).toHaveValue("写到一半");

  // Whoever says so leaves, and nobody is asked where nothing was typed.
  stays = false;
  await other.click();
  await page.waitForURL(/\/en\/staff/);
  expect(asked.length).toBe(3);
  await other.click();
  await page.waitForURL((url) => url.pathname === PATH);
  expect(asked.length).toBe(3);
});

// The Spark Project: its pages, and the quick check from the first question to each of its ends, back and forth, on a
// telephone and at a desk, with and without scripts.
import type { Page } from "@playwright/test";
import { examine, expect, picture, press, test, visit } from "../support/house";
import { type Locale, localized, WALKED, words } from "../support/words";

const say = (key: string, locale: Locale = "zh-CN") => words(locale, key);
const button = (page: Page, key: string, locale: Locale = "zh-CN") => page.getByRole("button", { name: say(key, locale), exact: true });

/** Answers the question that is asked, and goes on. */
async function answer(page: Page, question: string, word: string, locale: Locale = "zh-CN"): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(say(`spark-ask-${question}`, locale) as string);
  await page.locator(`input[name=${question}][value=${JSON.stringify(word)}]`).check({ force: true });
  await press(button(page, "spark-check-continue", locale));
}

/** Nothing of the answers stands in the address or in the browser's storage. */
async function leavesNothing(page: Page): Promise<void> {
  const url = new URL(page.url());
  expect([url.pathname.replace(/^\/en/, ""), url.search, url.hash]).toEqual(["/spark/check", "", ""]);
  const mine = (await page.context().cookies()).filter((cookie) => /whom|group|income|check/.test(cookie.name + cookie.value));
  expect(mine).toEqual([]);
}

for (const path of ["/spark", "/spark/standards", "/spark/check"]) {
  for (const locale of ["zh-CN", "en"] as const) {
    test(`${path} in ${locale}`, { tag: WALKED[locale] }, async ({ page }) => {
      await visit(page, localized(locale, path));
      await expect(page.locator("html")).toHaveAttribute("lang", locale);
      await expect(page.locator("h1")).toHaveCount(1);
      await examine(page, `spark-page-${locale}${path.replaceAll("/", "-")}`);
    });
  }
}

test("a family checks whether an application may meet the conditions, goes back, changes an answer @desk", async ({ page }) => {
  const look = (name: string) => examine(page, `spark-check-${name}`);
  await visit(page, "/spark");
  await press(page.getByRole("link", { name: say("spark-check-action") as string }).first());
  await press(button(page, "spark-check-begin"));
  await look("1-first");
  await press(button(page, "spark-check-continue"));
  await expect(page.getByRole("alert")).toContainText(say("error-required-choice") as string);
  await look("2-nothing-chosen");
  await answer(page, "whom", "child");
  await answer(page, "group", "rare");
  await press(button(page, "spark-check-back"));
  await expect(page.locator("input[name=group][value=rare]")).toBeChecked();
  await look("3-back");
  await answer(page, "group", "rare");
  await answer(page, "place", "treated");
  await answer(page, "age", "14_to_17");
  await answer(page, "diagnosis", "tertiary");
  await answer(page, "treatment", "planned");
  await leavesNothing(page);
  await answer(page, "income", "burdened");
  await answer(page, "other_aid", "nothing");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(say("spark-check-likely-title") as string);
  await look("4-likely");
  await page.emulateMedia({ media: "print" });
  await picture(page, "spark-check-4-likely-printed");
  await page.emulateMedia({ media: "screen" });

  // One answer is changed: the others stay, and the end is another.
  await press(page.locator("button[name=change][value=income]"));
  await expect(page.locator("input[name=income][value=burdened]")).toBeChecked();
  await answer(page, "income", "unsaid");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(say("spark-check-ask-title") as string);
  await look("5-a-person");
  await press(page.locator("button[name=change][value=group]"));
  await answer(page, "group", "other");
  await expect(page.getByText(say("spark-else-public_aid") as string)).toBeVisible();
  await look("6-no");
  await leavesNothing(page);
});

test("the quick check in English ends early where it can @desk", async ({ page }) => {
  await visit(page, "/en/spark/check");
  await press(button(page, "spark-check-begin", "en"));
  await answer(page, "whom", "family", "en");
  await answer(page, "group", "infertility", "en");
  await answer(page, "place", "registered", "en");
  await answer(page, "age", "under_14", "en");
  await expect(page.getByText(say("spark-reason-infertility_under_age", "en") as string)).toBeVisible();
  await examine(page, "spark-check-en-no");
});

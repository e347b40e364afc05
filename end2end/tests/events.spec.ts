// A mother to be finds a lecture near her and registers: questions appear as they are asked, the hidden ones are not
// missed, and what she says about her pregnancy stands on no page afterwards. On a phone and a desktop, with and without
// scripts, in both languages.
import type { Page } from "@playwright/test";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";
import { type Locale, WALKED } from "../support/words";

const names = { "zh-CN": "测试·春日", en: "Test Springday" } as const;
const titles = { "zh-CN": "乐孕课堂", en: "Leyun prenatal lectures" } as const;

/** A day two months from now, as a date field takes it. */
function dueDate(): string {
  return new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
}

/** A slip in one answer: in the other language and back again all of them are there, and only the consents are given anew. */
async function slip(page: Page, site: Museum): Promise<void> {
  await page.locator("#f-q-due").fill("2099-01-01");
  await press(site.button("book-continue"));
  await expect(page.locator("#f-q-due")).toHaveAttribute("aria-invalid", "true");
  for (const _ of ["there", "back"]) {
    await press(page.locator(".site-tools a[hreflang]"));
    await expect(page.locator("#f-q-due")).toHaveValue("2099-01-01");
    await expect(page.locator("#f-q-topics-2")).toBeChecked();
    await expect(page.locator("#f-q-health-consent")).not.toBeChecked();
  }
  await page.locator("#f-q-health-consent").check();
  await page.locator("#f-accept").check();
}

for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
  test(`a mother registers for a lecture and answers what follows (${locale})`, { tag: WALKED[locale] }, async ({ page, javaScriptEnabled }) => {
    test.setTimeout(180_000);
    const site = new Museum(page, locale);
    const contact = newAddress();
    const picture = (name: string) => `events-${locale}-${name}`;

    await visit(page, site.path("/events"));
    await examine(page, picture("1-programme"));
    await page.locator("#f-city").selectOption("jinan");
    await press(site.button("event-show"));
    await page.waitForURL(/city=jinan/);
    await press(page.getByRole("link", { name: titles[locale], exact: true }));
    await expect(page.getByRole("heading", { level: 1, name: titles[locale] })).toBeVisible();
    await examine(page, picture("2-event"));

    // The third lecture has room for everybody.
    await press(site.button("event-register").nth(1));
    await page.waitForURL(/\/events\/book\/[^/]+$/);
    await expect(page.locator("#f-q-due")).toBeHidden();
    await page.locator("#f-name").fill(names[locale]);
    await page.locator("#f-contact").fill(contact);
    await page.locator("#f-q-expecting").check();
    await page.locator("#f-accept").check();
    if (javaScriptEnabled === false) {
      // Without scripts the form comes back once, with what follows from the answer.
      await press(site.button("book-continue"));
    }
    await expect(page.locator("#f-q-due")).toBeVisible();
    await page.locator("#f-q-health-consent").check();
    await page.locator("#f-q-topics-2").check();
    await slip(page, site);
    await page.locator("#f-q-due").fill(dueDate());
    await examine(page, picture("3-questions"));
    await press(site.button("book-continue"));
    await page.waitForURL(/\/code$/);
    await page.locator("#f-code").fill(await codeTo(contact));
    await press(site.button("code-confirm"));
    await page.waitForURL(/\/b\/[^/?]+/);

    await expect(site.heading("event-mine")).toBeVisible();
    await expect(page.getByText(site.word("event-sensitive-apart"))).toBeVisible();
    expect(await page.content()).not.toContain(dueDate());
    await examine(page, picture("4-registered"));
    const ics = await page.request.get(`${new URL(page.url()).pathname}/visit.ics`);
    expect(await ics.text()).toContain("BEGIN:VEVENT");
  });
}

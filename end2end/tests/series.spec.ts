// A mother registers for a whole course of lectures with one form and one code, sees every date on her page, gives one of
// them back and then the rest; on a full date nothing is taken and the page says which it is. On a phone and a desktop,
// with and without scripts, in both languages.
import { addEvent, keepPlaces } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, mailTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";
import { type Locale, WALKED } from "../support/words";

const titles = { "zh-CN": "系列课堂", en: "A course of lectures" } as const;

for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
  test(`a mother registers for a whole series and cancels one date (${locale})`, { tag: WALKED[locale] }, async ({ page }) => {
    test.setTimeout(180_000);
    const site = new Museum(page, locale);
    const picture = (name: string) => `series-${locale}-${name}`;
    const { project, retry } = test.info();
    const slug = `course-${project.name}-${locale.toLowerCase()}-${retry}`;
    const { activity, sessions } = await addEvent(slug, titles["zh-CN"], titles.en, [34, 41, 48], 4, "form_version = 0");
    const [first, second] = sessions;
    if (!first || !second) throw new Error("a course without dates");
    const contact = newAddress("series");
    expect(activity).toBeTruthy();

    // One date is full: the page says which, and the others can still be had.
    await keepPlaces(second, 4);
    await expect(async () => {
      await visit(page, site.path(`/events/${slug}`));
      await expect(site.button("session-wait")).toBeVisible({ timeout: 1_000 });
      await expect(site.button("event-series-register")).toHaveCount(0);
    }).toPass({ timeout: 20_000 });
    await examine(page, picture("1-one-date-full"));
    await keepPlaces(second, 0);
    await expect(async () => {
      await visit(page, site.path(`/events/${slug}`));
      await expect(site.button("event-series-register")).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    await press(site.button("event-series-register"));
    await page.waitForURL(/\/events\/book\/[^/]+$/);
    await site.field("name").fill("测试·系列");
    await site.field("contact").fill(contact);
    await site.field("accept").check();
    await examine(page, picture("2-form"));
    await press(site.button("book-continue"));
    await page.waitForURL(/\/code$/);
    await page.locator("#f-code").fill(await codeTo(contact));
    await press(site.button("code-confirm"));
    await page.waitForURL(/\/b\/.*done=booked/);
    await expect(page.getByRole("heading", { name: site.word("event-series-mine") })).toBeVisible();
    await examine(page, picture("3-registered"));
    const mail = await mailTo(contact, /系列报名成功|whole series/);
    expect(mail.text.match(/\/b\/[^\s]+\/pass|\/pass/g)?.length ?? 0).toBeGreaterThanOrEqual(3);

    // One date is given back; the others stay.
    await page.getByText(site.word("mine-cancel"), { exact: true }).click();
    await press(site.button("mine-cancel-do"));
    await page.waitForURL(/done=cancelled/);
    await examine(page, picture("4-one-cancelled"));
    await page.getByText(site.word("event-series-cancel"), { exact: true }).click();
    await press(site.button("event-series-cancel-do"));
    await page.waitForURL(/done=series-cancelled/);
    await examine(page, picture("5-all-cancelled"));
  });
}

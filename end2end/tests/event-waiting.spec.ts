// A lecture's date is full: a mother waits for it, answers what the event asks on the way, is offered a place and takes it;
// another finds the questions changed when her place comes, and answers the new one first. On a phone and a desktop, with
// and without scripts, in both languages.
import { addEvent, keepPlaces, sql } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, mailTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";
import { type Locale, WALKED } from "../support/words";

const titles = { "zh-CN": "候补课堂", en: "Waiting lectures" } as const;

for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
  test(`a full date of an event is waited for, offered and taken (${locale})`, { tag: WALKED[locale] }, async ({ page, javaScriptEnabled }) => {
    test.setTimeout(180_000);
    const site = new Museum(page, locale);
    const picture = (name: string) => `event-waiting-${locale}-${name}`;
    const { project, retry } = test.info();
    const slug = `waits-${project.name}-${locale.toLowerCase()}-${retry}`;
    const { activity, sessions } = await addEvent(slug, titles["zh-CN"], titles.en, [33, 40], 4);
    const [first] = sessions;
    if (!first) throw new Error("an event without a date");
    await keepPlaces(first, 4);
    const contact = newAddress("event-waiting");

    const wait = site.button("session-wait");
    await expect(async () => {
      await visit(page, site.path(`/events/${slug}`));
      await expect(wait).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    await examine(page, picture("1-full"));
    await press(wait);
    await page.waitForURL(/\/events\/wait\/[^/]+$/);
    await expect(site.heading("wait-title")).toBeVisible();
    // The other date has room: it is offered instead.
    await expect(site.button("book-take-this")).toHaveCount(1);
    await site.field("name").fill("候补·准妈妈");
    await site.field("contact").fill(contact);
    await page.locator("#f-q-expecting").check();
    await site.field("accept").check();
    await press(site.button("wait-continue"));
    // What follows from the answer is asked before anything is kept, and nothing typed is lost.
    await expect(site.field("name")).toHaveValue("候补·准妈妈");
    await expect(page.locator("#f-q-due")).toBeVisible();
    await page.locator("#f-q-due").fill(new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10));
    await page.locator("#f-q-health-consent").check();
    await examine(page, picture("2-questions"));
    await press(site.button("wait-continue"));
    await page.waitForURL(/\/events\/wait\/[^/]+\/code$/);
    await page.locator("#f-code").fill(await codeTo(contact));
    await press(site.button("wait-confirm"));
    await page.waitForURL(/\/waiting\/.*done=joined/);
    await expect(page.locator("main")).toContainText(titles[locale]);
    await examine(page, picture("3-joined"));
    expect((await mailTo(contact, /候补|waiting list/i)).text).toContain(titles[locale]);

    // Meanwhile the house asks one thing more; then a place comes free.
    const entry = new URL(page.url()).pathname;
    await sql(`insert into event_form (activity_id, version, form, created_at)
      select activity_id, version + 1, form || '[{"key": "seats", "label":
        {"zh": "需要几把靠背椅", "en": "How many chairs with a back"}, "hint": {"zh": "", "en": ""},
        "kind": {"type": "number", "min": 0, "max": 4}, "required": true, "sensitive": false, "when": null}]', now()
      from event_form where activity_id = '${activity}'`);
    await sql(`update event set form_version = form_version + 1 where activity_id = '${activity}'`);
    await keepPlaces(first, 0);
    await expect(async () => {
      await visit(page, entry);
      await expect(site.heading("waiting-title-offer")).toBeVisible({ timeout: 1_000 });
      await expect(page.locator("#f-q-seats")).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    await press(site.button("waiting-accept"));
    await examine(page, picture("4-asked-again"));
    await expect(page.locator("#f-q-health-consent")).toBeChecked();
    await page.locator("#f-q-seats").fill("1");
    await press(site.button("waiting-accept"));
    await page.waitForURL(/\/b\/.*done=booked/);
    await expect(site.heading("event-mine")).toBeVisible();
    await examine(page, picture("5-booked"));
    expect(javaScriptEnabled === false || (await page.title()).length > 0).toBeTruthy();
  });
}

// No booking needed on any date of an event: staff say so in one act and take it back in one; and whoever registered for the
// whole of a series while one of its dates was free of booking adds that date from her page afterwards.
import { addEvent, sql } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, mailTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

function ownSlug(what: string): string {
  const { project, retry } = test.info();
  return `${what}-${project.name}-${retry}`;
}

test("no date of an event needs a booking: one act, and one that takes it back @desk", async ({ page, browser }) => {
  test.setTimeout(180_000);
  const slug = ownSlug("free-dates");
  const { activity } = await addEvent(slug, "开放日讲座", "Open lectures", [33, 40], 6);
  await arrive(page);
  await expect(async () => {
    await visit(page, `/staff/events/${activity}`);
    await expect(page.getByRole("link", { name: zh("staff-open-door-dates") })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await press(page.getByRole("link", { name: zh("staff-open-door-dates") }));
  await page.locator("#f-note_zh").fill("开放日");
  await page.locator("#f-note_en").fill("Open days");
  await page.locator("[name=seen]").check({ force: true });
  await examine(page, "free-dates-1-form");
  await press(page.getByRole("button", { name: zh("staff-open-door-do") }));
  await page.waitForURL(/done=open-door/);
  await examine(page, "free-dates-2-event");

  const visitor = await (await browser.newContext()).newPage();
  await expect(async () => {
    await visit(visitor, `/events/${slug}`);
    await expect(visitor.getByText(zh("session-no-booking")).first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await examine(visitor, "free-dates-3-public");
  await visitor.context().close();

  await page.getByText(zh("staff-booking-again-dates"), { exact: true }).first().click();
  await press(page.getByRole("button", { name: zh("staff-booking-again-do") }).last());
  await page.waitForURL(/done=booking-again/);
  await expect(page.getByRole("link", { name: zh("staff-open-door-dates") })).toBeVisible();
});

test("the date a series lacks is added from the page of the others @desk", async ({ page }) => {
  test.setTimeout(180_000);
  const site = new Museum(page, "zh-CN");
  const slug = ownSlug("missing-date");
  const { activity, sessions } = await addEvent(slug, "系列课堂", "A course of lectures", [34, 41, 48], 4, "form_version = 0");
  const second = sessions[1];
  await sql(`with act as (
      insert into open_door (id, activity_id, note_zh, note_en, created_at)
      values (gen_random_uuid(), '${activity}', '', '', now()) returning id)
    update session set open_door_id = (select id from act) where id = '${second}'`);
  const contact = newAddress("missing");
  await expect(async () => {
    await visit(page, `/events/${slug}`);
    await expect(page.getByText(zh("session-no-booking")).first()).toBeVisible({ timeout: 1_000 });
    await expect(site.button("event-series-register")).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await press(site.button("event-series-register"));
  await page.waitForURL(/\/events\/book\/[^/]+$/);
  await site.field("name").fill("测试·补报");
  await site.field("contact").fill(contact);
  await site.field("accept").check();
  await press(site.button("book-continue"));
  await page.waitForURL(/\/code$/);
  await page.locator("#f-code").fill(await codeTo(contact));
  await press(site.button("code-confirm"));
  await page.waitForURL(/\/b\/.*done=booked/);
  await expect(page.getByText(zh("event-series-just-come"))).toBeVisible();
  await examine(page, "missing-date-1-just-come");

  const own = page.url().replace(/\?.*/, "");
  await sql(`update session set open_door_id = null where id = '${second}'`);
  await expect(async () => {
    await visit(page, own);
    await expect(page.getByRole("button", { name: zh("event-series-add") })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await examine(page, "missing-date-2-to-add");
  await press(page.getByRole("button", { name: zh("event-series-add") }));
  await page.waitForURL(/done=date-booked/);
  await expect(page.getByRole("heading", { name: zh("event-series-missing") })).toHaveCount(0);
  await examine(page, "missing-date-3-added");
  await mailTo(contact, /预约成功|报名成功/);
});

// Parties that did not come: staff look into one and take it back, an outage of the door is declared, the visitor sees it.
import { sql } from "../support/database";
import { examine, expect, fieldError, press, test, visit } from "../support/house";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

/**
 * A booking of the demo's coming sessions that is marked as missed, as the clock marks those that are over: each window has its
 * own. Answers its id.
 */
async function missed(): Promise<string> {
  return sql(`with own as (
      select b.session_id, b.id, b.activity_id, coalesce(b.phone_index, b.mail_index) as person, b.people
      from booking b join activity a on a.id = b.activity_id join session s on s.id = b.session_id
      where s.starts_at > now() and a.slug = 'museum' and b.state = 'confirmed' and b.arrived = 0 and coalesce(b.phone_index, b.mail_index) is not null
        and not exists (select from no_show n where n.booking_id = b.id)
      order by b.created_at limit 1)
    insert into no_show (session_id, booking_id, activity_id, person_index, missing, whole, ended_at, marked_at)
    select session_id, id, activity_id, person, people, true, now() - interval '3 hours', now() from own
    returning booking_id`);
}

test("a no-show is taken back with a reason, and an outage of the door is declared @desk", async ({ page }) => {
  test.setTimeout(120_000);
  const booking = await missed();
  await arrive(page);
  await visit(page, "/staff/museum/no-shows");
  await expect(page.getByRole("heading", { level: 1, name: zh("staff-missed-title") })).toBeVisible();
  await examine(page, "no-shows-1-list");

  // Nothing is declared without a reason, and what was typed stays.
  const declare = page.getByRole("button", { name: zh("staff-outage-do") });
  await page.locator("#f-day").fill("2026-11-20");
  await page.locator("#f-starts").fill("09:00");
  await page.locator("#f-ends").fill("12:00");
  await press(declare);
  expect((await fieldError(page, zh("staff-outage-reason"))).invalid).toBe(true);
  await expect(page.locator("#f-starts")).toHaveValue("09:00");
  await examine(page, "no-shows-2-refused");
  await page.locator("#f-reason").fill("上午断网");
  await press(declare);
  await page.waitForURL(/done=declared/);
  await expect(page.locator("#outages")).toContainText("上午断网");
  await examine(page, "no-shows-3-declared");

  // One is looked into on its booking's page, and taken back.
  await visit(page, `/staff/museum/bookings/${booking}`);
  const one = page.locator("#no-show");
  await expect(one).toContainText(zh("staff-missed-one"));
  await one.locator("#f-lift_reason").fill("本人出示了入场照片");
  await examine(page, "no-shows-4-booking");
  await press(one.getByRole("button", { name: zh("staff-missed-lift") }));
  await page.waitForURL(/done=lifted/);
  await expect(page.locator("#no-show")).toContainText("本人出示了入场照片");
  await examine(page, "no-shows-5-lifted");
});

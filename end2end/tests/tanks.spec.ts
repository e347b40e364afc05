// The night shift at the wall board: an alarm appears by itself, is acknowledged and resolved; silence is an alarm; a channel is
// quiet by the word of two; a drill; and a board that cannot ask says so.
import type { Browser, Page } from "@playwright/test";
import { sql } from "../support/database";
import { only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { measure } from "../support/machine";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

/** A tank of this test's own with a probe at its top, which is expected to be heard so often. */
async function newTank(seconds: number): Promise<{ id: string; code: string; top: string }> {
  const code = `E-${Math.floor(Math.random() * 1e9)}`;
  const id = await sql(`insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
    select gen_random_uuid(), id, '${code}', 'long_term', 4, 4, 4, now() from custody_room order by code limit 1 returning id`);
  const top = `${code}/temperature_top`;
  await sql(`with made as (
      insert into telemetry_channel (code, kind, tank_id, interval_s, device, since)
      values ('${top}', 'temperature_top', '${id}', ${seconds}, 'E2E', now()) returning id)
    insert into telemetry_latest (channel_id, heard_at) select id, now() from made`);
  return { id, code, top };
}

/** It is taken out of use again, so that it disturbs no other journey. */
async function remove(id: string): Promise<void> {
  await sql(`update telemetry_channel set until = now() where tank_id = '${id}'`);
}

const alarm = (page: Page, code: string) => page.locator(".wall-alarm", { hasText: code });

async function another(browser: Browser, baseURL: string | undefined): Promise<Page> {
  const context = await browser.newContext({ baseURL, locale: "zh-CN", viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await only(page, "night_shift");
  return page;
}

test("an alarm appears on the wall by itself, is acknowledged, and goes when it is cold again @js", async ({ page }) => {
  test.setTimeout(180_000);
  const tank = await newTank(600);
  await measure(tank.top, -190);
  await only(page, "night_shift");
  await visit(page, "/staff/wall");
  await expect(page.locator(".wall-tile", { hasText: tank.code })).toContainText("−190.0");
  await expect(alarm(page, tank.code)).toHaveCount(0);
  await examine(page, "wall-1-before");
  await measure(tank.top, -149);
  await expect(alarm(page, tank.code).first()).toBeVisible({ timeout: 30_000 });
  const critical = alarm(page, tank.code).filter({ hasText: zh("tanks-rule-tank_critical") });
  await expect(critical).toContainText(zh("tanks-state-firing"));
  await examine(page, "wall-2-alarm");
  await press(critical.getByRole("button"));
  await expect(critical).toContainText(zh("tanks-state-acknowledged"));
  await examine(page, "wall-3-acknowledged");
  await press(critical.getByRole("link"));
  await expect(page.locator("main")).toContainText(zh("tanks-until-seen"));
  await examine(page, "wall-4-story");
  await visit(page, "/en/staff/wall");
  await examine(page, "wall-5-english");
  await measure(tank.top, -190);
  await expect(critical).toHaveCount(0, { timeout: 30_000 });
  await remove(tank.id);
});

test("silence is an alarm, and ends with the first word @js @desk", async ({ page }) => {
  test.setTimeout(180_000);
  await only(page, "night_shift");
  const tank = await newTank(600);
  await measure(tank.top, -190);
  // An hour ago: nobody sits through the silence.
  await sql(`update telemetry_latest set heard_at = now() - interval '1 hour'
    where channel_id = (select id from telemetry_channel where tank_id = '${tank.id}')`);
  await visit(page, "/staff/wall");
  await expect(alarm(page, tank.code)).toContainText(zh("tanks-rule-silent"), { timeout: 60_000 });
  await examine(page, "wall-6-silent");
  await measure(tank.top, -190);
  await expect(alarm(page, tank.code)).toHaveCount(0, { timeout: 30_000 });
  await remove(tank.id);
});

test("a channel is quiet by the word of two, and everybody sees it @once", async ({ page, browser, baseURL }) => {
  test.setTimeout(240_000);
  const tank = await newTank(600);
  await measure(tank.top, -149);
  await only(page, "night_shift");
  await visit(page, `/staff/tanks/${tank.id}`);
  await examine(page, "tank-1-warm");
  await page.locator("#f-minutes").fill("500");
  await press(page.getByRole("button", { name: zh("tanks-mute-ask"), exact: true }));
  await expect(page.locator("#f-minutes")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "tank-2-refused");
  await page.locator("#f-minutes").fill("30");
  await page.locator("#f-reason").fill("更换顶部探头");
  await press(page.getByRole("button", { name: zh("tanks-mute-ask"), exact: true }));
  await expect(page.locator("#mutes")).toContainText(zh("tanks-mute-waits"));
  await expect(page.locator("#mutes").getByRole("button", { name: zh("tanks-mute-confirm") })).toHaveCount(0);

  const other = await another(browser, baseURL);
  await visit(other, "/staff/tanks");
  const row = other.locator("#mutes tr", { hasText: tank.code });
  await press(row.getByRole("button", { name: zh("tanks-mute-confirm") }));
  await examine(other, "tanks-3-muted");
  await visit(page, "/staff/wall");
  await expect(page.locator(".wall-mutes", { hasText: tank.code })).toContainText("更换顶部探头");
  await expect(alarm(page, tank.code).first()).toContainText(zh("tanks-state-muted"), { timeout: 30_000 });
  await examine(page, "wall-7-muted");
  await visit(other, "/staff/tanks");
  await press(row.getByRole("button", { name: zh("tanks-mute-end") }));
  await expect(alarm(page, tank.code).first()).toContainText(zh("tanks-state-firing"), { timeout: 30_000 });
  await other.context().close();
  await remove(tank.id);
});

test("a drill says that it is one, and how long it took @desk", async ({ page }) => {
  test.setTimeout(180_000);
  const tank = await newTank(600);
  await measure(tank.top, -190);
  await only(page, "night_shift");
  await visit(page, `/staff/tanks/${tank.id}`);
  await press(page.getByRole("button", { name: zh("tanks-drill-begin"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("tanks-is-drill"));
  await examine(page, "drill-1-begun");
  await press(page.locator("main").getByRole("button", { name: zh("tanks-acknowledge") }));
  await expect(page.locator("main")).toContainText(zh("tanks-until-seen"));
  await examine(page, "drill-2-seen");
  await remove(tank.id);
});

test("a tank shows its month, with the demo's excursion and the limits @once", async ({ page }) => {
  test.setTimeout(180_000);
  await only(page, "night_shift");
  await visit(page, "/staff/tanks");
  await examine(page, "tanks-1-list");
  await press(page.getByRole("link", { name: "S-01", exact: true }));
  await examine(page, "tanks-2-day");
  await press(page.getByRole("link", { name: zh("tanks-span-month") }));
  await expect(page.locator(".chart-drawing").first()).toBeVisible();
  await expect(page.locator(".chart-limit-critical")).not.toHaveCount(0);
  await examine(page, "tanks-4-month");
  await visit(page, "/en/staff/tanks");
  await examine(page, "tanks-5-english");
});

test("a wall board that cannot ask says so loudly @once", async ({ page, watch }) => {
  test.setTimeout(180_000);
  watch.expectFault(/ERR_INTERNET_DISCONNECTED|Failed to load resource/);
  await only(page, "night_shift");
  await visit(page, "/staff/wall");
  await expect(page.locator(".wall-shout")).toBeHidden();
  await page.context().setOffline(true);
  await expect(page.locator(".wall-shout")).toContainText(zh("tanks-wall-offline"), { timeout: 40_000 });
  await page.context().setOffline(false);
  await expect(page.locator(".wall-shout")).toBeHidden({ timeout: 40_000 });
});

test("without scripts the wall and the tanks are there as well @once", async ({ page, browser, baseURL }) => {
  test.setTimeout(180_000);
  await only(page, "night_shift");
  const plain = await browser.newContext({
    baseURL,
    javaScriptEnabled: false,
    locale: "zh-CN",
    storageState: await page.context().storageState(),
    viewport: { width: 360, height: 800 },
  });
  const still = await plain.newPage();
  await visit(still, "/staff/wall");
  await expect(still.locator(".wall-tile").first()).toBeVisible();
  await expect(still.locator('noscript meta[http-equiv="refresh"], meta[http-equiv="refresh"]')).toHaveCount(1);
  await plain.close();
});

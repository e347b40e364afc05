// What is alarmed about is changed by the word of two; a room's channel is quiet by the word of two; a display is paired with the wall
// by a code, names nobody, and shows nothing once it is revoked.
import type { Browser, Page } from "@playwright/test";
import { sql } from "../support/database";
import { only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

async function another(browser: Browser, baseURL: string | undefined, role: string): Promise<Page> {
  const context = await browser.newContext({ baseURL, locale: "zh-CN", viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await only(page, role);
  return page;
}

test("new rules are proposed, shown beside the old, and confirmed by a colleague @once", async ({ page, browser, baseURL }) => {
  test.setTimeout(240_000);
  await only(page, "lab_officer");
  await visit(page, "/staff/tanks/rules");
  await examine(page, "rules-1-in-force");
  await press(page.getByRole("link", { name: zh("tanks-rules-change"), exact: true }));
  const warns = page.locator("#f-tank_warm-limit");
  const before = await warns.inputValue();
  const after = before === "-171" ? "-172" : "-171";
  await examine(page, "rules-2-form");
  await warns.fill(after);
  await page.locator("#f-oxygen_low-limit").fill("18");
  await page.locator("#f-reason").fill("随季节调整警戒限");
  await press(page.getByRole("button", { name: zh("tanks-rules-propose"), exact: true }));
  await expect(page.locator("#f-oxygen_low-limit")).toHaveAttribute("aria-invalid", "true");
  await expect(warns).toHaveValue(after);
  await examine(page, "rules-3-refused");
  await page.locator("#f-oxygen_low-limit").fill("19.5");
  await press(page.getByRole("button", { name: zh("tanks-rules-propose"), exact: true }));
  await expect(page.locator("#draft")).toContainText(after.replace("-", "−"));
  await expect(page.locator("#draft").getByRole("button", { name: zh("tanks-rules-confirm"), exact: true })).toHaveCount(0);
  await examine(page, "rules-4-proposed");

  const other = await another(browser, baseURL, "quality_officer");
  await visit(other, "/staff/tanks/rules");
  await expect(other.locator("#draft")).toContainText(before.replace("-", "−"));
  await examine(other, "rules-5-to-confirm");
  await press(other.getByRole("button", { name: zh("tanks-rules-confirm"), exact: true }));
  await expect(other.locator("#draft")).toHaveCount(0);
  await expect(other.locator("main")).toContainText(zh("tanks-rules-news-confirmed"));
  await examine(other, "rules-6-confirmed");
  await visit(other, "/en/staff/tanks/rules");
  await examine(other, "rules-7-english");
  await other.context().close();
});

test("a channel of a room is quiet by the word of two @once", async ({ page, browser, baseURL }) => {
  test.setTimeout(240_000);
  const room = await sql(`select room_id from telemetry_channel where kind = 'humidity' and until is null order by code limit 1`);
  await only(page, "night_shift");
  await visit(page, `/staff/tanks/rooms/${room}`);
  await examine(page, "room-1");
  await page.locator("#f-channel").selectOption({ label: zh("tanks-kind-humidity") });
  await page.locator("#f-minutes").fill("10");
  await page.locator("#f-reason").fill("校准湿度探头");
  await press(page.getByRole("button", { name: zh("tanks-mute-ask"), exact: true }));
  await expect(page.locator("#mutes")).toContainText(zh("tanks-mute-waits"));
  const other = await another(browser, baseURL, "night_shift");
  await visit(other, `/staff/tanks/rooms/${room}`);
  await press(other.locator("#mutes").getByRole("button", { name: zh("tanks-mute-confirm") }));
  await examine(other, "room-2-muted");
  await press(other.locator("#mutes").getByRole("button", { name: zh("tanks-mute-end") }));
  await expect(other.locator("#mutes")).toHaveCount(0);
  await other.context().close();
});

test("a display is paired by a code, shows the wall, and is revoked @desk", async ({ page, browser, baseURL }) => {
  test.setTimeout(240_000);
  const name = `显示屏${Math.floor(Math.random() * 1e6)}`;
  await only(page, "lab_officer");
  await visit(page, "/staff/tanks/displays/new");
  await press(page.getByRole("button", { name: zh("displays-add"), exact: true }));
  await expect(page.locator("#f-name")).toHaveAttribute("aria-invalid", "true");
  await page.locator("#f-name").fill(name);
  await page.locator("#f-place").fill("液氮库走廊");
  await press(page.getByRole("button", { name: zh("displays-add"), exact: true }));
  const code = (await page.locator("#display-code").textContent())!.trim();
  await examine(page, "display-1-code");

  const context = await browser.newContext({ baseURL, locale: "zh-CN", viewport: page.viewportSize() });
  const wall = await context.newPage();
  await visit(wall, "/wall");
  await examine(wall, "display-2-pair");
  await wall.locator("#f-code").fill("0000-0000-0000");
  await press(wall.getByRole("button", { name: zh("displays-pair-do"), exact: true }));
  await expect(wall.locator("main")).toContainText(zh("displays-pair-wrong"));
  await examine(wall, "display-3-refused");
  await wall.locator("#f-code").fill(code.toLowerCase());
  await press(wall.getByRole("button", { name: zh("displays-pair-do"), exact: true }));
  await wall.waitForURL(/\/staff\/wall$/);
  await expect(wall.locator(".wall-tile").first()).toBeVisible();
  await expect(wall.locator(".wall a")).toHaveCount(0);
  await expect(wall.locator(".wall button")).toHaveCount(0);
  await examine(wall, "display-4-wall");
  await visit(wall, "/staff/tanks");
  await expect(wall).toHaveURL(/\/staff\/sign-in/);

  await visit(page, "/staff/tanks/displays");
  const row = page.locator("tr", { hasText: name });
  await expect(row).toContainText(zh("displays-state-live"));
  await examine(page, "display-5-list");
  await row.locator("summary").click();
  await press(row.getByRole("button", { name: zh("displays-revoke-do"), exact: true }));
  await expect(row).toContainText(zh("displays-state-revoked"));
  await visit(wall, "/staff/wall");
  await expect(wall).toHaveURL(/\/staff\/sign-in/);
  await context.close();
});

test("a display is brought in by the picture it shows @js", async ({ page, browser, baseURL }) => {
  test.setTimeout(240_000);
  const name = `显示屏${Math.floor(Math.random() * 1e6)}`;
  const context = await browser.newContext({ baseURL, locale: "zh-CN", viewport: page.viewportSize() });
  const wall = await context.newPage();
  await visit(wall, "/wall");
  const link = new URL((await wall.locator("[data-wall-offer]").getAttribute("data-wall-link"))!);
  expect(`${link.pathname}${link.search}`, "what the picture says is in no address that a server sees").toBe("/wall/scan");

  await only(page, "lab_officer");
  await page.goto(`${link.pathname}${link.hash}`);
  await page.waitForURL(/\/staff\/tanks\/displays\/scan$/);
  await expect(page.locator("[data-scan-missing]")).toBeHidden();
  await press(page.getByRole("button", { name: zh("displays-scan-do"), exact: true }));
  await expect(page.locator("#f-name")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "display-6-confirm");
  await page.locator("#f-name").fill(name);
  await page.locator("#f-place").fill("液氮库走廊");
  await press(page.getByRole("button", { name: zh("displays-scan-do"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("displays-news-scanned"));
  await wall.waitForURL(/\/staff\/wall$/);
  await expect(wall.locator(".wall-tile").first()).toBeVisible();
  await visit(page, "/staff/tanks/displays");
  await expect(page.locator("tr", { hasText: name })).toContainText(zh("displays-state-live"));
  await context.close();
});

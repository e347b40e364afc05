// A day opens for booking, and many are there: staff plan it, visitors wait in the room with and without scripts, everybody
// can check the draw, and whoever's turn it is goes in.
import { createHash } from "node:crypto";
import { type Browser, type Page } from "@playwright/test";
import { addSession, sql } from "../support/database";
import { examine, expect, picture, press, test, visit } from "../support/house";
import { Museum } from "../support/museum";
import { arrive } from "../support/staff";
import { localized, type Locale, words } from "../support/words";

const shanghai = (at: number) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" }).format(at).split(" ") as [string, string];

/** A session of a day that only the windows without scripts go to, later: a planned opening shuts a whole day. */
async function ownSession(): Promise<{ id: string; day: string }> {
  const [day] = shanghai(Date.now() + 11 * 86_400_000);
  await sql(`delete from release where day = '${day}'`);
  return { id: await addSession(new Date(`${day}T20:3${test.info().retry}:00+08:00`), 60, 6), day };
}

/** Asks for two places of the session, from the calendar. */
async function ask(page: Page, locale: Locale, session: { id: string; day: string }): Promise<void> {
  const museum = new Museum(page, locale);
  const book = page.locator(`[data-session="${session.id}"]`).getByRole("button", { name: museum.word("session-book") });
  // Visitors share a page for up to a second, made from figures up to a second old.
  await expect(async () => {
    await visit(page, `${localized(locale, "/museum/sessions")}?people=2&day=${session.day}`);
    expect(await book.count()).toBe(1);
  }).toPass({ timeout: 20_000 });
  await press(book);
}

/** Other people come too: tickets of browsers nobody here has. */
async function othersCome(release: string, people: number): Promise<void> {
  await sql(`insert into release_ticket (release_id, visitor_hash, id, number, session_id, people, arrived_at)
    select id, sha256(n::text::bytea), gen_random_uuid(), arrived + n, gen_random_uuid(), 2, now() from release, generate_series(1, ${people}) as n
    where id = '${release}'; update release set arrived = arrived + ${people} where id = '${release}'`);
}

async function planIt(page: Page, day: string): Promise<string> {
  await arrive(page);
  await visit(page, "/staff/museum/releases");
  // Twenty seconds at least for everybody to be there before it opens.
  const [opensDay, opensAt] = shanghai(Date.now() + 80_000);
  await page.locator("#f-day").fill(day);
  await press(page.getByRole("button", { name: words("zh-CN", "staff-release-do") }));
  await expect(page.locator("#f-day")).toHaveValue(day);
  await page.locator("#f-opens_day").fill(opensDay);
  await page.locator("#f-opens_at").fill(opensAt);
  await page.locator("#f-draw_seconds").fill("8");
  await page.locator("#f-per_second").fill("1");
  await press(page.getByRole("button", { name: words("zh-CN", "staff-release-do") }));
  await expect(page.getByText(words("zh-CN", "staff-release-planned"))).toBeVisible();
  await examine(page, "release-1-planned");
  return sql(`select id from release where day = '${day}'`);
}

async function plainBrowser(browser: Browser, page: Page): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: page.viewportSize(), baseURL: new URL(page.url()).origin, ignoreHTTPSErrors: true });
  return context.newPage();
}

test("a day opens: the plan, the room with and without scripts, the draw, the way in @js @once", async ({ page, browser, context }) => {
  test.setTimeout(300_000);
  const session = await ownSession();
  const release = await planIt(page, session.day);
  await context.clearCookies();
  const room = page.locator("[data-room]");
  const soon = { timeout: 120_000 };

  await ask(page, "zh-CN", session);
  await expect(page).toHaveURL(/\/room\//);
  await expect(room).toHaveAttribute("data-state", "early");
  await examine(page, "release-2-early");
  const plain = await plainBrowser(browser, page);
  await ask(plain, "en", session);
  await expect(plain).toHaveURL(/\/en\/room\//);
  await picture(plain, "release-2-early-plain");
  const row = page.locator("dl").first();
  const number = await row.innerText();
  await othersCome(release, 40);

  // Somebody else who is given the address is given nothing.
  const stranger = await browser.newContext({ baseURL: new URL(page.url()).origin, ignoreHTTPSErrors: true });
  const given = await (await stranger.newPage()).goto(page.url());
  expect(given?.status()).toBe(404);
  await stranger.close();

  await expect(room).toHaveAttribute("data-state", "drawing", soon);
  await picture(page, "release-3-drawing");
  await expect(room).toHaveAttribute("data-state", /waiting|admitted/, soon);
  // The draw may put anybody first; the rest of the journey wants somebody before everybody.
  await sql(`update release set admitted = 0, advanced_at = now() + interval '40 seconds' where id = '${release}'`);
  await page.reload();
  expect(await row.innerText(), "the number survives a reload").toBe(number);
  await expect(async () => {
    await page.reload();
    expect(await room.getAttribute("data-state")).toBe("waiting");
  }).toPass({ timeout: 20_000 });
  await examine(page, "release-4-waiting");

  await press(page.getByRole("link", { name: words("zh-CN", "room-draw-link") }));
  await examine(page, "release-5-proof");
  const [promise, seed] = await page.locator(".draw-hash").allInnerTexts();
  expect(createHash("sha256").update(Buffer.from(seed!, "hex")).digest("hex")).toBe(promise);
  await page.goBack();

  // Everybody's turn: both browsers are told, one by its script, one by being made anew.
  await sql(`update release set admitted = arrived where id = '${release}'`);
  await expect(room).toHaveAttribute("data-state", "admitted", soon);
  await examine(page, "release-6-admitted");
  await press(page.getByRole("button", { name: words("zh-CN", "room-enter") }));
  await expect(page).toHaveURL(/\/museum\/book\//);
  const enter = plain.getByRole("button", { name: words("en", "room-enter") });
  await expect(enter).toBeVisible({ timeout: 40_000 });
  await picture(plain, "release-6-admitted-plain");
  await enter.click();
  await expect(plain).toHaveURL(/\/en\/museum\/book\//);
  await plain.context().close();
  await sql(`delete from release where id = '${release}'`);
});

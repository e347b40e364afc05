// The calendar while somebody looks at it: figures follow, changes that matter are read out, nothing else moves.
import { type Page, type Response } from "@playwright/test";
import { addSession, keepPlaces } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { Museum } from "../support/museum";
import { localized, type Locale, words } from "../support/words";

const CAPACITY = 10;

/**
 * A session in the evening of a day that is this window's and language's alone: what changes on a day is read out to everybody
 * who looks at it. Walked again, it is another session.
 */
async function ownSession(offset: number): Promise<{ id: string; day: string }> {
  const { project, retry } = test.info();
  const ahead = 2 + ["360", "1280"].indexOf(project.name) + offset;
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(Date.now() + ahead * 86_400_000);
  const starts = new Date(`${day}T20:0${retry}:00+08:00`);
  return { id: await addSession(starts, 60, CAPACITY), day };
}

/** More than the longest wait between two askings: the page's clock (page.clock) is put on by it, where nobody wants to sit there. */
const LONGEST = 9_000;

/** The page asks, at the latest in its time. */
async function asked(page: Page): Promise<Response> {
  const answer = page.waitForResponse((response) => response.url().includes("/museum/places"), { timeout: 20_000 });
  await page.clock.fastForward(LONGEST);
  return answer;
}

/** Asking after asking until something holds: figures are made from some that are up to a second old. */
async function soon(page: Page, holds: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await asked(page);
    await holds();
  }).toPass({ timeout: 40_000 });
}

for (const [offset, locale] of (["zh-CN", "en"] as const satisfies readonly Locale[]).entries()) {
  test(`the calendar follows what others book, without a reload (${locale}) @js`, { tag: locale === "en" ? "@desk" : "@once" }, async ({ page }) => {
    test.setTimeout(120_000);
    await page.clock.install();
    const museum = new Museum(page, locale);
    const { id, day } = await ownSession(offset * 10);
    const card = page.locator(`[data-session="${id}"]`);
    // Visitors share a page for up to a second, made from figures up to a second old: the new session may not stand there yet.
    await expect(async () => {
      await visit(page, `${localized(locale, "/museum/sessions")}?people=3&day=${day}`);
      expect(await card.count()).toBe(1);
    }).toPass({ timeout: 20_000 });
    await page.evaluate(() => void Object.assign(window, { sameDocument: true }));
    const book = card.getByRole("button", { name: museum.word("session-book") });
    const said = page.locator("[data-places-said]");
    const brief = { timeout: 1_000 };
    await expect(card).toContainText(museum.word("session-free"));
    await expect(card).toContainText(String(CAPACITY));

    // Fewer places, still enough: the figure follows, and nobody is interrupted.
    await keepPlaces(id, 4);
    await soon(page, () => expect(card.locator(".tag")).toContainText("6", brief));
    await expect(said).toBeEmpty();
    await expect(book).toBeVisible();

    // Too few for three: read out, the button gone, the keyboard's place kept.
    await book.focus();
    await keepPlaces(id, 8);
    await soon(page, () => expect(card).toHaveAttribute("data-state", "few", brief));
    await expect(card).toContainText(museum.word("session-too-few"));
    await expect(said).toContainText(museum.word("session-too-few"));
    await expect(book).toBeHidden();
    await expect(card).toBeFocused();

    await keepPlaces(id, CAPACITY);
    await soon(page, () => expect(card).toHaveAttribute("data-state", "full", brief));
    await expect(said).toContainText(words(locale, "session-full"));
    await examine(page, `live-full-${locale}`);

    // Places come free again: so does the button, and it works.
    await keepPlaces(id, 0);
    await soon(page, () => expect(book).toBeVisible(brief));
    await expect(said).toContainText(museum.word("session-free"));
    expect(await page.evaluate(() => "sameDocument" in window), "the same document all the time").toBe(true);
    await book.click();
    await page.waitForURL(/\/museum\/book\/[^/]+$/);
    await expect(museum.heading("book-title")).toBeVisible();
  });
}

test("a calendar nobody looks at asks for nothing, and one without a network says so @js @once", async ({ page, context, watch }) => {
  watch.expectFault(/ERR_INTERNET_DISCONNECTED/);
  await page.clock.install();
  const museum = new Museum(page);
  // What other journeys change on the day that everybody sees first would be read out here.
  const { day } = await ownSession(5);
  await visit(page, `/museum/sessions?people=2&day=${day}`);
  await asked(page);

  // Hidden, as when another tab is in front.
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  let calls = 0;
  page.on("request", (request) => (calls += Number(request.url().includes("/museum/places"))));
  await page.clock.fastForward(LONGEST);
  const again = page.waitForResponse((response) => response.url().includes("/museum/places"));
  await hide(false);
  // What did not change is not sent again; the browser answers from what it kept.
  expect([200, 304]).toContain((await again).status());
  expect(calls, "asked when somebody looks again, and not before").toBe(1);

  const old = page.locator("[data-places-old]");
  await expect(old).toBeEmpty();
  await context.setOffline(true);
  await page.clock.fastForward(LONGEST);
  await expect(old).toContainText(museum.word("sessions-old"), { timeout: 20_000 });
  await expect(page.locator("[data-places-said]")).toBeEmpty();
  await context.setOffline(false);
  await expect(old).toBeEmpty({ timeout: 30_000 });
});

test("without scripts the calendar is whole and asks for nothing @plain", async ({ page }) => {
  let calls = 0;
  page.on("request", (request) => (calls += Number(request.url().includes("/museum/places"))));
  const museum = new Museum(page);
  await museum.calendar(2);
  await expect(museum.button("session-book").first()).toBeVisible();
  expect(calls).toBe(0);
});

test("who keeps the last places sees them as their own, and everybody else that it is full", async ({ page, browser, baseURL, javaScriptEnabled }) => {
  test.setTimeout(120_000);
  if (javaScriptEnabled !== false) await page.clock.install();
  const museum = new Museum(page);
  const { id, day } = await ownSession(7);
  const calendar = `/museum/sessions?people=3&day=${day}`;
  const card = page.locator(`[data-session="${id}"]`);
  await expect(async () => {
    await visit(page, calendar);
    expect(await card.count()).toBe(1);
  }).toPass({ timeout: 20_000 });
  await keepPlaces(id, CAPACITY - 3);
  await press(card.getByRole("button", { name: museum.word("session-book") }));
  await page.waitForURL(/\/museum\/book\/[^/]+$/);
  const draft = new URL(page.url()).pathname;

  await visit(page, calendar);
  await expect(card).toContainText(museum.word("session-free-own"));
  await expect(page.locator(".kept-back")).toHaveAttribute("href", draft);
  await examine(page, "live-kept");
  if (javaScriptEnabled !== false) {
    // The script asks as who keeps them, too.
    await asked(page);
    await expect(card).toContainText(museum.word("session-free-own"));
  }
  const other = await browser.newContext({ baseURL: baseURL!, javaScriptEnabled: javaScriptEnabled !== false });
  const theirs = await other.newPage();
  await expect(async () => {
    await visit(theirs, calendar);
    expect(await theirs.locator(`[data-session="${id}"]`).getAttribute("data-state")).toBe("full");
  }).toPass({ timeout: 20_000 });
  await expect(theirs.locator(".kept-back")).toHaveCount(0);
  await other.close();

  await press(page.locator(".kept-back"));
  await page.waitForURL(new RegExp(`${draft}$`));
  await expect(museum.heading("book-title")).toBeVisible();
});

// A school asks for the science bus and a dispatcher sends it: from the form to the accepted date and the public schedule,
// on a telephone and at a desk, with and without scripts.
import type { Page } from "@playwright/test";
import { sql } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, linkIn, mailTo, newAddress } from "../support/mail";
import { arrive } from "../support/staff";
import { localized, words, type Locale } from "../support/words";

const say = (key: string, locale: Locale = "zh-CN") => words(locale, key);
const button = (page: Page, key: string, locale: Locale = "zh-CN") => page.getByRole("button", { name: say(key, locale) });

/** A day so many days from today, as a date field takes it. */
function day(ahead: number): string {
  const at = new Date(Date.now() + (8 + 24 * ahead) * 3_600_000);
  // No school is there on a Sunday.
  if (at.getUTCDay() === 0) at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 10);
}

/** Fills in the whole form. */
async function fill(page: Page, school: string, contact: string, first: number): Promise<void> {
  await page.locator("#f-organisation").fill(school);
  await page.locator("#f-audience").selectOption("primary");
  await page.locator("#f-ages").fill("8–10");
  await page.locator("#f-people").fill("120");
  await page.locator("input[name=city][value=zibo]").check();
  await page.locator("#f-address").fill("演示路 6 号");
  await page.locator("#f-day_1").fill(day(first));
  await page.locator("#f-day_2").fill(day(first + 3));
  await page.locator("input[name=half_day][value=morning]").check({ force: true });
  await page.locator("#f-parking").fill("20");
  await page.locator("input[name=power][value=yes]").check({ force: true });
  await page.locator("input[name=indoor][value=no]").check({ force: true });
  await page.locator("#f-name").fill("测试·顾远");
  await page.locator("#f-contact").fill(contact);
  await page.locator("#f-accept").check({ force: true });
}

/** The way to a request; answers its page's path. */
async function ask(page: Page, school: string, contact: string, first: number, look: (name: string) => Promise<void>): Promise<string> {
  await visit(page, "/bus");
  await look("1-front");
  await press(button(page, "bus-begin"));
  await page.waitForURL(/\/bus\/apply\/[^/]+$/);
  await look("2-form");
  await page.locator("#f-organisation").fill(school);
  await press(button(page, "bus-continue"));
  await expect(page.locator("#f-organisation")).toHaveValue(school);
  await look("3-faults");
  await fill(page, school, contact, first);
  await press(button(page, "bus-save"));
  await expect(page.locator("#f-people")).toHaveValue("120");
  await expect(page.locator("input[name=city][value=zibo]")).toBeChecked();
  await look("4-saved");
  await page.locator("#f-accept").check({ force: true });
  await press(button(page, "bus-continue"));
  await page.waitForURL(/\/code$/);
  await look("5-code");
  await page.locator("#f-code").fill(await codeTo(contact));
  await press(button(page, "bus-send"));
  await page.waitForURL(/\/bus\/r\/[^/]+\?done=sent$/);
  await look("6-sent");
  return new URL(page.url()).pathname;
}

test("a school asks for the bus, a dispatcher proposes, the school accepts, everybody sees it @desk", async ({ page, browser, baseURL, javaScriptEnabled, viewport }) => {
  test.setTimeout(240_000);
  const look = (name: string) => examine(page, `bus-${name}`);
  const school = `测试区第${Date.now() % 100_000}小学`;
  const contact = newAddress("school");
  // Windows and ways of reading share a fleet: each asks for a week of its own.
  const week = 21 + ((viewport!.width + (javaScriptEnabled === false ? 700 : 0)) % 11) * 7;
  const mine = await ask(page, school, contact, week, look);
  const received = await mailTo(contact, /科普巴士申请已收到/);
  expect(new URL(linkIn(received, "/bus/r/"), baseURL!).pathname).toContain("/bus/r/");

  // The dispatcher, in a browser of their own.
  const context = await browser.newContext({ baseURL: baseURL!, javaScriptEnabled: javaScriptEnabled !== false, viewport: viewport! });
  const desk = await context.newPage();
  const see = (name: string) => examine(desk, `bus-${name}`);
  await arrive(desk);
  await visit(desk, "/staff/bus");
  await see("7-board");
  await press(desk.getByRole("link", { name: school }));
  await see("8-request");
  await desk.getByText(say("bus-staff-ask"), { exact: true }).first().click();
  await desk.locator("#f-question").fill("北门有多宽？");
  await press(button(desk, "bus-staff-ask-do"));
  await desk.waitForURL(/done=asked/);

  await visit(page, mine);
  await expect(page.getByText("北门有多宽？")).toBeVisible();
  await look("9-asked");
  await page.locator("#f-answer").fill("四米五");
  await press(button(page, "bus-answer-send"));
  await page.waitForURL(/done=answered/);

  // None of its days is left: said with the reason on both sides, and the board leads to the first free date.
  const request = new URL(desk.url()).pathname;
  await sql(`update bus_request set days = array[current_date - 3, current_date - 2] where organisation = '${school}'`);
  await visit(page, mine);
  await expect(page.getByText(say("bus-all-lost"), { exact: true })).toBeVisible();
  await expect(page.locator(".days-lost li")).toHaveCount(2);
  await look("9-days-lost");
  await visit(desk, "/staff/bus");
  const card = desk.locator(".board-card", { hasText: school });
  await expect(card).toContainText(say("bus-board-all-lost"));
  await see("9-board-days-lost");
  await press(card.locator(".board-card-way"));
  await expect(desk).toHaveURL(new RegExp(`${request}.*#propose$`));
  await expect(desk.locator(".days-lost li")).toHaveCount(2);
  await page.getByText(say("bus-choose-days"), { exact: true }).first().click();
  await page.locator("#f-day_1").fill(day(week));
  await press(button(page, "bus-choose-days-do"));
  await expect(page.locator("#f-day_2")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-day_1")).toHaveValue(day(week));
  await look("9-days-faults");
  await page.locator("#f-day_2").fill(day(week + 3));
  await press(button(page, "bus-choose-days-do"));
  await page.waitForURL(/done=days/);
  await expect(page.locator(".days-lost")).toHaveCount(0);
  await visit(desk, request);
  await expect(desk.locator(".days-lost")).toHaveCount(0);

  // A free date is looked at first, then proposed.
  await desk.reload();
  await expect(desk.getByText("四米五")).toBeVisible();
  await press(desk.locator(".slot").first());
  await see("10-looked-at");
  await desk.locator("#f-message").fill("请把北门打开");
  await press(button(desk, "bus-plan-propose"));
  await desk.waitForURL(/done=proposed/);
  await see("11-proposed");

  await mailTo(contact, /请把北门打开/);
  await visit(page, mine);
  await look("12-date");
  await press(button(page, "bus-accept-date"));
  await page.waitForURL(/done=accepted/);
  await look("13-accepted");

  await desk.reload();
  await press(button(desk, "bus-staff-schedule"));
  await desk.waitForURL(/done=scheduled/);
  const when = await desk.locator(".staff-panel .summary dd").first().innerText();
  const [year, month, date] = /(\d+)年(\d+)月(\d+)日/.exec(when)!.slice(1).map(Number);
  const first = `${year}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
  await visit(desk, `/staff/bus/plan?from=${first}`);
  await expect(desk.getByText(school)).toBeVisible();
  await see("14-plan");
  await visit(desk, `/staff/bus/blackouts?vehicle=&first=${first}&until=${first}&kind=repair&reason_zh=年检&reason_en=Inspection`);
  await expect(desk.getByText(school)).toBeVisible();
  await see("15-blackouts");
  await visit(desk, "/staff/bus/numbers");
  await see("16-numbers");
  await context.close();

  await visit(page, mine);
  await look("17-scheduled");
  await visit(page, "/bus/schedule");
  await expect(page.getByText(school)).toBeVisible();
  await look("18-schedule");
  const calendar = await page.request.get("/bus/schedule.ics");
  expect(await calendar.text()).toContain("BEGIN:VEVENT");

  // Withdrawn: the date goes to others, and the schedule forgets it.
  await visit(page, mine);
  await page.getByText(say("bus-withdraw"), { exact: true }).first().click();
  await press(button(page, "bus-withdraw-do"));
  await page.waitForURL(/done=withdrawn/);
  await look("19-withdrawn");
});

/** Pictures load as one comes to them: goes to each, so that a look at the page shows them. */
async function comeToPictures(page: Page): Promise<void> {
  for (const picture of await page.locator(".bus-photo").all()) {
    await picture.scrollIntoViewIfNeeded();
    await expect(picture).toHaveJSProperty("complete", true);
    expect(await picture.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBeGreaterThan(0);
  }
}

test("after a visit a dispatcher adds a photograph, shows it, and everybody sees it on the stop's page @desk", async ({ page, browser, baseURL, javaScriptEnabled, viewport }) => {
  test.setTimeout(180_000);
  const context = await browser.newContext({ baseURL: baseURL!, javaScriptEnabled: javaScriptEnabled !== false, viewport: viewport! });
  const desk = await context.newPage();
  const see = (name: string) => examine(desk, `bus-photos-${name}`);
  await arrive(desk);
  await visit(desk, "/staff/bus");
  await press(desk.getByRole("link", { name: "演示市凤凰中学" }));
  await comeToPictures(desk);
  await see("1-request");
  const words = `测试照片${Date.now() % 100_000}`;
  await desk.getByText(say("bus-photo-add"), { exact: true }).first().click();
  await desk.locator("#f-alt_zh").fill(words);
  await press(button(desk, "bus-photo-add"));
  await expect(desk.locator("#f-photo")).toHaveAttribute("aria-invalid", "true");
  await expect(desk.locator("#f-alt_zh")).toHaveValue(words);
  await see("2-faults");
  await desk.locator("#f-photo").setInputFiles("../docs/tour/1-home.png");
  await desk.locator("#f-alt_en").fill("A test photograph");
  await desk.locator("#f-consent").check({ force: true });
  await press(button(desk, "bus-photo-add"));
  await desk.waitForURL(/done=photo$/);
  const mine = desk.locator(".bus-photos > li", { hasText: words });
  await expect(mine.getByRole("img", { name: words })).toBeVisible();
  await comeToPictures(desk);
  await see("3-added");

  // Nobody else sees it before it is shown.
  const to = new URL((await desk.getByRole("link", { name: say("bus-photos-public") }).getAttribute("href"))!, baseURL!).pathname;
  const source = (await mine.getByRole("img").getAttribute("src"))!;
  expect((await page.request.get(source)).status()).toBe(404);
  await press(mine.getByRole("button", { name: say("bus-photo-show") }));
  await desk.waitForURL(/done=photos$/);
  await visit(page, to);
  await expect(page.getByRole("img", { name: words })).toBeVisible();
  await comeToPictures(page);
  await examine(page, "bus-photos-4-public");
  const picture = await page.request.get(source);
  expect([picture.status(), picture.headers()["content-type"]]).toEqual([200, "image/jpeg"]);

  // Its words are changed where it stands; what is wrong with them opens the form again.
  const wording = mine.getByRole("textbox", { name: say("bus-photo-alt-en") });
  const save = mine.getByRole("button", { name: say("staff-save") });
  await mine.getByText(say("picture-reword"), { exact: true }).first().click();
  await wording.fill("");
  await press(save);
  await expect(wording).toHaveAttribute("aria-invalid", "true");
  await wording.fill("A photograph worded anew");
  await press(save);
  await expect(wording).toBeHidden();
  await expect(mine.locator("input[value='A photograph worded anew']")).toHaveCount(1);

  // Gone again, for the next who tries.
  await mine.getByText(say("bus-photo-remove"), { exact: true }).first().click();
  await press(mine.getByRole("button", { name: say("bus-photo-remove") }).last());
  await expect(mine).toHaveCount(0);
  expect((await page.request.get(source)).status()).toBe(404);

  // The fleet: a crew is added, renamed, retired.
  await visit(desk, "/staff/bus/fleet");
  await see("5-fleet");
  await press(desk.getByRole("link", { name: say("bus-fleet-add-crew") }));
  const crew = `测试${Date.now() % 100_000}组`;
  await desk.locator("#f-title_zh").fill(crew);
  await press(button(desk, "staff-save"));
  await expect(desk.locator("#f-title_en")).toHaveAttribute("aria-invalid", "true");
  await see("6-fleet-form");
  await desk.locator("#f-title_en").fill("Test crew");
  await press(button(desk, "staff-save"));
  await desk.waitForURL(/done=saved/);
  const unit = desk.locator(".bus-fleet > li", { hasText: crew });
  await unit.getByText(say("bus-fleet-retire"), { exact: true }).first().click();
  await press(unit.getByRole("button", { name: say("bus-fleet-retire") }).last());
  await desk.waitForURL(/done=retired/);
  await expect(unit).toHaveCount(0);
  await context.close();
});

for (const path of ["/bus", "/bus/schedule"]) {
  test(`${path} in English`, { tag: "@desk" }, async ({ page }) => {
    await visit(page, localized("en", path));
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await examine(page, `page-en${path.replaceAll("/", "-")}`);
  });
}

// A full session: waiting for it, the offer by mail, taking it; then the house closes the session, and another is booked by
// the link of the mail, without a form and without a code. And three families in one line: one declines, the next takes its
// places, the third answers from its account.
import { addSession, keepPlaces, sql } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, linkIn, mailTo, mailsTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";
import { arrive } from "../support/staff";
import { type Locale, localized, WALKED, words } from "../support/words";

const projects = ["360", "1280", "360-nojs"];

/** An evening session on a day of this window's and language's own: what a journey closes is never the nearest alternative
 * of another's. */
async function ownSession(locale: Locale, hour: number): Promise<{ id: string; day: string }> {
  const { project, retry } = test.info();
  const ahead = 4 + projects.indexOf(project.name) * 2 + (locale === "en" ? 1 : 0);
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(Date.now() + ahead * 86_400_000);
  return { id: await addSession(new Date(`${day}T${hour}:1${retry}:00+08:00`), 60, 4), day };
}

/** A family of two joins the line of a full session; answers with the page of its entry. */
async function joinLine(museum: Museum, { id, day }: { id: string; day: string }, contact: string): Promise<string> {
  const { page, locale } = museum;
  const wait = page.locator(`[data-session="${id}"] .session-wait`).getByRole("button");
  await expect(async () => {
    await visit(page, `${localized(locale, "/museum/sessions")}?people=2&day=${day}`);
    await expect(wait).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await press(wait);
  await page.waitForURL(/\/museum\/wait\/[^/]+$/);
  await museum.field("name").fill("候补·观众");
  await museum.field("contact").fill(contact);
  await museum.field("accept").check();
  await press(museum.button("wait-continue"));
  await page.waitForURL(/\/code$/);
  await page.locator("#f-code").fill(await codeTo(contact));
  await press(museum.button("wait-confirm"));
  await page.waitForURL(/\/waiting\/.*done=joined/);
  return new URL(page.url()).pathname;
}

/** The codes an address was sent so far. */
async function codesTo(contact: string): Promise<string[]> {
  return (await mailsTo(contact)).flatMap((mail) => mail.text.match(/(?<!\d)\d{6}(?!\d)/g) ?? []);
}

/** Opens the page where an offer is answered, once there is one: by the link of its mail, or at night, when nobody is woken
 * and the mail waits for the morning, by the page the family has kept. */
async function openOffer(museum: Museum, contact: string, entry: string): Promise<void> {
  const hour = Number(new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit" }).format(Date.now()));
  const awake = hour >= 8 && hour < 21;
  const page = awake ? linkIn(await mailTo(contact, museum.locale === "en" ? /Places for you/ : /有名额了/), museum.path("/waiting/")) : entry;
  await expect(async () => {
    await visit(museum.page, page);
    await expect(museum.heading("waiting-title-offer")).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
}

for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
  test(`a full session is waited for, offered, taken, closed and replaced (${locale})`, { tag: WALKED[locale] }, async ({ page, browser }) => {
    test.setTimeout(240_000);
    const museum = new Museum(page, locale);
    const picture = (name: string) => `waiting-${locale}-${name}`;
    const { id, day } = await ownSession(locale, 18);
    await keepPlaces(id, 4);
    const contact = newAddress("waiting");

    // The calendar offers the list instead of a booking.
    const wait = page.locator(`[data-session="${id}"] .session-wait`).getByRole("button");
    await expect(async () => {
      await visit(page, `${localized(locale, "/museum/sessions")}?people=2&day=${day}`);
      await expect(wait).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    await press(wait);
    await page.waitForURL(/\/museum\/wait\/[^/]+$/);
    await expect(museum.heading("wait-title")).toBeVisible();
    await expect(museum.button("book-take-this")).toHaveCount(2);
    await press(museum.button("wait-continue"));
    await examine(page, picture("1-form-refused"));
    await museum.field("name").fill("候补·观众");
    await museum.field("contact").fill(contact);
    await museum.field("accept").check();
    await press(museum.button("wait-continue"));
    await page.waitForURL(/\/code$/);
    await page.locator("#f-code").fill(await codeTo(contact));
    await press(museum.button("wait-confirm"));
    await page.waitForURL(/\/waiting\/.*done=joined/);
    await examine(page, picture("2-joined"));

    // Places come free: the worker finds them. At night the message waits for the morning, and the page says it at once.
    const entry = new URL(page.url()).pathname;
    await keepPlaces(id, 0);
    await expect(async () => {
      await visit(page, entry);
      await expect(museum.heading("waiting-title-offer")).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    await page.getByText(museum.word("waiting-decline"), { exact: true }).click();
    await examine(page, picture("3-offer"));
    await visit(page, entry);
    await press(museum.button("waiting-accept"));
    await page.waitForURL(/\/b\/.*done=booked/);
    await expect(page.locator("main")).toContainText("18:");
    await visit(page, entry);
    await examine(page, picture("4-taken"));

    // The house closes the session; whoever booked is told why and takes another with one press.
    const office = await browser.newContext({ locale: "zh-CN", javaScriptEnabled: false, viewport: page.viewportSize() ?? undefined });
    const desk = await office.newPage();
    await arrive(desk);
    await visit(desk, `/staff/museum/sessions/${id}`);
    await examine(desk, picture("5-staff-list"));
    await visit(desk, `/staff/museum/sessions/${id}/close`);
    await desk.locator("#f-reason_zh").fill("设备检修");
    await desk.locator("#f-reason_en").fill("maintenance");
    await desk.locator("#f-seen").check();
    await examine(desk, picture("6-close"));
    await press(desk.getByRole("button", { name: words("zh-CN", "staff-close-do") }));
    await desk.waitForURL(/done=closed/);
    await examine(desk, picture("7-closed"));
    await office.close();

    const closed = await mailTo(contact, locale === "en" ? /maintenance/ : /设备检修/);
    expect(closed.attachments.some((file) => file.mimeType.startsWith("text/calendar"))).toBe(true);
    await visit(page, linkIn(closed, museum.path("/rebook/")));
    await examine(page, picture("8-rebook"));
    await press(museum.button("book-take-this").first());
    await page.waitForURL(/\/b\/.*done=booked/);
    await visit(page, linkIn(closed, museum.path("/rebook/")));
    await examine(page, picture("9-rebooked"));
    // Everybody who had booked it is told once; another journey may have been given a place of it.
    const told = `select count(*) > 0 and count(*) = count(distinct m.booking_id)
      from message m join booking b on b.id = m.booking_id where b.session_id = '${id}' and m.template = 'closed'`;
    expect(await sql(told)).toBe("t");
  });

  test(`three families wait: one declines, the next takes it, the third answers from its account (${locale})`, { tag: WALKED[locale] }, async ({ page }) => {
    test.setTimeout(240_000);
    const museum = new Museum(page, locale);
    const picture = (name: string) => `waiting-${locale}-${name}`;
    const session = await ownSession(locale, 20);
    await keepPlaces(session.id, 4);
    const families = [newAddress("first"), newAddress("second"), newAddress("third")] as const;
    const entries: string[] = [];
    for (const contact of families) entries.push(await joinLine(museum, session, contact));

    // Two places come free: the first in line declines them, and the second has them at once.
    await keepPlaces(session.id, 2);
    await openOffer(museum, families[0], entries[0]);
    await page.getByText(museum.word("waiting-decline"), { exact: true }).click();
    await press(museum.button("waiting-decline-do"));
    await expect(museum.heading("waiting-title-over")).toBeVisible();
    await examine(page, picture("10-declined"));
    await openOffer(museum, families[1], entries[1]);
    await press(museum.button("waiting-accept"));
    await page.waitForURL(/\/b\/.*done=booked/);
    await examine(page, picture("11-next-booked"));

    // The third signs in: its account lists what it waits for, then what it is offered.
    await visit(page, localized(locale, "/sign-in"));
    await museum.field("contact").fill(families[2]);
    await museum.field("agree").check();
    const sent = await codesTo(families[2]);
    await press(museum.button("sign-in-send"));
    await page.waitForURL(/\/sign-in\/code/);
    await museum.field("code").fill(await codeTo(families[2], sent));
    await press(museum.button("sign-in-code-submit"));
    await page.waitForURL(/\/account/);
    const card = page.locator("#waiting .card");
    await expect(card).toHaveCount(1);
    await examine(page, picture("12-account-waits"));

    // It books another session of that day: its waiting rests, as both pages say, until it cancels.
    const other = await ownSession(locale, 16);
    const book = page.locator(`[data-session="${other.id}"]`).getByRole("button");
    await expect(async () => {
      await visit(page, `${localized(locale, "/museum/sessions")}?people=2&day=${other.day}`);
      await expect(book).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    await press(book);
    await page.waitForURL(/\/museum\/book\/[^/]+$/);
    const codes = await codesTo(families[2]);
    await museum.sayWho({ name: "候补·第三家", contact: families[2], people: 2, children: 0 });
    await museum.field("code").fill(await codeTo(families[2], codes));
    await press(museum.button("code-confirm"));
    await page.waitForURL(/\/b\/[^/?]+/);
    await expect(page.locator("main")).toContainText(museum.word("mine-waiting-rests"));
    await examine(page, picture("14-booked-rests"));
    const booking = new URL(page.url()).pathname;
    await visit(page, localized(locale, "/account"));
    await expect(card).toContainText(museum.word("account-waits-rests"));
    await examine(page, picture("15-account-rests"));
    await visit(page, booking);
    await page.getByText(museum.word("mine-cancel"), { exact: true }).first().click();
    await press(museum.button("mine-cancel-do"));
    await page.waitForURL(/done=cancelled/);

    await keepPlaces(session.id, 0);
    await expect(async () => {
      await visit(page, localized(locale, "/account"));
      await expect(card).toContainText(museum.word("account-waits-offer"), { timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    await examine(page, picture("13-account-offer"));
    await press(card.getByRole("link"));
    await expect(museum.heading("waiting-title-offer")).toBeVisible();
    await press(museum.button("waiting-accept"));
    await page.waitForURL(/\/b\/.*done=booked/);
    await visit(page, localized(locale, "/account"));
    await expect(card).toHaveCount(0);
    await expect(page.locator("main .account-cards .card")).toHaveCount(1);
    const booked = `select sum(people) from booking where session_id = '${session.id}' and state = 'confirmed'`;
    expect(await sql(booked)).toBe("4");
  });
}

// A full session: waiting for it, the offer by mail, taking it; then the house closes the session, and another is booked by
// the link of the mail, without a form and without a code.
import { addSession, keepPlaces, sql } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, linkIn, mailTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";
import { enrol, newStaff } from "../support/staff";
import { type Locale, localized, words } from "../support/words";

const projects = ["360", "1280", "360-nojs", "1280-nojs"];

/** An evening session five days and more ahead, at a minute of this window's and language's own. */
async function ownSession(locale: Locale): Promise<{ id: string; day: string }> {
  const { project, retry } = test.info();
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(Date.now() + 5 * 86_400_000);
  const minute = projects.indexOf(project.name) * 10 + (locale === "en" ? 5 : 0) + retry;
  return { id: await addSession(new Date(`${day}T18:${String(minute).padStart(2, "0")}:00+08:00`), 60, 4), day };
}

for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
  test(`a full session is waited for, offered, taken, closed and replaced (${locale})`, async ({ page, browser }) => {
    test.setTimeout(240_000);
    const museum = new Museum(page, locale);
    const picture = (name: string) => `waiting-${locale}-${name}`;
    const { id, day } = await ownSession(locale);
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
    await enrol(desk, await newStaff());
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
    const told = `select count(*) from message m join booking b on b.id = m.booking_id where b.session_id = '${id}' and m.template = 'closed'`;
    expect(await sql(told)).toBe("1");
  });
}

// A visitor books the museum, finds everything in the mail, changes their mind, and cancels. The same on a phone and a
// desktop, with and without scripts, in both languages.
import { examine, expect, press, test, visit } from "../support/house";
import { linkIn, mailsTo, mailTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";
import { type Locale, WALKED } from "../support/words";

const people = { "zh-CN": "测试·江上月", en: "Test Rivermoon" } as const;

for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
  test(`a visitor books by mail code, comes with fewer, moves, cancels (${locale})`, { tag: locale === "en" ? WALKED.en : [] }, async ({ page }) => {
    test.setTimeout(180_000);
    const museum = new Museum(page, locale);
    const visitor = { name: people[locale], contact: newAddress(), people: 3, children: 1 };
    const picture = (name: string) => `visitor-${locale}-${name}`;

    await visit(page, museum.path("/museum"));
    await press(page.getByRole("link", { name: museum.word("museum-book-action") }).first());
    await examine(page, picture("1-calendar"));

    await museum.choose(visitor.people);
    await examine(page, picture("2-who"));
    await museum.sayWho(visitor);
    await expect(page.getByText(visitor.contact)).toBeVisible();
    await examine(page, picture("3-code"));
    await museum.confirm(visitor);
    await expect(page.getByText(museum.word("mine-news-booked"))).toBeVisible();
    await expect(page.getByText(visitor.name)).toBeVisible();
    // A link may be forwarded: the address in it is masked.
    await expect(page.getByText(visitor.contact)).toHaveCount(0);
    await expect(museum.row("book-people")).toContainText(museum.word("people-count"));
    const reference = await museum.reference();
    await examine(page, picture("4-booked"));

    // The mail says the same and brings the calendar entry and the pass; its link opens this booking.
    const confirmation = await mailTo(visitor.contact, new RegExp(reference));
    expect(confirmation.subject).not.toContain(visitor.name);
    expect(confirmation.attachments.some((file) => file.mimeType.startsWith("text/calendar"))).toBe(true);
    // The first link is the pass; the booking itself is one step up.
    await visit(page, linkIn(confirmation, museum.path("/b/")).replace(/\/pass$/, ""));
    expect(await museum.reference()).toBe(reference);
    const mine = new URL(page.url()).pathname;

    // Calendar file and PDF are real files.
    const ics = await page.request.get(`${mine}/visit.ics`);
    expect(ics.headers()["content-type"]).toContain("text/calendar");
    expect(await ics.text()).toContain("BEGIN:VEVENT");
    const pdf = await page.request.get(`${mine}/pass.pdf`);
    expect((await pdf.body()).subarray(0, 5).toString()).toBe("%PDF-");

    // Fewer people.
    await page.getByText(museum.word("mine-smaller"), { exact: true }).click();
    await museum.field("people").fill("2");
    await museum.field("children").fill("0");
    await press(museum.button("mine-smaller-do"));
    await page.waitForURL(/done=changed/);
    await expect(museum.row("book-people")).toContainText("2");
    await examine(page, picture("5-fewer"));

    // Another session: the new time stands on the page and in the mail.
    const before = await museum.row("book-when").innerText();
    await press(page.getByRole("link", { name: museum.word("mine-move") }));
    // The last day: a session that is about to begin could not be cancelled afterwards.
    await page.locator("details summary").last().click();
    await examine(page, picture("6-move"));
    await press(museum.button("move-here").last());
    await page.waitForURL(/done=moved/);
    const after = await museum.row("book-when").innerText();
    expect(after).not.toBe(before);
    expect(await museum.reference()).toBe(reference);
    await examine(page, picture("7-moved"));

    // Cancelled, and it stays so: the page says it, the button is gone, one mail was sent.
    await page.getByText(museum.word("mine-cancel"), { exact: true }).first().click();
    await press(museum.button("mine-cancel-do"));
    await page.waitForURL(/done=cancelled/);
    await expect(museum.heading("mine-title-cancelled")).toBeVisible();
    await expect(museum.button("mine-cancel-do")).toHaveCount(0);
    await examine(page, picture("8-cancelled"));
    await expect.poll(async () => (await mailsTo(visitor.contact)).length, { timeout: 20_000 }).toBe(5);
    const ids = (await mailsTo(visitor.contact)).map((mail) => mail.messageId);
    expect(new Set(ids).size).toBe(ids.length);
  });
}

test("what was typed stays when it is refused, with the reason beside it", async ({ page }) => {
  const museum = new Museum(page);
  await museum.choose(2);
  await museum.field("name").fill("测试·长河");
  await museum.field("contact").fill("12345");
  await museum.field("children").fill("2");
  await press(museum.button("book-continue"));
  for (const name of ["contact", "children", "accept"]) {
    const field = museum.field(name);
    await expect(field, name).toHaveAttribute("aria-invalid", "true");
    const described = (await field.getAttribute("aria-describedby"))?.split(" ") ?? [];
    expect(described, name).toContain(`f-${name}-error`);
    await expect(page.locator(`#f-${name}-error`), name).not.toBeEmpty();
  }
  await expect(museum.field("name")).toHaveValue("测试·长河");
  await expect(museum.field("contact")).toHaveValue("12345");
  await expect(museum.field("children")).toHaveValue("2");
  await examine(page, "visitor-refused-fields");

  // Put right, it goes on; a wrong code is refused and the right one still works.
  const contact = newAddress();
  await museum.sayWho({ name: "测试·长河", contact, people: 2, children: 0 });
  await museum.field("code").fill("000000");
  await press(museum.button("code-confirm"));
  await expect(museum.field("code")).toHaveAttribute("aria-invalid", "true");
  await expect(museum.field("code")).toHaveValue("");
  await examine(page, "visitor-refused-code");
  await museum.confirm({ name: "", contact, people: 2, children: 0 });
});

test("back button and second press book once", async ({ page }) => {
  const museum = new Museum(page);
  const visitor = { name: "测试·回声", contact: newAddress(), people: 1, children: 0 };
  await museum.choose(1, 1);
  const draft = new URL(page.url()).pathname;
  await museum.sayWho(visitor);
  await museum.confirm(visitor);
  const reference = await museum.reference();

  await visit(page, draft);
  await expect(museum.heading("book-done-title")).toBeVisible();
  await examine(page, "visitor-already-booked");
  await press(page.getByRole("link", { name: museum.word("book-done-action") }));
  expect(await museum.reference()).toBe(reference);
  const bookings = (await mailsTo(visitor.contact)).filter((mail) => mail.text.includes(reference));
  expect(bookings.length).toBeLessThanOrEqual(1);
});

test("somebody else's draft stays somebody else's", async ({ page, browser, watch }) => {
  watch.expectFault(/never/);
  const museum = new Museum(page);
  await museum.choose(1, 2);
  await museum.field("name").fill("测试·只给我看");
  const draft = page.url();
  const stranger = await (await browser.newContext()).newPage();
  const answer = await stranger.goto(draft);
  expect(answer?.status()).toBe(404);
  await expect(stranger.getByRole("heading", { level: 1, name: museum.word("book-gone-title") })).toBeVisible();
  await examine(stranger, "visitor-gone");
  await stranger.context().close();
});

test("a booking link that was tampered with opens nothing", async ({ page }) => {
  const museum = new Museum(page);
  const mine = await museum.book({ name: "测试·原样", contact: newAddress(), people: 1, children: 0 }, 1);
  const other = mine.at(-1) === "A" ? "B" : "A";
  const response = await page.goto(mine.slice(0, -1) + other);
  expect(response?.status()).toBeGreaterThanOrEqual(400);
  expect(response?.status()).toBeLessThan(500);
  await examine(page, "visitor-broken-link");
});

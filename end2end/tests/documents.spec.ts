// A father registers his daughter's ceremony, which asks for his identity document: a slip of a key is told, what was right
// is not asked twice, and the number is on no page, in no address and in no storage of the browser. Staff see its end, and
// the whole with a reason. A family of three goes where everybody's is asked for: each has fields, faults and an end of their
// own, and who stays away is said by name of their document. On a phone and a desktop, with and without scripts, in both languages.
import type { Page } from "@playwright/test";
import { planted } from "../support/canaries";
import { addDate } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { bookByApi } from "../support/machine";
import { codeTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";
import { arrive } from "../support/staff";
import { type Locale, WALKED, words } from "../support/words";

/** A number by GB 11643: seventeen digits and what ISO 7064 MOD 11-2 makes of them. */
function residentNumber(year = 1960 + Math.floor(Math.random() * 40)): string {
  const order = String(Math.floor(Math.random() * 1000)).padStart(3, "0");
  const day = String(1 + Math.floor(Math.random() * 28)).padStart(2, "0");
  const digits = `370102${year}06${day}${order}`;
  const sum = [...digits].reduce((sum, digit) => (sum * 2 + Number(digit)) % 11, 0);
  return planted("document", digits + "0123456789X"[(12 - ((sum * 2) % 11)) % 11]);
}

/** The same with a slip of a key in the region. */
const slipOf = (number: string) => number.slice(0, 5) + ((Number(number[5]) + 1) % 10) + number.slice(6);

async function showsNowhere(page: Page, number: string): Promise<void> {
  expect(await page.content()).not.toContain(number);
  expect(page.url()).not.toContain(number);
  const stored = await page.context().storageState();
  expect(JSON.stringify(stored)).not.toContain(number);
}

for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
  test(`an event asks for a document and shows it to nobody (${locale})`, { tag: WALKED[locale] }, async ({ page, browser, javaScriptEnabled }) => {
    test.setTimeout(180_000);
    const site = new Museum(page, locale);
    const contact = newAddress("documents");
    const number = residentNumber();
    const picture = (name: string) => `documents-${locale}-${name}`;

    await visit(page, site.path("/events/coming-of-age-qingdao"));
    await expect(page.locator("main")).toContainText(site.word("museum-rule-document"));
    await press(site.button("event-register").first());
    await page.waitForURL(/\/events\/book\/[^/]+$/);
    await examine(page, picture("1-asked"));
    await site.field("name").fill("证件·父亲");
    await site.field("contact").fill(contact);
    await page.locator("#f-q-with").check();
    const slip = slipOf(number);
    await site.field("document").fill(slip);
    await site.field("accept").check();
    await press(site.button("book-continue"));
    await expect(page.locator("#f-document-error")).toContainText(site.word("error-resident-check-digit"));
    await expect(site.field("name")).toHaveValue("证件·父亲");
    await showsNowhere(page, slip);
    await examine(page, picture("2-slip"));

    // Something else is wrong: the document is kept all the same.
    await site.field("document").fill(` ${number.toLowerCase()} `);
    await site.field("contact").fill("nobody");
    await press(site.button("book-continue"));
    await expect(page.locator("#f-contact-error")).toBeVisible();
    await expect(page.locator("main")).toContainText(`****${number.slice(-4)}`);
    await expect(site.field("document")).toHaveValue("");
    await showsNowhere(page, number);
    await examine(page, picture("3-kept"));

    await site.field("contact").fill(contact);
    await press(site.button("book-continue"));
    await page.waitForURL(/\/code$/);
    await page.locator("#f-code").fill(await codeTo(contact));
    await press(site.button("code-confirm"));
    await page.waitForURL(/\/b\/[^/?]+/);
    await expect(page.locator("main")).toContainText(`****${number.slice(-4)}`);
    await showsNowhere(page, number);
    await examine(page, picture("4-registered"));
    if (locale === "en") return;

    const reference = /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(await page.locator("main").innerText())?.[0];
    if (!reference) throw new Error("no reference on the page");
    const office = await browser.newContext({ javaScriptEnabled });
    const desk = await office.newPage();
    await arrive(desk);
    await visit(desk, "/staff/events");
    await press(desk.getByRole("link", { name: "十八岁成人礼·生命的责任" }).first());
    await press(desk.locator("a[href*='/dates/']").first());
    await press(desk.getByRole("link", { name: reference }));
    await expect(desk.locator("main")).toContainText(`****${number.slice(-4)}`);
    await showsNowhere(desk, number);
    await examine(desk, picture("5-staff"));
    await desk.locator("[name=document_reason]").fill("入场核验有疑问");
    await press(desk.getByRole("button", { name: words("zh-CN", "staff-document-open") }));
    await expect(desk.locator("main")).toContainText(number);
    await examine(desk, picture("6-opened"));
    await visit(desk, new URL(desk.url()).pathname.replace(/\/document$/, ""));
    await showsNowhere(desk, number);
    await office.close();
  });
}

for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
  test(`a family shows a document each (${locale})`, { tag: WALKED[locale] }, async ({ page }) => {
    test.setTimeout(180_000);
    const site = new Museum(page, locale);
    const contact = newAddress("family");
    const [mother, father, child] = [residentNumber(), residentNumber(), residentNumber(new Date().getFullYear() - 8)];
    const ends = [mother, father, child].map((number) => `****${number.slice(-4)}`);
    const picture = (name: string) => `family-${locale}-${name}`;
    const nowhere = async () => {
      for (const number of [mother, father, child]) await showsNowhere(page, number);
    };

    await visit(page, `${site.path("/events/science-night-yantai")}?people=3`);
    await expect(page.locator("main")).toContainText(site.word("museum-rule-documents"));
    // The last date: those before it are the door's.
    await press(site.button("event-register").last());
    await page.waitForURL(/\/events\/book\/[^/]+$/);
    await examine(page, picture("1-asked"));
    await site.field("name").fill("证件·母亲");
    await site.field("contact").fill(contact);
    await site.field("children").fill("1");
    await site.field("document").fill(mother);
    await site.field("document_2").fill(slipOf(father));
    await site.field("document_3").fill(child);
    await site.field("accept").check();
    await press(site.button("book-continue"));
    await expect(page.locator("#f-document_2-error")).toContainText(site.word("error-resident-check-digit"));
    await expect(page.locator("#f-document-error, #f-document_3-error")).toHaveCount(0);
    await expect(page.locator("main")).toContainText(ends[0]);
    await expect(page.locator("main")).toContainText(ends[2]);
    await expect(site.field("name")).toHaveValue("证件·母亲");
    await nowhere();
    await examine(page, picture("2-slip"));

    // The daughter is not in the numbers: her birth date says that she is a child.
    await site.field("document_2").fill(father);
    await site.field("children").fill("0");
    await press(site.button("book-continue"));
    await expect(page.locator("#f-children-error")).toBeVisible();
    for (const end of ends) await expect(page.locator("main")).toContainText(end);
    await site.field("children").fill("1");
    await press(site.button("book-continue"));
    await page.waitForURL(/\/code$/);
    await page.locator("#f-code").fill(await codeTo(contact));
    await press(site.button("code-confirm"));
    await page.waitForURL(/\/b\/[^/?]+/);
    for (const end of ends) await expect(page.locator("main")).toContainText(end);
    await nowhere();
    await examine(page, picture("3-registered"));

    // The father stays away: his document goes with him.
    await page.getByText(site.word("mine-smaller"), { exact: true }).click();
    await page.locator("[name=stay][value='1']").uncheck();
    await examine(page, picture("4-smaller"));
    await press(site.button("mine-smaller-do"));
    await page.waitForURL(/done=changed/);
    await expect(page.locator("main")).toContainText(ends[2]);
    await expect(page.locator("main")).not.toContainText(ends[1]);
  });
}

test("the door compares the ends of a family's documents @desk", async ({ page }) => {
  test.setTimeout(120_000);
  // An instant of its own in every window: soon enough for the door to admit.
  const soon = new Date(Date.now() + 900_000 + Math.floor(Math.random() * 900_000));
  const session = await addDate("science-night-yantai", soon, 60, 10);
  const numbers = [residentNumber(), residentNumber()];
  const documents = numbers.map((number) => ({ kind: "resident", number }));
  const { reference } = await bookByApi(session, 2, { documents });
  await arrive(page);
  await visit(page, "/door");
  await page.locator("#f-ticket").fill(reference);
  await press(page.getByRole("button", { name: words("zh-CN", "door-look") }));
  const ends = numbers.map((number) => number.slice(-4));
  for (const end of ends) await expect(page.locator(".door-document")).toContainText(end);
  for (const number of numbers) await showsNowhere(page, number);
  await examine(page, "family-5-door");
});

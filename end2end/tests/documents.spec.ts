// A father registers his daughter's ceremony, which asks for his identity document: a slip of a key is told, what was right
// is not asked twice, and the number is on no page, in no address and in no storage of the browser. Staff see its end, and
// the whole with a reason. On a phone and a desktop, with and without scripts, in both languages.
import type { Page } from "@playwright/test";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";
import { enrol, newStaff } from "../support/staff";
import { type Locale, words } from "../support/words";

/** A number by GB 11643: seventeen digits and what ISO 7064 MOD 11-2 makes of them. */
function residentNumber(): string {
  const order = String(Math.floor(Math.random() * 1000)).padStart(3, "0");
  const day = String(1 + Math.floor(Math.random() * 28)).padStart(2, "0");
  const year = 1960 + Math.floor(Math.random() * 40);
  const digits = `370102${year}06${day}${order}`;
  const sum = [...digits].reduce((sum, digit) => (sum * 2 + Number(digit)) % 11, 0);
  return digits + "0123456789X"[(12 - ((sum * 2) % 11)) % 11];
}

async function showsNowhere(page: Page, number: string): Promise<void> {
  expect(await page.content()).not.toContain(number);
  expect(page.url()).not.toContain(number);
  const stored = await page.context().storageState();
  expect(JSON.stringify(stored)).not.toContain(number);
}

for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
  test(`an event asks for a document and shows it to nobody (${locale})`, async ({ page, browser, javaScriptEnabled }) => {
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
    const slip = number.slice(0, 5) + ((Number(number[5]) + 1) % 10) + number.slice(6);
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
    await enrol(desk, await newStaff());
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

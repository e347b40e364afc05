// A teacher with a class of 48: the request, the list with three faulty rows and then right, another session proposed by
// staff, accepted by the mailed link, approved, and the pass of the whole group; on a telephone and at a desk, with and
// without scripts.
import type { Page } from "@playwright/test";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, linkIn, mailTo, newAddress } from "../support/mail";
import { arrive } from "../support/staff";
import { localized, words } from "../support/words";

const say = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: say(key) });

/** A list of so many names, as a spreadsheet writes it; `faulty` spoils three of its rows. */
function list(count: number, faulty: boolean): Buffer {
  const rows = Array.from({ length: count }, (_, n) => [`测试·同学${String(n + 1).padStart(2, "0")}`, `${(n % 2) + 1}班`]);
  if (faulty) {
    rows[4][0] = "";
    rows[10][0] = "=SUM(A1:A9)";
    rows[20] = [...rows[18]];
  }
  return Buffer.from("\ufeff" + [["姓名", "班级"], ...rows].map((row) => row.join(",")).join("\r\n") + "\r\n");
}

/** The switches of the header: what was refused stands in the other language; with scripts what was not sent yet as well. */
async function switches(page: Page, school: string): Promise<void> {
  const scripts = test.info().project.use.javaScriptEnabled !== false;
  const language = page.locator(".site-tools a[hreflang]");
  if (scripts) await page.locator("#f-members").fill("48");
  await press(language);
  await page.waitForURL(/\/en\/museum\/groups\/apply\//);
  await expect(page.locator("#f-organisation")).toHaveValue(school);
  if (scripts) {
    await expect(page.locator("#f-members")).toHaveValue("48");
    const size = page.locator("button[name=size]");
    await page.locator("#f-adults").fill("4");
    await size.click();
    await expect(page.locator("html")).toHaveAttribute("data-size", "elder");
    await expect(page.locator("#f-adults")).toHaveValue("4");
    await size.click();
    await expect(page.locator("html")).not.toHaveAttribute("data-size");
  }
  await press(language);
  await page.waitForURL((url) => url.pathname.startsWith("/museum/groups/apply/"));
  await expect(page.locator("#f-organisation")).toHaveValue(school);
}

/** Who comes and which session: answers the page of the request. */
async function ask(page: Page, school: string, contact: string, look: (name: string) => Promise<void>): Promise<string> {
  await visit(page, "/museum/groups");
  await look("1-front");
  await press(button(page, "groups-begin"));
  await page.waitForURL(/\/museum\/groups\/apply\/[^/]+$/);
  await look("2-form");
  await page.locator("#f-organisation").fill(school);
  await press(button(page, "groups-continue"));
  await expect(page.locator("#f-organisation")).toHaveValue(school);
  await look("3-faults");
  await switches(page, school);
  await page.locator("input[name=kind][value=school]").check({ force: true });
  await page.locator("#f-city").selectOption("jinan");
  await page.locator("input[name=ages][value=primary]").check({ force: true });
  await page.locator("#f-members").fill("48");
  await page.locator("#f-adults").fill("4");
  await page.locator("#f-name").fill("测试·安老师");
  await page.locator("#f-post").fill("班主任");
  await page.locator("#f-contact").fill(contact);
  await page.locator("#f-accept").check({ force: true });
  await press(button(page, "groups-continue"));
  // Four adults are too few for forty-eight children.
  await expect(page.locator("#f-adults")).toHaveAttribute("aria-invalid", "true");
  await page.locator("#f-adults").fill("5");
  await press(button(page, "groups-continue"));
  await page.waitForURL(/\/when$/);
  await look("4-when");
  await page.locator("#f-session_1").selectOption({ index: 1 });
  await press(button(page, "groups-continue-code"));
  await page.waitForURL(/\/code$/);
  await look("5-code");
  await page.locator("#f-code").fill(await codeTo(contact));
  await press(button(page, "bus-send"));
  await page.waitForURL(/\/museum\/groups\/r\/[^/]+\?done=sent$/);
  await look("6-sent");
  return new URL(page.url()).pathname;
}

/** The list: first with three faulty rows, then right. */
async function send(page: Page, mine: string, look: (name: string) => Promise<void>): Promise<void> {
  await page.locator("#f-file").setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer: list(48, true) });
  await press(button(page, "groups-roster-send"));
  const faults = page.locator(".groups-faults tbody tr");
  await expect(faults).toHaveCount(3);
  await expect(faults.nth(0)).toContainText("第 6 行");
  await expect(faults.nth(1)).toContainText("第 12 行");
  await expect(faults.nth(2)).toContainText("第 22 行");
  await look("7-faulty-list");
  await page.locator("#f-file").setInputFiles({ name: "list.csv", mimeType: "text/csv", buffer: list(48, false) });
  await press(button(page, "groups-roster-send"));
  await page.waitForURL(/done=listed/);
  expect(new URL(page.url()).pathname).toBe(mine);
  await expect(page.getByText(/名单里有48人/)).toBeVisible();
  await look("8-list");
}

/** A letter of one page that can do nothing. */
const letter = Buffer.from(
  "%PDF-1.7\n3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\nxref\n0 1\ntrailer\n<< /Size 1 >>\nstartxref\n9\n%%EOF\n",
);

/** The stamped letter: first something that is none, then a PDF. */
async function stamp(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const file = page.locator("#f-letter");
  await file.setInputFiles({ name: "letter.pdf", mimeType: "application/pdf", buffer: Buffer.from("<svg onload='alert(1)'/>") });
  await press(button(page, "groups-letter-send"));
  await expect(file).toHaveAttribute("aria-invalid", "true");
  await look("8b-no-letter");
  await file.setInputFiles({ name: "letter.pdf", mimeType: "application/pdf", buffer: letter });
  await press(button(page, "groups-letter-send"));
  await page.waitForURL(/done=letter/);
  await expect(page.locator("#letter .groups-kept")).toContainText("PDF · 1 页");
  await look("8c-letter");
}

test("a teacher asks for 48 children, is proposed another session, accepts, and comes in with one pass @desk", async ({ page, browser, baseURL, javaScriptEnabled, viewport }) => {
  test.setTimeout(240_000);
  const look = (name: string) => examine(page, `groups-${name}`);
  const school = `测试区第${Date.now() % 100_000}小学三年级`;
  const contact = newAddress("teacher");
  const mine = await ask(page, school, contact, look);
  await mailTo(contact, /团体预约申请已收到/);
  await send(page, mine, look);
  await stamp(page, look);

  // Staff, in a browser of their own: asked first, then another session is proposed.
  const context = await browser.newContext({ baseURL: baseURL!, javaScriptEnabled: javaScriptEnabled !== false, viewport: viewport! });
  const desk = await context.newPage();
  const see = (name: string) => examine(desk, `groups-${name}`);
  await arrive(desk);
  await visit(desk, "/staff/groups");
  await see("9-board");
  await desk.locator("#f-q").fill(school);
  await press(button(desk, "staff-show"));
  await press(desk.getByRole("link", { name: school }));
  await see("10-request");
  // The letter is handed out as a file, never shown in place.
  const [file] = await Promise.all([desk.waitForEvent("download"), button(desk, "groups-letter-open").click()]);
  expect(file.suggestedFilename()).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}\.pdf$/);
  await desk.getByText(say("bus-staff-ask"), { exact: true }).first().click();
  await desk.locator("#f-question").fill("有没有坐轮椅的同学？");
  await press(button(desk, "bus-staff-ask-do"));
  await desk.waitForURL(/done=asked/);

  await visit(page, mine);
  await expect(page.getByText("有没有坐轮椅的同学？")).toBeVisible();
  await look("11-asked");
  await page.locator("#f-answer").fill("没有");
  await press(button(page, "bus-answer-send"));
  await page.waitForURL(/done=answered/);

  await desk.reload();
  await desk.locator("#f-message").fill("这一场有显微镜体验");
  await press(button(desk, "groups-staff-propose"));
  await desk.waitForURL(/done=proposed/);
  await see("12-proposed");

  // The mailed link shows; only the button acts.
  const mail = await mailTo(contact, /这一场有显微镜体验/);
  await visit(page, linkIn(mail, "/museum/groups/r/"));
  await look("13-proposal");
  await press(button(page, "groups-accept-session"));
  await page.waitForURL(/done=accepted/);
  await look("14-accepted");

  await desk.reload();
  await press(desk.locator("#sessions").getByRole("button").first());
  await desk.waitForURL(/done=approved/);
  await see("15-approved");
  await visit(desk, "/staff/groups/rules");
  await see("16-rules");

  await mailTo(contact, /预约/);
  await visit(page, mine);
  await look("17-approved");
  await press(page.getByRole("link", { name: say("groups-see-pass") }));
  await expect(page.getByText(school)).toBeVisible();
  await expect(page.getByText(/53位/).first()).toBeVisible();
  await look("18-pass");
  const reference = (await page.locator("figure").first().innerText()).trim();
  const calendar = await page.request.get(`${new URL(page.url()).pathname}/visit.ics`);
  expect(await calendar.text()).toContain("BEGIN:VEVENT");

  // At the door, days too early: the answer says so, and whose pass it is.
  await visit(desk, "/door");
  await desk.locator("#f-ticket").fill(/[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(reference)![0]);
  await press(button(desk, "door-look"));
  await expect(desk.locator(".door-answer")).toContainText(school);
  await see("19-door");
  await context.close();

  // Fewer come, then nobody: the places go to others.
  await visit(page, mine);
  await page.getByText(say("groups-smaller"), { exact: true }).first().click();
  await page.locator("#f-members").fill("46");
  await press(button(page, "groups-smaller-do"));
  await page.waitForURL(/done=smaller/);
  await look("20-smaller");
  await page.getByText(say("groups-cancel"), { exact: true }).first().click();
  await press(button(page, "groups-withdraw-do"));
  await page.waitForURL(/done=withdrawn/);
  await look("21-withdrawn");
});

test("/museum/groups in English @desk", async ({ page }) => {
  await visit(page, localized("en", "/museum/groups"));
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await examine(page, "page-en-museum-groups");
});

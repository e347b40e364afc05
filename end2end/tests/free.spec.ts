// No booking needed: staff say so of a session with a word to the public, the calendar and the front pages say it too, a booking
// that was made before is as good as ever, and all of it can be taken back.
import { addSession } from "../support/database";
import { examine, expect, fieldError, press, test, visit } from "../support/house";
import { linkIn, mailTo, newAddress } from "../support/mail";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const projects = ["360", "1280", "360-nojs", "1280-nojs"];

/** A session at eight in the evening of a day no other journey uses: the sixteenth from now, minutes of each window's own. */
async function ownSession(): Promise<{ id: string; day: string }> {
  const { project, retry } = test.info();
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(Date.now() + 16 * 86_400_000);
  const minute = 10 + projects.indexOf(project.name) * 10 + retry;
  return { id: await addSession(new Date(`${day}T20:${minute}:00+08:00`), 60, 12), day };
}

test("a session needs no booking: staff say so, the public reads it, a booking there stays good @desk", async ({ page, browser }) => {
  test.setTimeout(180_000);
  const { id, day } = await ownSession();
  await arrive(page);

  // Somebody has booked before that is said.
  const address = newAddress("open-door");
  await visit(page, `/staff/museum/book?session=${id}`);
  await page.locator("#f-name").fill("测试·夜访客");
  await page.locator("#f-contact").fill(address);
  await press(page.getByRole("button", { name: zh("staff-book-do") }));
  await page.waitForURL(/done=booked/);

  // A word in one language alone is asked for in the other, and kept.
  await visit(page, `/staff/museum/sessions/${id}`);
  await press(page.getByRole("link", { name: zh("staff-open-door-session") }));
  await page.locator("#f-note_zh").fill("科普馆之夜");
  await page.locator("[name=seen]").check({ force: true });
  await press(page.getByRole("button", { name: zh("staff-open-door-do") }));
  expect((await fieldError(page, zh("staff-open-door-note-en"))).invalid).toBe(true);
  await expect(page.locator("#f-note_zh")).toHaveValue("科普馆之夜");
  await examine(page, "free-1-staff-form");
  await page.locator("#f-note_en").fill("Museum night");
  await press(page.getByRole("button", { name: zh("staff-open-door-do") }));
  await page.waitForURL(/done=open-door/);
  await examine(page, "free-2-staff-session");

  const visitor = await (await browser.newContext()).newPage();
  const card = visitor.locator(`[data-session="${id}"]`);
  await expect(async () => {
    await visit(visitor, `/museum/sessions?people=2&day=${day}`);
    await expect(card).toContainText(zh("session-no-booking"), { timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await expect(card).toContainText("科普馆之夜");
  await expect(card.getByRole("button")).toHaveCount(0);
  await examine(visitor, "free-3-public");
  await visit(visitor, `/en/museum/sessions?people=2&day=${day}`);
  await expect(card).toContainText("Museum night");
  await examine(visitor, "free-4-public-en");
  await visit(visitor, "/museum");
  await examine(visitor, "free-5-museum");

  // Its link opens the booking as before, and says that it stays good.
  await visit(visitor, linkIn(await mailTo(address), "/b/").replace(/\/pass$/, ""));
  await expect(visitor.getByText(zh("mine-no-booking-needed"))).toBeVisible();
  await examine(visitor, "free-6-booking");

  await page.getByText(zh("staff-booking-again"), { exact: true }).first().click();
  await press(page.getByRole("button", { name: zh("staff-booking-again-do") }).last());
  await page.waitForURL(/done=booking-again/);
  await expect(async () => {
    await visit(visitor, `/museum/sessions?people=2&day=${day}`);
    await expect(card).not.toContainText(zh("session-no-booking"), { timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await visitor.context().close();
});

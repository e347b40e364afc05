// Places kept for groups and for the desk: staff split a session, the public finds the rest, the desk books what is kept, and
// at its release what nobody has taken is the public's, though nobody does anything.
import { addSession, sql } from "../support/database";
import { examine, expect, fieldError, press, test, visit } from "../support/house";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const projects = ["360", "1280", "360-nojs"];

/** A session at seven in the evening of the ninth day from now; each window has minutes of its own. */
async function ownSession(): Promise<{ id: string; day: string }> {
  const { project, retry } = test.info();
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" }).format(Date.now() + 9 * 86_400_000);
  const minute = 10 + projects.indexOf(project.name) * 10 + retry;
  return { id: await addSession(new Date(`${day}T19:${minute}:00+08:00`), 60, 12), day };
}

test("staff keep places for groups and the desk; the rest is the public's, and all of it after the release @desk", async ({ page, browser }) => {
  test.setTimeout(240_000);
  const { id, day } = await ownSession();
  const look = (name: string) => examine(page, `pools-${name}`);
  await arrive(page);

  // More than there is: said beside the field, and nothing typed is lost.
  await visit(page, `/staff/museum/sessions/${id}`);
  await page.locator("#f-group_places").fill("13");
  await page.locator("#f-group_release").fill("24");
  await page.locator("#f-staff_places").fill("4");
  await page.locator("#f-staff_release").fill("2");
  await press(page.locator("#change").getByRole("button"));
  expect((await fieldError(page, zh("staff-pool-group-places"))).invalid).toBe(true);
  await expect(page.locator("#f-group_release")).toHaveValue("24");
  await look("1-too-many");
  await page.locator("#f-group_places").fill("6");
  await press(page.locator("#change").getByRole("button"));
  await page.waitForURL(/done=changed/);
  await look("2-split");

  // Two of twelve are the public's: a family of three finds it full.
  const visitor = await (await browser.newContext()).newPage();
  const shown = visitor.locator(`[data-session="${id}"]`);
  await expect(async () => {
    await visit(visitor, `/museum/sessions?people=2&day=${day}`);
    await expect(shown).toContainText("余2位", { timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await visit(visitor, `/museum/sessions?people=3&day=${day}`);
  await expect(shown.locator(".session-wait")).toBeVisible();
  await examine(visitor, "pools-3-public");

  // The desk books its own four and the two that are anybody's.
  await visit(page, `/staff/museum/book?session=${id}`);
  await look("4-desk");
  await page.locator("#f-name").fill("测试·代订客");
  await page.locator("#f-people").fill("5");
  await press(page.getByRole("button", { name: zh("staff-book-do") }));
  await page.waitForURL(/done=booked/);
  await visit(page, `/staff/museum/sessions/${id}`);
  await look("5-taken");
  await visit(page, `/staff/museum/sessions?from=${day}`);
  await look("6-list");
  await visit(page, "/staff/museum/templates");
  await look("7-week");

  // The groups' release lies three days before now: what no group took is anybody's.
  await sql(`update session set group_release_hours = 240 where id = '${id}'`);
  await expect(async () => {
    await visit(visitor, `/museum/sessions?people=3&day=${day}`);
    await expect(shown).toContainText("余7位", { timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await visitor.context().close();
});

// A working day: the first sign-in with the second factor, a session added, a booking at the counter, the door, the board.
import { type Page } from "@playwright/test";
import { examine, expect, press, settled, test, visit } from "../support/house";
import { arrive, enrol, newStaff, signIn } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key) });
const heading = (page: Page, key: string) => page.getByRole("heading", { level: 1, name: zh(key) });

/**
 * Day and times in Shandong of a session that begins in a few minutes and ends today. No two sessions begin in the same
 * minute, so each window keeps to minutes of its own.
 */
function soon(): { day: string; starts: string; ends: string } {
  const windows = ["360", "1280", "360-nojs"];
  const own = windows.indexOf(test.info().project.name);
  let begins = Math.ceil(Date.now() / 60_000) + 5;
  while (begins % windows.length !== own) begins += 1;
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
  const [day, starts] = format.format(begins * 60_000).split(" ");
  const [sameDay, ends] = format.format((begins + 90) * 60_000).split(" ");
  // Towards midnight the session ends with the day; in its last minutes there is none to be made.
  return { day, starts, ends: sameDay === day ? ends : "23:59" };
}

test("staff sign in, book at the counter, admit at the door, see it on the board @desk", async ({ page }) => {
  test.setTimeout(240_000);
  test.skip(soon().starts >= "23:50", "no session can begin and end in the last minutes of Shandong's day");
  const look = (name: string) => examine(page, `staff-${name}`);
  const staff = await newStaff();
  await enrol(page, staff, look);
  await visit(page, "/staff");
  await look("4-front");

  // A session outside the weekly hours, beginning soon.
  const { day, starts, ends } = soon();
  await visit(page, "/staff/museum/sessions");
  await look("5-sessions");
  await page.getByText(zh("staff-session-add"), { exact: true }).first().click();
  await page.locator("#f-day").fill(day);
  await page.locator("#f-starts").fill(starts);
  await page.locator("#f-ends").fill(ends);
  await page.locator("#f-capacity").fill("12");
  await press(button(page, "staff-session-add").last());
  await page.waitForURL(/\/staff\/museum\/sessions\/[^/?]+\?done=added/);
  await look("6-session");

  // Somebody without a phone is booked at the counter.
  await press(page.locator("main a[href*='session=']").first());
  await expect(page.getByRole("radio", { checked: true })).toHaveCount(1);
  await page.locator("#f-name").fill("测试·门前客");
  await page.locator("#f-people").fill("3");
  await page.locator("#f-children").fill("1");
  await look("7-counter");
  await press(button(page, "staff-book-do"));
  await page.waitForURL(/\/staff\/museum\/bookings\/[^/?]+\?done=booked/);
  await look("8-booking");
  const booking = new URL(page.url()).pathname;
  const reference = /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(await page.locator("main").innerText())?.[0];
  expect(reference, "a reference to say at the door").toBeTruthy();
  await visit(page, `${booking}/pass`);
  await look("9-pass");

  // The door: two of three come, then the third, then nobody more.
  await visit(page, "/door");
  await look("door-1-empty");
  const admit = async (present: string) => {
    await page.locator("#f-ticket").fill(reference!);
    await press(button(page, "door-look"));
    if (present === "1") await look("door-2-choose");
    const choice = page.getByRole("radio", { name: present, exact: true });
    await choice.check({ force: true });
    await press(button(page, "door-admit"));
  };
  await admit("2");
  await expect(page.getByRole("alert")).toContainText("2");
  await look("door-3-come-in");
  await admit("1");
  await expect(page.getByRole("alert")).toContainText("1");
  await page.locator("#f-ticket").fill(reference!);
  await press(button(page, "door-look"));
  await expect(page.getByRole("alert")).toContainText(zh("door-already-admitted"));
  await look("door-4-already");
  await page.locator("#f-ticket").fill("随便写的");
  await press(button(page, "door-look"));
  await expect(page.getByRole("alert").first()).toBeVisible();
  await look("door-5-refused");

  // Two walk in without a booking, one leaves: the house counts people.
  const inside = async () => Number.parseInt(await page.getByRole("status").first().locator("strong").innerText(), 10);
  await visit(page, "/door");
  const before = await inside();
  await page.getByText(zh("door-walk-in"), { exact: true }).first().click();
  await press(page.getByRole("button", { name: /2/ }).and(page.locator("button[name=people][value='2']")).first());
  await page.waitForURL(/walked=2/);
  // Other tests' visitors come and go meanwhile.
  expect(await inside()).toBeGreaterThanOrEqual(Math.min(before + 2, 2));
  await look("door-6-walk-in");

  // The board knows.
  await visit(page, "/staff/museum/today");
  await look("10-today");
  await visit(page, booking);
  await expect(page.locator("main")).toContainText(zh("staff-booking-arrived"));

  // What else stands on the workbench.
  for (const path of ["/staff/museum/templates", "/staff/museum/bookings", "/staff/jobs", "/staff/audit", "/staff/account", "/staff/people", "/staff/people/new"]) {
    await visit(page, path);
    await look(`page${path.replaceAll("/", "-")}`);
  }
  await visit(page, "/staff/people");
  await press(page.locator("main table a").first());
  await look("page-staff-person");
});

test("a wrong second factor opens nothing, the right one does, signing out closes @desk", async ({ page }) => {
  const staff = await newStaff();
  await enrol(page, staff);
  await visit(page, "/staff/account");
  await press(button(page, "sign-out").last());

  await visit(page, "/staff/sign-in");
  await page.locator("#f-login").fill(staff.login);
  await page.locator("#f-password").fill(staff.password);
  await page.locator("#f-code").fill("000000");
  await press(button(page, "staff-sign-in-submit"));
  await expect(heading(page, "staff-sign-in-title")).toBeVisible();
  await expect(page.locator("#f-login")).toHaveValue(staff.login);
  await expect(page.locator("#f-password")).toHaveValue("");
  await examine(page, "staff-refused");

  await signIn(page, staff);
  await expect(page).toHaveURL(/\/staff/);
  await visit(page, "/staff/museum/today");
});

test("an operator makes a machine, sees its secret once and ends it @desk", async ({ page }) => {
  const look = (name: string) => examine(page, `clients-${name}`);
  await arrive(page);
  await visit(page, "/staff/clients/new");
  await press(button(page, "clients-create"));
  await expect(page.locator("#f-name")).toHaveAttribute("aria-invalid", "true");
  await look("1-refused");
  const name = `测试·闸机 ${Math.random().toString(36).slice(2, 8)}`;
  await page.locator("#f-name").fill(name);
  await page.getByRole("checkbox", { name: zh("clients-scope-door-write") }).check({ force: true });
  await press(button(page, "clients-create"));
  const secret = await page.locator(".once-secret").innerText();
  expect(secret).toMatch(/^[\w-]{43}$/);
  await look("2-secret");

  await visit(page, "/staff/clients");
  await expect(page.locator("main")).not.toContainText(secret);
  await look("3-list");
  await press(page.getByRole("link", { name }));
  await page.getByText(zh("clients-end-open"), { exact: true }).click();
  await look("4-end");
  await press(button(page, "clients-end-submit"));
  await page.waitForURL(/\/staff\/clients\?done=ended/);
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText(zh("clients-state-ended"));
});

test("the workbench is closed to visitors, and says where to sign in @once", async ({ page }) => {
  for (const path of ["/staff", "/staff/museum/today", "/staff/museum/bookings", "/staff/people", "/staff/clients", "/staff/audit", "/door"]) {
    const response = await page.goto(path);
    await settled(page);
    const refused = [401, 403, 404].includes(response!.status());
    expect(refused || new URL(page.url()).pathname === "/staff/sign-in", `${path}: ${response!.status()} at ${page.url()}`).toBe(true);
    await expect(page.getByRole("table")).toHaveCount(0);
  }
  await examine(page, "staff-closed");
});

// The door without the network: a device is enrolled by its code, goes on when the network is cut, opens again without it,
// and tells the house afterwards. Every device is a browser of its own.
import { type Browser, type Page, test as base } from "@playwright/test";
import { addSession, sql } from "../support/database";
import { addDevice, Device } from "../support/door";
import { examine, expect, press, test, visit, type Watch } from "../support/house";
import { type Booked, bookByApi } from "../support/machine";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

/** Staff with a browser of their own. */
async function staffPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ locale: "zh-CN", viewport: base.info().project.use.viewport ?? undefined })).newPage();
  await arrive(page);
  return page;
}

/** A session that begins in some minutes, or a day later; the seconds are this test's, this window's and this try's own. */
async function soon(own: number, days = 0): Promise<string> {
  const { project, retry } = base.info();
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const seconds = 300 + own + (project.name === "360" ? 0 : 20) + retry * 3;
  return addSession(new Date(minute + days * 86_400_000 + seconds * 1000), 60, 40);
}

const cancel = ({ id }: Booked) =>
  sql(`update booking set state = 'cancelled', cancelled_at = now(), cancelled_by = 'api', updated_at = now() where id = '${id}' returning id`);
const arrived = async ({ id }: Booked) => Number(await sql(`select arrived from booking where id = '${id}'`));

/** What a browser says when it has no network, which is what these tests take from it. */
function withoutNetwork(watch: Watch): void {
  watch.expectFault(/ERR_INTERNET_DISCONNECTED/);
}

/** The same pass with another party in it: its signature is not ours. */
function forged(pass: string): string {
  const [format, kid, payload, signature] = pass.split(".");
  const other = payload[10] === "A" ? "B" : "A";
  return [format, kid, payload.slice(0, 10) + other + payload.slice(11), signature].join(".");
}

/** The same pass under the name of a key that is not here, as the house's next one would be. */
function ofAnotherKey(pass: string): string {
  const [format, kid, ...rest] = pass.split(".");
  return [format, kid.slice(0, -1) + (kid.endsWith("A") ? "B" : "A"), ...rest].join(".");
}

test("a steward goes on without the network, and the house learns of it afterwards @js", async ({ page, context, browser, watch }) => {
  test.setTimeout(180_000);
  withoutNetwork(watch);
  const staff = await staffPage(browser);
  const today = await soon(1);
  const [party, early, gone] = [await bookByApi(today, 3), await bookByApi(today, 2), await bookByApi(today, 4)];
  const other = await bookByApi(await soon(1, 1), 2);
  await cancel(early);

  const name = `东门 ${base.info().project.name}`;
  const code = await addDevice(staff, name, "steward");
  await examine(staff, "gate-code");
  const device = new Device(page, context);
  await page.goto("/door/app/");
  await page.locator("body[data-ready]").waitFor();
  await expect(page.locator("#enrolment")).toBeVisible();
  await examine(page, "gate-enrolment");
  await device.enrol(code);
  await expect(page.locator("#device")).toContainText(name);
  expect((await device.kept()).bookings).toBeGreaterThanOrEqual(3);
  const kept = await device.everything();
  expect(kept).not.toContain("持码人");
  expect(kept).not.toContain("@");
  await examine(page, "gate-ready");

  // The network is cut, and the browser starts anew. What a page of the version before still loads is there too.
  await page.evaluate(() => caches.open("door before").then((cache) => cache.put("/pkg/door.before/rules.js", new Response("kept"))));
  await device.offline();
  expect(await page.evaluate(() => fetch("/pkg/door.before/rules.js").then((response) => response.text()))).toBe("kept");
  await page.reload();
  await page.locator("body[data-ready]").waitFor();
  await expect(page.locator("#network")).toHaveText(zh("gate-app-offline"));

  await device.show(party.pass);
  await expect(page.locator("#party-people")).toHaveText(zh("door-party"));
  await examine(page, "gate-party");
  await page.locator("#present-2").check();
  await page.locator("#admit-button").click();
  await expect(device.answer).toContainText("请入场：2人");
  await expect(device.answer).toContainText("已到 2 / 3人");
  await examine(page, "gate-come-in");
  // A late arrival adds up, by the reference this time, as it is read out.
  await device.admit(party.reference.toLowerCase(), 1);
  await expect(device.answer).toContainText("请入场：1人");
  for (const [ticket, key] of [
    [party.pass, "door-already-admitted"],
    [early.pass, "door-cancelled"],
    [forged(party.pass), "door-not-a-pass"],
    [ofAnotherKey(party.pass), "gate-app-unknown-key"],
    ["https://example.com/menu", "door-not-a-pass"],
    [other.pass, "door-not-today"],
    ["0000-0000", "door-unknown"],
  ]) {
    await device.show(ticket);
    await expect(device.answer.locator(".door-answer-text")).toHaveText(zh(key));
    await expect(device.answer).toHaveClass(/door-no/);
  }
  await examine(page, "gate-refused");
  // Cancelled while the device cannot know.
  await cancel(gone);
  await device.admit(gone.pass, 4);
  await expect(device.answer).toHaveClass(/door-yes/);
  await page.locator("summary", { hasText: zh("door-walk-in") }).click();
  await page.locator("[data-count=walk_in][data-n='5']").click();
  await expect(page.locator("#told")).toHaveText("已登记散客5人");
  await expect(device.queue).toHaveText("待上传 4 条");
  const inside = Number(await page.locator("#inside").innerText());
  expect(inside).toBeGreaterThanOrEqual(12);
  await page.reload();
  await page.locator("body[data-ready]").waitFor();
  await expect(device.queue).toHaveText("待上传 4 条");
  expect(await arrived(party)).toBe(0);

  await device.online();
  await expect(device.queue).toHaveText(zh("gate-app-sent"));
  expect(await arrived(party)).toBe(3);
  expect(await arrived(gone)).toBe(0);
  expect(await sql(`select count(*) from scan where booking_id = '${gone.id}' and device_at is not null and happened_at is not null`)).toBe("1");
  await device.show(gone.pass);
  await expect(device.answer.locator(".door-answer-text")).toHaveText(zh("door-cancelled"));
  await device.show(ofAnotherKey(party.pass));
  await expect(device.answer.locator(".door-answer-text")).toHaveText(zh("door-not-a-pass"));

  // What cannot be counted to a cancelled booking is a supervisor's to decide.
  await visit(staff, "/staff/door");
  await expect(staff.locator("#devices")).toContainText(name);
  await examine(staff, "gate-staff");
  const reference = `${gone.reference}`;
  await press(staff.getByRole("link", { name: new RegExp(reference) }));
  await expect(staff.locator("main")).toContainText(zh("gate-conflict-cancelled"));
  await examine(staff, "gate-conflict");
  await press(staff.getByRole("button", { name: zh("gate-decide-submit") }));
  await expect(staff.locator("#f-reason-error")).toBeVisible();
  await staff.locator("#f-people").fill("4");
  await staff.locator("#f-reason").fill("取消后仍全家到场");
  await press(staff.getByRole("button", { name: zh("gate-decide-submit") }));
  await expect(staff.locator("main")).toContainText(zh("gate-done-resolved"));
  expect(await sql(`select people from door_count where id = (select id from door_conflict where booking_id = '${gone.id}')`)).toBe("4");
});

test("two devices that admit the same pass without the network raise one conflict, and people count once @js", async ({ page, context, browser, watch, baseURL }) => {
  test.setTimeout(180_000);
  withoutNetwork(watch);
  const staff = await staffPage(browser);
  const booked = await bookByApi(await soon(7), 4);
  const elsewhere = await browser.newContext({ baseURL: baseURL!, locale: "zh-CN" });
  const [east, west] = [new Device(page, context), new Device(await elsewhere.newPage(), elsewhere)];
  await east.enrol(await addDevice(staff, "东门", "supervisor"));
  await west.enrol(await addDevice(staff, "西门", "steward"));
  await east.offline();
  await west.offline();
  for (const device of [east, west]) {
    await device.admit(booked.pass, 4);
    await expect(device.answer).toContainText("请入场：4人");
  }
  await Promise.all([east.online(), west.online()]);
  for (const device of [east, west]) await expect(device.queue).toHaveText(zh("gate-app-sent"));
  expect(await arrived(booked)).toBe(4);
  expect(await sql(`select count(*) from scan where booking_id = '${booked.id}'`)).toBe("2");
  expect(await sql(`select count(*) from door_conflict where booking_id = '${booked.id}'`)).toBe("1");
  // The supervisor's device says so too, and lets in against the clock.
  await east.page.locator("#sync").click();
  await expect(east.page.locator("#conflicts")).toContainText(booked.reference);
  await examine(east.page, "gate-supervisor");
  await visit(staff, "/staff/door");
  await press(staff.getByRole("link", { name: new RegExp(booked.reference) }));
  await expect(staff.locator("main")).toContainText(zh("gate-conflict-twice"));
  await expect(staff.locator("tbody tr")).toHaveCount(2);
  await staff.locator("#f-reason").fill("看录像，一家四口");
  await press(staff.getByRole("button", { name: zh("gate-decide-submit") }));
  expect(await arrived(booked)).toBe(4);

  // A coach that was late: only the clock says no, and a supervisor may say yes. Soon after midnight nothing of the day can be late
  // yet, and the coach is early.
  const night = Number(new Date().toLocaleString("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", hour12: false })) % 24 < 3;
  const late = await soon(10);
  const coach = await bookByApi(late, 2);
  await sql(`update session set starts_at = starts_at + interval '${night ? 3 : -2} hours', ends_at = ends_at + interval '${night ? 4 : 1} hours' where id = '${late}' returning id`);
  await east.page.locator("#sync").click();
  await expect.poll(async () => (await east.everything()).includes(coach.id)).toBe(true);
  await east.offline();
  await east.show(coach.pass);
  await expect(east.answer.locator(".door-answer-text")).toHaveText(zh(night ? "door-too-early" : "door-too-late"));
  await expect(east.page.locator("#reason-field")).toBeVisible();
  await examine(east.page, "gate-override");
  await east.page.locator("#f-reason").fill("大巴堵车，整队晚到");
  await east.page.locator("#admit-button").click();
  await expect(east.answer).toContainText("请入场：2人");
  await east.online();
  await expect(east.queue).toHaveText(zh("gate-app-sent"));
  expect(await arrived(coach)).toBe(2);
  expect(await sql(`select reason from scan where booking_id = '${coach.id}'`)).toBe("大巴堵车，整队晚到");
  await elsewhere.close();

  // Revoked after the last exchange: whoever ends the shift hears of it at once.
  watch.expectFault(/\b410\b/);
  await page.route("**/api/v1/door/shift", (route) => route.fulfill({ status: 410, json: { code: "device-revoked" } }));
  await page.locator("summary", { hasText: zh("gate-app-shift") }).click();
  await page.locator("#shift-end").click();
  await expect(page.locator("#told")).toHaveText(zh("gate-app-wiped"));
  expect(await east.kept()).toEqual({ meta: 0, sessions: 0, bookings: 0, queue: 0 });
});

test("a code enrols one device, and a revoked device forgets everything @js", async ({ page, context, browser, watch, baseURL }) => {
  test.setTimeout(180_000);
  withoutNetwork(watch);
  watch.expectFault(/\b410\b/);
  const staff = await staffPage(browser);
  const booked = await bookByApi(await soon(13), 2);
  const code = await addDevice(staff, "南门", "steward");
  const device = new Device(page, context);
  await device.enrol(code);
  const elsewhere = await browser.newContext({ baseURL: baseURL!, locale: "zh-CN" });
  const second = await elsewhere.newPage();
  await second.goto(`/door/app/#${code}`);
  await expect(second.locator("#enrol-said")).toHaveText(zh("gate-app-code-bad"));
  await examine(second, "gate-code-used");
  // A house that is there and says "later" is not a missing network.
  await second.route("**/api/v1/door/enrolments", (route) => route.fulfill({ status: 429, json: { code: "too-often" } }));
  await second.locator("#enrol button").click();
  await expect(second.locator("#enrol-said")).toHaveText(zh("gate-app-enrol-later"));
  await elsewhere.close();

  await device.offline();
  await device.admit(booked.pass, 2);
  await expect(device.queue).toHaveText("待上传 1 条");
  await visit(staff, "/staff/door");
  const row = staff.locator("#devices tbody tr", { hasText: "南门" }).filter({ hasText: zh("gate-state-live") as string }).first();
  await row.locator("summary").click();
  await examine(staff, "gate-revoke");
  await press(row.getByRole("button", { name: zh("gate-revoke-submit") }));
  await expect(staff.locator("main")).toContainText(zh("gate-done-revoked"));
  // It hears of it by itself, as soon as there is a network.
  await context.setOffline(false);
  await expect(page.locator("#told")).toHaveText(zh("gate-app-wiped"));
  expect(await device.kept()).toEqual({ meta: 0, sessions: 0, bookings: 0, queue: 0 });
  expect(await page.locator("main").innerHTML()).not.toContain(booked.reference);
  await expect(page.locator("#f-code")).toHaveValue("");
  await examine(page, "gate-wiped");
  await device.open();
  await expect(page.locator("#enrolment")).toBeVisible();
  expect(await arrived(booked)).toBe(0);
});

test("while servers are exchanged a device keeps what one cannot read or answers in a new word @js @once", async ({ page, context, browser, watch }) => {
  test.setTimeout(120_000);
  withoutNetwork(watch);
  const staff = await staffPage(browser);
  const booked = await bookByApi(await soon(16), 3);
  const device = new Device(page, context);
  await device.enrol(await addDevice(staff, "中门", "steward"));
  await device.offline();
  await device.admit(booked.pass, 2);
  await page.locator("summary", { hasText: zh("door-walk-in") }).click();
  await page.locator("[data-count=walk_in][data-n='1']").click();
  await expect(device.queue).toHaveText("待上传 2 条");

  // A house from before facts said how far a clock was behind: it refuses any batch that says so.
  await device.meets("older");
  await device.online();
  await expect.poll(() => device.asked()).toBeGreaterThanOrEqual(3);
  await expect(device.queue).toHaveText("待上传 2 条");
  expect(await arrived(booked)).toBe(0);
  await examine(page, "gate-kept");
  // A house of the next release, which answers in a word that nobody here knows.
  await device.meets("newer");
  await page.locator("#sync").click();
  await expect.poll(() => device.asked()).toBeGreaterThanOrEqual(1);
  await expect(device.queue).toHaveText("待上传 2 条");
  expect((await device.kept()).queue).toBe(2);

  await device.meets("this");
  await page.locator("#sync").click();
  await expect(device.queue).toHaveText(zh("gate-app-sent"));
  expect(await arrived(booked)).toBe(2);

  // What is asked while an exchange is under way is not lost: it goes once more, however often it was asked.
  await device.meets("slow");
  await page.locator("#sync").click();
  await expect.poll(() => device.asked()).toBe(1);
  for (const _ of [1, 2, 3]) await page.locator("#sync").click();
  await page.locator("summary", { hasText: zh("door-walk-in") }).click();
  await page.locator("[data-count=walk_in][data-n='1']").click();
  expect(await device.asked()).toBe(1);
  await device.letGo();
  await expect.poll(() => device.asked()).toBe(2);
  await expect(device.queue).toHaveText(zh("gate-app-sent"));

  // What is not accepted is counted by the day.
  await device.meets("strict");
  await device.refusedBefore(9);
  await page.locator("summary", { hasText: zh("door-walk-in") }).click();
  await page.locator("[data-count=walk_in][data-n='1']").click();
  await expect(page.locator("#device")).toContainText("记录未被接受：1 条");

  // Where the device's store fails a press says so, and nothing was noted.
  watch.expectFault(/the disk is full/);
  await page.evaluate(() => {
    IDBObjectStore.prototype.add = () => {
      throw new DOMException("the disk is full", "QuotaExceededError");
    };
  });
  await page.locator("summary", { hasText: zh("door-walk-in") }).click();
  await page.locator("[data-count=walk_in][data-n='1']").click();
  await expect(page.locator("#told")).toHaveText(zh("gate-app-unkept"));
  expect((await device.kept()).queue).toBe(0);
});

test("the app speaks English, and says when a shift has ended @js @once", async ({ page, context, browser }) => {
  test.setTimeout(120_000);
  const staff = await staffPage(browser);
  const booked = await bookByApi(await soon(19), 2);
  await page.clock.install();
  const device = new Device(page, context);
  await device.enrol(await addDevice(staff, "北门", "supervisor"));
  await page.locator("#language").click();
  await expect(page.locator("h1")).toHaveText(words("en", "door-title"));
  await expect(page.locator("#network")).toHaveText(words("en", "gate-app-online"));
  await page.reload();
  await page.locator("body[data-ready]").waitFor();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await examine(page, "gate-english");
  // A code that was scanned by a device that needs none stays in no address, and the party in front of it stays.
  await device.show(booked.pass);
  await expect(page.locator("#party")).toBeVisible();
  await page.evaluate(() => (location.hash = "#K7M4-Q2XR-0000"));
  await expect.poll(() => page.evaluate(() => location.hash)).toBe("");
  await expect(page.locator("#party")).toBeVisible();
  await expect(page.locator("#party-who")).toContainText(`${booked.reference.slice(0, 4)}-`);
  await page.locator("summary", { hasText: words("en", "gate-app-shift") }).click();
  await page.locator("#shift-end").click();
  await expect(page.locator("#told")).toHaveText(words("en", "gate-app-shift-ended"));
  expect((await device.kept()).bookings).toBe(0);
  await expect(page.locator("#shift-begin")).toBeFocused();
  expect(await page.locator("main").innerHTML()).not.toContain(`${booked.reference.slice(0, 4)}-`);
  await examine(page, "gate-shift-ended");
  await page.locator("#shift-begin").click();
  await expect(page.locator("#shift-ended")).toBeHidden();
  await expect.poll(async () => (await device.kept()).sessions).toBeGreaterThan(0);

  // Somebody clears what the browser keeps while the app is open: it is a device that nobody has enrolled.
  await device.show(booked.pass);
  await expect(page.locator("#party")).toBeVisible();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Storage.clearDataForOrigin", { origin: new URL(page.url()).origin, storageTypes: "indexeddb" });
  // It looks every twenty seconds.
  await page.clock.fastForward(20_000);
  await expect(page.locator("#enrolment")).toBeVisible({ timeout: 30_000 });
  expect(await page.locator("main").innerHTML()).not.toContain(`${booked.reference.slice(0, 4)}-`);
});

test("a browser that cannot verify passes is told so before anybody shows one @js @once", async ({ page, watch }) => {
  watch.expectFault(/Unrecognized algorithm/);
  await page.addInitScript(() => {
    Object.assign(SubtleCrypto.prototype, { importKey: () => Promise.reject(new Error("Unrecognized algorithm name")) });
  });
  await page.goto("/door/app/");
  await expect(page.locator("#loading")).toHaveText(zh("gate-app-old"));
  await expect(page.locator("#enrolment")).toBeHidden();
});

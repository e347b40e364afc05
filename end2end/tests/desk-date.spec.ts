// Somebody telephones and wants one date of an event that asks something: staff open the form from the date, ask what the event
// asks, and book; the next caller finds the date full and is put on the waiting list. On a phone and a desktop, with and
// without scripts.
import { addEvent } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { mailTo, newAddress } from "../support/mail";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

test("staff register somebody who telephones for one date of an event that asks @desk", async ({ page }) => {
  test.setTimeout(240_000);
  const { project, retry } = test.info();
  const look = (name: string) => examine(page, `desk-date-${name}`);
  const { activity, sessions } = await addEvent(`desk-date-${project.name}-${retry}`, "电话报名课", "Lectures by telephone", [36, 43], 2);
  const second = sessions[1];
  if (!second) throw new Error("lectures without dates");
  const [contact, next] = [newAddress("desk-date"), newAddress("desk-date-waits")];
  await arrive(page);
  const book = page.getByRole("button", { name: zh("staff-series-do") });
  const wait = page.getByRole("button", { name: zh("staff-series-wait") });
  const due = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);

  // From the date to its form, where that date is chosen already and all dates could be.
  const way = page.getByRole("link", { name: zh("staff-series-title") });
  await expect(async () => {
    await visit(page, `/staff/museum/sessions/${second}`);
    await expect(way).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await press(way);
  await expect(page.locator(`input[name=date][value="${second}"]`)).toBeChecked();
  await expect(page.locator("input[name=date]")).toHaveCount(3);
  await expect(wait).toHaveCount(0);
  await look("1-form");

  // Nothing asked yet: every fault stands beside its field, and the date stays chosen.
  await press(book);
  await expect(page.locator("#f-name-error")).toBeVisible();
  await expect(page.locator("#f-q-expecting-error")).toBeVisible();
  await expect(page.locator(`input[name=date][value="${second}"]`)).toBeChecked();
  await look("2-faults");

  // What follows from an answer is asked before anything is booked, and nothing typed is lost.
  await page.locator("#f-name").fill("测试·来电");
  await page.locator("#f-contact").fill(contact);
  await page.locator("#f-people").fill("2");
  await page.locator("#f-q-expecting").check();
  await press(book);
  await expect(page.locator("#f-q-due")).toBeVisible();
  await expect(page.locator("#f-contact")).toHaveValue(contact);
  await look("3-asks-more");
  await page.locator("#f-q-due").fill(due);
  await page.locator("#f-q-health-consent").check();
  await press(book);
  await page.waitForURL(/\/registrations\/[^/?]+\?done=date/);
  await expect(page.locator("main")).toContainText(zh("staff-series-one-done"));
  await expect(page.locator("main a[href$='/pass.pdf']")).toHaveCount(1);
  await look("4-booked");
  expect((await mailTo(contact, /预约成功|报名成功|booked/i)).text).toContain("电话报名课");

  // The date is full for the next caller, who waits for it.
  await visit(page, `/staff/events/${activity}/series?date=${second}`);
  await page.locator("#f-name").fill("测试·后来");
  await page.locator("#f-contact").fill(next);
  await page.getByText("都不是，想先了解", { exact: true }).click();
  await press(book);
  await expect(page.locator("main")).toContainText("这一场只剩0个名额");
  await expect(page.locator("#f-contact")).toHaveValue(next);
  await expect(wait).toBeVisible();
  await look("5-full");
  await press(wait);
  await page.waitForURL(/\/sessions\/[^/?]+\?done=waits/);
  await expect(page.locator("main")).toContainText(zh("staff-series-waits"));
  await look("6-waits");
  expect((await mailTo(next, /候补/)).text).toContain("电话报名课");
});

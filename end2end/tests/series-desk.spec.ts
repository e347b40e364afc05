// Somebody telephones and wants the whole course of lectures: staff book every date with one form, are told when a date is
// full and which questions still stand open, and print the passes. On a phone and a desktop, with and without scripts.
import { addEvent, keepPlaces } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { mailTo, newAddress } from "../support/mail";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

test("staff register somebody who telephones for a whole series @desk", async ({ page }) => {
  test.setTimeout(240_000);
  const { project, retry } = test.info();
  const look = (name: string) => examine(page, `series-desk-${name}`);
  const slug = `desk-course-${project.name}-${retry}`;
  const { activity, sessions } = await addEvent(slug, "孕期瑜伽课", "Yoga while pregnant", [35, 42, 49], 4);
  const second = sessions[1];
  if (!second) throw new Error("a course without dates");
  const contact = newAddress("series-desk");
  await arrive(page);
  const button = page.getByRole("button", { name: zh("staff-series-do") });

  await expect(async () => {
    await visit(page, `/staff/events/${activity}`);
    await expect(page.getByRole("link", { name: zh("staff-series-title") })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await look("1-event");
  await press(page.getByRole("link", { name: zh("staff-series-title") }));
  await look("2-form");

  // Nothing typed yet: every fault stands beside its field.
  await press(button);
  await expect(page.locator("#f-name-error")).toBeVisible();
  await expect(page.locator("#f-q-expecting-error")).toBeVisible();
  await look("3-faults");

  // One date is taken by others meanwhile: it is named, and what was typed is still there.
  await page.locator("#f-name").fill("测试·来电");
  await page.locator("#f-contact").fill(contact);
  await page.locator("#f-people").fill("2");
  await page.getByText("都不是，想先了解", { exact: true }).click();
  await keepPlaces(second, 4);
  await press(button);
  await expect(page.locator("main")).toContainText("这一场只剩0个名额");
  await expect(page.locator("#f-name")).toHaveValue("测试·来电");
  await expect(page.locator("#f-contact")).toHaveValue(contact);
  await look("4-date-full");

  // With room the same form is booked, once, and one message says so.
  await keepPlaces(second, 0);
  await press(button);
  await page.waitForURL(/\/registrations\/[^/?]+\?done=series/);
  await expect(page.locator("main")).toContainText(zh("staff-series-done"));
  await expect(page.locator("main a[href$='/pass.pdf']")).toHaveCount(3);
  await look("5-booked");
  const mail = await mailTo(contact, /系列报名成功|whole series/);
  expect(mail.text.match(/\/pass/g)?.length ?? 0).toBeGreaterThanOrEqual(3);

  // A date's own page knows the way, too.
  await visit(page, `/staff/museum/sessions/${second}`);
  await expect(page.getByRole("link", { name: zh("staff-series-title") })).toBeVisible();
  await look("6-date");
});

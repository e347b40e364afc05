// Exports on a schedule: staff prove an address, make a schedule, send it now, read the mail that arrived, and fetch the file.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { sql } from "../support/database";
import { examine, expect, fieldError, press, test, visit } from "../support/house";
import { codeTo, linkIn, mailTo, newAddress } from "../support/mail";
import { arrive, newStaff } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });

test("staff schedule an export, send it now, and fetch the file the mail leads to @desk", async ({ page }) => {
  test.setTimeout(120_000);
  const look = (name: string) => examine(page, `exports-${name}`);
  const staff = await newStaff();
  await arrive(page, staff);
  const name = `端到端${/\d+$/.exec(staff.login)![0]}号`;

  // The address, proven by the code that went there.
  const address = newAddress("reader");
  await visit(page, "/staff/account/mail");
  await page.locator("#f-mail").fill(address);
  await press(button(page, "work-mail-send"));
  await page.locator("#f-code").fill(await codeTo(address));
  await look("1-code");
  await press(button(page, "work-mail-confirm"));
  await expect(page.locator("main")).toContainText(address);
  await look("2-mail");

  // A schedule of bookings without a reason or anybody to tell is refused, and nothing typed is lost.
  await visit(page, "/staff/numbers/schedules");
  await look("3-list");
  await press(page.getByRole("link", { name: zh("exports-new") }));
  await page.getByRole("radio", { name: zh("exports-what-bookings") }).check({ force: true });
  await page.locator("#f-day").selectOption("month-15");
  await press(button(page, "exports-create"));
  expect((await fieldError(page, zh("exports-reason"))).invalid).toBe(true);
  await expect(page.locator("#f-day")).toHaveValue("month-15");
  await look("4-refused");
  await page.locator("#f-reason").fill("每月核对团体接待");
  await page.getByRole("checkbox", { name, exact: true }).check({ force: true });
  await press(button(page, "exports-create"));
  await expect(page.locator("main")).toContainText(zh("exports-done-made"));
  await look("5-made");

  await press(button(page, "exports-send"));
  const mail = await mailTo(address, /\/staff\/numbers\/files\//);
  expect(mail.attachments ?? [], "no file travels by mail").toHaveLength(0);
  const here = new URL(page.url()).pathname;
  const told = () =>
    expect(async () => {
      await visit(page, here);
      await expect(page.locator("main")).toContainText(zh("exports-told"), { timeout: 500 });
    }).toPass();
  await told();

  // A mail that did not arrive: the page says so, and one press sends it again.
  const run = linkIn(mail, "/staff/numbers/files/").split("/").at(-1);
  await sql(`update export_run_recipient set outcome = 'undeliverable' where run_id = '${run}' returning run_id`);
  await visit(page, here);
  await expect(page.locator("main")).toContainText(zh("exports-undeliverable"));
  await look("5-missed");
  await press(button(page, "exports-again"));
  await expect(page.locator("main")).toContainText(zh("exports-done-sent"));
  await told();

  await visit(page, linkIn(mail, "/staff/numbers/files/"));
  await look("6-file");
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "exports-fetch").click()]);
  expect(file.suggestedFilename()).toMatch(/^bookings-museum-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.xlsx$/);
  expect(readFileSync(await file.path()).subarray(0, 2).toString("latin1"), "a workbook is a zip").toBe("PK");

  await visit(page, here);
  await expect(page.locator("main")).not.toContainText(zh("exports-told"));
  await press(button(page, "exports-pause"));
  await expect(page.locator("main")).toContainText(zh("exports-done-paused"));
  await look("7-sent");
  await press(button(page, "exports-resume"));
  await expect(page.locator("main")).toContainText(zh("exports-done-resumed"));
  await page.getByText(zh("exports-end"), { exact: true }).first().click();
  await look("8-end-question");
  await press(button(page, "exports-end"));
  await expect(page.locator("main")).toContainText(zh("exports-done-ended"));
});

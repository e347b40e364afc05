// The museum's numbers: staff choose days, look, and take them along; then the bookings behind them, for a reason.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { examine, expect, fieldError, press, test, visit } from "../support/house";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

/** Presses a button that answers with a file; what is in it, and its name. */
async function saved(page: Page, key: string): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: zh(key) }).click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test("staff look at the numbers of a quarter and take them along, and the bookings behind them for a reason @desk", async ({ page }) => {
  const look = (name: string) => examine(page, `numbers-${name}`);
  await arrive(page);

  await visit(page, "/staff/numbers");
  await page.locator("#f-unit").selectOption("quarter");
  await press(page.getByRole("button", { name: zh("staff-show") }));
  await expect(page.getByRole("heading", { name: zh("numbers-by-weekday") })).toBeVisible();
  await look("1-museum");
  const numbers = await saved(page, "numbers-save-csv");
  expect(numbers.name).toMatch(/^numbers-museum-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  expect(numbers.bytes.toString("utf8")).toContain(zh("numbers-admitted-rate"));

  await press(page.getByRole("link", { name: zh("numbers-bookings-title") }));
  await press(page.getByRole("button", { name: zh("numbers-save-xlsx") }));
  expect((await fieldError(page, zh("numbers-bookings-reason"))).invalid).toBe(true);
  await look("2-reason-missing");
  await page.locator("#f-reason").fill("季度总结");
  const bookings = await saved(page, "numbers-save-xlsx");
  expect(bookings.name).toMatch(/^bookings-museum-.*\.xlsx$/);
  expect(bookings.bytes.subarray(0, 2).toString("latin1"), "a workbook is a zip").toBe("PK");

  await visit(page, "/staff/numbers/events");
  await look("3-events");
});

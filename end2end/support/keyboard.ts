// A page as it is used with nothing but a keyboard: Tab goes on, Enter follows and presses.
import { expect, type Locator, type Page } from "@playwright/test";
import { settled } from "./house";

/** No page has more stops in front of what is wanted, once its header is left behind. */
const MOST = 60;

/** Leaves the header behind by the first link of a page. */
export async function toContent(page: Page): Promise<void> {
  await page.keyboard.press("Tab");
  await expect(page.locator(":focus")).toHaveAttribute("href", "#main");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#main$/);
}

/** Goes on with Tab until something is reached, which shows that it is. */
export async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  await expect(target).toHaveCount(1);
  for (let stops = 0; stops < MOST; stops++) {
    await page.keyboard.press("Tab");
    if (!(await target.evaluate((element) => element === document.activeElement))) continue;
    expect(await target.evaluate((element) => element.matches(":focus-visible")), "what is reached shows it").toBe(true);
    return;
  }
  throw new Error(`${target} is not reached with ${MOST} presses of Tab`);
}

/** Presses Enter on what leads to another page, or to the same one again, and waits until that one is live. */
export async function enter(page: Page): Promise<void> {
  const arrived = page.waitForEvent("framenavigated", (frame) => frame === page.mainFrame());
  await page.keyboard.press("Enter");
  await arrived;
  await settled(page);
}

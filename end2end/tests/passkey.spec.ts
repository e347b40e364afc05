// Passkeys of staff, with Chromium's virtual authenticator: added, shown after the password, shown again, removed; as the
// first second factor; and what the page says when the browser says no.
import { type Page } from "@playwright/test";
import { examine, expect, press, test, visit } from "../support/house";
import { type Authenticator, authenticator } from "../support/passkey";
import { enrol, newStaff, type Staff } from "../support/staff";
import { totp } from "../support/totp";
import { localized, words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key), exact: true });
const said = (page: Page) => page.locator("[data-passkey-said]");

test.beforeEach(({ watch }) => {
  // Chromium wishes for RSA beside ES256, for authenticators of the past.
  watch.expectFault(/pubKeyCredParams/);
});

/** Login and password, without a code. */
async function password(page: Page, staff: Staff): Promise<void> {
  await visit(page, "/staff/sign-in");
  await page.locator("#f-login").fill(staff.login);
  await page.locator("#f-password").fill(staff.password);
  await press(button(page, "staff-sign-in-submit"));
}

/** Adds a passkey under `name`, from one's own page. */
async function add(page: Page, name: string): Promise<void> {
  await visit(page, "/staff/account/passkeys/new");
  await page.locator("#f-name").fill(name);
  await press(button(page, "passkey-make"));
  await page.waitForURL(/\/staff\/account\?done=passkey$/);
}

test("a passkey is added, signs in, steps up and is removed @js", async ({ page }) => {
  test.setTimeout(180_000);
  const look = (name: string) => examine(page, `passkey-${name}`);
  const device = await authenticator(page);
  const staff = await newStaff();
  await enrol(page, staff);
  await visit(page, "/staff/account");
  await look("1-own-none");
  await page.getByRole("link", { name: zh("passkey-new") }).click();
  await expect(button(page, "passkey-make")).toBeVisible();
  await look("2-new");
  await button(page, "passkey-make").click();
  await expect(said(page)).toHaveText(zh("passkey-first-name"));
  await add(page, "办公室的电脑");
  expect(await device.passkeys()).toBe(1);
  await expect(page.locator("#factors")).toContainText("办公室的电脑");
  await look("3-own");

  // The same authenticator again: the browser knows.
  await visit(page, "/staff/account/passkeys/new");
  await page.locator("#f-name").fill("又一个");
  await button(page, "passkey-make").click();
  await expect(said(page)).toHaveText(zh("passkey-known"));
  await look("4-known");

  // Out, and in again with it.
  await visit(page, "/staff/account");
  await press(button(page, "sign-out").last());
  await password(page, staff);
  await page.waitForURL(/\/staff\/sign-in\/second/);
  await look("5-second");
  await device.refuses(true);
  await button(page, "passkey-show").click();
  await expect(said(page)).toHaveText(zh("passkey-cancelled"));
  await look("6-cancelled");
  await device.refuses(false);
  await press(button(page, "passkey-show"));
  await page.waitForURL(/\/staff$/);

  // The second factor again, by asking for it before it is stale.
  await visit(page, "/staff/step-up?next=%2Fstaff%2Fpeople");
  await look("7-step-up");
  await press(button(page, "passkey-show"));
  await page.waitForURL(/\/staff\/people$/);

  await visit(page, "/staff/account");
  await page.getByText(zh("passkey-remove-open"), { exact: true }).click();
  await look("8-remove");
  await press(button(page, "passkey-remove"));
  await page.waitForURL(/done=passkey-removed/);
  await expect(page.locator("#factors")).not.toContainText("办公室的电脑");
  await look("9-removed");
  // The telephone's code is asked for in the first form again.
  await press(button(page, "sign-out").last());
  await password(page, staff);
  await expect(page.getByRole("alert").first()).toContainText(zh("staff-sign-in-refused"));
});

test("a passkey is the first second factor, and a recovery code stands in for it @js", async ({ page }) => {
  test.setTimeout(120_000);
  const look = (name: string) => examine(page, `passkey-first-${name}`);
  await authenticator(page);
  const staff = await newStaff();
  await password(page, staff);
  await page.waitForURL(/\/staff\/enrol/);
  await button(page, "passkey-make-first").click();
  await expect(said(page)).toHaveText(zh("passkey-first-password"));
  await look("1-enrol");
  // A password that is refused does not cost the passkey.
  await page.locator("#f-new-password").fill("short");
  await press(button(page, "passkey-make-first"));
  await expect(page.getByText(zh("passkey-kept"))).toBeVisible();
  await look("2-kept");
  staff.password = `stille-Wasser-${Math.random().toString(36).slice(2, 8)}-tief`;
  await page.locator("#f-new-password").fill(staff.password);
  await press(button(page, "passkey-make-first"));
  const codes = await page.locator(".recovery-codes code").allInnerTexts();
  expect(codes).toHaveLength(8);
  await visit(page, "/staff/account");
  await expect(page.locator("#factors")).toContainText(zh("passkey-last"));
  await look("3-own");
  await press(button(page, "sign-out").last());
  await password(page, staff);
  await expect(page.getByRole("heading", { name: zh("passkey-or-recovery") })).toBeVisible();
  await page.locator("#f-code").fill(codes[0]);
  await press(button(page, "staff-sign-in-submit"));
  await page.waitForURL(/\/staff$/);
});

test("a browser without passkeys says so, and codes are taken @js @once", async ({ page }) => {
  test.setTimeout(120_000);
  const staff = await newStaff();
  const device: Authenticator = await authenticator(page);
  await enrol(page, staff);
  await add(page, "电脑");
  await visit(page, "/staff/account");
  await press(button(page, "sign-out").last());
  await device.remove();
  await page.addInitScript(() => Object.assign(window, { PublicKeyCredential: undefined }));
  await password(page, staff);
  await expect(said(page)).toHaveText(zh("passkey-unsupported"));
  await expect(button(page, "passkey-show")).toBeHidden();
  await examine(page, "passkey-unsupported");
  await page.locator("#f-code").fill(totp(staff.secret!, 1));
  await press(button(page, "staff-sign-in-submit"));
  await page.waitForURL(/\/staff$/);
});

test("without scripts the pages of passkeys say so @plain", async ({ page }) => {
  const staff = await newStaff();
  await enrol(page, staff, async (name) => examine(page, `passkey-plain-${name}`));
  for (const locale of ["zh-CN", "en"] as const) {
    await visit(page, localized(locale, "/staff/account/passkeys/new"));
    // Playwright finds no text inside a noscript: by its place, then.
    const without = page.locator("noscript .passkey-without");
    await expect(without).toBeVisible();
    await expect(without).toHaveText(words(locale, "passkey-new-without-script"));
    await examine(page, `passkey-plain-new-${locale}`);
  }
});

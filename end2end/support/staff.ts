// Staff as they work: signing in with the second factor.
import { randomBytes } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { sql } from "./database";
import { press, visit } from "./house";
import { totp } from "./totp";
import { words } from "./words";

/** A member of staff of this test's own, with every role. */
export interface Staff {
  login: string;
  password: string;
  /** The telephone's key, known after the first sign-in. */
  secret?: string;
}

/** A new member of staff, who has never signed in. */
export async function newStaff(): Promise<Staff> {
  const answer = await fetch(`${process.env.E2E_MAILBOX}/hire`);
  if (!answer.ok) throw new Error(`nobody could be made: ${await answer.text()}`);
  return (await answer.json()) as Staff;
}

/**
 * A member of staff is signed in, by default a new one; answers the account. Without the pages for it, which are five of each
 * journey that begins so: they have journeys of their own (staff.spec.ts, passkey.spec.ts).
 */
export async function arrive(page: Page, staff?: Staff): Promise<string> {
  const { login } = staff ?? (await newStaff());
  const token = randomBytes(32).toString("base64url");
  const account = await sql(`insert into login_session (id, token_hash, account_id, label, created_at, last_seen_at, expires_at, stepped_up_at)
    select gen_random_uuid(), sha256(convert_to('${token}', 'UTF8')), account_id, 'Chromium', now(), now(), now() + interval '12 hours', now()
    from staff_credential where login = '${login}' returning account_id`);
  const { hostname } = new URL(process.env.E2E_URL!);
  await page.context().addCookies([{ name: "__Host-session", value: token, domain: hostname, path: "/", httpOnly: true, secure: true, sameSite: "Lax" }]);
  return account;
}

/** The first sign-in: login and password, the telephone is set up, its first code. Ends on the page with the recovery codes. */
export async function enrol(page: Page, staff: Staff, look: (name: string) => Promise<void> = async () => {}): Promise<void> {
  await visit(page, "/staff/sign-in");
  await look("1-sign-in");
  await page.locator("#f-login").fill(staff.login);
  await page.locator("#f-password").fill(staff.password);
  await press(page.getByRole("button", { name: words("zh-CN", "staff-sign-in-submit") }));
  await page.waitForURL(/\/staff\/enrol/);
  await look("2-enrol");
  // Under the QR code the key stands in groups of four, for those who type it.
  const figure = await page.locator("figure").first().innerText();
  staff.secret = /(?:[A-Z2-7]{4} ){4,}[A-Z2-7]{1,4}/.exec(figure)?.[0].replace(/\s/g, "");
  expect(staff.secret, "the key to type into the telephone").toBeTruthy();
  await page.locator("#f-code").fill(totp(staff.secret!));
  const chosen = page.locator("#f-new-password");
  if ((await chosen.count()) > 0) {
    staff.password = `stille-Wasser-${Math.random().toString(36).slice(2, 8)}-tief`;
    await chosen.fill(staff.password);
  }
  await press(page.getByRole("button", { name: words("zh-CN", "staff-enrol-submit") }));
  await expect(page.getByRole("link", { name: words("zh-CN", "staff-recovery-kept") })).toBeVisible();
  await look("3-recovery-codes");
  await press(page.getByRole("link", { name: words("zh-CN", "staff-recovery-kept") }));
}

/** A later sign-in, with login, password and the telephone's next code: each code works once. */
export async function signIn(page: Page, staff: Staff, step = 1): Promise<void> {
  await visit(page, "/staff/sign-in");
  await page.locator("#f-login").fill(staff.login);
  await page.locator("#f-password").fill(staff.password);
  await page.locator("#f-code").fill(totp(staff.secret!, step));
  await press(page.getByRole("button", { name: words("zh-CN", "staff-sign-in-submit") }));
  await page.waitForURL((url) => url.pathname.startsWith("/staff") && !url.pathname.includes("sign-in"));
}

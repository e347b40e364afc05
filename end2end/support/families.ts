// Families and those who look after their cases: signed in, and lent a case of the demo while a test runs.
import type { Page } from "@playwright/test";
import { sql } from "./database";
import { press, visit } from "./house";
import { codeTo, newAddress } from "./mail";
import { arrive, newStaff } from "./staff";
import { words } from "./words";

/** A visitor of this test's own, signed in by mail; answers the account and the address. */
export async function family(page: Page): Promise<{ account: string; contact: string }> {
  const contact = newAddress();
  await visit(page, "/sign-in");
  await page.locator("#f-contact").fill(contact);
  await page.locator("#f-agree").check();
  await press(page.getByRole("button", { name: words("zh-CN", "sign-in-send") }));
  await page.waitForURL(/\/sign-in\/code/);
  await page.locator("#f-code").fill(await codeTo(contact));
  await press(page.getByRole("button", { name: words("zh-CN", "sign-in-code-submit") }));
  await page.waitForURL(/\/account/);
  const session = (await page.context().cookies()).find((cookie) => cookie.name === "__Host-session")!.value;
  const account = await sql(`select account_id from login_session where token_hash = sha256(convert_to('${session}', 'UTF8'))`);
  return { account, contact };
}

/** A colleague in a role, signed in; answers the account. */
export async function colleague(page: Page, role: string): Promise<string> {
  const staff = await newStaff();
  await sql(`insert into account_role (account_id, role, granted_at)
    select account_id, '${role}', now() from staff_credential where login = '${staff.login}'
    on conflict (account_id, role) do update set granted_at = excluded.granted_at`);
  return arrive(page, staff);
}

/** A colleague in this role and in no other, signed in; answers the account. */
export async function only(page: Page, role: string): Promise<string> {
  const account = await colleague(page, role);
  await sql(`delete from account_role where account_id = '${account}' and role <> '${role}'`);
  return account;
}

/** The case is this family's: only who signs in for it changes, what is sealed stays readable. */
export async function lend(one: string, account: string): Promise<void> {
  await sql(`update spark_case_party set account_id = '${account}' where case_id = '${one}'`);
}

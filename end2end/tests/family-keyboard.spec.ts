// A parent with nothing but a keyboard: opens the family's unit, confirms a notice, and looks at another span of the temperature.
import { sql } from "../support/database";
import { family } from "../support/families";
import { examine, expect, test, visit } from "../support/house";
import { enter, tabTo, toContent } from "../support/keyboard";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
/** The unit of the demo's family with an infant, which lies in its tank. */
const UNIT = "5b0c71de-90a4-4c1e-8f3d-000000000001";
const AT = `/account/units/${UNIT}`;

test("a parent reads of the unit, confirms a notice and changes the temperature's span by Tab and Enter alone @js @once", async ({ page }) => {
  test.setTimeout(240_000);
  const { account } = await family(page);
  // Of the family as long as the journey lasts; whoever is invited into it still can be what they are.
  await sql(`insert into family_member (id, family_id, account_id, kin, since)
    select gen_random_uuid(), family_id, '${account}', 'second_guardian', now() from custody_unit where id = '${UNIT}'`);
  const notice = await sql(`insert into family_notice (id, family_id, unit_id, kind, cause_id, made_at)
    select gen_random_uuid(), family_id, id, 'held', gen_random_uuid(), now() from custody_unit where id = '${UNIT}' returning id`);

  await visit(page, "/account");
  await toContent(page);
  await tabTo(page.locator('main nav.tabs a[href="/account/units"]'));
  await enter(page);
  expect(new URL(page.url()).pathname).toBe("/account/units");
  await toContent(page);
  await tabTo(page.locator(`main article a.card-link[href="${AT}"]`));
  await examine(page, "keyboard-1-units");
  await enter(page);
  expect(new URL(page.url()).pathname).toBe(AT);
  await expect(page.locator("main")).toContainText(zh("family-unread"));

  await toContent(page);
  await tabTo(page.locator('main a[href="/account/units/notices"]'));
  await enter(page);
  await toContent(page);
  await tabTo(page.locator(`main form[action="/account/units/notices/${notice}/read"] button`));
  await examine(page, "keyboard-2-notice");
  await enter(page);
  await expect(page.locator("main")).toContainText(zh("family-read-news"));
  expect(await sql(`select account_id from family_notice_read where notice_id = '${notice}'`)).toBe(account);

  await toContent(page);
  await tabTo(page.locator(`main li.case-step a[href="${AT}"]`).first());
  await enter(page);
  await toContent(page);
  await tabTo(page.locator(`#more a[href="${AT}/temperature"]`));
  await enter(page);
  const span = (name: string) => page.locator(`main nav.tabs a[href="${AT}/temperature?span=${name}"]`);
  await expect(span("day")).toHaveAttribute("aria-current", "page");
  for (const name of ["month", "life"]) {
    await toContent(page);
    await tabTo(span(name));
    await enter(page);
    await expect(span(name)).toHaveAttribute("aria-current", "page");
    await expect(span("day")).not.toHaveAttribute("aria-current", "page");
  }
  await examine(page, "keyboard-3-temperature");
  await sql(`update family_member set until = now() where account_id = '${account}'`);
});

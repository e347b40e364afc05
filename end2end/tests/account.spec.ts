// A visitor's own account: signing in by code, finding the bookings made without one, and having it forgotten.
import { examine, expect, press, settled, test, visit } from "../support/house";
import { breakMail, codeTo, mailsTo, newAddress } from "../support/mail";
import { Museum } from "../support/museum";

test("a visitor signs in by code and finds the booking made before", async ({ page }) => {
  test.setTimeout(120_000);
  const museum = new Museum(page);
  const contact = newAddress();
  await museum.book({ name: "测试·旧相识", contact, people: 2, children: 0 }, 3);
  const reference = await museum.reference();
  const used = (await mailsTo(contact)).flatMap((mail) => mail.text.match(/(?<!\d)\d{6}(?!\d)/g) ?? []);

  await visit(page, "/sign-in");
  await examine(page, "account-1-sign-in");
  await press(museum.button("sign-in-send"));
  await expect(museum.field("contact")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "account-2-refused");
  await museum.field("contact").fill(contact);
  await museum.field("agree").check();
  await press(museum.button("sign-in-send"));
  await page.waitForURL(/\/sign-in\/code/);
  await examine(page, "account-3-code");
  await museum.field("code").fill(await codeTo(contact, used));
  await press(museum.button("sign-in-code-submit"));
  await page.waitForURL(/\/account/);
  await expect(page.getByText(reference)).toBeVisible();
  await examine(page, "account-4-bookings");
  await visit(page, "/account/security");
  await examine(page, "account-5-security");
  await visit(page, "/account/contact");
  await examine(page, "account-6-contact");

  // What matters wants a code again; the session goes on under another cookie.
  const session = async () => (await page.context().cookies()).find((cookie) => cookie.name === "__Host-session")?.value;
  const before = await session();
  await visit(page, "/account/confirm?next=/account/security");
  await examine(page, "account-7-confirm");
  const seen = (await mailsTo(contact)).flatMap((mail) => mail.text.match(/(?<!\d)\d{6}(?!\d)/g) ?? []);
  await press(museum.button("sign-in-send"));
  await page.waitForURL(/\/account\/confirm\/code/);
  await museum.field("code").fill(await codeTo(contact, seen));
  await examine(page, "account-8-confirm-code");
  await press(museum.button("account-contact-code-submit"));
  await page.waitForURL(/\/account\/security\?done=proven/);
  await expect(page.getByRole("status")).toBeVisible();
  expect(await session()).not.toBe(before);
});

test("a mail server that is out of order loses nothing and sends nothing twice @once", async ({ page }) => {
  test.setTimeout(180_000);
  const museum = new Museum(page);
  const visitor = { name: "测试·迟来信", contact: newAddress(), people: 1, children: 0 };
  await museum.choose(1, 2);
  await museum.sayWho(visitor);
  const code = await codeTo(visitor.contact);
  await breakMail({ to: visitor.contact, code: 451, count: 1 });
  await museum.field("code").fill(code);
  await museum.button("code-confirm").click();
  // The booking stands although its mail could not leave.
  await page.waitForURL(/\/b\/[^/?]+/);
  await settled(page);
  const reference = await museum.reference();
  const confirmations = async () => (await mailsTo(visitor.contact)).filter((mail) => mail.text.includes(reference)).length;
  await expect.poll(confirmations, { timeout: 120_000 }).toBe(1);
});

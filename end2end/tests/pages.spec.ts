// Every public page, in both languages, from every side; and the house's own answers where there is no page.
import { examine, expect, picture, press, stickingOut, test, visit } from "../support/house";
import { localized, WALKED } from "../support/words";

const PAGES = ["/", "/museum", "/museum/sessions", "/privacy", "/accessibility", "/gallery", "/sign-in", "/staff/sign-in"];

for (const locale of ["zh-CN", "en"] as const) {
  for (const path of PAGES) {
    test(`${path} in ${locale}`, { tag: WALKED[locale] }, async ({ page }) => {
      await visit(page, localized(locale, path));
      await expect(page.locator("html")).toHaveAttribute("lang", locale);
      await expect(page.locator("h1")).toHaveCount(1);
      // A message that is missing shows its key.
      expect(await page.locator("body").innerText()).not.toMatch(/(^|\s)[a-z]+(-[a-z]+){2,}(\s|$)|\{ ?\$/m);
      await examine(page, `page-${locale}${path.replaceAll("/", "-")}`);
    });
  }

  test(`no page at an unknown address in ${locale}`, { tag: WALKED[locale] }, async ({ page }) => {
    await visit(page, localized(locale, "/no/such/page"), 404);
    await expect(page.locator("h1")).toHaveCount(1);
    await examine(page, `page-${locale}-404`);
  });
}

test("who writes against the API reads what there is, and what a problem means @desk", async ({ page }) => {
  await visit(page, "/api/docs");
  // No picture of the whole: it is longer than a browser draws at once.
  expect(await stickingOut(page)).toEqual([]);
  await press(page.locator(".api-contents").getByRole("link", { name: "bookings", exact: true }));
  const call = page.locator("#bookings_make");
  await expect(call.getByRole("heading", { name: "Make a booking" })).toBeVisible();
  await expect(call).toContainText("/api/v1/bookings");
  await press(call.getByRole("link", { name: "idempotency-key-reused" }));
  await expect(page.locator("h1")).toHaveCount(1);
  await examine(page, "page-api-problem");
});

test("the language is a choice that keeps the place", async ({ page }) => {
  await visit(page, "/museum/sessions?people=4");
  await press(page.getByRole("link", { name: "English" }));
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  expect(new URL(page.url()).pathname).toBe("/en/museum/sessions");
  expect(new URL(page.url()).searchParams.get("people")).toBe("4");
  await press(page.getByRole("link", { name: "简体中文" }));
  expect(new URL(page.url()).pathname).toBe("/museum/sessions");
});

test("elder mode: larger, remembered, accessible", async ({ page }) => {
  await visit(page, "/museum");
  const size = () => page.evaluate(() => Number.parseFloat(getComputedStyle(document.body).fontSize));
  const before = await size();
  await press(page.getByRole("button", { name: /长辈|大字/ }).first());
  expect(await size()).toBeGreaterThan(before);
  await examine(page, "page-elder");
  await visit(page, "/museum/sessions");
  expect(await size()).toBeGreaterThan(before);
  await examine(page, "page-elder-sessions");
});

test("a chosen theme is kept @once", async ({ page }) => {
  await visit(page, "/");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await press(page.locator("button[name=theme][value=dark]"));
  const dark = await background();
  expect(dark).not.toBe(light);
  await picture(page, "page-dark");
  await visit(page, "/museum");
  expect(await background()).toBe(dark);
});

test("everything can be reached by keyboard, beginning with the way past the header @once", async ({ page }) => {
  await visit(page, "/museum");
  await page.keyboard.press("Tab");
  const first = page.locator(":focus");
  await expect(first).toHaveAttribute("href", "#main");
  await expect(first).toBeVisible();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.querySelector("main")!.contains(document.activeElement))).toBe(true);
});

test("a page tells the browser to keep to itself @once", async ({ page }) => {
  const response = await page.goto("/museum");
  const headers = response!.headers();
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(headers["content-security-policy"]).not.toContain("unsafe-inline");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["referrer-policy"]).toBeTruthy();
});

test("a form sent from another site is refused @once", async ({ request, baseURL }) => {
  const headers = { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" };
  const answer = await request.post(`${baseURL}/preferences`, { headers, form: { theme: "dark" }, maxRedirects: 0 });
  expect(answer.status()).toBe(403);
});

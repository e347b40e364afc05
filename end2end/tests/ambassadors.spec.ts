// A pupil applies to a round, is selected with the others, finds it in the account, comes to the training (which is moved
// meanwhile), fetches the certificate, and somebody else verifies it; on a telephone and at a desk, with and without scripts.
import type { Page } from "@playwright/test";
import { sql } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { codeTo, linkIn, mailTo, newAddress } from "../support/mail";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const say = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: say(key) });

const day = (days: number) => new Date(Date.now() + days * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10);

/** Staff make a round of this journey's own, with a training, and show it. */
async function makeRound(staff: Page, title: string, look: (name: string) => Promise<void>): Promise<string> {
  await visit(staff, "/staff/ambassadors/new");
  await staff.locator("#f-title_zh").fill(title);
  await staff.locator("#f-story_zh").fill("把造血干细胞的科学知识讲给同学听。");
  await staff.locator("#f-places").fill("2");
  await staff.locator("#f-opens_day").fill(day(-1));
  await staff.locator("#f-closes_day").fill(day(-2));
  await press(button(staff, "ambassador-staff-make"));
  await expect(staff.locator("#f-closes_day")).toHaveAttribute("aria-invalid", "true");
  await look("staff-1-faults");
  await staff.locator("#f-closes_day").fill(day(3));
  await press(button(staff, "ambassador-staff-make"));
  await staff.waitForURL(/done=made/);
  const round = new URL(staff.url()).pathname;
  await staff.locator("#f-day").fill(day(9));
  await staff.locator("#f-starts").fill("09:00");
  await staff.locator("#f-ends").fill("12:00");
  await staff.locator("#f-place").fill("造血干细胞科普馆 报告厅");
  await staff.locator("#f-training_places").fill("1");
  await press(button(staff, "ambassador-staff-add-date"));
  await staff.waitForURL(/done=date/);
  await press(button(staff, "ambassador-staff-show"));
  await staff.waitForURL(/done=shown/);
  await look("staff-2-round");
  return round;
}

/** A pupil of twelve applies: answers the page of the application, and the code that was typed. */
async function apply(page: Page, title: string, contact: string, look: (name: string) => Promise<void>): Promise<[string, string]> {
  await visit(page, "/ambassadors");
  await look("1-front");
  const card = page.locator("article", { hasText: title });
  await press(card.getByRole("button"));
  await page.waitForURL(/\/ambassadors\/apply\/[^/]+$/);
  await page.locator("#f-name").fill("测试·林小满");
  await page.locator("#f-age").fill("12");
  await page.locator("#f-contact").fill(contact);
  await page.locator("input[name=capacity][value=student]").check({ force: true });
  await page.locator("#f-organisation").fill("测试市星河中学");
  await page.locator("#f-post").fill("初一（2）班");
  await page.locator("#f-city").selectOption("jinan");
  await page.locator("#f-note").fill("参观科普馆之后，我想把造血干细胞的故事讲给全班同学听。");
  await page.locator("#f-accept").check({ force: true });
  await page.locator("#f-accept_rules").check({ force: true });
  await press(button(page, "ambassador-continue"));
  // A child of twelve needs a guardian; nothing typed is lost.
  await expect(page.locator("#f-guardian")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-organisation")).toHaveValue("测试市星河中学");
  await look("2-faults");
  await page.locator("#f-guardian").fill("测试·林先生");
  await page.locator("#f-guardian_consent").check({ force: true });
  await press(button(page, "ambassador-continue"));
  await page.waitForURL(/\/code$/);
  const code = await codeTo(contact);
  await page.locator("#f-code").fill(code);
  await press(button(page, "bus-send"));
  await page.waitForURL(/\/ambassadors\/r\/[^/]+\?done=sent$/);
  await look("3-sent");
  return [new URL(page.url()).pathname, code];
}

/** The pupil signs in and finds the application among what the account has asked for. */
async function inAccount(page: Page, contact: string, used: string, title: string, mine: string) {
  await visit(page, "/sign-in");
  await page.locator("#f-contact").fill(contact);
  await page.locator("#f-agree").check({ force: true });
  await press(button(page, "sign-in-send"));
  await page.waitForURL(/\/sign-in\/code/);
  await page.locator("#f-code").fill(await codeTo(contact, [used]));
  await press(button(page, "sign-in-code-submit"));
  await page.waitForURL(/\/account/);
  await expect(page.getByRole("heading", { name: say("ambassador-account-title") })).toBeVisible();
  await expect(page.getByText(title)).toBeVisible();
  await examine(page, "ambassadors-5-account");
  await press(page.getByRole("link", { name: "测试市星河中学" }));
  await page.waitForURL(/\/ambassadors\/r\//);
  await visit(page, mine);
}

/** Staff move the training to the afternoon: the pupil is told once, and chooses again. */
async function move(staff: Page, page: Page, round: string, contact: string, mine: string) {
  await visit(staff, round);
  await press(staff.locator(".ambassador-dates").getByRole("link"));
  await staff.waitForURL(/\/trainings\//);
  await staff.locator("#f-ends").fill("08:00");
  await press(button(staff, "staff-save"));
  await expect(staff.locator("#f-ends")).toHaveAttribute("aria-invalid", "true");
  await examine(staff, "ambassadors-staff-5-training");
  await staff.locator("#f-starts").fill("13:30");
  await staff.locator("#f-ends").fill("16:30");
  await press(button(staff, "staff-save"));
  await staff.waitForURL(/done=date-changed/);
  await examine(staff, "ambassadors-staff-6-moved");
  await mailTo(contact, /校园科普宣传员培训时间有变/);
  await visit(page, mine);
  await expect(page.getByText("13:30")).toBeVisible();
  await press(button(page, "ambassador-choose-do"));
  await page.waitForURL(/done=confirmed/);
}

test("a pupil applies, is selected, trained and certified, and anybody verifies the certificate @desk", async ({ page, browser, baseURL, javaScriptEnabled, viewport }) => {
  test.setTimeout(240_000);
  const title = `测试招募第${Date.now() % 100_000}批`;
  const contact = newAddress("pupil");
  const context = await browser.newContext({ baseURL: baseURL!, javaScriptEnabled: javaScriptEnabled !== false, viewport: viewport! });
  const staff = await context.newPage();
  await arrive(staff);
  const round = await makeRound(staff, title, (name) => examine(staff, `ambassadors-${name}`));
  const [mine, code] = await apply(page, title, contact, (name) => examine(page, `ambassadors-${name}`));
  await mailTo(contact, /校园科普宣传员报名已收到/);

  await visit(staff, round);
  await press(staff.locator("table a").first());
  await examine(staff, "ambassadors-staff-3-application");
  const application = new URL(staff.url()).pathname;
  await staff.locator("input[name=decision][value=selected]").check({ force: true });
  await press(button(staff, "staff-save"));
  await staff.waitForURL(/done=decided/);
  // The days until the end of the round pass at once.
  const id = round.split("/").pop();
  await sql(`update ambassador_round set opens_at = opens_at - interval '9 days', closes_at = now() - interval '1 hour' where id = '${id}'`);
  await visit(staff, round);
  await staff.locator("summary", { hasText: say("ambassador-staff-publish") }).click();
  await press(button(staff, "ambassador-staff-publish-do"));
  await staff.waitForURL(/done=selection/);
  await examine(staff, "ambassadors-staff-4-public");

  const told = linkIn(await mailTo(contact, /恭喜/), "/ambassadors/r/");
  await visit(page, new URL(told, baseURL).pathname);
  await examine(page, "ambassadors-4-selected");
  await press(button(page, "ambassador-choose-do"));
  await page.waitForURL(/done=confirmed/);
  await examine(page, "ambassadors-4-confirmed");
  await inAccount(page, contact, code, title, mine);
  await move(staff, page, round, contact, mine);

  await sql(`update ambassador_training set starts_at = starts_at - interval '20 days', ends_at = ends_at - interval '20 days' where round_id = '${id}'`);
  await visit(staff, application);
  await press(button(staff, "ambassador-staff-came"));
  await staff.waitForURL(/done=attendance/);
  await visit(staff, round);
  await press(button(staff, "ambassador-staff-certify"));
  await staff.waitForURL(/done=certified/);
  await mailTo(contact, /您的校园科普宣传员证书/);

  await visit(page, mine);
  await examine(page, "ambassadors-6-certified");
  const pdf = await page.request.get(`${mine}/certificate.pdf`);
  expect(pdf.headers()["content-type"]).toBe("application/pdf");
  expect((await pdf.body()).subarray(0, 5).toString()).toBe("%PDF-");
  const verify = (await page.getByRole("link", { name: say("ambassador-see-verified") }).getAttribute("href"))!;
  const [number, proof] = verify.split("/").slice(-2);

  await visit(page, "/ambassadors/verify");
  await page.locator("#f-number").fill("12");
  await press(button(page, "ambassador-verify-do"));
  await expect(page.locator("#f-code")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "ambassadors-7-verify-faults");
  await page.locator("#f-number").fill(number);
  await page.locator("#f-code").fill(proof.toLowerCase());
  await press(button(page, "ambassador-verify-do"));
  await expect(page.getByText(say("ambassador-verdict-valid"), { exact: true })).toBeVisible();
  await expect(page.getByText("测****")).toBeVisible();
  await examine(page, "ambassadors-8-valid");

  await visit(staff, application);
  await staff.locator("summary", { hasText: say("ambassador-staff-revoke") }).click();
  await staff.locator("#f-revoke_reason").fill("测试：发错了人");
  await press(button(staff, "ambassador-staff-revoke"));
  await staff.waitForURL(/done=revoked/);
  await visit(page, verify);
  await expect(page.getByText(say("ambassador-verdict-revoked"), { exact: true })).toBeVisible();
  await examine(page, "ambassadors-9-revoked");
  await context.close();
});

// What the laboratory's system sends and the house cannot keep: it is answered record by record, staff see why, try again, and give
// up with a reason; what waited for something is kept by itself when that comes.
import { sql } from "../support/database";
import { colleague, only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { feed } from "../support/machine";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const AT = "/staff/custody/dead-letters";

/** A number nobody has, of the facility of this journey. */
const number = () => `E2E0126${String(Math.floor(Math.random() * 1_000_000)).padStart(6, "0")}`;

/** Yesterday: a feed does not go back further than a month by itself. */
const HAPPENED = new Date(Date.now() - 86_400_000).toISOString();

/** Longer ago than a feed may say by itself. */
const LONG_AGO = new Date(Date.now() - 40 * 86_400_000).toISOString();

const record = (key: string, seq: number, din: string, payload: object) => ({
  key: `${din}-${key}`,
  source_seq: seq,
  unit: { din },
  occurred_at: HAPPENED,
  payload,
});

test("what the laboratory sends wrong is seen, tried again and given up @desk", async ({ page }) => {
  test.setTimeout(180_000);
  const din = number();
  // Employed at the end, so another each time.
  const nobody = `NOBODY-${din.slice(-4)}`;
  const step = record("step", 2, din, { kind: "step_done", step: "weighed", operator: nobody });
  const answers = await feed([
    record("first", 1, din, { kind: "registered", din, pool: "family" }),
    step,
    { key: `${din}-odd`, unit: { din }, occurred_at: "gestern", payload: { kind: "step_done", note: "<b>不是记录</b>" } },
  ]);
  expect(answers.map((one) => one.outcome)).toEqual(["applied", "dead", "dead"]);
  expect(answers[1].code).toBe("unknown-operator");
  const again = await feed([step]);
  expect([again[0].outcome, again[0].letter]).toEqual(["duplicate", answers[1].letter]);

  await colleague(page, "lab_officer");
  await visit(page, AT);
  await expect(page.locator("main")).toContainText(zh("lims-letters-reasons"));
  await examine(page, "lims-1-letters");
  await visit(page, `${AT}/${answers[2].letter}`);
  await expect(page.locator("pre")).toContainText("<b>不是记录</b>");
  await examine(page, "lims-2-unreadable");
  await press(page.getByRole("button", { name: zh("lims-letter-again"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("lims-news-again"));
  await page.locator("#f-reason").fill("不");
  await press(page.getByRole("button", { name: zh("lims-letter-give-up"), exact: true }));
  await expect(page.locator("#f-reason")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-reason")).toHaveValue("不");
  await examine(page, "lims-3-refused");
  await page.locator("#f-reason").fill("实验室已用新的键重新发送");
  await press(page.getByRole("button", { name: zh("lims-letter-give-up"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("lims-news-given-up"));

  // Who was unknown is employed, and the next word of the unit brings the step along.
  await sql(`insert into custody_operator (id, code, since) values (gen_random_uuid(), '${nobody}', '2020-01-01') on conflict do nothing`);
  await feed([record("leg", 3, din, { kind: "transport_leg", min_c: 4, max_c: 9, hours: 2 })]);
  await visit(page, `${AT}/${answers[1].letter}`);
  await expect(page.locator("main")).toContainText(zh("lims-letter-applied"));
  await examine(page, "lims-4-kept");
  await visit(page, `/en${AT}?show=given_up`);
  await examine(page, "lims-5-given-up-english");
});

test("what the laboratory tells of long ago is let through by two people, and by neither alone @desk", async ({ page, browser, baseURL }) => {
  test.setTimeout(240_000);
  const din = number();
  const leg = record("far", 2, din, { kind: "transport_leg", min_c: 4, max_c: 9, hours: 2 });
  const answers = await feed([
    record("first", 1, din, { kind: "registered", din, pool: "family" }),
    { ...leg, occurred_at: LONG_AGO },
  ]);
  expect(answers.map((one) => one.code ?? one.outcome)).toEqual(["applied", "too-long-ago"]);
  const letter = `${AT}/${answers[1].letter}`;

  await only(page, "lab_officer");
  await visit(page, letter);
  await expect(page.locator("#acts")).toContainText(zh("lims-letter-time-text"));
  await press(page.getByRole("button", { name: zh("lims-letter-vouch"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("lims-news-vouched"));
  await expect(page.locator("#acts")).toContainText(zh("lims-letter-vouched-text"));
  await expect(page.getByRole("button", { name: zh("lims-letter-let-through"), exact: true })).toHaveCount(0);
  await examine(page, "lims-6-vouched");
  // Trying again is no way around the other.
  await press(page.getByRole("button", { name: zh("lims-letter-again"), exact: true }));
  await expect(page.locator("main")).toContainText(zh("lims-news-again"));

  const context = await browser.newContext({ baseURL, locale: "zh-CN", viewport: page.viewportSize() });
  const other = await context.newPage();
  await only(other, "quality_officer");
  await visit(other, letter);
  await expect(other.locator("#acts")).toContainText(zh("lims-letter-vouched-text"));
  await examine(other, "lims-7-to-let-through");
  await press(other.getByRole("button", { name: zh("lims-letter-let-through"), exact: true }));
  await expect(other.locator("main")).toContainText(zh("lims-news-applied"));
  await expect(other.locator("#acts")).toHaveCount(0);
  await examine(other, "lims-8-let-through");
  await context.close();
});

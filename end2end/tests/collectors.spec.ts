// Who collects: a hospital, somebody who collects there, a course, an exam, a certificate that quality issues and ends. And a lot that
// one of quality calls back, and another ends.
import type { Browser, Locator, Page } from "@playwright/test";
import { sql } from "../support/database";
import { only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { feed } from "../support/machine";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
/** Six digits of this walk's own: what is registered is there for good. */
const serial = () => String(Math.floor(Math.random() * 900_000) + 100_000);

/** A day so many from today, as a date field has it. */
function day(from: number): string {
  return new Date(Date.now() + 8 * 3_600_000 + from * 86_400_000).toISOString().slice(0, 10);
}

/** The form of an act, opened. */
async function open(page: Page, key: string): Promise<void> {
  await page.locator("details.dialog > summary", { hasText: zh(key) }).click();
}

/** What does it. */
const button = (within: Page | Locator, key: string) => within.getByRole("button", { name: zh(key), exact: true });

async function another(browser: Browser, page: Page, baseURL: string | undefined, js: boolean): Promise<Page> {
  const context = await browser.newContext({ baseURL, viewport: page.viewportSize(), locale: "zh-CN", javaScriptEnabled: js });
  return context.newPage();
}

test("a collector is trained, examined and certified, and quality issues and ends @desk", async ({ page, browser, baseURL, js }) => {
  test.setTimeout(300_000);
  const own = serial();
  const [code, number] = [`E2E-${own}`, `CJ-2026-${own}`];
  await only(page, "lab_officer");
  await visit(page, "/staff/collectors");
  await open(page, "units-hospital-add");
  await examine(page, "collectors-1-hospital");
  await page.locator("#f-code").fill("济南一");
  await page.locator("#f-zh").fill("演示·端到端医院");
  await page.locator("#f-en").fill("Demo Hospital of a Journey");
  await press(button(page, "units-hospital-add"));
  await expect(page.locator("#f-code")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-code")).toHaveValue("济南一");
  await expect(page.locator("#f-en")).toHaveValue("Demo Hospital of a Journey");
  await examine(page, "collectors-2-hospital-refused");
  await page.locator("#f-code").fill(code);
  await press(button(page, "units-hospital-add"));
  await expect(page.locator("main")).toContainText(zh("units-hospital-added"));

  const hospital = { label: `${code} · 演示·端到端医院` };
  await open(page, "units-collector-add");
  await page.locator("#f-number").fill(number);
  await press(button(page, "units-collector-add"));
  for (const field of ["#f-name", "#f-hospital"]) await expect(page.locator(field)).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-number")).toHaveValue(number);
  await examine(page, "collectors-3-collector-refused");
  await page.locator("#f-name").fill("演示采集员");
  await page.locator("#f-hospital").selectOption(hospital);
  await press(button(page, "units-collector-add"));
  await expect(page.locator("main")).toContainText(zh("units-collector-added"));

  await page.locator("#f-at").selectOption(hospital);
  await press(button(page, "staff-show"));
  await expect(page.locator("main tbody tr")).toHaveCount(1);
  await expect(page.locator("main tbody")).toContainText(zh("units-certificate-none"));
  await expect(page.locator("main tbody")).not.toContainText("演示采集员");
  await examine(page, "collectors-4-list");
  await press(page.getByRole("link", { name: number, exact: true }));
  await expect(page.locator("main")).toContainText("演示采集员");
  await examine(page, "collectors-5-one");
  const one = new URL(page.url()).pathname;

  await open(page, "units-exam-note");
  await page.locator("#f-exam_day").fill(day(-3));
  await page.locator("#f-score").fill("79");
  await press(button(page, "units-exam-note"));
  await expect(page.locator("main")).toContainText(zh("units-refused-untrained"));
  await expect(page.locator("#f-score")).toHaveValue("79");
  await examine(page, "collectors-6-untrained");
  await open(page, "units-course-note");
  await page.locator("#f-course_day").fill(day(-7));
  await page.locator("#f-hours").fill("0");
  await press(button(page, "units-course-note"));
  await expect(page.locator("#f-hours")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-course_day")).toHaveValue(day(-7));
  await examine(page, "collectors-7-course-refused");
  await page.locator("#f-hours").fill("8");
  await press(button(page, "units-course-note"));
  await expect(page.locator("main")).toContainText(zh("units-course-noted"));
  for (const [when, score, said] of [[-3, "79", "units-exam-failed"], [-2, "88", "units-exam-passed"]] as const) {
    await open(page, "units-exam-note");
    await page.locator("#f-exam_day").fill(day(when));
    await page.locator("#f-score").fill(score);
    await press(button(page, "units-exam-note"));
    await expect(page.locator("main")).toContainText(zh(said));
  }
  await expect(button(page, "units-certificate-issue")).toHaveCount(0);
  await examine(page, "collectors-8-examined");

  const quality = await another(browser, page, baseURL, js);
  await only(quality, "quality_officer");
  await visit(quality, one);
  await examine(quality, "collectors-9-to-issue");
  await press(button(quality, "units-certificate-issue"));
  await expect(quality.locator("main")).toContainText(zh("units-certificate-issued"));
  await expect(button(quality, "units-certificate-issue")).toHaveCount(0);
  await examine(quality, "collectors-10-issued");
  await open(quality, "units-certificate-end");
  await examine(quality, "collectors-11-to-end");
  await press(button(quality, "units-certificate-end"));
  await expect(quality.locator("main")).toContainText(zh("units-certificate-was-ended"));
  await examine(quality, "collectors-12-ended");
  await visit(quality, `/en${one}`);
  await examine(quality, "collectors-13-english");
  // The day from which intake asks for certificates is the whole bank's, and every other journey's: it is only asked for here.
  await visit(quality, "/staff/collectors");
  await open(quality, "units-register-say");
  await press(button(quality, "units-register-say"));
  await expect(quality.locator("#f-complete_from")).toHaveAttribute("aria-invalid", "true");
  await examine(quality, "collectors-14-register-refused");
  await quality.context().close();
});

/** A unit of this walk's own that has arrived, with a lot of its own in it; answers both. */
async function arrived(): Promise<{ unit: string; lot: string }> {
  const [din, lot] = [`E2E0126${serial()}`, `E2E-${serial()}`];
  const begins = Date.now() - 2 * 86_400_000;
  const told: [number, object][] = [
    [0, { kind: "registered", din, pool: "family" }],
    [60, { kind: "collected", hospital: "QLYY", certificate: "COL-2026-0001", volume_ml: 96, anticoagulant: "CPD" }],
    [105, { kind: "transport_started", carrier: "cold-chain-2", logger: "LG-0417" }],
    [975, { kind: "transport_leg", min_c: 12.4, max_c: 21.8, hours: 14.5 }],
    [1005, { kind: "received", operator: "LAB-01", weight_g: 131 }],
  ];
  const records = told.map(([minutes, payload], before) => ({
    key: `${din}-${before + 1}`,
    source_seq: before + 1,
    unit: { din },
    occurred_at: new Date(begins + minutes * 60_000).toISOString(),
    payload,
  }));
  expect((await feed(records)).map((one) => one.code ?? one.outcome)).toEqual(told.map(() => "applied"));
  await sql(`with made as (insert into custody_lot (id, kind, number) values (gen_random_uuid(), 'bag_set', '${lot}') returning id)
    insert into custody_lot_use (lot_id, unit_id) select made.id, u.id from made, custody_unit u where u.din = '${din}'`);
  return { unit: await sql(`select id from custody_unit where din = '${din}'`), lot };
}

test("a lot is called back by one of quality and the recall is ended by another @desk", async ({ page, browser, baseURL, js }) => {
  test.setTimeout(240_000);
  const { unit, lot } = await arrived();
  const state = () => sql(`select state from custody_unit where id = '${unit}'`);
  expect(await state()).toBe("received");
  await only(page, "quality_officer");
  await visit(page, "/staff/recalls");
  await page.locator("#f-lot").fill(lot);
  await press(button(page, "units-recall-trace"));
  await expect(page.locator("main")).toContainText(zh("units-recall-of"));
  await examine(page, "recalls-1-traced");
  await open(page, "units-recall-do");
  await page.locator("#f-reason").fill("渗漏");
  await press(button(page, "units-recall-do"));
  await expect(page.locator("#f-reason")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#f-reason")).toHaveValue("渗漏");
  await expect(page.locator("#f-lot")).toHaveValue(lot);
  await examine(page, "recalls-2-refused");
  await page.locator("#f-reason").fill("演示：厂家通知，焊缝可能渗漏");
  await press(button(page, "units-recall-do"));
  await expect(page.locator("main")).toContainText(zh("units-recall-begun"));
  expect(await state()).toBe("quarantine_hold");
  const running = (page: Page) => page.locator("#running li", { hasText: lot });
  await expect(running(page)).toContainText(zh("units-recall-own"));
  await expect(button(running(page), "units-recall-end")).toHaveCount(0);
  await examine(page, "recalls-3-begun");

  const colleague = await another(browser, page, baseURL, js);
  await only(colleague, "quality_officer");
  await visit(colleague, `/staff/recalls?lot=${lot}`);
  await expect(colleague.locator("main")).toContainText(zh("units-recall-of-running"));
  await expect(colleague.locator("#f-reason")).toHaveCount(0);
  await examine(colleague, "recalls-4-to-end");
  await press(button(running(colleague), "units-recall-end"));
  await expect(colleague.locator("main")).toContainText(zh("units-recall-ended"));
  await expect(running(colleague)).toHaveCount(0);
  await examine(colleague, "recalls-5-ended");
  // What was found stays to be looked into, deviation by deviation.
  expect(await state()).toBe("quarantine_hold");
  await visit(colleague, `/staff/units/${unit}`);
  await expect(colleague.locator("main")).toContainText("焊缝可能渗漏");
  await examine(colleague, "recalls-6-unit");
  await colleague.context().close();
});

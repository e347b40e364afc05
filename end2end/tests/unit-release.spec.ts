// From a kept unit to a patient: each act proposed by one of the laboratory and confirmed by one of quality under an account of their own,
// with what is missing told, 58 steps noted, the judgement and the approvals by two of quality, and both scanning the bag that leaves.
import type { Browser, Locator, Page } from "@playwright/test";
import { sql } from "../support/database";
import { only } from "../support/families";
import { examine, expect, press, test, visit } from "../support/house";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const PROJECTS = ["360", "1280", "360-nojs"];

/** A unit of the demo that no other journey, and no other turn of this one, uses. */
async function kept(): Promise<{ unit: string; din: string }> {
  const info = test.info();
  const sequence = 203 + PROJECTS.indexOf(info.project.name) * 2 + Math.min(info.retry, 1);
  const [unit, din] = (await sql(`select id || ' ' || din from custody_unit where din like 'SDJN1%000${sequence}'`)).split(" ");
  return { unit, din };
}

async function works(page: Page, role: string, letter: string): Promise<void> {
  const account = await only(page, role);
  const code = `R-${test.info().project.name.toUpperCase()}-${test.info().retry}${letter}`;
  await sql(`insert into custody_operator (id, code, account_id, since) values (gen_random_uuid(), '${code}', '${account}', '2020-01-01')`);
}

/** The check character of ISO 7064 Mod 37,2. */
function whole(din: string): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
  const sum = [...din].reduce((sum, one) => ((sum + alphabet.indexOf(one)) * 2) % 37, 0);
  return din + alphabet[(38 - sum) % 37];
}

async function another(browser: Browser, page: Page, baseURL: string | undefined, js: boolean): Promise<Page> {
  const context = await browser.newContext({ baseURL, viewport: page.viewportSize(), locale: "zh-CN", javaScriptEnabled: js });
  return context.newPage();
}

test("a kept unit reaches its patient by two people, and nothing is left out @desk", async ({ page, browser, baseURL, js }) => {
  test.setTimeout(480_000);
  const { unit, din } = await kept();
  const [path, bag] = [`/staff/units/${unit}`, whole(din)];
  const colleague = await another(browser, page, baseURL, js);
  await works(page, "lab_officer", "L");
  await works(colleague, "quality_officer", "Q");
  const coordinator = await another(browser, page, baseURL, js);
  await works(coordinator, "quality_officer", "C");
  const state = () => sql(`select state from custody_unit where id = '${unit}'`);

  const opened = async (act: string, by: Page = page): Promise<Locator> => {
    await visit(by, path);
    const form = by.locator("details.dialog", { has: by.locator(`input[name=act][value=${act}]`) });
    await form.locator("summary").click();
    return form;
  };
  const propose = async (form: Locator, by: Page = page) => {
    await press(form.getByRole("button", { name: zh("units-propose"), exact: true }));
    await expect(by.locator("main")).toContainText(zh("units-done-proposed"));
  };
  const confirm = async (scan?: (form: Locator) => Promise<void>) => {
    await visit(colleague, path);
    const waiting = colleague.locator("#proposals");
    await scan?.(waiting);
    await press(waiting.getByRole("button", { name: zh("units-confirm"), exact: true }));
    await expect(colleague.locator("main")).toContainText(zh("units-done-confirmed"));
  };
  const notYet = async (act: string) => {
    await visit(page, path);
    await expect(page.locator("#not-yet")).toContainText(zh(`units-act-${act}`));
    await expect(page.locator(`input[name=act][value=${act}]`)).toHaveCount(0);
  };
  const note = async (sections: RegExp, by: Page = page) => {
    const form = await opened("note_steps", by);
    for (const box of await form.getByRole("checkbox", { name: sections }).all()) await box.check();
    // Two steps read how many cells live, where they are still to be noted.
    for (const [step, percent] of [["cd34_viability", "86.5"], ["cd45_viability", "71"]]) {
      const field = form.locator(`input[name=note_steps_${step}]`);
      if (await field.count()) await field.fill(percent);
    }
    return form;
  };

  // Kept: whatever leaves has to be taken out first.
  await notYet("transfer_out");
  await expect(page.getByRole("link", { name: zh("units-passport"), exact: true })).toHaveAttribute("href", `${path}/passport.json`);
  await examine(page, "unit-release-01-banked");
  let form = await opened("reserve");
  await press(form.getByRole("button", { name: zh("units-propose"), exact: true }));
  await expect(page.locator("#f-reserve_name")).toHaveAttribute("aria-invalid", "true");
  await examine(page, "unit-release-02-no-request");
  await page.locator("#f-reserve_name").fill("RQ-2099");
  await propose(page.locator("details.dialog", { has: page.locator("input[name=act][value=reserve]") }));
  await examine(page, "unit-release-03-proposed");
  expect(await state()).toBe("banked");
  await visit(colleague, path);
  await expect(colleague.locator("#proposals")).toContainText("RQ-2099");
  await examine(colleague, "unit-release-04-to-confirm");
  await confirm();
  expect(await state()).toBe("reserved");

  await propose(await opened("begin_testing"));
  await confirm();
  expect(await state()).toBe("ct_testing");
  await notYet("approve_release");
  await examine(page, "unit-release-05-testing");

  // Forty of the 58 steps are the laboratory's before it is approved, by section; the colleague sees each by name.
  form = await note(/^(I|II|III|IV|V|VII) · /);
  await expect(form.getByRole("checkbox", { name: /^(VI|VIII) · / })).toHaveCount(0);
  await expect(form.locator("#steps-of-quality")).toContainText("VI，VIII");
  await examine(page, "unit-release-06-steps");
  await propose(form);
  await visit(colleague, path);
  await expect(colleague.locator("#proposals li")).toHaveCount(40);
  await examine(colleague, "unit-release-07-steps-to-confirm");
  await confirm();
  // The judgement and the approvals are proposed by one of quality and confirmed by another; the laboratory reads that they wait.
  await notYet("approve_release");
  form = await note(/^(VI|VIII) · /, coordinator);
  await examine(coordinator, "unit-release-15-quality-steps");
  await propose(form, coordinator);
  await visit(page, path);
  await expect(page.locator("#proposals li")).toHaveCount(10);
  await expect(page.locator("#proposals")).toContainText(zh("units-proposed-quality"));
  await expect(page.locator("#proposals").getByRole("button", { name: zh("units-confirm"), exact: true })).toHaveCount(0);
  await confirm();
  await visit(page, path);
  await expect(page.locator("#release h2")).toContainText("50/58");
  await propose(await opened("approve_release"));
  await confirm();
  expect(await state()).toBe("release_approved");
  await notYet("retrieve");
  await examine(page, "unit-release-08-approved");

  const slot = await sql(`select t.code || '/' || p.tower || '-' || p.frame || '-' || p.slot
    from custody_placement p join custody_tank t on t.id = p.tank_id where p.unit_id = '${unit}' and p.taken_at is null`);
  form = await opened("take_out");
  await page.locator("#f-take_out_din").fill(bag);
  await page.locator("#f-take_out_slot").fill(slot);
  await propose(form);
  await confirm(async (waiting) => {
    await waiting.locator("#f-confirm_din").fill(bag);
    await waiting.locator("#f-confirm_slot").fill(slot);
  });
  form = await opened("retrieve");
  await page.locator("#f-retrieve_din").fill(bag);
  await propose(form);
  await confirm((waiting) => waiting.locator("#f-confirm_din").fill(bag));
  expect(await state()).toBe("retrieved");
  await notYet("ship");
  await examine(page, "unit-release-09-retrieved");

  await propose(await note(/^IX · /));
  await confirm();
  form = await opened("ship");
  await page.locator("#f-ship_din").fill(bag);
  await page.locator("#f-ship_name").fill("SF-77 dry-shipper-1");
  await page.locator("#f-ship_logger").fill("LG-0931");
  await page.locator("#f-ship_celsius").fill("-120");
  await press(form.getByRole("button", { name: zh("units-propose"), exact: true }));
  // Too warm: told with what is allowed, and nothing typed is lost.
  await expect(page.locator("main")).toContainText(zh("units-analyte-shipper"));
  await expect(page.locator("main")).toContainText("-150");
  await expect(page.locator("#f-ship_name")).toHaveValue("SF-77 dry-shipper-1");
  await examine(page, "unit-release-10-too-warm");
  await page.locator("#f-ship_celsius").fill("-188");
  await propose(page.locator("details.dialog", { has: page.locator("input[name=act][value=ship]") }));
  // A colleague looks it over, the coordinator confirms it: three people, three scans.
  await visit(colleague, path);
  await colleague.locator("#f-confirm_din").fill(bag);
  await examine(colleague, "unit-release-13-look-over");
  await press(colleague.locator("#proposals").getByRole("button", { name: zh("units-look-over"), exact: true }));
  await expect(colleague.locator("main")).toContainText(zh("units-done-looked-over"));
  await expect(colleague.locator("#f-confirm_din")).toHaveCount(0);
  expect(await state()).toBe("retrieved");
  await visit(coordinator, path);
  await coordinator.locator("#f-confirm_din").fill(bag);
  await examine(coordinator, "unit-release-14-coordinator");
  await press(coordinator.locator("#proposals").getByRole("button", { name: zh("units-confirm"), exact: true }));
  await expect(coordinator.locator("main")).toContainText(zh("units-done-confirmed"));
  expect(await state()).toBe("shipped");

  form = await opened("deliver");
  await page.locator("#f-deliver_celsius").fill("-181.5");
  await propose(form);
  await confirm();
  await propose(await opened("infuse"));
  await confirm();
  expect(await state()).toBe("infused");
  await propose(await note(/^X · /));
  await confirm();
  await visit(page, path);
  await expect(page.locator("#release h2")).toContainText("58/58");
  await expect(page.locator("main")).toContainText(zh("units-chain-holds"));
  await examine(page, "unit-release-11-infused");
  await visit(page, `/en${path}`);
  await examine(page, "unit-release-12-english");
  await colleague.context().close();
  await coordinator.context().close();
});

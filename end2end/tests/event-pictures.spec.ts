// Staff give an event pictures: what was wrong is told beside its field, the cover stands at the head of the public page and the
// other below the schedule, another becomes the cover, and one that is removed is gone.
import type { Page } from "@playwright/test";
import { deflateSync } from "node:zlib";
import { addEvent } from "../support/database";
import { examine, expect, press, test, visit } from "../support/house";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);

function checksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** A PNG: a sky that gets lighter downwards over ground of one colour. */
function drawn(width: number, height: number, [red, green, blue]: [number, number, number]) {
  const row = (y: number) => {
    const sky = [150 + Math.floor((90 * y) / height), 200, 230];
    const pixel = Buffer.from(y < height * 0.6 ? sky : [red, green, blue]);
    return Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, pixel)]);
  };
  const pixels = Buffer.concat(Array.from({ length: height }, (_, y) => row(y)));
  const chunk = (kind: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(kind), data]);
    const whole = Buffer.alloc(named.length + 8);
    whole.writeUInt32BE(data.length, 0);
    named.copy(whole, 4);
    whole.writeUInt32BE(checksum(named), named.length + 4);
    return whole;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const parts = [chunk("IHDR", head), chunk("IDAT", deflateSync(pixels)), chunk("IEND", Buffer.alloc(0))];
  const buffer = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]);
  return { name: "picture.png", mimeType: "image/png", buffer };
}

/** Pictures load as one comes to them: goes to each, so that a look at the page shows them. */
async function comeToPictures(page: Page): Promise<void> {
  for (const picture of await page.locator("img.photo").all()) {
    await picture.scrollIntoViewIfNeeded();
    await expect.poll(() => picture.evaluate((it: HTMLImageElement) => it.complete && it.naturalWidth > 0)).toBe(true);
  }
}

test("staff give an event pictures, everybody sees them, and one that is removed is gone @desk", async ({ page, browser, baseURL, javaScriptEnabled, viewport }) => {
  test.setTimeout(180_000);
  const { project, retry } = test.info();
  const slug = `event-pictures-${project.name}-${retry}`;
  // Long over: its page is there, and no other journey comes by.
  const { activity } = await addEvent(slug, "风筝课堂", "Kite lessons", [-400], 6);
  const context = await browser.newContext({ baseURL: baseURL!, javaScriptEnabled: javaScriptEnabled !== false, viewport: viewport! });
  const desk = await context.newPage();
  const add = desk.getByRole("button", { name: zh("staff-picture-add") });
  const [first, second] = ["草坪上的风筝", "海边的风筝"];
  await arrive(desk);
  await expect(async () => {
    await visit(desk, `/staff/events/${activity}/pictures`);
    await expect(desk.locator("#f-picture")).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await examine(desk, "event-pictures-1-none");
  await desk.locator("#f-alt_zh").fill(first);
  await press(add);
  await expect(desk.locator("#f-picture")).toHaveAttribute("aria-invalid", "true");
  await expect(desk.locator("#f-alt_zh")).toHaveValue(first);
  await examine(desk, "event-pictures-2-faults");

  for (const [words, ground] of [[first, [120, 170, 110]], [second, [220, 205, 170]]] as [string, [number, number, number]][]) {
    await desk.locator("#f-picture").setInputFiles(drawn(1200, 800, ground));
    await desk.locator("#f-alt_zh").fill(words);
    await desk.locator("#f-alt_en").fill("Kites");
    await desk.locator("#f-consent").check({ force: true });
    await press(add);
    await expect(desk.locator(".event-pictures > li", { hasText: words }).getByRole("img", { name: words })).toBeVisible();
    await expect(desk.locator("#f-alt_zh")).toHaveValue("");
  }
  await comeToPictures(desk);
  await examine(desk, "event-pictures-3-added");

  const cover = page.locator(".hero-photo img");
  const covered = async (words: string) =>
    expect(async () => {
      await visit(page, `/events/${slug}`);
      await expect(cover).toHaveAttribute("alt", words, { timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
  await covered(first);
  await expect(page.locator("#pictures").getByRole("img", { name: second })).toBeAttached();
  await comeToPictures(page);
  await examine(page, "event-pictures-4-public");
  const source = (await cover.getAttribute("src"))!;
  const given = await page.request.get(source);
  expect([given.status(), given.headers()["content-type"]]).toEqual([200, "image/jpeg"]);
  expect(given.headers()["cache-control"]).toContain("immutable");

  await press(desk.locator(".event-pictures > li", { hasText: second }).getByRole("button", { name: zh("staff-picture-cover") }));
  await desk.waitForURL(/done=changed$/);
  await covered(second);
  const mine = desk.locator(".event-pictures > li", { hasText: first });

  // Its words are changed where it stands: a fault opens the form again, with what was typed.
  const wording = mine.getByRole("textbox", { name: zh("staff-picture-alt-zh") });
  const reword = async (words: string) => {
    if (!(await wording.isVisible())) await mine.getByText(zh("picture-reword"), { exact: true }).first().click();
    await wording.fill(words);
    await press(mine.getByRole("button", { name: zh("staff-save") }));
  };
  await reword("");
  await expect(wording).toHaveAttribute("aria-invalid", "true");
  await comeToPictures(desk);
  await examine(desk, "event-pictures-6-words");
  await reword(`${first}和云`);
  await expect(mine.getByRole("img", { name: `${first}和云` })).toBeVisible();
  await mine.getByText(zh("staff-picture-remove"), { exact: true }).first().click();
  await press(mine.getByRole("button", { name: zh("staff-picture-remove") }).last());
  await expect(mine).toHaveCount(0);
  expect((await page.request.get(source)).status()).toBe(404);
  await expect(async () => {
    await visit(page, `/events/${slug}`);
    await expect(page.locator("#pictures")).toHaveCount(0, { timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await examine(page, "event-pictures-5-cover-alone");
  await context.close();
});

// The camera at the door. Chromium shows it a test picture; what is in the picture is said by a stand-in for the
// browser's own reader of QR codes, which Chromium has on telephones only.
import { type Page } from "@playwright/test";
import { addSession } from "../support/database";
import { examine, expect, test, visit } from "../support/house";
import { bookByApi } from "../support/machine";
import { arrive } from "../support/staff";
import { localized, type Locale, words } from "../support/words";

interface Stage {
  /** What the picture shows. */
  code: string;
  /** The name of the error the browser answers the wish for a camera with. */
  refusal: string;
  streams: MediaStream[];
}

/** A browser that can read QR codes, with the test's hand on what it reads. */
async function withReader(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const stage: Stage = { code: "", refusal: "", streams: [] };
    class Reader {
      static getSupportedFormats = () => Promise.resolve(["qr_code"]);
      detect = () => Promise.resolve(stage.code ? [{ rawValue: stage.code }] : []);
    }
    Object.assign(window, { stage, BarcodeDetector: Reader });
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wish) => {
      if (stage.refusal) throw new DOMException("as the test wishes", stage.refusal);
      const stream = await ask(wish);
      stage.streams.push(stream);
      return stream;
    };
  });
}

const stage = (page: Page, change: Partial<Stage>) =>
  page.evaluate((values) => void Object.assign((window as unknown as { stage: Stage }).stage, values), change);
const running = (page: Page) =>
  page.evaluate(() => (window as unknown as { stage: Stage }).stage.streams.flatMap((stream) => stream.getTracks()).filter((track) => track.readyState === "live").length);

/** A booking whose session begins in ten minutes. */
async function ticket() {
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  // Between two minutes, where no other test's session begins.
  return bookByApi(await addSession(new Date(minute + 617_000), 60, 10), 3);
}

test("the camera reads a pass and looks it up @js @once", async ({ page, context, watch }) => {
  test.setTimeout(120_000);
  await arrive(page);
  const zh = (key: string) => words("zh-CN", key);
  const scan = page.getByRole("button", { name: zh("door-camera"), exact: true });
  const said = page.locator("[data-camera-said]");

  // Chromium on a desktop cannot read codes: nothing is offered, the field is there as ever.
  await visit(page, "/door");
  expect(await page.evaluate(() => "BarcodeDetector" in window)).toBe(false);
  await expect(scan).toBeHidden();
  await expect(page.locator("#f-ticket")).toBeVisible();

  await withReader(page);
  await context.grantPermissions(["camera"]);
  const { pass, reference } = await ticket();
  expect(pass).toMatch(/^P1\./);
  await visit(page, "/door");
  await scan.click();
  await expect(page.locator("video")).toBeVisible();
  await expect.poll(() => running(page)).toBe(1);
  await expect(page.getByRole("button", { name: zh("door-camera-stop") })).toBeFocused();
  await examine(page, "door-camera");

  // Stopped by hand, and by going elsewhere.
  await page.getByRole("button", { name: zh("door-camera-stop") }).click();
  await expect(page.locator("video")).toBeHidden();
  expect(await running(page)).toBe(0);
  await scan.click();
  await expect.poll(() => running(page)).toBe(1);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
    Object.defineProperty(document, "hidden", { configurable: true, get: () => false });
  });
  await expect.poll(() => running(page)).toBe(0);
  await expect(scan).toBeVisible();

  // And where something else takes its place: what it would read then is nobody's ticket.
  await scan.click();
  await expect.poll(() => running(page)).toBe(1);
  await page.evaluate((code) => {
    Object.assign((window as unknown as { stage: Stage }).stage, { code });
    document.querySelector<HTMLElement>("[data-camera]")!.style.display = "none";
  }, pass);
  await expect.poll(() => running(page)).toBe(0);
  await expect(page.locator("main")).not.toContainText(reference);
  await stage(page, { code: "" });
  await page.evaluate(() => document.querySelector<HTMLElement>("[data-camera]")!.style.removeProperty("display"));

  // Another code is no pass, and scanning goes on; the pass is looked up by the form that was there before.
  await scan.click();
  await stage(page, { code: "https://example.com/menu" });
  await expect(said).toHaveText(zh("door-camera-other"));
  const sent = page.waitForRequest((request) => request.method() === "POST" && new URL(request.url()).pathname === "/door");
  await stage(page, { code: ` ${pass}\n` });
  expect(new URLSearchParams((await sent).postData() ?? "").get("ticket")).toBe(pass);
  await expect(page.locator("main")).toContainText(reference);
  await examine(page, "door-camera-read");

  // Elsewhere in the house the camera stays closed, whatever was permitted at the door.
  watch.expectFault(/ermissions policy/);
  await visit(page, "/staff");
  const elsewhere = await page.evaluate(() => navigator.mediaDevices.getUserMedia({ video: true }).then(() => "open", (error: Error) => error.name));
  expect(elsewhere).toBe("NotAllowedError");
});

test("a camera that cannot be used says why and leaves the field @js @once", async ({ page }) => {
  test.setTimeout(120_000);
  await arrive(page);
  await withReader(page);
  for (const locale of ["zh-CN", "en"] as const satisfies readonly Locale[]) {
    await visit(page, localized(locale, "/door"));
    const scan = page.getByRole("button", { name: words(locale, "door-camera"), exact: true });
    for (const [refusal, key] of [["NotAllowedError", "refused"], ["NotFoundError", "none"], ["NotReadableError", "busy"]]) {
      await stage(page, { refusal });
      await scan.click();
      await expect(page.locator("[data-camera-said]")).toHaveText(words(locale, `door-camera-${key}`));
      await expect(scan).toBeFocused();
      await expect(page.locator("video")).toBeHidden();
    }
    await examine(page, `door-camera-refused-${locale}`);
    await expect(page.locator("#f-ticket")).toBeEditable();
  }
});

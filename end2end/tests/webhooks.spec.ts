// A partner's system is added, tried, fails, is told again, gets a new secret, and is paused. Its server stands in this test.
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Page } from "@playwright/test";
import { examine, expect, press, test, visit } from "../support/house";
import { arrive } from "../support/staff";
import { words } from "../support/words";

const zh = (key: string) => words("zh-CN", key);
const button = (page: Page, key: string) => page.getByRole("button", { name: zh(key) });

interface Call {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A partner's system that keeps what it is told, and answers with `status`. */
class Partner {
  calls: Call[] = [];
  status = 204;
  private server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        this.calls.push({ headers: request.headers, body: Buffer.concat(parts).toString("utf8") });
        response.writeHead(this.status).end();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((ready) => this.server.listen(0, "127.0.0.1", ready));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** The signatures that fit a secret, by the published recipe. */
function fits(call: Call, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const text = `${call.headers["webhook-id"]}.${call.headers["webhook-timestamp"]}.${call.body}`;
  const tag = `v1,${createHmac("sha256", key).update(text).digest("base64")}`;
  return String(call.headers["webhook-signature"]).split(" ").includes(tag);
}

test("an operator adds a partner's webhook, tries it, sends again, changes the secret, pauses it, removes it @desk", async ({ page }) => {
  test.setTimeout(180_000);
  const look = (name: string) => examine(page, `webhooks-${name}`);
  const partner = new Partner();
  const url = await partner.start();
  try {
    await arrive(page);
    await visit(page, "/staff/webhooks/new");
    await page.locator("#f-url").fill("https://10.0.0.7/hooks");
    await press(button(page, "webhooks-create"));
    await expect(page.locator("#f-url")).toHaveAttribute("aria-invalid", "true");
    await expect(page.locator("#f-url")).toHaveValue("https://10.0.0.7/hooks");
    await expect(page.locator("main")).toContainText(zh("error-web-address-private"));
    await look("1-refused");

    const name = `测试·医院 ${Math.random().toString(36).slice(2, 8)}`;
    await page.locator("#f-description").fill(name);
    await page.locator("#f-url").fill(url);
    await page.getByRole("checkbox", { name: zh("webhooks-topic-event-withdrawn") }).check({ force: true });
    await press(button(page, "webhooks-create"));
    const secret = (await page.locator(".once-secret").innerText()).trim();
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    await look("2-secret");

    // Try it: the test arrives, signed with the secret that was shown.
    await visit(page, "/staff/webhooks");
    await expect(page.locator("main")).not.toContainText(secret);
    await look("3-list");
    await press(page.getByRole("link", { name }));
    await press(button(page, "webhooks-test"));
    await expect.poll(() => partner.calls.length).toBe(1);
    expect(fits(partner.calls[0], secret)).toBe(true);
    expect(JSON.parse(partner.calls[0].body).type).toBe("webhook.test");
    const here = new URL(page.url()).pathname;
    await expect(async () => {
      await visit(page, here);
      await expect(page.getByRole("row").nth(1)).toContainText(zh("webhooks-progress-delivered"), { timeout: 500 });
    }).toPass();
    await look("4-delivered");

    // A failure is shown with what was answered and when it is tried again.
    partner.status = 503;
    await press(page.getByRole("button", { name: zh("webhooks-again") }));
    await expect.poll(() => partner.calls.length).toBe(2);
    expect(partner.calls[1].headers["webhook-id"]).toBe(partner.calls[0].headers["webhook-id"]);
    await expect(async () => {
      await visit(page, here);
      await expect(page.getByRole("row").nth(1)).toContainText("503", { timeout: 500 });
    }).toPass();
    await look("5-retrying");
    partner.status = 204;

    // A new secret: both sign for a day.
    await page.getByText(zh("webhooks-rotate-open"), { exact: true }).click();
    await look("6-new-secret-question");
    await press(button(page, "webhooks-rotate-submit"));
    const fresh = (await page.locator(".once-secret").innerText()).trim();
    expect(fresh).not.toBe(secret);
    await visit(page, here);
    await press(button(page, "webhooks-test"));
    await expect.poll(() => partner.calls.length).toBeGreaterThan(2);
    expect(partner.calls.slice(2).every((call) => fits(call, secret) && fits(call, fresh))).toBe(true);

    await visit(page, here);
    await press(button(page, "webhooks-pause"));
    await page.waitForURL(/done=paused/);
    await look("7-paused");
    await press(button(page, "webhooks-resume"));
    await page.waitForURL(/done=resumed/);

    // What it hears of is changed; then the cooperation ends.
    await press(page.getByRole("link", { name: zh("webhooks-edit") }));
    await expect(page.locator("#f-description")).toHaveValue(name);
    await look("8-edit");
    await page.locator("#f-description").fill(`${name}·东院`);
    await press(button(page, "staff-save"));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${name}·东院`);
    await page.getByText(zh("webhooks-remove-open"), { exact: true }).click();
    await look("9-remove-question");
    await press(button(page, "webhooks-remove-submit"));
    await expect(page.locator("main")).toContainText(zh("webhooks-done-removed"));
    await expect(page.locator("main")).not.toContainText(name);
  } finally {
    partner.stop();
  }
});

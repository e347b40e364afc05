// The door without the network, as its people use it: enrolling a device, and what one reads and presses on it.
import { type BrowserContext, expect, type Locator, type Page } from "@playwright/test";
import { press, visit } from "./house";
import { words } from "./words";

const zh = (key: string) => words("zh-CN", key);

/** Staff add a device; answers its code. The page with the QR code stays open. */
export async function addDevice(staff: Page, name: string, role: "steward" | "supervisor"): Promise<string> {
  await visit(staff, "/staff/door/devices/new");
  await staff.locator("#f-name").fill(name);
  await staff.locator(`input[name=role][value=${role}]`).check();
  await press(staff.getByRole("button", { name: zh("gate-device-create") }));
  const code = (await staff.locator(".qr-reference").innerText()).trim();
  expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  return code;
}

/** A device at the door: a browser of its own. */
export class Device {
  constructor(readonly page: Page, readonly context: BrowserContext) {}

  /** Opens what the QR code says, and waits for the roster. */
  async enrol(code: string): Promise<void> {
    await this.open(`#${code}`);
    await expect(this.page.locator("#standing")).toBeVisible();
    await expect(this.page.locator("#network")).toHaveText(zh("gate-app-online"));
    await expect(this.page.locator("#age")).toHaveText(zh("gate-app-age-now"));
    // From now on the shell opens without the network.
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await expect.poll(() => this.page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true);
  }

  async open(hash = ""): Promise<void> {
    await this.page.goto(`/door/app/${hash}`);
    await this.page.locator("body[data-ready]").waitFor();
  }

  async offline(): Promise<void> {
    await this.context.setOffline(true);
    await expect(this.page.locator("#network")).toHaveText(zh("gate-app-offline"));
  }

  async online(): Promise<void> {
    await this.context.setOffline(false);
    await this.page.locator("#sync").click();
    await expect(this.page.locator("#network")).toHaveText(zh("gate-app-online"));
  }

  /**
   * From now on facts are answered by a house of another release: one from before `behind_ms`, as it refused what it did not know
   * (recorded), or one whose word for every fact is new. `strict` accepts none, `slow` is the real one, which says nothing until
   * `letGo`; `this` is the real one again.
   */
  meets(release: "older" | "newer" | "strict" | "slow" | "this"): Promise<void> {
    return this.page.evaluate((release) => {
      const window = globalThis as typeof globalThis & { real?: typeof fetch; asked: number; letGo: () => void };
      const real = (window.real ??= window.fetch);
      const gone = new Promise<void>((resolve) => (window.letGo = resolve));
      window.asked = 0;
      window.fetch = async (url, init) => {
        if (release === "this" || !String(url).endsWith("/door/facts")) return real(url, init);
        window.asked += 1;
        if (release === "slow") {
          await gone;
          return real(url, init);
        }
        const { facts, device_at } = JSON.parse(String(init?.body)) as { facts: { nonce: string }[]; device_at: string };
        if (release === "newer" || release === "strict") {
          const outcome = release === "newer" ? "set-aside" : "invalid";
          const results = facts.map(({ nonce }) => ({ nonce, outcome, arrived: null, people: null, conflict: null, refusal: null }));
          return Response.json({ server_at: device_at, skew_ms: 0, results });
        }
        if (!facts.some((fact) => "behind_ms" in fact)) return real(url, init);
        const problem = {
          type: "https://example.com/problems/malformed",
          title: "The request cannot be read",
          status: 400,
          code: "malformed",
          detail: "unknown field `behind_ms`, expected one of `nonce`, `at`, `ticket`, `present`, `reason` at line 1 column 204",
        };
        return Response.json(problem, { status: 400, headers: { "content-type": "application/problem+json" } });
      };
    }, release);
  }

  /** How often the other house was asked. */
  asked(): Promise<number> {
    return this.page.evaluate(() => (globalThis as typeof globalThis & { asked: number }).asked);
  }

  /** A slow house answers from now on. */
  letGo(): Promise<void> {
    return this.page.evaluate(() => (globalThis as typeof globalThis & { letGo: () => void }).letGo());
  }

  /** Types a ticket, or a scanner does. */
  async show(ticket: string): Promise<void> {
    await this.page.locator("#f-ticket").fill(ticket);
    await this.page.locator("#look button").click();
  }

  /** Shows a ticket and lets so many in. */
  async admit(ticket: string, present: number): Promise<void> {
    await this.show(ticket);
    await expect(this.page.locator("#party")).toBeVisible();
    await this.page.locator(`#present-${present}`).check();
    await this.page.locator("#admit-button").click();
  }

  /** The wall of green or red. */
  get answer(): Locator {
    return this.page.locator("#answer");
  }

  get queue(): Locator {
    return this.page.locator("#queue");
  }

  /** What the device keeps: entries of each store. */
  kept(): Promise<Record<string, number>> {
    return this.page.evaluate(async () => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const db = await done(indexedDB.open("door"));
      const stores = ["meta", "sessions", "bookings", "queue"];
      const transaction = db.transaction(stores);
      const counts = await Promise.all(stores.map((name) => done(transaction.objectStore(name).count())));
      db.close();
      return Object.fromEntries(stores.map((name, at) => [name, counts[at]]));
    });
  }

  /** Remembers that facts were not accepted on another day. */
  refusedBefore(n: number): Promise<unknown> {
    return this.page.evaluate((n) => new Promise<void>((resolve) => {
      const request = indexedDB.open("door");
      request.onsuccess = () => {
        const transaction = request.result.transaction("meta", "readwrite");
        transaction.objectStore("meta").put({ day: "2026-01-01", n }, "refusals");
        transaction.oncomplete = () => {
          request.result.close();
          resolve();
        };
      };
    }), n);
  }

  /** Everything the device keeps, as text. */
  everything(): Promise<string> {
    return this.page.evaluate(async () => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const db = await done(indexedDB.open("door"));
      const stores = ["meta", "sessions", "bookings", "queue"];
      const transaction = db.transaction(stores);
      const all = await Promise.all(stores.map((name) => done(transaction.objectStore(name).getAll())));
      db.close();
      return JSON.stringify(all);
    });
  }
}

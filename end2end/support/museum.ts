// The museum's pages as a visitor uses them: what one sees and presses, never how a page is built.
import { expect, type Locator, type Page } from "@playwright/test";
import { press, visit } from "./house";
import { codeTo } from "./mail";
import { type Locale, localized, words } from "./words";

export interface Visitor {
  name: string;
  contact: string;
  people: number;
  children: number;
}

export class Museum {
  constructor(readonly page: Page, readonly locale: Locale = "zh-CN") {}

  word(key: string): string | RegExp {
    return words(this.locale, key);
  }
  path(path: string): string {
    return localized(this.locale, path);
  }
  button(key: string): Locator {
    return this.page.getByRole("button", { name: this.word(key) });
  }
  field(name: string): Locator {
    return this.page.locator(`#f-${name}`);
  }
  heading(key: string): Locator {
    return this.page.getByRole("heading", { level: 1, name: this.word(key) });
  }

  /** The calendar, for a party of this size. */
  async calendar(people: number): Promise<void> {
    await visit(this.page, `${this.path("/museum/sessions")}?people=${people}`);
    await expect(this.heading("sessions-title")).toBeVisible();
  }

  /** Days of the month shown that can be looked at and have room. */
  openDays(): Locator {
    return this.page.locator(".calendar-grid a.day-open, .calendar-grid .day-open a");
  }

  /** Goes to the last open day, where the fewest other tests go, and keeps places in its session number `which`. */
  async choose(people: number, which = 0): Promise<void> {
    await this.calendar(people);
    // The last day with several sessions: a day with one is another journey's own.
    for (let back = 1; ; back += 1) {
      await press(this.openDays().nth((await this.openDays().count()) - back));
      if ((await this.button("session-book").count()) > Math.max(which, 1)) break;
    }
    await press(this.button("session-book").nth(which));
    await this.page.waitForURL(/\/museum\/book\/[^/]+$/);
    await expect(this.heading("book-title")).toBeVisible();
  }

  /** Says who comes and sends it. */
  async sayWho(visitor: Visitor): Promise<void> {
    await this.field("name").fill(visitor.name);
    await this.field("contact").fill(visitor.contact);
    await this.field("children").fill(String(visitor.children));
    await this.field("accept").check();
    await press(this.button("book-continue"));
    await this.page.waitForURL(/\/code$/);
  }

  /** Reads the code from the mail and confirms with it. */
  async confirm(visitor: Visitor): Promise<void> {
    await expect(this.heading("code-title")).toBeVisible();
    await this.field("code").fill(await codeTo(visitor.contact));
    await press(this.button("code-confirm"));
    await this.page.waitForURL(/\/b\/[^/?]+/);
    await expect(this.heading("mine-title")).toBeVisible();
  }

  /** The whole way to a booking; answers with its page's path. */
  async book(visitor: Visitor, which = 0): Promise<string> {
    await this.choose(visitor.people, which);
    await this.sayWho(visitor);
    await this.confirm(visitor);
    return new URL(this.page.url()).pathname;
  }

  /** The reference of the booking whose page is open, as one says it at the reception. */
  async reference(): Promise<string> {
    return (await this.page.locator("code.code").first().innerText()).trim();
  }

  /** What a row of the summary says. */
  row(key: string): Locator {
    return this.page.locator("dl").first().locator("div", { has: this.page.getByText(this.word(key), { exact: true }) }).locator("dd").first();
  }
}

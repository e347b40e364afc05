// Reading what the house has sent.
import type { Fault, Mail } from "../stack/mailbox.mjs";

const mailbox = () => {
  const url = process.env.E2E_MAILBOX;
  if (!url) throw new Error("no mailbox: is the stack running?");
  return url;
};

/** Every mail to one address so far, oldest first. */
export async function mailsTo(address: string): Promise<Mail[]> {
  return (await fetch(`${mailbox()}/mails?to=${encodeURIComponent(address)}`)).json() as Promise<Mail[]>;
}

/** The newest mail to an address that says `pattern` in its text, waiting for it up to 20 seconds. */
export async function mailTo(address: string, pattern: RegExp = /./): Promise<Mail> {
  const end = Date.now() + 20_000;
  let mails: Mail[] = [];
  while (Date.now() < end) {
    mails = await mailsTo(address);
    const found = mails.findLast((mail) => pattern.test(mail.text) || pattern.test(mail.subject));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`no mail to ${address} matches ${pattern}; subjects so far: ${mails.map((mail) => mail.subject).join(" | ") || "none"}`);
}

/** The six-digit code of the newest mail to an address that is not one of `not`. */
export async function codeTo(address: string, not: string[] = []): Promise<string> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    for (const mail of (await mailsTo(address)).reverse()) {
      const code = /(?<!\d)\d{6}(?!\d)/.exec(mail.text)?.[0];
      if (code && !not.includes(code)) return code;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`no code was sent to ${address}`);
}

/** The first link in a mail whose path begins with `prefix`, as a path of the site. */
export function linkIn(mail: Mail, prefix: string): string {
  for (const match of mail.text.matchAll(/https?:\/\/[^\s<>"）)]+/g)) {
    const url = new URL(match[0]);
    if (url.pathname.startsWith(prefix)) return url.pathname + url.search;
  }
  throw new Error(`no link to ${prefix} in «${mail.subject}»`);
}

/** Makes the mail server answer the next messages to an address with an error. */
export async function breakMail(fault: Fault): Promise<void> {
  await fetch(`${mailbox()}/fault?to=${encodeURIComponent(fault.to)}&code=${fault.code}&count=${fault.count}`, { method: "POST" });
}

let counter = 0;
/** An address nobody else in this run uses, in a reserved domain. */
export function newAddress(who = "visitor"): string {
  counter += 1;
  return `${who}.${process.pid}.${Date.now().toString(36)}.${counter}@example.com`;
}

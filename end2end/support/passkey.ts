// Chromium's virtual authenticator: a platform authenticator of one page, that confirms or refuses as the test wishes.
import { type Page } from "@playwright/test";

export interface Authenticator {
  /** How many passkeys it keeps. */
  passkeys(): Promise<number>;
  /** Whether whoever is asked turns away. */
  refuses(refuses: boolean): Promise<void>;
  /** It is gone. */
  remove(): Promise<void>;
}

/** A new one, with a person in front of it who is verified. */
export async function authenticator(page: Page): Promise<Authenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    passkeys: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length,
    refuses: async (refuses) => void (await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: !refuses })),
    remove: async () => void (await cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId })),
  };
}

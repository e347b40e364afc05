// The door's rules: the module made of the house's own domain, and the browser's Ed25519. No rule stands in a script.
import initialise, * as gate from "./gate.js";

let ready;

/** Loads the module; once. */
export const load = () => (ready ??= initialise({ module_or_path: new URL("./gate.wasm", import.meta.url) }));

/** A reference as it is stored, of what people type; nothing where it is none. */
export const reference = (text) => gate.read_reference(text);

/** What a pass says, if one of the house's published keys signed it; nothing else is a pass. */
export async function pass(text, jwks) {
  const read = gate.read_pass(text);
  if (!read) return undefined;
  const { kid, pass, signed, signature } = JSON.parse(read);
  const jwk = jwks?.keys.find((key) => key.kid === kid && key.kty === "OKP" && key.crv === "Ed25519");
  if (!jwk) return undefined;
  const key = await crypto.subtle.importKey("jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, "Ed25519", false, ["verify"]);
  const good = await crypto.subtle.verify("Ed25519", key, new Uint8Array(signature), new Uint8Array(signed));
  return good ? pass : undefined;
}

/** `{ admission }` or `{ refusal }` for a ticket in front of the door. */
export function decide(ticket) {
  const said = gate.decide(JSON.stringify(ticket));
  if (!said) throw new Error("the rules could not read the question");
  const { Ok: admission, Err: refusal } = JSON.parse(said);
  return { admission, refusal };
}

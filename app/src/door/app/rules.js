// The door's rules: the module made of the house's own domain, and the browser's Ed25519. No rule stands in a script.
import initialise, * as gate from "./gate.js";

// The public key of RFC 8037, A.2: nobody's.
const EXAMPLE = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
let ready;

const publicKey = ({ kty, crv, x }) => crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]);

/** Loads the module; once. Fails where the browser could verify no pass: that is better known before anybody shows one. */
export const load = () =>
  (ready ??= Promise.all([initialise({ module_or_path: new URL("./gate.wasm", import.meta.url) }), publicKey(EXAMPLE)]));

/** A reference as it is stored, of what people type; nothing where it is none. */
export const reference = (text) => gate.read_reference(text);

/**
 * `{ pass }` says what a pass says, if one of the house's published keys signed it; nothing else is a pass. `{ unknown: true }`
 * where a key signed it that is not here: the house may have made it since.
 */
export async function pass(text, jwks) {
  const read = gate.read_pass(text);
  if (!read) return {};
  const { kid, pass, signed, signature } = JSON.parse(read);
  const jwk = jwks?.keys.find((key) => key.kid === kid && key.kty === "OKP" && key.crv === "Ed25519");
  if (!jwk) return { unknown: true };
  const good = await crypto.subtle.verify("Ed25519", await publicKey(jwk), new Uint8Array(signature), new Uint8Array(signed));
  return good ? { pass } : {};
}

/** `{ admission }` or `{ refusal }` for a ticket in front of the door. */
export function decide(ticket) {
  const said = gate.decide(JSON.stringify(ticket));
  if (!said) throw new Error("the rules could not read the question");
  const { Ok: admission, Err: refusal } = JSON.parse(said);
  return { admission, refusal };
}

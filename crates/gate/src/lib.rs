//! The door's rules as a module of their own, for the device at the door: the same decision as the server's, without the
//! network. Texts in, texts out (JSON): what is typed stands in `domain`, and a device's script has no rules of its own.
#![cfg(target_arch = "wasm32")]

use domain::booking::{AtTheDoor, Pass, Reference, UnverifiedPass, decide_at_the_door};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

/// A pass on its way to the browser's own Ed25519.
#[derive(Serialize)]
struct Read {
    kid: String,
    pass: Pass,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

/// Reads the text of a QR code. Answers its key's name, what it says, the bytes that are signed and the signature; nothing
/// where it is no pass. The signature has still to be verified.
#[wasm_bindgen]
pub fn read_pass(text: &str) -> Option<String> {
    let UnverifiedPass { kid, pass, signed, signature } = UnverifiedPass::read(text)?;
    serde_json::to_string(&Read { kid, pass, signed, signature: signature.to_vec() }).ok()
}

/// The eight characters of a reference as they are stored, read from what people type or say; nothing where it is none.
#[wasm_bindgen]
pub fn read_reference(text: &str) -> Option<String> {
    Reference::parse(text).ok().map(|reference| reference.as_str().to_owned())
}

/// Lets people in or says why not: a `Result<Admission, DoorRefusal>` for an [`AtTheDoor`]. Nothing where the question itself
/// cannot be read, which is a slip of the script.
#[wasm_bindgen]
pub fn decide(ticket: &str) -> Option<String> {
    let ticket: AtTheDoor = serde_json::from_str(ticket).ok()?;
    serde_json::to_string(&decide_at_the_door(&ticket)).ok()
}

//! The verifier of custody passports as a module for the page `/custody/verify`: the same check as the subcommand's, in the browser and
//! without the network. Texts in, texts out (JSON). The Ed25519 signature alone is the browser's own affair: it is told the key, the
//! bytes and the signature.
#![cfg(target_arch = "wasm32")]

use domain::custody::passport::{Broken, Keys, Passport};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

/// What does not hold: its word and where, and the sentence.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    broken: Broken,
    said: String,
}

/// Checks a passport by a set of keys: `{"Ok": Verdict}` or `{"Err": {"broken": …, "at": …, "said": …}}`. Nothing where the keys cannot
/// be read, which is a slip of the page.
#[wasm_bindgen]
pub fn verify(text: &str, keys: &str) -> Option<String> {
    let keys: Keys = serde_json::from_str(keys).ok()?;
    let checked = Passport::read(text).and_then(|passport| passport.verify(&keys));
    let checked = checked.map_err(|broken| Told { said: broken.to_string(), broken });
    serde_json::to_string(&checked).ok()
}

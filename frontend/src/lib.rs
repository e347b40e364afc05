//! Wakes the islands: the page's script calls [`hydrate`] first and each island's own export after it.
#![cfg(target_arch = "wasm32")]

// Named so that the linker keeps the exports of its islands.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Makes the browser ready for islands.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}

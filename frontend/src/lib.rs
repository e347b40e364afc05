//! The browser's side: wakes the islands of the page it was loaded on, and nothing else.
#![cfg(target_arch = "wasm32")]

// The islands' functions are exported by `app` itself; naming the crate links it.
extern crate app;

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page's hydration script, which then calls the function of every island it finds.
///
/// `data-hydrated` on the body says that the page is live: for the tests, which wait for it instead of sleeping, and for
/// styles that must not promise what is not there yet. The islands' functions run right after this one returns, so the
/// mark is set in the task after theirs.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
    leptos::prelude::set_timeout(
        || {
            if let Some(body) = leptos::prelude::document().body() {
                let _ = body.set_attribute("data-hydrated", "");
            }
        },
        std::time::Duration::ZERO,
    );
}

//! A few lines of plain script for one page, where a module of WebAssembly would cost a telephone more.

use crate::visit::visit;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

/// A page's own script: improves what stands there already. Its page has `islands` or `module` in the table of routes, or is a
/// desk, since only such a page's policy lets a script with the answer's nonce run.
#[component]
pub fn PlainScript(
    /// Its text, by `include_str!`. Comments on lines of their own and indentation stay in the house ([`inline`]).
    source: &'static str,
) -> impl IntoView {
    visit().assets.js.is_some().then(|| inline(source))
}

/// A script in the answer itself. A page whose policy allows none must not have it.
pub(crate) fn inline(source: &'static str) -> impl IntoView {
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let text = lines.collect::<Vec<_>>().join("\n");
    view! { <script type="module" nonce=use_nonce() inner_html=text></script> }
}

//! The build's own tool. It binds the browser's WebAssembly module to its script, which is what `wasm-bindgen-cli`
//! does: this is the same library at the version of `Cargo.lock`, so there is no second tool to install (four minutes)
//! and no way for the two versions to differ. Everything after it (optimising, style sheet, hashes, compression) is
//! `scripts/build-site`.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use wasm_bindgen_cli_support::Bindgen;

const HELP: &str = "\
xtask bindgen <module.wasm> <directory> [name]

Writes <directory>/<name>.js, <directory>/<name>_bg.wasm (`site` where there is no name) and, if the module brings scripts of its own, <directory>/snippets/.";

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bindgen", input, output] => bindgen(input.into(), output.into(), "site"),
        ["bindgen", input, output, name] => bindgen(input.into(), output.into(), name),
        ["--help" | "-h" | "help"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => bail!("{HELP}"),
    }
}

/// Binds one module for `<script type="module">`, without type declarations: nobody writes TypeScript against it.
fn bindgen(input: PathBuf, output: PathBuf, name: &str) -> anyhow::Result<()> {
    Bindgen::new()
        .input_path(&input)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(&output)
        .with_context(|| format!("cannot bind {}", input.display()))
}

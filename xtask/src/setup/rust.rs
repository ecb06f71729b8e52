//! What the Rust toolchain must bring beyond the compiler.

use std::path::Path;
use std::process::Command;

use crate::failure::Outcome;
use crate::{process, progress};

/// The compilation target of the page.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Adds the WebAssembly target when the toolchain lacks it.
///
/// # Errors
/// When rustup is missing or cannot add it.
pub fn ensure_wasm() -> Outcome {
    let libraries = process::ask(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]));
    if libraries.is_some_and(|path| Path::new(path.trim()).is_dir()) {
        return Ok(());
    }
    progress::announce("Adding Rust's WebAssembly target, which the page is compiled for");
    process::run(
        Command::new("rustup").args(["target", "add", WASM_TARGET]),
        "check the network connection, and that Rust was installed with rustup \
         (https://rustup.rs)",
    )
}

/// Adds rustfmt and clippy when the toolchain lacks them.
///
/// # Errors
/// When rustup is missing or cannot add them.
pub fn ensure_components() -> Outcome {
    for (component, subcommand, why) in [
        ("rustfmt", "fmt", "checks the format of the sources"),
        ("clippy", "clippy", "checks the sources for common mistakes"),
    ] {
        if process::ask(process::cargo().args([subcommand, "--version"])).is_some() {
            continue;
        }
        progress::announce(&format!("Adding {component}, which {why}"));
        process::run(
            Command::new("rustup").args(["component", "add", component]),
            "check the network connection, and that Rust was installed with rustup \
             (https://rustup.rs)",
        )?;
    }
    Ok(())
}

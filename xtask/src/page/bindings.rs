//! The JavaScript that lets a browser run the compiled UI.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use super::files;
use crate::failure::{Failure, Outcome};

/// Generates `ui.js` and `ui_bg.wasm` for `module` into a folder below `folder`, and returns it.
/// Does nothing when the folder already holds what belongs to this very module.
///
/// # Errors
/// When the module is not one that the UI's version of wasm-bindgen made, or a file cannot be
/// written.
pub fn generate(module: &Path, folder: &Path) -> Outcome<PathBuf> {
    let output = folder.join("out");
    let stamp = folder.join("made-from.txt");
    let fingerprint = fingerprint(&files::read(module)?);
    if fs::read_to_string(&stamp).is_ok_and(|found| found == fingerprint) {
        return Ok(output);
    }

    // What an earlier version left there would end up in the page.
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| files::refused("empty", folder, &error))?;
    }
    fs::create_dir_all(&output).map_err(|error| files::refused("make", &output, &error))?;
    say!("Generating the JavaScript bindings of {}", module.display());
    Bindgen::new()
        .input_path(module)
        .remove_name_section(true)
        .web(true)
        .and_then(|bindgen| bindgen.typescript(false).generate(&output))
        .map_err(|error| {
            Failure::new(
                format!("wasm-bindgen could not process {}: {error:#}", module.display()),
                "keep `wasm-bindgen` and `wasm-bindgen-cli-support` at the same version in \
                 Cargo.toml",
            )
        })?;
    fs::write(&stamp, fingerprint).map_err(|error| files::refused("write", &stamp, &error))?;
    Ok(output)
}

/// Names the module. It carries the version of wasm-bindgen it was compiled with, so the same name
/// gives the same bindings.
fn fingerprint(module: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(module);
    format!("{:016x}, {} bytes\n", hasher.finish(), module.len())
}

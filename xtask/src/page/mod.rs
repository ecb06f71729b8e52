//! Builds the page: the UI compiled to WebAssembly, its JavaScript glue, style sheet and assets,
//! into `target/ui`.

mod bindings;
mod files;
pub mod stylesheet;

use std::path::PathBuf;
use std::time::Instant;

use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;
use crate::{process, progress, setup, task};

/// `cargo xtask ui`.
///
/// # Errors
/// When set-up or the build fails.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    task::takes_none("ui", arguments)?;
    setup::for_server()?;
    build(workspace)
}

/// Builds the page into `target/ui`; files that would not change are left alone, so that the
/// desktop app, which embeds them, is rebuilt only when one does.
///
/// # Errors
/// When the UI does not compile or a file cannot be written.
pub fn build(workspace: &Workspace) -> Outcome {
    let started = Instant::now();
    let glue = compile(workspace, "ui")?;

    let mut files = files::PageFiles::default();
    files.add_tree("", &glue)?;
    let assets = workspace.root().join("assets");
    for name in ["index.html", "boot.js", "theme.js"] {
        files.add(name, files::read(&assets.join(name))?);
    }
    files.add("favicon.svg", files::read(&assets.join("app-icons").join("icon.svg"))?);
    files.add_tree("fonts", &assets.join("fonts"))?;
    files.add("ui.css", stylesheet::join(&assets)?.into_bytes());

    let page = workspace.page();
    let written = files.write_to(&page)?;
    let size = files
        .size_of("ui_bg.wasm")
        .ok_or_else(|| Failure::new("the page has no program", "run `cargo xtask ui` again"))?;
    say!(
        "Page in {}: {written} of {} files changed, program {:.1} MB, {}",
        page.display(),
        files.len(),
        size as f64 / 1e6,
        progress::spoken(started.elapsed()),
    );
    Ok(())
}

/// Builds the vectors of evaluation for a browser into `target/vectors`, with a page to load them from.
///
/// # Errors
/// As [`build`].
pub fn build_vectors(workspace: &Workspace) -> Outcome {
    let glue = compile(workspace, "signalbox-vectors")?;
    let mut files = files::PageFiles::default();
    files.add_tree("", &glue)?;
    files.add("index.html", b"<!doctype html><title>Vectors</title>".to_vec());
    files.write_to(&workspace.output("vectors"))?;
    Ok(())
}

/// Compiles a package for browsers, and gives the folder of its JavaScript and its program.
fn compile(workspace: &Workspace, package: &str) -> Outcome<PathBuf> {
    process::run(
        process::cargo()
            .args(["build", "--package", package, "--lib", "--target", "wasm32-unknown-unknown"])
            .args(["--profile", "wasm"])
            .current_dir(workspace.root()),
        "the messages above say what does not compile",
    )?;
    let module = format!("{}.wasm", package.replace('-', "_"));
    let module = workspace.cargo_output().join("wasm32-unknown-unknown").join("wasm").join(module);
    bindings::generate(&module, &workspace.output("xtask").join("bindings").join(package))
}

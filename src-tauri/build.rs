//! Puts configuration, commands, capabilities and page into the binary.

use std::path::Path;
use std::{fs, io};

use tauri_build::{AppManifest, Attributes, CodegenContext};

/// The commands that the window may call; the capability file allows each of them.
const COMMANDS: &[&str] = &["boot", "call", "choose", "leave", "remove_demo", "save", "try_again"];

/// What the window shows where the page was not built.
const NO_PAGE: &str = "<!doctype html>
<html lang=\"en\">
  <head>
    <meta charset=\"utf-8\" />
    <title>Signalbox</title>
  </head>
  <body>
    <h1>The page is not built</h1>
    <p>Run <code>cargo xtask run</code>, which builds the page and then the app.</p>
  </body>
</html>
";

fn main() {
    let page = Path::new("../target/ui");
    if let Err(error) = make_sure_of(page) {
        println!("cargo::error=cannot make the folder of the page, {}: {error}", page.display());
        return;
    }
    let attributes = Attributes::new()
        .config_path("../tauri.conf.json")
        .codegen(CodegenContext::new())
        .app_manifest(AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={}", format!("{error:#}").replace('\n', " "));
    }
}

/// The page must be there to be put into the binary; without it the window says how to get it.
fn make_sure_of(page: &Path) -> io::Result<()> {
    let index = page.join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(page)?;
    fs::write(index, NO_PAGE)
}

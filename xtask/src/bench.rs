//! `cargo xtask bench`: prints figures, asserts none.

use serde_json::Value;

use crate::failure::Outcome;
use crate::workspace::Workspace;
use crate::{process, progress, setup};

/// Builds the optimised server and runs every bench; further arguments go to `cargo bench`.
///
/// # Errors
/// When something does not compile or a bench fails.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    setup::for_benches()?;
    progress::heading(1, 2, "Server", "the optimised program that is measured; the first time takes several minutes");
    process::run(
        process::cargo().args(["build", "--release", "--package", "signalbox-server"]).current_dir(workspace.root()),
        "the messages above say what does not compile",
    )?;
    progress::heading(2, 2, "Measure", "close other programs for steady figures");
    let mut command = process::cargo();
    command.arg("bench");
    // Only packages with benches, and of them only the benches: nothing else is compiled.
    for package in with_benches(workspace.metadata()) {
        command.args(["--package", package]);
    }
    process::run(
        command
            .args(["--bench", "*"])
            .args(arguments)
            .env("SIGNALBOX_SERVER_BIN", workspace.program("release", "signalbox-server"))
            .current_dir(workspace.root()),
        "the messages above say which bench failed",
    )
}

/// The packages that have a bench, as `cargo metadata` describes them.
fn with_benches(metadata: &Value) -> Vec<&str> {
    let is_bench = |target: &Value| target["kind"].as_array().is_some_and(|kinds| kinds.contains(&"bench".into()));
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    packages
        .iter()
        .filter(|package| package["targets"].as_array().is_some_and(|targets| targets.iter().any(is_bench)))
        .filter_map(|package| package["name"].as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_packages_with_a_bench_are_measured() {
        let metadata = json!({ "packages": [
            { "name": "quick", "targets": [{ "kind": ["lib"] }, { "kind": ["bench"] }] },
            { "name": "plain", "targets": [{ "kind": ["lib"] }, { "kind": ["test"] }] },
        ] });
        assert_eq!(with_benches(&metadata), ["quick"]);
    }
}

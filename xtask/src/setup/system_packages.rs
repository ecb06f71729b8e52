//! System packages, by apt.

use std::collections::HashSet;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::{process, progress};

/// A Debian package and why it is needed.
#[derive(Clone, Copy)]
pub struct Package {
    name: &'static str,
    why: &'static str,
}

const fn package(name: &'static str, why: &'static str) -> Package {
    Package { name, why }
}

/// To compile anything here.
pub const COMPILE: &[Package] = &[
    package("build-essential", "the C compiler and linker (SQLite is built from source)"),
    package("pkg-config", "finds system libraries for Rust"),
];

/// To compile and run the desktop app.
pub const DESKTOP: &[Package] =
    &[package("libwebkit2gtk-4.1-dev", "the web view that shows the desktop window's page, and GTK around it")];

/// To run the tests.
pub const TEST: &[Package] = &[
    package("webkit2gtk-driver", "drives the desktop window"),
    package("xvfb", "a display for it where there is none"),
    package("openbox", "a window manager on that display"),
    package("scrot", "pictures of that display"),
    package("dbus", "a session bus for keyring and notifications"),
    package("chromium", "the browser of the browser tests"),
    package("chromium-driver", "drives that browser"),
    package("strace", "shows that a change is on disk before it is acknowledged"),
    package("python3-venv", "a place for the Python OpenFeature client"),
];

/// To measure.
pub const BENCH: &[Package] = &[package("wrk", "loads the server over HTTP while it is measured")];

/// The JavaScript package manager, for machines without one.
pub const NPM: &[Package] =
    &[package("nodejs", "runs npm"), package("npm", "installs the JavaScript OpenFeature client")];

/// Installs those of `packages` that are missing.
///
/// # Errors
/// When apt fails, or when neither root nor sudo is at hand. On systems without dpkg the list is
/// printed and nothing is installed.
pub fn ensure(packages: &[Package]) -> Outcome {
    let names: Vec<&str> = packages.iter().map(|package| package.name).collect();
    let Some(installed) = installed(&names) else {
        say!("This is not a Debian system; Signalbox needs what these packages hold: {}", names.join(" "));
        return Ok(());
    };
    let missing: Vec<&Package> = packages.iter().filter(|package| !installed.contains(package.name)).collect();
    if missing.is_empty() {
        return Ok(());
    }

    progress::announce("Installing system packages");
    for package in &missing {
        say!("   {:<30} {}", package.name, package.why);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let by_hand = format!("as an administrator run: apt-get install {}", names.join(" "));
    let check = format!("check the network connection, or {by_hand}");
    process::run(apt_get(&by_hand)?.args(["update", "-q"]), &check)?;
    process::run(apt_get(&by_hand)?.args(["install", "-y", "-q", "--no-install-recommends"]).args(names), &check)
}

/// Which of `names` are installed, or nothing where there is no dpkg.
fn installed(names: &[&str]) -> Option<HashSet<String>> {
    // Fails when one name is unknown to it, but still prints the others: the status says nothing.
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"])
        .args(names)
        .output()
        .ok()?;
    Some(parse_installed(&String::from_utf8_lossy(&output.stdout)))
}

fn parse_installed(listing: &str) -> HashSet<String> {
    listing.lines().filter_map(|line| line.strip_suffix(" installed")).map(str::to_owned).collect()
}

/// `apt-get` as root, asking nothing.
fn apt_get(by_hand: &str) -> Outcome<Command> {
    let user = process::ask(Command::new("id").arg("-u"));
    if user.is_some_and(|user| user.trim() == "0") {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return Ok(command);
    }
    if process::ask(Command::new("sudo").arg("--version")).is_none() {
        return Err(Failure::new(
            "system packages are missing, and neither root nor sudo is at hand to install them",
            by_hand,
        ));
    }
    // sudo hands no variables on by itself.
    let mut command = Command::new("sudo");
    command.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_packages_that_are_fully_installed_count() {
        let listing = "xvfb installed\nscrot config-files\nlibxdo-dev not-installed\n\
                       strace installed\n";
        let found = parse_installed(listing);
        assert_eq!(found.len(), 2);
        assert!(found.contains("xvfb") && found.contains("strace"));
    }

    #[test]
    fn every_package_is_asked_for_once_and_says_why() {
        let all = [COMPILE, DESKTOP, TEST, BENCH, NPM].concat();
        let names: HashSet<&str> = all.iter().map(|package| package.name).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|package| !package.why.is_empty()));
    }
}

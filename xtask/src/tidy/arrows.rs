//! The arrows of the architecture: who may use whom, and which outside crate is whose.

use serde_json::Value;

use super::Finding;

/// A package of this workspace and the others it may use.
struct Place {
    package: &'static str,
    may_use: &'static [&'static str],
}

const PLACES: &[Place] = &[
    Place { package: "signalbox-domain", may_use: &[] },
    Place { package: "signalbox-protocol", may_use: &["signalbox-domain"] },
    Place { package: "signalbox-store", may_use: &["signalbox-domain"] },
    Place { package: "signalbox-server", may_use: &["signalbox-domain", "signalbox-protocol", "signalbox-store"] },
    Place { package: "signalbox-client", may_use: &["signalbox-domain", "signalbox-protocol"] },
    Place { package: "ui", may_use: &["signalbox-domain", "signalbox-protocol"] },
    Place {
        package: "signalbox",
        may_use: &["signalbox-client", "signalbox-domain", "signalbox-protocol", "signalbox-server"],
    },
    Place {
        package: "signalbox-tests",
        may_use: &[
            "signalbox-client",
            "signalbox-domain",
            "signalbox-protocol",
            "signalbox-server",
            "signalbox-store",
            "signalbox-vectors",
        ],
    },
    Place { package: "signalbox-vectors", may_use: &["signalbox-domain"] },
    Place { package: "xtask", may_use: &[] },
];

/// An outside crate, with everything whose name begins with it, and the packages that may use it.
struct Reserved {
    name: &'static str,
    family: &'static [&'static str],
    users: &'static [&'static str],
}

const RESERVED: &[Reserved] = &[
    Reserved { name: "tauri", family: &["tauri-", "wry", "tao"], users: &["signalbox"] },
    Reserved { name: "keyring", family: &["keyring-"], users: &["signalbox"] },
    Reserved { name: "axum", family: &["axum-", "tower-http"], users: &["signalbox-server"] },
    // The tests speak to WebDriver with a client that takes its connector from here.
    Reserved { name: "hyper", family: &["hyper-"], users: &["signalbox-server", "signalbox-tests"] },
    Reserved {
        name: "rusqlite",
        family: &["libsqlite3-sys"],
        // The desktop app keeps its cache of the last known state in SQLite as well.
        users: &["signalbox-store", "signalbox", "signalbox-tests"],
    },
    Reserved {
        name: "reqwest",
        family: &["reqwest-"],
        // The server sends to webhooks.
        users: &["signalbox-client", "signalbox-server", "signalbox-tests"],
    },
    Reserved { name: "leptos", family: &["leptos_", "leptos-"], users: &["ui"] },
];

/// Dependencies, of any kind, that go against an arrow. `metadata` is what
/// `cargo metadata --no-deps` prints.
pub fn check(metadata: &Value) -> Vec<Finding> {
    let packages = list(&metadata["packages"]);
    let ours: Vec<&str> = packages.iter().map(|package| text(&package["name"])).collect();
    let mut findings = Vec::new();
    for package in packages {
        let name = text(&package["name"]);
        let manifest = format!("package `{name}`");
        let Some(place) = PLACES.iter().find(|place| place.package == name) else {
            let what = "has no place in the architecture; give it one in tidy's `arrows`";
            findings.push(Finding::in_file(&manifest, what));
            continue;
        };
        for dependency in list(&package["dependencies"]) {
            let used = text(&dependency["name"]);
            if ours.contains(&used) && !place.may_use.contains(&used) {
                let what = format!("may not use `{used}`: that goes against the arrows");
                findings.push(Finding::in_file(&manifest, what));
            }
            if let Some(reserved) = reserved_for(used)
                && !reserved.users.contains(&name)
            {
                let what = format!("may not use `{used}`: only {} may", reserved.users.join(", "));
                findings.push(Finding::in_file(&manifest, what));
            }
        }
    }
    findings
}

fn reserved_for(dependency: &str) -> Option<&'static Reserved> {
    RESERVED.iter().find(|reserved| {
        dependency == reserved.name || reserved.family.iter().any(|prefix| dependency.starts_with(prefix))
    })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn findings(packages: &[(&str, &[&str])]) -> Vec<String> {
        let packages: Vec<Value> = packages
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<Value> =
                    dependencies.iter().map(|dependency| json!({ "name": dependency })).collect();
                json!({ "name": name, "dependencies": dependencies })
            })
            .collect();
        check(&json!({ "packages": packages })).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn dependencies_along_the_arrows_are_fine() {
        let found = findings(&[
            ("signalbox-domain", &["serde"]),
            ("signalbox-protocol", &["signalbox-domain"]),
            ("signalbox-store", &["signalbox-domain", "rusqlite"]),
            ("signalbox-server", &["signalbox-store", "axum", "tower-http"]),
            ("ui", &["signalbox-protocol", "leptos", "leptos_router"]),
            ("signalbox", &["tauri", "tauri-build", "rusqlite"]),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn a_dependency_against_an_arrow_is_found() {
        for (package, dependency) in [
            ("signalbox-domain", "signalbox-protocol"),
            ("signalbox-store", "signalbox-protocol"),
            ("ui", "signalbox-client"),
            ("signalbox", "signalbox-store"),
            ("signalbox-client", "signalbox-server"),
        ] {
            let found = findings(&[(package, &[dependency]), (dependency, &[])]);
            assert_eq!(found.len(), 1, "{package} uses {dependency}: {found:?}");
            assert!(found[0].contains(package) && found[0].contains(dependency), "{found:?}");
        }
    }

    #[test]
    fn a_reserved_crate_elsewhere_is_found() {
        for (package, dependency) in [
            ("ui", "tauri-sys"),
            ("signalbox-domain", "rusqlite"),
            ("signalbox", "axum"),
            ("signalbox-store", "reqwest"),
            ("signalbox-client", "leptos"),
            ("signalbox-server", "tauri"),
        ] {
            let found = findings(&[(package, &[dependency])]);
            assert_eq!(found.len(), 1, "{package} uses {dependency}: {found:?}");
        }
    }

    #[test]
    fn a_new_package_must_be_given_a_place() {
        let found = findings(&[("signalbox-extra", &[])]);
        assert!(found[0].contains("has no place"), "{found:?}");
    }
}

//! Where the suite is: inside the crate `open-feature-flagd`, fetched from the registry when the tests run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::gherkin::{self, Scenario};

const CRATE: &str = "open-feature-flagd";
const VERSION: &str = "0.3.0";

/// The folder `flagd-testbed` of the crate.
pub struct Testbed {
    folder: PathBuf,
}

impl Testbed {
    /// The crate's; fetched from the registry where it has never been, and looked for once.
    pub fn get() -> &'static Self {
        static TESTBED: LazyLock<Testbed> = LazyLock::new(Testbed::find);
        &TESTBED
    }

    fn find() -> Self {
        let manifest = throwaway_manifest();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--manifest-path"])
            .arg(&manifest)
            .output()
            .expect("cargo starts");
        assert!(
            output.status.success(),
            "{CRATE} {VERSION} cannot be fetched; does the network reach crates.io?\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
        let packages = metadata["packages"].as_array().expect("packages");
        let package =
            packages.iter().find(|package| package["name"] == CRATE).expect("the crate is among its packages");
        let folder = Path::new(package["manifest_path"].as_str().expect("a path")).with_file_name("flagd-testbed");
        assert!(folder.is_dir(), "{} is missing", folder.display());
        Self { folder }
    }

    /// Every scenario of the features below this folder, or of those of these names.
    pub fn scenarios(&self, folder: &str, names: Option<&[&str]>) -> Vec<Scenario> {
        let paths = self.files(folder, "feature");
        let is_wanted = |path: &&PathBuf| names.is_none_or(|names| names.iter().any(|name| stem(path) == *name));
        let read = |path: &PathBuf| gherkin::scenarios(&format!("{folder}/{}", stem(path)), &read(path));
        paths.iter().filter(is_wanted).flat_map(read).collect()
    }

    /// The document of the suite for evaluators.
    pub fn evaluator_flags(&self) -> Value {
        json(&self.folder.join("evaluator/flags/testkit-flags.json"))
    }

    /// The documents of the suite for providers, as one; those to select among are left out.
    pub fn provider_flags(&self) -> Value {
        let mut merged = Map::new();
        for path in self.files("flags", "json") {
            if stem(&path).starts_with("selector") {
                continue;
            }
            for name in ["flags", "$evaluators"] {
                let Value::Object(members) = json(&path)[name].take() else { continue };
                let all = merged.entry(name).or_insert_with(|| Value::Object(Map::new()));
                all.as_object_mut().expect("an object").extend(members);
            }
        }
        Value::Object(merged)
    }

    /// The example documents of flagd's JSON schema: those that keep it and those that do not.
    pub fn schema_examples(&self) -> Vec<Value> {
        ["positive", "negative"]
            .iter()
            .flat_map(|folder| self.files(&format!("../schemas/json/test/flags/{folder}"), "json"))
            .map(|path| json(&path))
            .collect()
    }

    fn files(&self, folder: &str, extension: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|this| this == extension));
        paths.sort();
        paths
    }
}

/// A manifest that needs nothing but the crate, outside of every workspace.
fn throwaway_manifest() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("flagd-testbed");
    fs::create_dir_all(folder.join("src")).expect("a folder in the target directory");
    fs::write(folder.join("src/lib.rs"), "").expect("a source file");
    let manifest = folder.join("Cargo.toml");
    let text = format!(
        "[package]\nname = \"flagd-testbed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\n{CRATE} = {{ version = \"={VERSION}\", default-features = false }}\n"
    );
    fs::write(&manifest, text).expect("a manifest");
    manifest
}

fn stem(path: &Path) -> &str {
    path.file_stem().and_then(|stem| stem.to_str()).expect("a file name")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

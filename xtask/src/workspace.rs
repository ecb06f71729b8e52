//! Where things are.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::process;

/// The checkout and what cargo knows about it.
pub struct Workspace {
    root: PathBuf,
    metadata: Value,
}

impl Workspace {
    /// Finds the checkout this task runner was built in.
    ///
    /// # Errors
    /// When cargo cannot read the workspace manifests.
    pub fn find() -> Outcome<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("the task runner has a folder of its own in the workspace")
            .to_path_buf();
        let way_out = "run `cargo metadata` in the checkout to see what is wrong with a manifest";
        let text = process::ask(
            process::cargo().args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(&root),
        )
        .ok_or_else(|| Failure::new("cargo could not describe the workspace", way_out))?;
        let metadata = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("cargo's description is not JSON: {error}"), way_out))?;
        Ok(Self { root, metadata })
    }

    /// The top folder of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What `cargo metadata --no-deps` says.
    pub fn metadata(&self) -> &Value {
        &self.metadata
    }

    /// A folder of ours inside `target`. It stays in the checkout wherever cargo itself builds,
    /// because the desktop app embeds the page from there.
    pub fn output(&self, folder: &str) -> PathBuf {
        self.root.join("target").join(folder)
    }

    /// The built page: what the server serves and the desktop app embeds.
    pub fn page(&self) -> PathBuf {
        self.output("ui")
    }

    /// Where cargo puts what it builds, CARGO_TARGET_DIR and configuration considered.
    pub fn cargo_output(&self) -> PathBuf {
        match self.metadata["target_directory"].as_str() {
            Some(directory) => PathBuf::from(directory),
            None => self.root.join("target"),
        }
    }

    /// A program of this workspace as the given profile's folder (`debug`, `release`) holds it.
    pub fn program(&self, profile: &str, name: &str) -> PathBuf {
        self.cargo_output().join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

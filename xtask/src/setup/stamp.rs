//! Remembers what was installed into a folder, so that it is installed once.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// The record of what a folder holds: a file in it, written after the installation succeeded.
pub struct Stamp {
    file: PathBuf,
    contents: String,
}

impl Stamp {
    /// The stamp of `folder` when it holds exactly `wanted`.
    pub fn new(folder: &Path, wanted: &[&str]) -> Self {
        Self { file: folder.join("installed.txt"), contents: format!("{}\n", wanted.join("\n")) }
    }

    /// Whether the folder already holds what is wanted.
    pub fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|found| found == self.contents)
    }

    /// Records that it does now.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self) -> Outcome {
        fs::write(&self.file, &self.contents).map_err(|error| {
            Failure::new(
                format!("could not write {}: {error}", self.file.display()),
                "check that the target folder may be written and the disk is not full",
            )
        })
    }
}

/// Makes an empty folder, removing what a broken installation may have left there.
///
/// # Errors
/// When the file system refuses.
pub fn start_afresh(folder: &Path) -> Outcome {
    let refused = |error: std::io::Error| {
        Failure::new(
            format!("could not make an empty {}: {error}", folder.display()),
            "remove that folder by hand, then run this again",
        )
    };
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(refused)?;
    }
    fs::create_dir_all(folder).map_err(refused)
}

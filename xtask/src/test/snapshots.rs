//! Finds snapshot files that no test looks at any more: they would go stale unnoticed.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::tidy::SourceTree;

/// The variable that makes insta append the path of every snapshot it compares to a file.
pub const REFERENCES_VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// Empties the file that the tests append to.
///
/// # Errors
/// When it cannot be written.
pub fn start_recording(references: &Path) -> Outcome {
    let prepared = references.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(references, ""));
    prepared.map_err(|error| {
        Failure::new(
            format!("could not write {}: {error}", references.display()),
            "check that the target folder may be written and the disk is not full",
        )
    })
}

/// Compares the snapshots of the source tree with those that the tests compared.
///
/// # Errors
/// When the tree holds one that no test compared.
pub fn check_all_referenced(root: &Path, references: &Path) -> Outcome {
    let recorded = fs::read_to_string(references).unwrap_or_default();
    let present: Vec<PathBuf> =
        SourceTree::read(root)?.with_extension(&["snap"]).map(|file| root.join(&file.path)).collect();
    let stale = unreferenced(&present, &recorded, |path| path.canonicalize().ok());
    if stale.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = stale.iter().map(|path| path.display().to_string()).collect();
    Err(Failure::new(
        format!("no test compares these snapshots: {}", names.join(", ")),
        "remove them, or restore the test that compared them",
    ))
}

/// Those of `present` that `recorded` (one path a line) does not name, once both are made
/// canonical.
fn unreferenced<'paths>(
    present: &'paths [PathBuf],
    recorded: &str,
    canonical: impl Fn(&Path) -> Option<PathBuf>,
) -> Vec<&'paths Path> {
    let recorded: HashSet<PathBuf> = recorded.lines().filter_map(|line| canonical(Path::new(line))).collect();
    present
        .iter()
        .map(PathBuf::as_path)
        .filter(|path| canonical(path).is_none_or(|path| !recorded.contains(&path)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_that_no_test_names_is_found() {
        let present = [PathBuf::from("/a/used.snap"), PathBuf::from("/a/stale.snap")];
        let same = |path: &Path| Some(path.to_path_buf());
        let stale = unreferenced(&present, "/a/used.snap\n/a/other.snap\n", same);
        assert_eq!(stale, [Path::new("/a/stale.snap")]);
    }
}

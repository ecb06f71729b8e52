//! The files of the page, gathered in memory and written only where they differ.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// Everything the page consists of, by path from its root with `/` between the parts.
#[derive(Default)]
pub struct PageFiles {
    contents: BTreeMap<String, Vec<u8>>,
}

impl PageFiles {
    /// Adds one file.
    pub fn add(&mut self, path: &str, contents: Vec<u8>) {
        self.contents.insert(path.to_owned(), contents);
    }

    /// Adds everything below `folder`, under `prefix` (empty for the root of the page).
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn add_tree(&mut self, prefix: &str, folder: &Path) -> Outcome {
        for file in files_below(folder).map_err(|error| refused("read", folder, &error))? {
            let relative = slashed(file.strip_prefix(folder).unwrap_or(&file));
            let path = if prefix.is_empty() { relative } else { format!("{prefix}/{relative}") };
            self.add(&path, read(&file)?);
        }
        Ok(())
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.contents.len()
    }

    /// The size of one file in bytes.
    pub fn size_of(&self, path: &str) -> Option<usize> {
        self.contents.get(path).map(Vec::len)
    }

    /// Makes `folder` hold exactly these files and returns how many were written or removed.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn write_to(&self, folder: &Path) -> Outcome<usize> {
        let mut changed = 0;
        if folder.exists() {
            for file in files_below(folder).map_err(|error| refused("read", folder, &error))? {
                let relative = slashed(file.strip_prefix(folder).unwrap_or(&file));
                if !self.contents.contains_key(&relative) {
                    fs::remove_file(&file).map_err(|error| refused("remove", &file, &error))?;
                    changed += 1;
                }
            }
        }
        for (path, contents) in &self.contents {
            let file = folder.join(path);
            if fs::read(&file).is_ok_and(|found| found == *contents) {
                continue;
            }
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent).map_err(|error| refused("make", parent, &error))?;
            }
            fs::write(&file, contents).map_err(|error| refused("write", &file, &error))?;
            changed += 1;
        }
        Ok(changed)
    }
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| refused("read", path, &error))
}

/// The failure when the file system refuses to do something (`read`, `write` …) with `path`.
pub fn refused(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        format!("could not {what} {}: {error}", path.display()),
        "check that the file is there, that the folder may be written, and that the disk is not \
         full",
    )
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own for one test, removed at its end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).expect("the temporary folder can be written");
            Self(folder)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_folder_holds_exactly_the_files_and_unchanged_ones_are_left_alone() {
        let scratch = Scratch::new("page-files");
        let mut files = PageFiles::default();
        files.add("index.html", b"one".to_vec());
        files.add("fonts/a.woff2", b"two".to_vec());
        assert_eq!(files.write_to(&scratch.0).expect("first write"), 2);

        fs::write(scratch.0.join("left-over.js"), "old").expect("a stray file");
        files.add("index.html", b"three".to_vec());
        assert_eq!(files.write_to(&scratch.0).expect("second write"), 2);
        assert!(!scratch.0.join("left-over.js").exists());
        assert_eq!(fs::read(scratch.0.join("index.html")).expect("the page"), b"three");
        assert_eq!(files.write_to(&scratch.0).expect("third write"), 0);
    }

    #[test]
    fn a_tree_is_added_below_its_prefix() {
        let scratch = Scratch::new("page-tree");
        fs::create_dir_all(scratch.0.join("snippets/deep")).expect("folders");
        fs::write(scratch.0.join("snippets/deep/x.js"), "x").expect("a file");
        let mut files = PageFiles::default();
        files.add_tree("", &scratch.0).expect("readable");
        files.add_tree("again", &scratch.0).expect("readable");
        assert_eq!(files.size_of("snippets/deep/x.js"), Some(1));
        assert_eq!(files.size_of("again/snippets/deep/x.js"), Some(1));
        assert_eq!(files.len(), 2);
    }
}

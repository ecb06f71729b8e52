//! The text files of the checkout, read once for all rules.

use std::fs;
use std::io;
use std::path::Path;

use crate::failure::{Failure, Outcome};

/// A text file.
pub struct SourceFile {
    /// Its path from the top of the checkout, with `/` between the parts.
    pub path: String,
    /// Its contents.
    pub text: String,
}

impl SourceFile {
    /// The lines with their numbers, counted from one.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Every text file of the checkout, by path; what is built, fetched or hidden is left out.
pub struct SourceTree {
    files: Vec<SourceFile>,
}

impl SourceTree {
    /// Reads the checkout.
    ///
    /// # Errors
    /// When a folder or file cannot be read.
    pub fn read(root: &Path) -> Outcome<Self> {
        let mut files = Vec::new();
        collect(root, "", &mut files).map_err(|error| {
            Failure::new(
                format!("could not read the sources in {}: {error}", root.display()),
                "check that every file of the checkout may be read",
            )
        })?;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self { files })
    }

    /// A tree of the given paths and texts.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        Self { files }
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// All files.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// The files with one of these extensions.
    pub fn with_extension<'tree>(&'tree self, extensions: &'tree [&str]) -> impl Iterator<Item = &'tree SourceFile> {
        self.files().filter(move |file| {
            file.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
        })
    }

    /// One file.
    pub fn get(&self, path: &str) -> Option<&SourceFile> {
        self.files().find(|file| file.path == path)
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<SourceFile>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            if !is_left_out(&name) {
                collect(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if let Ok(text) = String::from_utf8(fs::read(entry.path())?) {
            files.push(SourceFile { path, text });
        }
    }
    Ok(())
}

/// Folders with nothing in them that a person wrote.
fn is_left_out(folder: &str) -> bool {
    folder.starts_with('.')
        || folder == "target"
        || folder.starts_with("target-")
        || folder == "node_modules"
        || folder == "gen"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_extension() {
        let tree = SourceTree::of(&[("a/b.rs", ""), ("c.css", ""), ("Makefile", "")]);
        let found: Vec<_> = tree.with_extension(&["rs", "css"]).map(|file| file.path.as_str()).collect();
        assert_eq!(found, ["a/b.rs", "c.css"]);
    }

    #[test]
    fn built_fetched_and_hidden_folders_are_left_out() {
        for folder in ["target", "target-ui", "node_modules", ".git", "gen"] {
            assert!(is_left_out(folder), "{folder}");
        }
        assert!(!is_left_out("targeting"));
    }
}

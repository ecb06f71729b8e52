//! `cargo xtask tidy`: the project's own rules, which no other tool knows.

mod arrows;
mod contrast;
mod documents;
mod icons;
mod size;
mod source_tree;
mod styles;
mod words;

use std::fmt;

use crate::failure::{Failure, Outcome};
use crate::task;
use crate::workspace::Workspace;

pub use source_tree::SourceTree;

/// `cargo xtask tidy`.
///
/// # Errors
/// When a rule is broken.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    task::takes_none("tidy", arguments)?;
    check(workspace)
}

/// Checks every rule and prints each breach.
///
/// # Errors
/// When there is one, or when a file cannot be read.
pub fn check(workspace: &Workspace) -> Outcome {
    let tree = SourceTree::read(workspace.root())?;
    let findings = [
        size::check(&tree),
        words::check(&tree),
        arrows::check(workspace.metadata()),
        contrast::check(&tree),
        styles::check(&tree),
        icons::check(&tree),
        documents::check(&tree, workspace.root()),
    ]
    .concat();
    for finding in &findings {
        say!("{finding}");
    }
    if findings.is_empty() {
        say!("{} files keep the project's rules", tree.len());
        return Ok(());
    }
    Err(Failure::new(
        format!("{} breaches of the project's rules", findings.len()),
        "each line above names a file and what is expected of it",
    ))
}

/// A breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, from the top of the checkout.
    path: String,
    /// The line, counted from one; none when the whole file is meant.
    line: Option<usize>,
    /// What is wrong and what is expected.
    what: String,
}

impl Finding {
    /// A breach by a whole file.
    fn in_file(path: &str, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, what: what.into() }
    }

    /// A breach at a line, counted from one.
    fn at_line(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::in_file(path, what) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.path, self.what),
            None => write!(formatter, "{}: {}", self.path, self.what),
        }
    }
}

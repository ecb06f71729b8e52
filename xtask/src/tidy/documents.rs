//! Documents promise only what is there: commands that exist, links that lead somewhere.

use std::path::Path;

use super::{Finding, SourceTree};
use crate::task::TASKS;

/// Commands of the task runner that do not exist, and links to files that do not.
pub fn check(tree: &SourceTree, root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.with_extension(&["md"]) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in file.lines() {
            for command in commands(line) {
                if !TASKS.iter().any(|task| task.name == command) {
                    let what = format!("there is no `cargo xtask {command}`");
                    findings.push(Finding::at_line(&file.path, number, what));
                }
            }
            for link in local_links(line) {
                if !root.join(folder).join(link).exists() {
                    let what = format!("the link `{link}` leads nowhere");
                    findings.push(Finding::at_line(&file.path, number, what));
                }
            }
        }
    }
    findings
}

/// The words after `cargo xtask` on a line.
fn commands(line: &str) -> impl Iterator<Item = &str> {
    line.split("cargo xtask ").skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-')).unwrap_or(rest.len());
        (end > 0).then_some(&rest[..end])
    })
}

/// The targets of Markdown links on a line that are files of the checkout, without the part after
/// `#`.
fn local_links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split_once(')')?.0;
        let target = target.split_once('#').map_or(target, |(file, _)| file);
        let elsewhere = target.contains("://") || target.starts_with("mailto:");
        (!target.is_empty() && !elsewhere).then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that holds this crate's manifest and sources.
    const ROOT: &str = env!("CARGO_MANIFEST_DIR");

    fn findings(text: &str) -> Vec<String> {
        check(&SourceTree::of(&[("src/README.md", text)]), Path::new(ROOT)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn commands_and_links_that_exist_are_fine() {
        let text = "Run `cargo xtask run`, then `cargo xtask test --only tidy`.\n\
                    See [sources](main.rs), [manifest](../Cargo.toml#dependencies), \
                    [elsewhere](https://example.org) and [below](#there).\n";
        assert_eq!(findings(text), [""; 0]);
    }

    #[test]
    fn a_command_that_does_not_exist_is_found() {
        assert_eq!(
            findings("First\n$ cargo xtask launch --now\n"),
            ["src/README.md:2: there is no `cargo xtask launch`"]
        );
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        assert_eq!(findings("[gone](../gone.md#part)"), ["src/README.md:1: the link `../gone.md` leads nowhere"]);
    }
}

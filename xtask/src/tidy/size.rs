//! One concept per file: a file that grows past the limit holds more than one.

use super::{Finding, SourceTree};

/// In bytes.
const LIMIT: usize = 25 * 1024;

/// Files of code at or over the limit.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    tree.with_extension(&["rs", "css", "js", "html", "py"])
        .filter(|file| file.text.len() >= LIMIT)
        .map(|file| {
            let size = file.text.len();
            let what = format!("{size} bytes; split it, the limit is {LIMIT}");
            Finding::in_file(&file.path, what)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_at_the_limit_is_found() {
        let full = "x".repeat(LIMIT);
        let tree = SourceTree::of(&[("large.rs", &full), ("small.rs", &full[1..]), ("licence.txt", &full)]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].path, "large.rs");
    }
}

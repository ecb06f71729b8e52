//! Words that mark unfinished work. They are spelt in two halves here, or this file would hold
//! them.

use super::{Finding, SourceTree};

const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("to", "do!"), "finish it"),
    (concat!("unimplem", "ented!"), "finish it"),
    (concat!("db", "g!("), "remove it"),
    (concat!("#[ig", "nore"), "make the test run, or remove it"),
    (concat!("FIX", "ME"), "fix it"),
    (concat!("TO", "DO"), "do it"),
];

/// Lines that hold a forbidden word.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files() {
        for (number, line) in file.lines() {
            for (word, instead) in FORBIDDEN {
                if line.contains(word) {
                    let what = format!("`{word}`: {instead}");
                    findings.push(Finding::at_line(&file.path, number, what));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forbidden_word_is_found_with_its_line() {
        for (word, _) in FORBIDDEN {
            let text = format!("fn fine() {{}}\n    {word} later\n");
            let findings = check(&SourceTree::of(&[("src/lib.rs", &text)]));
            assert_eq!(findings.len(), 1, "{word}");
            assert_eq!(findings[0].line, Some(2), "{word}");
        }
    }

    #[test]
    fn ordinary_text_is_fine() {
        let tree = SourceTree::of(&[("README.md", "What to do first. It ignores nothing.\n")]);
        assert_eq!(check(&tree), []);
    }
}

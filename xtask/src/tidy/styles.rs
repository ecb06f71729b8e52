//! The style sheets fit together and nothing in them is left over.

use std::collections::BTreeSet;

use super::contrast::without_comments;
use super::{Finding, SourceTree};
use crate::page::stylesheet;

const FOLDER: &str = "assets/";

/// Style sheets that are not imported, custom properties that nobody sets, and classes that
/// nothing wears.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    [imports(tree), properties(tree), classes(tree)].concat()
}

fn imports(tree: &SourceTree) -> Vec<Finding> {
    let index = format!("{FOLDER}{}", stylesheet::INDEX);
    let Some(file) = tree.get(&index) else {
        return vec![Finding::in_file(&index, "is missing")];
    };
    let parts = match stylesheet::parts(&file.text) {
        Ok(parts) => parts,
        Err(failure) => return vec![Finding::in_file(&index, failure.what())],
    };
    let mut findings = Vec::new();
    for part in &parts {
        if tree.get(&format!("{FOLDER}{part}")).is_none() {
            findings.push(Finding::in_file(&index, format!("imports `{part}`, which is missing")));
        }
    }
    for sheet in sheets(tree) {
        let part = sheet.path.strip_prefix(FOLDER).unwrap_or(&sheet.path);
        if sheet.path != index && !parts.contains(&part) {
            findings.push(Finding::in_file(&sheet.path, format!("is not imported by {index}")));
        }
    }
    findings
}

fn properties(tree: &SourceTree) -> Vec<Finding> {
    let mut set = BTreeSet::new();
    for file in sheets(tree).chain(wearers(tree)) {
        for name in names_after(&file.text, "--") {
            // Set in a style sheet or a style attribute (`--p: 25%`), or by the user interface's
            // `style:--p=…`.
            let position = name.as_ptr() as usize - file.text.as_ptr() as usize + name.len();
            if file.text[position..].trim_start().starts_with([':', '=']) {
                set.insert(name);
            }
        }
    }
    let mut findings = Vec::new();
    for sheet in sheets(tree) {
        for (number, line) in sheet.lines() {
            for name in names_after(line, "var(--") {
                if !set.contains(name) && !line.contains(&format!("var(--{name},")) {
                    let what = format!("nothing sets `--{name}`");
                    findings.push(Finding::at_line(&sheet.path, number, what));
                }
            }
        }
    }
    findings
}

fn classes(tree: &SourceTree) -> Vec<Finding> {
    let worn: Vec<&str> = wearers(tree).map(|file| file.text.as_str()).collect();
    let mut findings = Vec::new();
    for sheet in sheets(tree) {
        for class in classes_of(&sheet.text) {
            if !worn.iter().any(|text| wears(text, &class)) {
                let what = format!("nothing wears the class `{class}`; remove its rules");
                findings.push(Finding::in_file(&sheet.path, what));
            }
        }
    }
    findings
}

/// Whether a source names a class, whole or by its stem: `asp--{aspect}` wears `asp--clear`.
fn wears(text: &str, class: &str) -> bool {
    let whole = text.match_indices(class).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + class.len()..].chars().next();
        !before.is_some_and(is_part_of_a_name) && !after.is_some_and(is_part_of_a_name)
    });
    whole
        || class
            .split_once("--")
            .is_some_and(|(stem, _)| text.contains(&format!("{stem}--{{")) || text.contains(&format!("{stem}--\"")))
}

/// The classes that the selectors of a style sheet name.
fn classes_of(css: &str) -> BTreeSet<String> {
    let css = without_comments(css);
    let mut classes = BTreeSet::new();
    for piece in css.split_inclusive(['{', '}', ';']) {
        let Some(prelude) = piece.strip_suffix('{') else {
            continue;
        };
        if prelude.trim_start().starts_with('@') {
            continue;
        }
        classes.extend(names_after(prelude, ".").map(str::to_owned));
    }
    classes
}

/// The names that directly follow `prefix` in a text.
fn names_after<'text>(text: &'text str, prefix: &str) -> impl Iterator<Item = &'text str> {
    text.match_indices(prefix).filter_map(move |(start, prefix)| {
        let rest = &text[start + prefix.len()..];
        let end = rest.find(|letter| !is_part_of_a_name(letter)).unwrap_or(rest.len());
        rest.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(&rest[..end])
    })
}

fn is_part_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

fn sheets(tree: &SourceTree) -> impl Iterator<Item = &super::source_tree::SourceFile> {
    tree.with_extension(&["css"]).filter(|file| file.path.starts_with(FOLDER))
}

/// What may wear a class: the user interface, the page before it, and icons.
fn wearers(tree: &SourceTree) -> impl Iterator<Item = &super::source_tree::SourceFile> {
    tree.with_extension(&["rs", "html", "js", "svg"])
        .filter(|file| file.path.starts_with("ui/") || file.path.starts_with(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: (&str, &str) = ("assets/ui.css", "@import \"css/a.css\";\n");

    fn findings(css: &str, ui: &str) -> Vec<String> {
        let tree = SourceTree::of(&[INDEX, ("assets/css/a.css", css), ("ui/src/lib.rs", ui)]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rules_that_are_used_are_fine() {
        let css = "/* .gone */ .card > .asp--clear:hover { width: var(--p); gap: var(--g, 2px); }\n\
                   @media (max-width: 10.5px) { .card { color: red } }";
        let ui = "view! { <i class=\"card\" style:--p=share/> }; format!(\"asp--{aspect}\")";
        assert_eq!(findings(css, ui), [""; 0]);
    }

    #[test]
    fn a_class_that_nothing_wears_is_found() {
        assert_eq!(
            findings(".card, .cards { margin: 0 }", "class=\"card\""),
            ["assets/css/a.css: nothing wears the class `cards`; remove its rules"]
        );
        // A part of a longer name does not count.
        assert_eq!(findings(".row { margin: 0 }", "\"arrow rowing row-a\"").len(), 1);
    }

    #[test]
    fn a_property_that_nothing_sets_is_found() {
        assert_eq!(
            findings(".card {\n  color: var(--inky);\n}", "class=\"card\" // --inky is not set"),
            ["assets/css/a.css:2: nothing sets `--inky`"]
        );
    }

    #[test]
    fn sheets_and_imports_must_match() {
        let tree = SourceTree::of(&[INDEX, ("assets/css/b.css", "")]);
        let found: Vec<_> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "assets/ui.css: imports `css/a.css`, which is missing",
                "assets/css/b.css: is not imported by assets/ui.css"
            ]
        );
    }
}

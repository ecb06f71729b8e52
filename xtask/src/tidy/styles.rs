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
    let sources = sheets(tree).chain(wearers(tree));
    let set: BTreeSet<&str> = sources.flat_map(|file| set_properties(&file.text)).collect();
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

/// The custom properties that a source sets, in a rule or a style attribute (`--p: 25%`) or by the
/// user interface's `style:--p=…`.
fn set_properties(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("--").filter_map(|(start, dashes)| {
        let rest = &text[start + dashes.len()..];
        let (name, after) = rest.split_at(rest.find(|letter| !is_part_of_a_name(letter)).unwrap_or(rest.len()));
        // `asp--clear:hover` sets nothing.
        let begins = !text[..start].ends_with(is_part_of_a_name);
        (begins && after.trim_start().starts_with([':', '='])).then_some(name)
    })
}

fn classes(tree: &SourceTree) -> Vec<Finding> {
    let worn: BTreeSet<&str> = wearers(tree).flat_map(|file| worn_words(&file.text)).collect();
    let mut findings = Vec::new();
    for sheet in sheets(tree) {
        for class in classes_of(&sheet.text) {
            let stem = class.split_once("--").map(|(stem, _)| format!("{stem}--"));
            if !worn.contains(class.as_str()) && !stem.is_some_and(|stem| worn.contains(stem.as_str())) {
                let what = format!("nothing wears the class `{class}`; remove its rules");
                findings.push(Finding::in_file(&sheet.path, what));
            }
        }
    }
    findings
}

/// The words of a source that may be classes: those in strings, and those after `class:`. A string
/// put together from parts leaves a stem: `"asp--{aspect}"` leaves `asp--`.
fn worn_words(text: &str) -> Vec<&str> {
    let in_strings = text.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
    let words = in_strings.flat_map(|string| string.split(|letter| !is_part_of_a_name(letter)));
    words.chain(names_after(text, "class:")).collect()
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
                   @media (max-width: 10.5px) { .card.is-open { color: red } }";
        let ui = "view! { <i class=\"wide card\" class:is-open=open style:--p=share/> };\n\
                  format!(\"asp asp--{aspect}\")";
        assert_eq!(findings(css, ui), [""; 0]);
    }

    #[test]
    fn a_class_that_nothing_wears_is_found() {
        assert_eq!(
            findings(".card, .cards { margin: 0 }", "class=\"card\""),
            ["assets/css/a.css: nothing wears the class `cards`; remove its rules"]
        );
        // Neither a part of a longer name nor a word of the program is a class.
        for ui in ["\"arrow rowing row-a\"", "let row = 1;", "// \"\" row"] {
            assert_eq!(findings(".row { margin: 0 }", ui).len(), 1, "{ui}");
        }
    }

    #[test]
    fn a_property_that_nothing_sets_is_found() {
        assert_eq!(
            findings(".card {\n  color: var(--inky);\n}", "class=\"card\" // --inky is not set"),
            ["assets/css/a.css:2: nothing sets `--inky`"]
        );
        // A modifier before a pseudo-class only looks like a property that is set.
        let css = ".asp--clear:hover { color: var(--clear) }";
        assert_eq!(findings(css, "\"asp--clear\""), ["assets/css/a.css:1: nothing sets `--clear`"]);
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

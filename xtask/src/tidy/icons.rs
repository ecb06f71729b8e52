//! Every committed icon is shown somewhere.

use super::{Finding, SourceTree};

const FOLDER: &str = "assets/icons/";

/// Icons that neither the user interface nor a style sheet nor the page names.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    let users: Vec<&str> = tree
        .with_extension(&["rs", "css", "html", "js"])
        .filter(|file| file.path.starts_with("ui/") || file.path.starts_with("assets/"))
        .map(|file| file.text.as_str())
        .collect();
    tree.with_extension(&["svg"])
        .filter_map(|file| Some((file, file.path.strip_prefix(FOLDER)?)))
        .filter(|(_, name)| !users.iter().any(|text| text.contains(&format!("/{name}"))))
        .map(|(file, _)| Finding::in_file(&file.path, "nothing shows this icon; remove it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_nobody_names_is_found() {
        let tree = SourceTree::of(&[
            ("assets/icons/flag.svg", "<svg/>"),
            ("assets/icons/ag.svg", "<svg/>"),
            ("assets/app-icons/icon.svg", "<svg/>"),
            ("ui/src/icon.rs", "include_str!(\"../../assets/icons/flag.svg\")"),
            ("crates/server/src/lib.rs", "\"icons/ag.svg\""),
        ]);
        let paths: Vec<_> = check(&tree).into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["assets/icons/ag.svg"]);
    }
}

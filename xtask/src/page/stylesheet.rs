//! Joins the style sheets into the one file the page loads.

use std::path::Path;

use super::files;
use crate::failure::{Failure, Outcome};

/// The file that lists the style sheets in order, and the name of the joined one.
pub const INDEX: &str = "ui.css";

/// Replaces each `@import "…";` of `assets/ui.css` by the file it names.
///
/// # Errors
/// When a file is missing, or the index holds anything but imports and comments.
pub fn join(assets: &Path) -> Outcome<String> {
    let mut sheet = String::new();
    for part in parts(&read(&assets.join(INDEX))?)? {
        let text = read(&assets.join(part))?;
        sheet.push_str(text.trim_end());
        sheet.push_str("\n\n");
    }
    Ok(sheet)
}

/// The files that the index imports, in order.
///
/// # Errors
/// When the index holds anything but imports and comments of one line.
pub fn parts(index: &str) -> Outcome<Vec<&str>> {
    let mut parts = Vec::new();
    for (number, line) in index.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || (line.starts_with("/*") && line.ends_with("*/")) {
            continue;
        }
        let part = line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")).ok_or_else(|| {
            Failure::new(
                format!("assets/{INDEX}:{}: `{line}` is not an import", number + 1),
                "put rules into a file below assets/css and import that",
            )
        })?;
        parts.push(part);
    }
    Ok(parts)
}

fn read(path: &Path) -> Outcome<String> {
    String::from_utf8(files::read(path)?)
        .map_err(|_| Failure::new(format!("{} is not UTF-8", path.display()), "save it as UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_listed_in_order() {
        let index = "/* The order matters. */\n@import \"tokens.css\";\n\n@import \"css/base.css\";\n";
        assert_eq!(parts(index).expect("a well-formed index"), ["tokens.css", "css/base.css"]);
    }

    #[test]
    fn a_rule_in_the_index_is_refused_with_its_line() {
        let failure = parts("@import \"a.css\";\nbody { margin: 0 }\n").expect_err("a rule");
        assert!(failure.what().contains("ui.css:2"), "{failure}");
    }
}

//! The contrast of the design tokens, in both themes, for every pair that the page uses.
//!
//! Contrast is WCAG 2.2's: (L1 + 0.05) / (L2 + 0.05) of the relative luminances, lighter first.
//! Text needs 4.5 (success criterion 1.4.3), marks and the edges of controls 3 (1.4.11).

mod pairs;
mod tokens;

use super::{Finding, SourceTree};
use pairs::{PAIRS, Pair};
use tokens::Tokens;

pub use tokens::without_comments;

const FILE: &str = "assets/tokens.css";
const LIGHT: &str = ":root {";
const DARK_BY_SYSTEM: &str = ":root:not([data-theme=\"light\"]) {";
const DARK_BY_CHOICE: &str = ":root[data-theme=\"dark\"] {";

/// Pairs with too little contrast, tokens that are missing, and dark themes that differ.
pub fn check(tree: &SourceTree) -> Vec<Finding> {
    let Some(file) = tree.get(FILE) else {
        return vec![Finding::in_file(FILE, "is missing")];
    };
    let blocks = [LIGHT, DARK_BY_SYSTEM, DARK_BY_CHOICE].map(|start| (start, Tokens::of_block(&file.text, start)));
    let [Some(light), Some(by_system), Some(by_choice)] = blocks.each_ref().map(|(_, tokens)| tokens.as_ref()) else {
        return blocks
            .iter()
            .filter(|(_, tokens)| tokens.is_none())
            .map(|(start, _)| Finding::in_file(FILE, format!("the block `{start}` is missing")))
            .collect();
    };

    let mut findings = Vec::new();
    if by_system != by_choice {
        findings.push(Finding::in_file(FILE, "the two dark blocks differ; make them equal"));
    }
    for (theme, tokens) in [("light", light.clone()), ("dark", light.overlaid(by_choice))] {
        findings.extend(
            PAIRS.iter().filter_map(|pair| breach(theme, &tokens, pair)).map(|what| Finding::in_file(FILE, what)),
        );
    }
    findings
}

/// What is wrong with a pair in a theme, if anything is.
fn breach(theme: &str, tokens: &Tokens, pair: &Pair) -> Option<String> {
    let (Some(front), Some(back)) = (tokens.colour(pair.front), tokens.colour(pair.back)) else {
        return Some(format!("{theme}: --{} or --{} is not a colour of the form #rrggbb", pair.front, pair.back));
    };
    let ratio = contrast(front, back);
    (ratio < pair.least).then(|| {
        format!("{theme}: --{} on --{} has a contrast of {ratio:.2}, and needs {}", pair.front, pair.back, pair.least)
    })
}

/// The contrast of two colours, 1 (the same) to 21 (black on white).
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG's relative luminance of an sRGB colour, 0 (black) to 1 (white).
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKENS: &str = include_str!("../../../assets/tokens.css");

    fn findings(css: &str) -> Vec<String> {
        check(&SourceTree::of(&[(FILE, css)])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 1e-9);
        assert!((contrast([80, 80, 80], [80, 80, 80]) - 1.0).abs() < 1e-9);
        // #767676 is the well-known lightest grey that passes for text on white.
        assert!((contrast([0x76, 0x76, 0x76], [255, 255, 255]) - 4.54).abs() < 0.005);
    }

    #[test]
    fn the_tokens_as_they_are_pass() {
        assert_eq!(findings(TOKENS), [""; 0]);
    }

    #[test]
    fn a_colour_that_is_too_pale_is_found_in_its_theme() {
        let pale = TOKENS.replacen("--n-500: #646b78", "--n-500: #a4abb8", 1);
        assert_ne!(pale, TOKENS, "the token that this test changes has gone");
        let found = findings(&pale);
        assert!(found.iter().any(|line| line.contains("light: --ink-3 on --bg-surface")), "{found:?}");
        assert!(!found.iter().any(|line| line.contains("dark:")), "{found:?}");
    }

    #[test]
    fn dark_blocks_that_differ_are_found() {
        let start = TOKENS.find(DARK_BY_CHOICE).expect("the second dark block");
        let (before, block) = TOKENS.split_at(start);
        let changed = block.replacen("--shadow", "--shade", 1).replacen("#0e1013", "#0f1013", 1);
        assert_eq!(
            findings(&format!("{before}{changed}")),
            ["assets/tokens.css: the two dark blocks differ; make them equal"]
        );
    }

    #[test]
    fn a_missing_token_and_a_missing_block_are_found() {
        let found = findings(&TOKENS.replace("--accent-ink:", "--accent-inks:"));
        assert!(found.iter().any(|line| line.contains("--accent-ink ")), "{found:?}");
        let found = findings(&TOKENS.replace(DARK_BY_CHOICE, ".elsewhere {"));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("is missing"), "{found:?}");
    }
}

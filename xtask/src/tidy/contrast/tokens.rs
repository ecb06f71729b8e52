//! Reading custom properties from a block of a style sheet.

use std::collections::BTreeMap;

/// How deep one token may refer to another; deeper is a circle.
const DEEPEST_REFERENCE: usize = 8;

/// The custom properties of a block, by name without the leading dashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    values: BTreeMap<String, String>,
}

impl Tokens {
    /// The properties of the block whose selector and brace are `start`.
    pub fn of_block(css: &str, start: &str) -> Option<Self> {
        let css = without_comments(css);
        let (_, rest) = css.split_once(start)?;
        let (block, _) = rest.split_once('}')?;
        let values = block
            .split(';')
            .filter_map(|declaration| {
                let (name, value) = declaration.trim().strip_prefix("--")?.split_once(':')?;
                Some((name.trim().to_owned(), value.trim().to_owned()))
            })
            .collect();
        Some(Self { values })
    }

    /// These tokens where `other` does not say otherwise.
    pub fn overlaid(&self, other: &Self) -> Self {
        let mut values = self.values.clone();
        values.extend(other.values.clone());
        Self { values }
    }

    /// The red, green and blue of a token, following references to other tokens.
    pub fn colour(&self, name: &str) -> Option<[u8; 3]> {
        let mut value = self.values.get(name)?;
        for _ in 0..DEEPEST_REFERENCE {
            let Some(reference) = value.strip_prefix("var(--") else {
                return hexadecimal(value);
            };
            value = self.values.get(reference.strip_suffix(')')?)?;
        }
        None
    }
}

/// A style sheet without its comments.
pub fn without_comments(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        text.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

fn hexadecimal(value: &str) -> Option<[u8; 3]> {
    let digits = value.strip_prefix('#')?;
    if digits.len() != 6 || !digits.is_ascii() {
        return None;
    }
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSS: &str = "/* :root { --ink: #ffffff; } */\n\
        :root { color-scheme: light; --n-9: #13161b; --ink: var(--n-9); /* why */ --two: 2px;\n\
        --circle: var(--circle) }\n\
        .dark { --n-9: #eceef1; }";

    #[test]
    fn colours_are_read_through_references() {
        let tokens = Tokens::of_block(CSS, ":root {").expect("the block is there");
        assert_eq!(tokens.colour("ink"), Some([0x13, 0x16, 0x1b]));
        for name in ["two", "circle", "missing"] {
            assert_eq!(tokens.colour(name), None, "{name}");
        }
    }

    #[test]
    fn an_overlay_changes_what_references_mean() {
        let light = Tokens::of_block(CSS, ":root {").expect("the block is there");
        let dark = Tokens::of_block(CSS, ".dark {").expect("the block is there");
        assert_eq!(light.overlaid(&dark).colour("ink"), Some([0xec, 0xee, 0xf1]));
    }

    #[test]
    fn a_missing_block_is_nothing() {
        assert_eq!(Tokens::of_block(CSS, ".sepia {"), None);
    }
}

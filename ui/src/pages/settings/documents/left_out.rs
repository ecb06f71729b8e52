//! What a document that was carried out says of itself: how many flags it has, and which it leaves out.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use signalbox_domain::import::Told;

/// What a document holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// How many flags it has, those kept apart included.
    pub flags: usize,
    /// What is left out, and why.
    pub left_out: Vec<Told>,
}

#[derive(Deserialize)]
struct Flagd {
    flags: BTreeMap<String, IgnoredAny>,
    #[serde(rename = "$signalbox", default)]
    ours: Option<Ours>,
}

#[derive(Deserialize)]
struct Ours {
    #[serde(default)]
    not_representable: Vec<Told>,
}

#[derive(Deserialize)]
struct Own {
    flags: Vec<IgnoredAny>,
    #[serde(default)]
    kept_apart: Vec<IgnoredAny>,
}

/// Reads what a document holds; nothing where it is none of the two.
pub fn contents(document: &str) -> Option<Contents> {
    if let Ok(Flagd { flags, ours }) = serde_json::from_str(document) {
        return Some(Contents {
            flags: flags.len(),
            left_out: ours.map(|ours| ours.not_representable).unwrap_or_default(),
        });
    }
    let Own { flags, kept_apart } = serde_json::from_str(document).ok()?;
    Some(Contents { flags: flags.len() + kept_apart.len(), left_out: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_say_what_they_hold() {
        let flagd = contents(
            r#"{"$schema": "x", "flags": {"a": {}, "b": {}},
                "$signalbox": {"not_representable": [{"place": "flags.c", "why": "it waits for other flags"}]}}"#,
        )
        .unwrap();
        assert_eq!((flagd.flags, flagd.left_out[0].place.as_str()), (2, "flags.c"));
        let own = contents(r#"{"signalbox": 1, "flags": [{}], "kept_apart": [{}, {}]}"#).unwrap();
        assert_eq!(own, Contents { flags: 3, left_out: Vec::new() });
        assert_eq!(contents("[]"), None);
    }
}

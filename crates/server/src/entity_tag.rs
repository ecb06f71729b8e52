//! Whether a client has the answer already (RFC 9110, sections 8.8.3 and 13.1.2).

use axum::http::{HeaderMap, HeaderValue, header};
use xxhash_rust::xxh64::Xxh64;

/// Names an answer: the same for the same content, whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag {
    quoted: String,
    /// Whether answers of this name may differ in their bytes.
    is_weak: bool,
}

impl EntityTag {
    /// Of what decides how the answer is written, part by part; where a part ends must follow from what is before it.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Xxh64::new(0);
        parts.iter().for_each(|part| hash.update(part));
        Self { quoted: format!("\"{:016x}\"", hash.digest()), is_weak: false }
    }

    /// The same for answers that may be compressed on their way, and then have other bytes.
    pub fn weak(self) -> Self {
        Self { is_weak: true, ..self }
    }

    /// Whether `If-None-Match` names it: alone, in a list, or by `*`. Weak tags compare as strong ones do.
    pub fn is_known_to(&self, headers: &HeaderMap) -> bool {
        let given = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        given.flat_map(|list| list.split(',')).map(str::trim).any(|tag| {
            let strong = tag.strip_prefix("W/").unwrap_or(tag);
            strong == self.quoted || tag == "*"
        })
    }

    /// As the header `ETag` has it.
    pub fn header(&self) -> Option<HeaderValue> {
        let Self { quoted, is_weak } = self;
        HeaderValue::from_str(&if *is_weak { format!("W/{quoted}") } else { quoted.clone() }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_result_is_recognised() {
        let tag = EntityTag::of(&[b"flags"]);
        assert_ne!(tag, EntityTag::of(&[b"other flags"]));
        let check = |given: &[&str], expect: bool| {
            let given = given.iter().map(|value| (header::IF_NONE_MATCH, value.parse().unwrap()));
            let given: HeaderMap = given.collect();
            assert_eq!(tag.is_known_to(&given), expect);
            assert_eq!(tag.clone().weak().is_known_to(&given), expect);
        };
        let own = tag.quoted.as_str();
        check(&[], false);
        check(&["\"0\""], false);
        check(&[own], true);
        check(&[&format!("W/{own}")], true);
        check(&[&format!("\"0\", {own}")], true);
        check(&["*"], true);
        check(&[own.trim_matches('"')], false);
    }
}

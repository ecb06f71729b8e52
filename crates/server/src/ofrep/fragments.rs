//! What of a flag's answers is known before anybody asks, written once when the flag is compiled.
//!
//! An answer differs between people in variant, rule and reason alone. Of each variant everything up to the reason is
//! kept as JSON text, so that answering is choosing and copying.

use serde::{Serialize, Serializer};
use serde_json::Value;
use signalbox_domain::evaluation::{Choice, CompiledFlag, Reason, TargetingKeyMissing};
use signalbox_domain::key::FlagKey;
use smallvec::SmallVec;
use xxhash_rust::xxh64::Xxh64;

use super::answer::{ErrorCode, Failure};

/// Becomes `feature_flag.set.id` and `feature_flag.version` in telemetry (OpenFeature, appendix D).
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata<'a> {
    /// Project and environment.
    pub flag_set_id: &'a str,
    /// Sequence of the last event that changed what is told.
    #[serde(serialize_with = "as_text")]
    pub version: u64,
}

fn as_text<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// Everything of a success that does not depend on who asks. Clients index `variant` and `reason`, so both are
/// always there.
#[derive(Serialize)]
struct Known<'a> {
    key: &'a str,
    /// As stored by the flag's kind of value: a float keeps its decimal point.
    value: &'a Value,
    variant: &'a str,
    metadata: Metadata<'a>,
}

/// The known parts of a flag's answers.
pub struct Fragments {
    /// All parts, one behind the other: of each variant what is before the metadata's closing brace; of each rule the
    /// member that goes into the metadata; the whole answer to whoever does not say who asks.
    text: Box<[u8]>,
    /// Where each part ends.
    ends: SmallVec<[u32; 4]>,
    variants: usize,
    longest: usize,
    digest: u64,
}

impl Fragments {
    /// Of a flag in the set of this id.
    #[must_use]
    pub fn of(set: &str, key: &FlagKey, flag: &CompiledFlag) -> Self {
        let metadata = Metadata { flag_set_id: set, version: flag.version() };
        let variants = flag.variants().map(|(variant, value)| {
            let mut text = json(&Known { key: key.as_str(), value, variant: variant.as_str(), metadata });
            // The braces of the metadata and of the whole are closed after the rule and the reason.
            text.truncate(text.len().saturating_sub(2));
            text
        });
        let rules = flag.rules().map(|rule| [&b",\"rule\":"[..], &json(&rule.as_str())].concat());
        let missing = Failure {
            key: Some(key.as_str()),
            error_code: ErrorCode::TargetingKeyMissing,
            error_details: &TargetingKeyMissing.to_string(),
            metadata: Some(metadata),
        };
        let (variants, rules): (Vec<_>, Vec<_>) = (variants.collect(), rules.collect());
        let missing = json(&missing);
        let mut digest = Xxh64::new(0);
        let (mut text, mut ends) = (Vec::new(), SmallVec::new());
        for part in variants.iter().chain(&rules).chain([&missing]) {
            digest.update(&part.len().to_le_bytes());
            digest.update(part);
            text.extend_from_slice(part);
            // Bounded by what a flag may hold, which is far from four billion bytes.
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        }
        let longest = |parts: &[Vec<u8>]| parts.iter().map(Vec::len).max().unwrap_or_default();
        let success = longest(&variants) + longest(&rules) + ending(Reason::TargetingMatch).len();
        Self {
            text: text.into_boxed_slice(),
            ends,
            variants: variants.len(),
            longest: success.max(missing.len()),
            digest: digest.digest(),
        }
    }

    #[inline(always)]
    fn part(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before));
        let range = start.zip(self.ends.get(index)).map(|(start, end)| *start as usize..*end as usize);
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    /// Writes the answer behind what `bytes` holds; which rule decided only where `tells_rule`.
    #[inline(always)]
    pub fn write(&self, given: Result<Choice, TargetingKeyMissing>, tells_rule: bool, bytes: &mut Vec<u8>) {
        let Ok(Choice { variant, reason, rule }) = given else {
            return bytes.extend_from_slice(self.part(self.ends.len().saturating_sub(1)));
        };
        bytes.extend_from_slice(self.part(variant));
        if let Some(rule) = rule.filter(|_| tells_rule) {
            bytes.extend_from_slice(self.part(self.variants + rule));
        }
        bytes.extend_from_slice(ending(reason));
    }

    /// The same for flags with the same fragments, and very probably for no others.
    #[must_use]
    pub const fn digest(&self) -> u64 {
        self.digest
    }

    /// How long an answer is at most, in bytes.
    #[must_use]
    pub const fn longest(&self) -> usize {
        self.longest
    }
}

const fn ending(reason: Reason) -> &'static [u8] {
    match reason {
        Reason::Static => br#"},"reason":"STATIC"}"#,
        Reason::Default => br#"},"reason":"DEFAULT"}"#,
        Reason::TargetingMatch => br#"},"reason":"TARGETING_MATCH"}"#,
        Reason::Split => br#"},"reason":"SPLIT"}"#,
        Reason::Disabled => br#"},"reason":"DISABLED"}"#,
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // Texts, JSON values and numbers always become JSON.
    serde_json::to_vec(value).unwrap_or_default()
}

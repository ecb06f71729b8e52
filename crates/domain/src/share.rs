//! A share of people, in steps of 0.001 %.

use serde::{Deserialize, Serialize};

/// How many buckets everybody is divided into: one bucket is 0.001 %.
pub const BUCKETS: u32 = 100_000;

/// A share of people, 0 % to 100 % in steps of 0.001 %. On the wire a JSON number in percent: `12.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Share(u32);

/// Why a number is not a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a number from 0 to 100 with at most three decimals")]
pub struct NotAShare;

impl Share {
    /// Nobody.
    pub const NOBODY: Self = Self(0);
    /// Everybody.
    pub const EVERYBODY: Self = Self(BUCKETS);

    /// From a number of buckets of 0.001 %.
    ///
    /// # Errors
    /// [`NotAShare`] above [`BUCKETS`].
    pub const fn from_buckets(buckets: u32) -> Result<Self, NotAShare> {
        if buckets <= BUCKETS { Ok(Self(buckets)) } else { Err(NotAShare) }
    }

    /// From a percentage, 0.0 to 100.0, at most three decimals.
    ///
    /// # Errors
    /// [`NotAShare`] for anything else, not-a-number and finer steps included.
    pub fn from_percent(percent: f64) -> Result<Self, NotAShare> {
        if !(0.0..=100.0).contains(&percent) {
            return Err(NotAShare);
        }
        let buckets = (percent * 1_000.0).round();
        // A step finer than 0.001 % would be silently rounded; say so instead. What binary fractions make of a sum
        // such as 0.1 + 0.2 is no finer step.
        if (percent - buckets / 1_000.0).abs() > 128.0 * f64::EPSILON {
            return Err(NotAShare);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100,000")]
        Ok(Self(buckets as u32))
    }

    /// Buckets of 0.001 %, 0 to [`BUCKETS`].
    #[must_use]
    pub const fn buckets(self) -> u32 {
        self.0
    }

    /// Whether some are in it and some are not, so that the two can be compared.
    #[must_use]
    pub fn is_split(self) -> bool {
        self > Self::NOBODY && self < Self::EVERYBODY
    }

    /// Percent, 0.0 to 100.0.
    #[must_use]
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} %", self.percent())
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(1_000) {
            serializer.serialize_u32(self.0 / 1_000)
        } else {
            serializer.serialize_f64(self.percent())
        }
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let percent = f64::deserialize(deserializer)?;
        Self::from_percent(percent).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.001,
            "description": "A share of people in percent, in steps of 0.001."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_percentages_are_shares() {
        let check = |json: &str, expect: Option<u32>| {
            assert_eq!(serde_json::from_str::<Share>(json).ok().map(Share::buckets), expect, "{json}");
        };
        check("0", Some(0));
        check("100", Some(100_000));
        check("0.001", Some(1));
        check("33.333", Some(33_333));
        check("99.999", Some(99_999));
        check("0.30000000000000004", Some(300));
        check("0.0005", None);
        check("0.0000000001", None);
        check("99.9999999999", None);
        check("150", None);
        check("-5", None);
        check("100.001", None);
        check("1e400", None);
        check("\"10\"", None);
        check("null", None);
        assert!(Share::from_percent(f64::NAN).is_err());
    }

    #[test]
    fn every_share_survives_its_text() {
        for buckets in 0..=BUCKETS {
            let share = Share::from_buckets(buckets).unwrap();
            let text = serde_json::to_string(&share).unwrap();
            assert_eq!(serde_json::from_str::<Share>(&text).unwrap(), share, "{text}");
        }
    }
}

//! Numbers that people fix beforehand: margins, limits, targets.

use serde::{Deserialize, Serialize};

/// A finite number, in the unit of its metric.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Amount(f64);

/// Not a number that anything could be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a finite number")]
pub struct NotFinite;

/// Finite numbers are equal to themselves.
impl Eq for Amount {}

impl Amount {
    /// 0.
    pub const NOTHING: Self = Self(0.0);

    /// A number.
    ///
    /// # Errors
    /// [`NotFinite`] for infinities and what is not a number.
    pub const fn new(number: f64) -> Result<Self, NotFinite> {
        if number.is_finite() { Ok(Self(number)) } else { Err(NotFinite) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

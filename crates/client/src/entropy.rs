//! The one place of this crate that draws random numbers.

#![expect(clippy::disallowed_methods, reason = "the one place that draws random numbers")]

/// A number from 0 to 1. Where the system gives none it is 1: pauses are then merely not spread.
pub fn fraction() -> f64 {
    getrandom::u64().map_or(1.0, |drawn| drawn as f64 / u64::MAX as f64)
}

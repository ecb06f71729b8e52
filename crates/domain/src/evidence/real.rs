//! Functions of real numbers, the same to the bit wherever this runs. The standard library's come from the platform
//! and differ in the last place.

pub(crate) use libm::{exp, floor, lgamma as ln_gamma, log as ln, log1p as ln_1p, sqrt};

/// ln B(a, b), the logarithm of the beta function.
pub(crate) fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Where `falls` turns from false to true between `low` and `high`, to the precision of a double. It must turn once.
pub(crate) fn turning_point(mut low: f64, mut high: f64, falls: impl Fn(f64) -> bool) -> f64 {
    // A double has 64 bits, so no more halvings than that tell two of them apart.
    for _ in 0..64 {
        let middle = low + (high - low) / 2.0;
        if falls(middle) { high = middle } else { low = middle }
    }
    high
}

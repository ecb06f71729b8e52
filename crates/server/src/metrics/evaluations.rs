//! Flags evaluated for applications, by what decided.

use std::sync::atomic::{AtomicU64, Ordering};

use signalbox_domain::evaluation::Reason;

use super::exposition::{Exposition, Kind};

/// What came of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A value, for this reason.
    Given(Reason),
    /// The rule that decides needed a targeting key.
    TargetingKeyMissing,
    /// There is no such flag.
    FlagNotFound,
    /// An imported flag, or its rule, cannot be understood.
    Broken,
    /// An imported flag names a variant that does not exist.
    Failed,
}

/// As OpenFeature's telemetry spells reasons; errors by their code.
const NAMES: [&str; 9] = [
    "static",
    "default",
    "targeting_match",
    "split",
    "disabled",
    "targeting_key_missing",
    "flag_not_found",
    "parse_error",
    "general",
];

impl Outcome {
    const fn place(self) -> usize {
        match self {
            Self::Given(reason) => reason as usize,
            Self::TargetingKeyMissing => 5,
            Self::FlagNotFound => 6,
            Self::Broken => 7,
            Self::Failed => 8,
        }
    }
}

/// Evaluations counted by one request, to be added to all at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally([u32; NAMES.len()]);

impl Tally {
    /// One evaluation more.
    pub fn count(&mut self, outcome: Outcome) {
        self.0[outcome.place()] += 1;
    }
}

/// All evaluations since the server started.
#[derive(Default)]
pub struct Evaluations([AtomicU64; NAMES.len()]);

impl Evaluations {
    /// Counts one evaluation.
    pub fn count(&self, outcome: Outcome) {
        self.0[outcome.place()].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts all evaluations of one request.
    pub fn add(&self, tally: Tally) {
        for (count, more) in self.0.iter().zip(tally.0) {
            if more > 0 {
                count.fetch_add(u64::from(more), Ordering::Relaxed);
            }
        }
    }

    pub(super) fn write(&self, page: &mut Exposition) {
        let mut family = page.family(
            "signalbox_flag_evaluations_total",
            Kind::Counter,
            "Flags evaluated for applications, by reason or error.",
        );
        for (count, name) in self.0.iter().zip(NAMES) {
            family.sample(&[("reason", name)], count.load(Ordering::Relaxed));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_under_their_own_names() {
        let evaluations = Evaluations::default();
        let mut tally = Tally::default();
        for reason in [Reason::Static, Reason::Default, Reason::TargetingMatch, Reason::Split, Reason::Disabled] {
            let place = Outcome::Given(reason).place();
            assert_eq!(NAMES[place], reason.as_str().to_lowercase());
            tally.count(Outcome::Given(reason));
        }
        tally.count(Outcome::TargetingKeyMissing);
        evaluations.add(tally);
        evaluations.count(Outcome::Given(Reason::Split));
        let mut page = Exposition::default();
        evaluations.write(&mut page);
        let text = page.into_text();
        assert!(text.contains("{reason=\"split\"} 2\n"), "{text}");
        assert!(text.contains("{reason=\"targeting_key_missing\"} 1\n"), "{text}");
        assert!(text.contains("{reason=\"flag_not_found\"} 0\n"), "{text}");
    }
}

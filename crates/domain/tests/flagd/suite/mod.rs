//! flagd's Gherkin suite: where it comes from, its scenarios, and their steps against any [`Evaluator`].
//!
//! Nothing here knows what is tested, so the same steps can ask a library or a server.

mod gherkin;
mod steps;
mod testbed;

use std::collections::BTreeSet;

pub use gherkin::Scenario;
pub use steps::{Evaluator, Response};
pub use testbed::Testbed;

/// Generations of `fractional` that are not the latest, and what upstream has given up.
const NOT_TODAY: [&str; 3] = ["@fractional-v1", "@fractional-v2", "@deprecated"];

/// What became of the scenarios.
#[derive(Default)]
pub struct Tally {
    pub run: usize,
    pub skipped: usize,
    /// One line each.
    pub failures: Vec<String>,
}

impl Tally {
    /// Runs what `select` takes of these scenarios and skips the others.
    pub fn run(&mut self, scenarios: &[Scenario], select: impl Fn(&Scenario) -> bool, evaluator: &mut impl Evaluator) {
        for scenario in scenarios {
            if !select(scenario) {
                self.skipped += 1;
                continue;
            }
            self.run += 1;
            if let Err(failure) = steps::run(scenario, evaluator) {
                self.failures.push(format!("{}: {}: {failure}", scenario.feature, scenario.name));
            }
        }
    }
}

/// Whether the scenario holds for the latest generation, and for a server that serves one set of flags.
pub fn applies_today(scenario: &Scenario) -> bool {
    !carries_any(&scenario.tags, &NOT_TODAY) && !selects_a_flag_set(scenario)
}

/// Whether it chooses among several sets of flags.
pub fn selects_a_flag_set(scenario: &Scenario) -> bool {
    scenario.steps.iter().any(|step| step.text.starts_with("an option \"selector\""))
}

fn carries_any(tags: &BTreeSet<String>, wanted: &[&str]) -> bool {
    wanted.iter().any(|tag| tags.contains(*tag))
}

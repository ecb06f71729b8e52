//! How often evidence is wrong, over simulated rollouts watched at every look. `benches/calibration.rs` has the whole
//! table; here are fewer runs, and bounds that a correct method fails to keep less than once in thousands of times.

#[path = "../benches/simulated/mod.rs"]
mod simulated;

use simulated::{Scenario, run};

const RUNS: u64 = 200;
/// Of 200 at 5 %, more than 21 come up by chance once in 2,500 times.
const MOST_WRONG: usize = 21;

/// How many of the rollouts were called harmful, and how many safe, at any look.
fn called(scenario: &Scenario) -> (usize, usize) {
    let said: Vec<_> = (0..RUNS).map(|seed| run(scenario, seed)).collect();
    (said.iter().filter(|said| said.harm.is_some()).count(), said.iter().filter(|said| said.safe.is_some()).count())
}

fn scenario(stages: &[(f64, u64, f64)], added: f64, margin: f64) -> Scenario {
    Scenario { stages: stages.to_vec(), added, margin, guardrails: 1, look_every: 500 }
}

#[test]
fn a_feature_that_is_the_margin_worse_is_rarely_called_either() {
    let (harm, safe) = called(&scenario(&[(0.5, 12_000, 0.01)], 0.005, 0.005));
    assert!(harm <= MOST_WRONG && safe <= MOST_WRONG, "harm {harm}, safe {safe} of {RUNS}");
}

#[test]
fn rare_errors_are_not_called_safe_before_there_are_enough_people() {
    let (harm, safe) = called(&scenario(&[(0.1, 20_000, 0.001)], 0.000_5, 0.000_5));
    assert!(harm <= MOST_WRONG && safe <= MOST_WRONG, "harm {harm}, safe {safe} of {RUNS}");
}

#[test]
fn a_rising_base_rate_during_a_ramp_is_no_harm() {
    let stages = [(0.1, 12_000, 0.010), (0.25, 5_000, 0.012), (0.5, 5_000, 0.016)];
    let (harm, safe) = called(&scenario(&stages, 0.0, 0.002));
    assert!(harm <= MOST_WRONG, "harm {harm}, safe {safe} of {RUNS}");
    let (harm, safe) = called(&scenario(&stages, 0.002, 0.002));
    assert!(safe <= MOST_WRONG, "harm {harm}, safe {safe} of {RUNS}");
}

#[test]
fn what_is_much_worse_or_no_worse_is_found() {
    let (harm, safe) = called(&scenario(&[(0.5, 12_000, 0.01)], 0.03, 0.005));
    assert!(harm > 190 && safe == 0, "harm {harm}, safe {safe} of {RUNS}");
    let (harm, safe) = called(&scenario(&[(0.5, 12_000, 0.01)], 0.0, 0.01));
    assert!(harm == 0 && safe > 190, "harm {harm}, safe {safe} of {RUNS}");
}

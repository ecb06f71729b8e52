//! flagd's own suite, run against the evaluation itself.

use serde_json::{Map, Value};
use signalbox_domain::flagd::document::Document;
use signalbox_domain::flagd::{Context, FlagSet, Generation};

use crate::suite::{Evaluator, Response, Scenario, Tally, Testbed, applies_today, selects_a_flag_set};

/// The suite's times lie far before and after it.
const NOW: i64 = 1_790_000_000;

/// The features for providers that concern what is evaluated; the others test a client.
const PROVIDER_FEATURES: [&str; 4] = ["disabled", "evaluation", "metadata", "targeting"];

struct Direct {
    flags: FlagSet,
}

impl Direct {
    fn new(document: Value, generation: Generation) -> Self {
        let document = Document::read(document).unwrap();
        Self { flags: FlagSet::compile(&document, |_| generation) }
    }
}

impl Evaluator for Direct {
    fn evaluate(&mut self, key: &str, context: &Map<String, Value>) -> Response {
        match self.flags.evaluate(key, Context { attributes: context, timestamp: NOW }) {
            Ok(answer) => Response {
                value: answer.value.cloned(),
                variant: answer.variant.map(str::to_owned),
                reason: answer.reason.as_str().to_owned(),
                error_code: None,
                metadata: answer.metadata.clone(),
            },
            Err(failure) => Response {
                error_code: Some(failure.cause.code().as_str().to_owned()),
                metadata: failure.metadata.clone(),
                ..Response::default()
            },
        }
    }
}

fn run(generation: Generation, select: impl Fn(&Scenario) -> bool) -> Tally {
    let testbed = Testbed::get();
    let mut tally = Tally::default();
    let evaluator_scenarios = testbed.scenarios("evaluator/gherkin", None);
    tally.run(&evaluator_scenarios, &select, &mut Direct::new(testbed.evaluator_flags(), generation));
    let provider_scenarios = testbed.scenarios("gherkin", Some(&PROVIDER_FEATURES));
    tally.run(&provider_scenarios, &select, &mut Direct::new(testbed.provider_flags(), generation));
    tally
}

#[test]
fn every_scenario_of_today_passes() {
    let tally = run(Generation::Flagd3, applies_today);
    assert_eq!(tally.failures, [""; 0]);
    assert_eq!((tally.run, tally.skipped), (343, 83));
}

#[test]
fn every_scenario_of_the_second_generation_passes() {
    let tally = run(Generation::Flagd2, |scenario| {
        let not_then = ["@fractional-v1", "@fractional-v3", "@deprecated"];
        !not_then.iter().any(|tag| scenario.tags.contains(*tag)) && !selects_a_flag_set(scenario)
    });
    assert_eq!(tally.failures, [""; 0]);
    assert_eq!((tally.run, tally.skipped), (253, 173));
}

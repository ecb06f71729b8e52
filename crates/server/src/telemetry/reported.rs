//! One evaluation as telemetry tells of it.

use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::Value;
use signalbox_domain::Timestamp;
use signalbox_domain::access::SdkKeyKind;

use crate::clock;
use crate::counting::PersonHash;
use crate::engine::Engine;
use crate::evaluation_sets::{EvaluationSet, ServedFlag};
use crate::evidence::{Evaluation, MOST_AHEAD_MILLIS, OLDEST_MILLIS, Request, Requests, Slice, Watched};

/// Name of the event, in traces and in logs.
pub const EVALUATION: &str = "feature_flag.evaluation";
/// Name of the event in older traces.
pub const OLDER_EVALUATION: &str = "feature_flag";

/// An evaluation that an application reports: it showed a variant to somebody.
#[derive(Debug, Default, PartialEq)]
pub struct Reported<'a> {
    /// The flag.
    flag: &'a str,
    variant: Option<&'a str>,
    /// Where no variant is told.
    value: Option<Value>,
    /// Who saw it.
    person: Option<&'a str>,
    /// Project and environment.
    set: Option<&'a str>,
    /// Why it was this variant.
    reason: Option<&'a str>,
    /// The flag-set version that served it.
    version: Option<u64>,
    /// When; where no time is told, it is when it was heard.
    at: Option<Timestamp>,
    /// The request in which it was asked, where it is told of.
    pub request: Option<Request>,
    /// The application showed what is in its code, since the flag could not be evaluated.
    failed: bool,
}

impl<'a> Reported<'a> {
    /// From the attributes of an event; none where it names no flag.
    ///
    /// Older names stand beside those of version 1.44 of the conventions: `feature_flag.variant` for
    /// `feature_flag.result.variant`, `feature_flag.evaluation.reason` for `feature_flag.result.reason`.
    pub fn of(attributes: &'a [KeyValue]) -> Option<Self> {
        let mut reported = Self::default();
        for KeyValue { key, value, .. } in attributes {
            let Some(value) = value else { continue };
            match key.as_str() {
                "feature_flag.key" => reported.flag = text(value).unwrap_or_default(),
                "feature_flag.result.variant" | "feature_flag.variant" => reported.variant = text(value),
                "feature_flag.result.value" => reported.value = json(value),
                "feature_flag.context.id" => reported.person = text(value).filter(|person| !person.is_empty()),
                "feature_flag.set.id" => reported.set = text(value),
                "feature_flag.result.reason" | "feature_flag.evaluation.reason" => {
                    reported.reason = text(value);
                    reported.failed |= reported.reason.is_some_and(|reason| reason.eq_ignore_ascii_case("error"));
                }
                "feature_flag.version" => reported.version = number(value),
                "error.type" => reported.failed = true,
                _ => {}
            }
        }
        (!reported.flag.is_empty()).then_some(reported)
    }

    /// From the attributes of requests that were measured; none where they name no flag, or the flag could not be
    /// evaluated. What failed here is the requests.
    pub fn of_request(attributes: &'a [KeyValue]) -> Option<Self> {
        let reported = Self::of(attributes)?;
        let shown = reported.reason.is_none_or(|reason| !reason.eq_ignore_ascii_case("error"));
        shown.then_some(Self { failed: false, ..reported })
    }

    /// What was shown, as evidence has it.
    pub fn evaluation(&self, variant: &'a str, at: Timestamp) -> Evaluation<'a> {
        Evaluation { variant, reason: self.reason, version: self.version, person: None, at }
    }

    /// The same, at this time of OTLP.
    pub fn at(self, nanos: u64) -> Self {
        Self { at: moment(nanos), ..self }
    }

    /// The flag.
    pub const fn flag(&self) -> &'a str {
        self.flag
    }

    /// The variant that was shown: the one it names, or else the one of the value.
    fn variant_of<'f>(&self, flag: &'f ServedFlag) -> Option<&'f str> {
        let mut variants = flag.compiled.variants();
        let found = match (self.variant, &self.value) {
            (Some(named), _) => variants.find(|(key, _)| key.as_str() == named),
            (None, Some(shown)) => variants.find(|(_, value)| *value == shown),
            (None, None) => None,
        };
        found.map(|(key, _)| key.as_str())
    }
}

/// A time of OTLP, which has none as 0.
pub fn moment(nanos: u64) -> Option<Timestamp> {
    (nanos > 0).then(|| Timestamp::from_millis(i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX)))
}

fn text(value: &AnyValue) -> Option<&str> {
    match value.value.as_ref()? {
        Any::StringValue(text) => Some(text),
        _ => None,
    }
}

/// A whole number, as one or as a text.
fn number(value: &AnyValue) -> Option<u64> {
    match value.value.as_ref()? {
        Any::StringValue(text) => text.parse().ok(),
        Any::IntValue(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn json(value: &AnyValue) -> Option<Value> {
    Some(match value.value.as_ref()? {
        Any::StringValue(text) => text.as_str().into(),
        Any::BoolValue(value) => (*value).into(),
        Any::IntValue(number) => (*number).into(),
        Any::DoubleValue(number) => (*number).into(),
        _ => return None,
    })
}

/// Whether something is neither too old to be put down to anything nor further ahead than clocks differ.
fn is_timely(at: Timestamp, now: Timestamp) -> bool {
    at.millis() >= now.millis() - OLDEST_MILLIS && at.millis() <= now.millis() + MOST_AHEAD_MILLIS
}

fn gather<'a>(
    watched: &Watched,
    kind: SdkKeyKind,
    reported: &Reported<'a>,
    variant: &'a str,
    person: Option<PersonHash>,
) {
    let now = clock::now();
    let at = reported.at.unwrap_or(now);
    if !is_timely(at, now) {
        return;
    }
    let evaluation = Evaluation { person, ..reported.evaluation(variant, at) };
    let exposed = watched.expose(kind, evaluation);
    match (exposed, person, reported.request) {
        (Some(exposed), Some(person), Some(request)) => watched.request(kind, exposed, person, request),
        (_, None, Some(Request { failed, millis })) if kind == SdkKeyKind::Server => {
            let requests = Requests { count: 1.0, failed, millis: Some(millis), at_least: &[(millis, 1.0)] };
            watched.nameless(evaluation, at, Slice::of_time(at), requests);
        }
        _ => {}
    }
}

/// What became of a report.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Evaluations that name a flag that is not in the environment of the key.
    unknown_flags: usize,
    /// Evaluations that name a variant or value that the flag does not have.
    unknown_variants: usize,
    /// Evaluations in another environment than that of the key.
    elsewhere: usize,
    /// Measurements of more series than are followed.
    not_followed: usize,
}

impl Taken {
    /// Counts one evaluation as an exposure, and as evidence where a rollout asks for it; or what is wrong with it. One
    /// that failed showed no variant, so it is neither.
    pub fn add(&mut self, reported: &Reported<'_>, set: &EvaluationSet, kind: SdkKeyKind, engine: &Engine) {
        if reported.failed {
            return;
        }
        let counting = engine.counting();
        let wrong = if reported.set.is_some_and(|id| id != set.id) {
            &mut self.elsewhere
        } else {
            match set.served(reported.flag) {
                None => &mut self.unknown_flags,
                Some(flag) => {
                    let person = reported.person.map(|key| counting.person(key));
                    let variant = reported.variant_of(flag);
                    if let Some(variant) = variant.filter(|variant| flag.told.counts.exposed(variant, person)) {
                        flag.told.seen.exposed(reported.version, flag.compiled.version(), reported.at);
                        if let Some(watched) = engine.watch().of(&set.id, reported.flag) {
                            gather(&watched, kind, reported, variant, person);
                        }
                        return;
                    }
                    &mut self.unknown_variants
                }
            }
        };
        *wrong += 1;
        counting.unknown_exposure();
    }

    /// The rollout that asks for requests with this flag, and the variant that was shown; none where none does.
    pub fn watched<'a>(
        &mut self,
        reported: &Reported<'a>,
        set: &'a EvaluationSet,
        engine: &Engine,
    ) -> Option<(Arc<Watched>, &'a str)> {
        if reported.set.is_some_and(|id| id != set.id) {
            self.elsewhere += 1;
            return None;
        }
        let Some(flag) = set.served(reported.flag) else {
            self.unknown_flags += 1;
            return None;
        };
        let Some(variant) = reported.variant_of(flag) else {
            self.unknown_variants += 1;
            return None;
        };
        Some((engine.watch().of(&set.id, reported.flag)?, variant))
    }

    /// A measurement is of a series that is not followed.
    pub fn not_followed(&mut self) {
        self.not_followed += 1;
    }

    /// What the application should know; the report is taken all the same, for sending it again would help nothing.
    pub fn warning(&self) -> Option<String> {
        let told = [
            (self.unknown_flags, "name a flag that is not in the environment of this key"),
            (self.unknown_variants, "name no variant of their flag"),
            (self.elsewhere, "are of another environment than this key"),
            (self.not_followed, "are of more series than are followed"),
        ];
        let told: Vec<_> = told.iter().filter(|(count, _)| *count > 0).collect();
        let told = told.iter().map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join("; ");
        (!told.is_empty()).then(|| format!("flag evaluations not counted: {told}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(pairs: &[(&str, Any)]) -> Vec<KeyValue> {
        let attribute = |(key, value): &(&str, Any)| KeyValue {
            key: (*key).to_owned(),
            value: Some(AnyValue { value: Some(value.clone()) }),
            ..KeyValue::default()
        };
        pairs.iter().map(attribute).collect()
    }

    fn string(text: &str) -> Any {
        Any::StringValue(text.to_owned())
    }

    #[test]
    fn newer_and_older_names_say_the_same() {
        let newer = attributes(&[
            ("feature_flag.key", string("checkout")),
            ("feature_flag.result.variant", string("on")),
            ("feature_flag.result.reason", string("split")),
            ("feature_flag.context.id", string("ann")),
            ("feature_flag.set.id", string("bank/production")),
            ("feature_flag.version", string("42")),
            ("http.route", string("/pay")),
        ]);
        let expect = Reported {
            flag: "checkout",
            variant: Some("on"),
            person: Some("ann"),
            set: Some("bank/production"),
            reason: Some("split"),
            version: Some(42),
            ..Reported::default()
        };
        assert_eq!(Reported::of(&newer), Some(expect));
        let older = attributes(&[("feature_flag.key", string("checkout")), ("feature_flag.variant", string("on"))]);
        let expect = Reported { flag: "checkout", variant: Some("on"), ..Reported::default() };
        assert_eq!(Reported::of(&older), Some(expect));
        let value =
            attributes(&[("feature_flag.key", string("a")), ("feature_flag.result.value", Any::BoolValue(true))]);
        assert_eq!(Reported::of(&value).unwrap().value, Some(true.into()));
    }

    #[test]
    fn an_evaluation_that_failed_is_no_exposure() {
        for (name, value) in [
            ("feature_flag.result.reason", "error"),
            ("feature_flag.evaluation.reason", "ERROR"),
            ("error.type", "flag_not_found"),
        ] {
            let failed = attributes(&[("feature_flag.key", string("a")), (name, string(value))]);
            assert!(Reported::of(&failed).unwrap().failed, "{name}");
        }
    }

    #[test]
    fn what_names_no_flag_is_none() {
        for pairs in [vec![], vec![("feature_flag.key", Any::IntValue(7))], vec![("feature_flag.key", string(""))]] {
            assert_eq!(Reported::of(&attributes(&pairs)), None);
        }
        let nothing = [KeyValue { key: "feature_flag.key".to_owned(), ..KeyValue::default() }];
        assert_eq!(Reported::of(&nothing), None);
    }
}

//! Why somebody gets what they get, step by step, in words.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::compiled::CompiledFlag;
use super::decide::Reason;
use super::witness::Notebook;
use crate::key::{RuleId, VariantKey};
use crate::targeting::{Attributes, ClauseExplanation, CompiledSegments, SegmentExplanation};

/// What a flag gives to whoever asks, and why. It tells attributes of a person: show it to who asked, and log it
/// nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// What they get; absent where the flag needs to know who asks and was not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Outcome>,
    /// What was asked, in order, down to what decided; what was not reached comes last.
    pub steps: Vec<Step>,
}

/// What somebody gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outcome {
    /// The variant.
    pub variant: VariantKey,
    /// Its value.
    pub value: Value,
    /// Why, as applications are told.
    pub reason: Reason,
    /// The rule that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
}

/// One thing that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// What kind of thing.
    pub kind: StepKind,
    /// Whether it holds; absent where it was not reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
    /// What was asked: "Rule 2, staff first"; "Rule 2" of one without a name.
    pub title: String,
    /// What came of it: "app is 8.2 or newer: is 8.1, so no."
    pub detail: String,
    /// The rule that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// Every clause of the rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<ClauseExplanation>,
    /// The segment that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<SegmentExplanation>,
}

/// What kind of thing is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum StepKind {
    /// Whether the flag is turned off for everyone.
    KillSwitch,
    /// Whether they have a variant of their own.
    Override,
    /// Whether another flag gives what it must.
    Prerequisite,
    /// Whether a targeting rule fits.
    Rule,
    /// Nothing above fits.
    Default,
    /// Whether they are named.
    Named,
    /// Whether they are in a segment that is let in whole.
    Ring,
    /// Whether they are within a share.
    Share,
    /// Which part of a split they fall into.
    Variant,
}

impl Step {
    pub(super) fn new(kind: StepKind, holds: bool, title: impl Into<String>, detail: impl Into<String>) -> Self {
        let (title, detail) = (title.into(), detail.into());
        Self { kind, holds: Some(holds), title, detail, rule: None, clauses: Vec::new(), segment: None }
    }

    pub(super) fn not_reached(kind: StepKind, title: impl Into<String>) -> Self {
        Self { holds: None, ..Self::new(kind, false, title, "Not reached.") }
    }

    pub(super) fn of(self, rule: &RuleId) -> Self {
        Self { rule: Some(rule.clone()), ..self }
    }

    pub(super) fn with(self, clauses: Vec<ClauseExplanation>) -> Self {
        Self { clauses, ..self }
    }

    pub(super) fn within(self, segment: SegmentExplanation) -> Self {
        Self { segment: Some(segment), ..self }
    }
}

impl CompiledFlag {
    /// What whoever asks gets, and why, by the code that evaluates.
    #[must_use]
    pub fn explain(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> Explanation {
        let mut notebook = Notebook::default();
        let given = self.decide(attributes, segments, &mut notebook).ok().map(|choice| self.answer(choice));
        let given = given.map(|answer| Outcome {
            variant: answer.variant.clone(),
            value: answer.value.clone(),
            reason: answer.reason,
            rule: answer.rule.cloned(),
        });
        Explanation { given, steps: notebook.steps }
    }
}

//! What a flag gives to whoever asks. Explaining takes this very path, before the eyes of a witness.

use serde_json::Value;

use super::compiled::CompiledFlag;
use super::explanation::{Step, StepKind};
use super::given_rule::Fit;
use super::grant::{Granted, Reasons};
use super::witness::{Nobody, Witness};
use crate::key::{RuleId, VariantKey};
use crate::targeting::{Attributes, CompiledSegments};

/// Why a flag gave what it gave; the names are OpenFeature's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Reason {
    /// Everybody gets this here.
    Static,
    /// No rule fits, this person is outside a share, or the flag waits for another one.
    Default,
    /// This person is named or in a ring, a rule fits, or they are within a share that no rollout drives.
    TargetingMatch,
    /// A hash decided while a rollout is under way: either arm of its split.
    Split,
    /// The flag is turned off for everyone.
    Disabled,
}

impl Reason {
    /// As OpenFeature spells it: `TARGETING_MATCH`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Static => "STATIC",
            Self::Default => "DEFAULT",
            Self::TargetingMatch => "TARGETING_MATCH",
            Self::Split => "SPLIT",
            Self::Disabled => "DISABLED",
        }
    }
}

/// What a flag gives to one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer<'a> {
    /// Key of the variant.
    pub variant: &'a VariantKey,
    /// Its value.
    pub value: &'a Value,
    /// Why.
    pub reason: Reason,
    /// The rule that decided; none where no rule fits, or something above the rules decided.
    pub rule: Option<&'a RuleId>,
    /// Which of the flag's variants it is, counted from 0.
    pub variant_index: usize,
    /// Which of the rules it is, counted from 0.
    pub rule_index: Option<usize>,
}

/// The rule that decides needs to know who asks, and the context did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this flag is given to a share of people, so the context needs a targetingKey")]
pub struct TargetingKeyMissing;

impl CompiledFlag {
    /// What whoever asks gets. `segments` are those of the project. Asks for the targeting key only where it matters.
    ///
    /// # Errors
    /// [`TargetingKeyMissing`] when a share or a split decides by the targeting key and there is none.
    pub fn evaluate<'a>(
        &'a self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
    ) -> Result<Answer<'a>, TargetingKeyMissing> {
        self.decide(attributes, segments, &mut Nobody)
    }

    /// As [`Self::evaluate`], of somebody of whom nothing but the key is known, in a project without segments.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn evaluate_key(&self, targeting_key: &str) -> Result<Answer<'_>, TargetingKeyMissing> {
        let attributes = Attributes::of_key(targeting_key, crate::Timestamp::default());
        self.evaluate(&attributes, &CompiledSegments::default())
    }

    /// The order of what decides: the kill switch, one's own variant, other flags, rules from first to last, the
    /// default.
    pub(super) fn decide<'a, W: Witness>(
        &'a self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        witness: &mut W,
    ) -> Result<Answer<'a>, TargetingKeyMissing> {
        if self.killed {
            witness
                .note(|| Step::new(StepKind::KillSwitch, true, "Turned off for everyone", "Nothing below is asked."));
            return Ok(self.answer(self.off, Reason::Disabled, None));
        }
        if !self.overrides.is_empty()
            && let Some(variant) = attributes.targeting_key().and_then(|key| self.overrides.get(key))
        {
            witness.note(|| {
                Step::new(StepKind::Override, true, "Has a version of their own", "It stands above every rule.")
            });
            return Ok(self.answer(*variant, Reason::TargetingMatch, None));
        }
        for prerequisite in &self.prerequisites {
            let given = match &prerequisite.flag {
                Some(flag) => Some(flag.decide(attributes, segments, &mut Nobody)?),
                None => None,
            };
            let met = given.is_some_and(|answer| prerequisite.variants.contains(answer.variant));
            witness.note(|| prerequisite.step(given.map(|answer| answer.variant), met));
            if !met {
                return Ok(self.answer(self.off, Reason::Default, None));
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            match rule.fit(index, self, attributes, segments, witness) {
                Fit::No => {}
                Fit::Variant(variant) => return Ok(self.answer(variant, Reason::TargetingMatch, Some(index))),
                Fit::Yes => {
                    let granted = rule.grant.of(attributes, segments, &self.bucketer, Reasons::OF_A_RULE, witness)?;
                    witness.not_reached(self, index + 1);
                    return Ok(self.granted(granted, Some(index)));
                }
            }
        }
        witness.note(|| self.default_step());
        if self.is_static {
            let variant = self.fallback.variant_for_all().unwrap_or(self.off);
            return Ok(self.answer(variant, Reason::Static, None));
        }
        let granted = self.fallback.of(attributes, segments, &self.bucketer, Reasons::OF_THE_REST, witness)?;
        Ok(self.granted(granted, None))
    }

    fn default_step(&self) -> Step {
        if self.rules.is_empty() {
            Step::new(StepKind::Default, true, "Everyone", "There are no rules here.")
        } else {
            Step::new(StepKind::Default, true, "Everyone else", "Nothing above fits.")
        }
    }

    fn granted(&self, (variant, reason): Granted, rule: Option<usize>) -> Answer<'_> {
        self.answer(variant.unwrap_or(self.off), reason, rule)
    }

    fn answer(&self, variant_index: usize, reason: Reason, rule_index: Option<usize>) -> Answer<'_> {
        let (variant, value) = &self.variants[variant_index];
        let rule = rule_index.map(|index| self.rules[index].id());
        Answer { variant, value, reason, rule, variant_index, rule_index }
    }
}

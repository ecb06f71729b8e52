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
#[repr(u8)]
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
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Static, Self::Default, Self::TargetingMatch, Self::Split, Self::Disabled];

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
}

/// The same in numbers, for those who know the flag's variants and rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Which of the flag's variants, counted from 0.
    pub variant: usize,
    /// Why.
    pub reason: Reason,
    /// Which of the rules decided, counted from 0; none where no rule fits, or something above the rules decided.
    pub rule: Option<usize>,
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
        self.choose(attributes, segments).map(|choice| self.answer(choice))
    }

    /// As [`Self::evaluate`], in numbers.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    #[inline]
    pub fn choose(
        &self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
    ) -> Result<Choice, TargetingKeyMissing> {
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
    pub(super) fn decide<W: Witness>(
        &self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        witness: &mut W,
    ) -> Result<Choice, TargetingKeyMissing> {
        if self.killed {
            witness
                .note(|| Step::new(StepKind::KillSwitch, true, "Turned off for everyone", "Nothing below is asked."));
            return Ok(Choice { variant: self.off, reason: Reason::Disabled, rule: None });
        }
        if let Some(overrides) = &self.overrides
            && let Some(&variant) = attributes.targeting_key().and_then(|key| overrides.get(key))
        {
            witness.note(|| {
                Step::new(StepKind::Override, true, "Has a version of their own", "It stands above every rule.")
            });
            return Ok(Choice { variant, reason: Reason::TargetingMatch, rule: None });
        }
        for prerequisite in &self.prerequisites {
            let given = match &prerequisite.flag {
                Some(flag) => Some(flag.evaluate(attributes, segments)?.variant),
                None => None,
            };
            let met = given.is_some_and(|variant| prerequisite.variants.contains(variant));
            witness.note(|| prerequisite.step(given, met));
            if !met {
                return Ok(Choice { variant: self.off, reason: Reason::Default, rule: None });
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            match rule.fit(index, self, attributes, segments, witness) {
                Fit::No => {}
                Fit::Variant(variant) => {
                    return Ok(Choice { variant, reason: Reason::TargetingMatch, rule: Some(index) });
                }
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
            return Ok(Choice { variant, reason: Reason::Static, rule: None });
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

    #[inline]
    fn granted(&self, (variant, reason): Granted, rule: Option<usize>) -> Choice {
        Choice { variant: variant.unwrap_or(self.off), reason, rule }
    }

    pub(super) fn answer(&self, Choice { variant, reason, rule }: Choice) -> Answer<'_> {
        let (variant, value) = &self.variants[variant];
        Answer { variant, value, reason, rule: rule.map(|index| self.rules[index].id()) }
    }
}

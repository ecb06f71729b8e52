//! A targeting rule with what it gives, compiled.

use serde_json::Value;

use super::compiled::CompiledFlag;
use super::explanation::{Step, StepKind};
use super::grant::Grant;
use super::witness::Witness;
use crate::flagd::Generation;
use crate::flagd::expression::{Datum, Evaluators, Expression, Subject};
use crate::key::{RuleId, SegmentKey};
use crate::personal::Commitment;
use crate::targeting::{Attributes, CompiledRule, CompiledSegments, Rule};

/// A rule: who fits, and what they get. In this order, since what is asked first should lie together.
#[derive(Clone)]
#[repr(C)]
pub(super) struct GivenRule {
    advanced: Option<Box<Advanced>>,
    condition: CompiledRule,
    pub(super) grant: Grant,
    name: Option<Box<str>>,
    named_segments: Box<[SegmentKey]>,
}

/// A rule in JSON Logic.
#[derive(Clone)]
struct Advanced {
    /// What was stored compiles; should it not, nobody fits.
    expression: Option<Expression>,
    generation: Generation,
}

/// Whether a rule fits.
pub(super) enum Fit {
    /// It does not, so the next is asked.
    No,
    /// It does; what it gives says the rest.
    Yes,
    /// It does, and says itself which variant.
    Variant(usize),
}

impl GivenRule {
    /// Compiles a rule; `generation` is by what its `fractional` draws.
    pub(super) fn new(rule: &Rule<Commitment>, generation: Generation, grant: Grant) -> Self {
        let compile = |rule: &Value| Expression::compile(rule, &Evaluators::default()).ok();
        Self {
            condition: CompiledRule::new(rule),
            advanced: rule
                .expression
                .as_ref()
                .map(|expression| Box::new(Advanced { expression: compile(expression), generation })),
            name: rule.name.as_deref().map(Into::into),
            named_segments: rule.references("").into_iter().map(|(_, key)| key.clone()).collect(),
            grant,
        }
    }

    pub(super) const fn id(&self) -> &RuleId {
        self.condition.id()
    }

    /// What an explanation calls it; `index` counts the rules of the flag from 0.
    pub(super) fn title(&self, index: usize) -> String {
        match &self.name {
            Some(name) => format!("Rule {}, {name}", index + 1),
            None => format!("Rule {}", index + 1),
        }
    }

    /// The segments that it names.
    pub(super) fn segments(&self) -> impl Iterator<Item = &SegmentKey> {
        self.named_segments.iter().chain(self.grant.segments())
    }

    /// Whether it fits whoever asks; `index` counts the rules of the flag from 0.
    #[inline]
    pub(super) fn fit<W: Witness>(
        &self,
        index: usize,
        flag: &CompiledFlag,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        witness: &mut W,
    ) -> Fit {
        let Some(advanced) = &self.advanced else {
            let fits = witness.fits(index, self, &self.condition, attributes, segments);
            return if fits { Fit::Yes } else { Fit::No };
        };
        let given = advanced.given(flag, attributes);
        let (fit, said) = match given {
            Given::Variant(variant) => (Fit::Variant(variant), "gives a version"),
            // Without a split there is nothing to give.
            Given::True if self.grant.gives_something() => (Fit::Yes, "gives true"),
            Given::True => (Fit::No, "gives true, and this rule has no versions to give"),
            Given::Nothing => (Fit::No, "gives none of the versions"),
            Given::Unreadable => (Fit::No, "cannot be read"),
        };
        let holds = !matches!(fit, Fit::No);
        witness.note(|| {
            Step::new(StepKind::Rule, holds, self.title(index), format!("Its JSON Logic {said}.")).of(self.id())
        });
        fit
    }
}

/// What an expression gave, as a rule takes it.
enum Given {
    Variant(usize),
    True,
    Nothing,
    Unreadable,
}

impl Advanced {
    fn given(&self, flag: &CompiledFlag, attributes: &Attributes<'_>) -> Given {
        let Some(expression) = &self.expression else { return Given::Unreadable };
        attributes.with_context(|context| {
            let subject = Subject::new(flag.key.as_str(), self.generation, context);
            let named = |name: &str| flag.variants.iter().position(|(key, _)| key.as_str() == name);
            match expression.evaluate(&subject) {
                Datum::Text(name) => named(&name).map_or(Given::Nothing, Given::Variant),
                scalar @ (Datum::Bool(_) | Datum::Number(_)) => match (named(&scalar.to_text()), scalar) {
                    (Some(variant), _) => Given::Variant(variant),
                    (None, Datum::Bool(true)) => Given::True,
                    _ => Given::Nothing,
                },
                Datum::Null | Datum::List(_) | Datum::Object(_) => Given::Nothing,
            }
        })
    }
}

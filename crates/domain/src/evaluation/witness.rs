//! Watching a flag being evaluated, so that explaining and evaluating are one code path.

use super::compiled::CompiledFlag;
use super::explanation::{Step, StepKind};
use super::given_rule::GivenRule;
use crate::key::SegmentKey;
use crate::targeting::{Attributes, ClauseExplanation, CompiledRule, CompiledSegments};

/// Sees each step of an evaluation. It changes no outcome.
pub(super) trait Witness {
    /// A step was taken.
    fn note(&mut self, step: impl FnOnce() -> Step);

    /// Whether the clauses of a rule hold.
    fn fits(
        &mut self,
        index: usize,
        rule: &GivenRule,
        condition: &CompiledRule,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
    ) -> bool;

    /// Whether whoever asks is in a ring.
    fn is_in(&mut self, ring: &SegmentKey, attributes: &Attributes<'_>, segments: &CompiledSegments) -> bool;

    /// The rules from here on are not asked any more.
    fn not_reached(&mut self, flag: &CompiledFlag, from: usize);
}

/// Nobody watches; costs nothing.
pub(super) struct Nobody;

impl Witness for Nobody {
    #[inline]
    fn note(&mut self, _: impl FnOnce() -> Step) {}

    #[inline]
    fn fits(
        &mut self,
        _: usize,
        _: &GivenRule,
        condition: &CompiledRule,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
    ) -> bool {
        condition.matches(attributes, segments)
    }

    #[inline]
    fn is_in(&mut self, ring: &SegmentKey, attributes: &Attributes<'_>, segments: &CompiledSegments) -> bool {
        segments.get(ring).is_some_and(|segment| segment.contains(attributes, segments))
    }

    #[inline]
    fn not_reached(&mut self, _: &CompiledFlag, _: usize) {}
}

/// Writes every step down.
#[derive(Default)]
pub(super) struct Notebook {
    pub(super) steps: Vec<Step>,
}

impl Witness for Notebook {
    fn note(&mut self, step: impl FnOnce() -> Step) {
        self.steps.push(step());
    }

    fn fits(
        &mut self,
        index: usize,
        rule: &GivenRule,
        condition: &CompiledRule,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
    ) -> bool {
        let explanation = condition.explain(attributes, segments);
        let (fits, clauses) = (explanation.fits, explanation.clauses);
        let detail = match clauses.iter().find(|clause| clause.holds == fits) {
            // Of a rule that does not fit, the first clause that fails says it; of one that fits, all of them do.
            Some(_) if fits => clauses.iter().map(ClauseExplanation::sentence).collect::<Vec<_>>().join("; "),
            Some(clause) => clause.sentence(),
            None => "It asks nothing, so it fits everyone".to_owned(),
        };
        self.steps
            .push(Step::new(StepKind::Rule, fits, rule.title(index), format!("{detail}.")).of(rule.id()).with(clauses));
        fits
    }

    fn is_in(&mut self, ring: &SegmentKey, attributes: &Attributes<'_>, segments: &CompiledSegments) -> bool {
        let Some(segment) = segments.get(ring) else {
            let detail = "There is no such group.";
            self.steps.push(Step::new(StepKind::Ring, false, format!("Group {ring}"), detail));
            return false;
        };
        let explanation = segment.explain(attributes, segments);
        let is_in = explanation.is_in();
        let detail = if is_in { "They are in it." } else { "They are not in it." };
        let title = format!("Group {}", explanation.name);
        self.steps.push(Step::new(StepKind::Ring, is_in, title, detail).within(explanation));
        is_in
    }

    fn not_reached(&mut self, flag: &CompiledFlag, from: usize) {
        for (index, rule) in flag.rules.iter().enumerate().skip(from) {
            self.steps.push(Step::not_reached(StepKind::Rule, rule.title(index)).of(rule.id()));
        }
        self.steps.push(Step::not_reached(StepKind::Default, "Everyone else"));
    }
}

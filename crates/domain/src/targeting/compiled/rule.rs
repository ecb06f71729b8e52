//! The condition of a rule compiled.

use smallvec::SmallVec;

use super::{CompiledClause, CompiledSegments, Question, every};
use crate::key::RuleId;
use crate::targeting::attribute::Attributes;
use crate::targeting::observer::{Observer, Unobserved};
use crate::targeting::rule::Rule;

/// The condition of a rule, ready to be asked.
#[derive(Debug, Clone)]
pub struct CompiledRule {
    /// One lies in the rule itself, so that most rules are read in one piece.
    clauses: SmallVec<[CompiledClause; 1]>,
    id: RuleId,
}

impl CompiledRule {
    /// Compiles the condition of a rule.
    #[must_use]
    pub fn new<Person>(rule: &Rule<Person>) -> Self {
        Self { id: rule.id.clone(), clauses: rule.clauses.iter().cloned().map(CompiledClause::new).collect() }
    }

    /// The id of the rule.
    #[must_use]
    pub const fn id(&self) -> &RuleId {
        &self.id
    }

    /// Whether whoever asks fits: all clauses hold.
    #[must_use]
    #[inline]
    pub fn matches(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> bool {
        self.observe(attributes, segments, &mut Unobserved)
    }

    /// Whether whoever asks fits, before the eyes of `observer`.
    #[inline]
    pub fn observe(
        &self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        observer: &mut impl Observer,
    ) -> bool {
        every(&self.clauses, true, Question { attributes, segments, depth: 0 }, observer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use serde_json::json;

    #[test]
    fn a_rule_needs_all_its_clauses() {
        let rule: Rule<String> = serde_json::from_value(json!({
            "id": "r", "share": 50, "split": [{"variant": "on", "weight": 100}],
            "clauses": [
                {"operator": "one_of", "attribute": "country", "values": ["DE"]},
                {"operator": "number_at_least", "attribute": "age", "number": 18},
            ],
        }))
        .unwrap();
        let rule = CompiledRule::new(&rule);
        let none = CompiledSegments::default();
        for (context, expect) in [
            (json!({"country": "DE", "age": 20}), true),
            (json!({"country": "DE", "age": 17}), false),
            (json!({"country": "AT", "age": 20}), false),
            (json!({"country": "DE"}), false),
            (json!({}), false),
        ] {
            let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::default());
            assert_eq!(rule.matches(&attributes, &none), expect, "{context}");
        }
    }
}

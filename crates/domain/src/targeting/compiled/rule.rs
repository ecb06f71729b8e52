//! The condition of a rule compiled.

use super::{CompiledClause, CompiledSegments, Question, every};
use crate::key::RuleId;
use crate::targeting::attribute::{AttributePath, Attributes};
use crate::targeting::observer::{Observer, Unobserved};
use crate::targeting::rule::Rule;

/// The condition of a rule, ready to be asked.
#[derive(Debug, Clone)]
pub struct CompiledRule {
    id: RuleId,
    clauses: Box<[CompiledClause]>,
    split_by: Option<AttributePath>,
}

impl CompiledRule {
    /// Compiles the condition of a rule.
    #[must_use]
    pub fn new<Person>(rule: &Rule<Person>) -> Self {
        Self {
            id: rule.id.clone(),
            clauses: rule.clauses.iter().cloned().map(CompiledClause::new).collect(),
            split_by: rule.split_by.clone(),
        }
    }

    /// The id of the rule.
    #[must_use]
    pub const fn id(&self) -> &RuleId {
        &self.id
    }

    /// Whether whoever asks fits: all clauses hold.
    #[must_use]
    pub fn matches(&self, attributes: &Attributes<'_>, segments: &CompiledSegments) -> bool {
        self.observe(attributes, segments, &mut Unobserved)
    }

    /// Whether whoever asks fits, before the eyes of `observer`.
    pub fn observe(
        &self,
        attributes: &Attributes<'_>,
        segments: &CompiledSegments,
        observer: &mut impl Observer,
    ) -> bool {
        every(&self.clauses, true, Question { attributes, segments, depth: 0 }, observer)
    }

    /// Calls `decide` with the text whose bucket decides share and variant: the targeting key, or the attribute that
    /// the rule splits by, read as a text. None where it is missing, empty, or no text; such a person is in no bucket.
    pub fn with_split_key<Answer>(
        &self,
        attributes: &Attributes<'_>,
        decide: impl FnOnce(Option<&str>) -> Answer,
    ) -> Answer {
        match &self.split_by {
            None => decide(attributes.targeting_key()),
            Some(path) => attributes.with_text(path, decide),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use serde_json::json;

    #[test]
    fn a_rule_needs_all_its_clauses_and_knows_whose_bucket_counts() {
        let rule = |split_by: Option<&str>| -> CompiledRule {
            let rule: Rule<String> = serde_json::from_value(json!({
                "id": "r", "share": 50, "split": [{"variant": "on", "weight": 100}], "split_by": split_by,
                "clauses": [
                    {"operator": "one_of", "attribute": "country", "values": ["DE"]},
                    {"operator": "number_at_least", "attribute": "age", "number": 18},
                ],
            }))
            .unwrap();
            CompiledRule::new(&rule)
        };
        let context =
            json!({"targetingKey": "ann", "country": "DE", "age": 20, "company": {"id": 7, "name": "", "tags": ["a"]}});
        let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::default());
        let none = CompiledSegments::default();
        assert!(rule(None).matches(&attributes, &none));
        assert!(!rule(None).matches(&Attributes::of_key("ann", Timestamp::default()), &none));
        for (split_by, expect) in [
            (None, Some("ann")),
            (Some("targetingKey"), Some("ann")),
            (Some("company.id"), Some("7")),
            (Some("company.name"), None),
            (Some("company.tags"), None),
            (Some("company"), None),
            (Some("nothing"), None),
        ] {
            let got = rule(split_by).with_split_key(&attributes, |key| key.map(ToOwned::to_owned));
            assert_eq!(got.as_deref(), expect, "{split_by:?}");
        }
    }
}

//! Rules: who fits gets what. Read from the top; the first that fits decides.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::attribute::AttributePath;
use super::clause::Clause;
use super::limits::MOST_RULES;
use super::segment::{check_clauses, references_of};
use crate::flag::WeightedVariant;
use crate::key::{RuleId, SegmentKey, VariantKey};
use crate::refusal::Refusal;
use crate::share::{BUCKETS, Share};
use crate::text;

/// Who fits, and what they get.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rule {
    /// Opaque id, unique in its configuration; stays when the rule is moved or changed.
    pub id: RuleId,
    /// What people call it, such as "Staff first".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All of these must hold. Without any, everybody fits.
    pub clauses: Vec<Clause>,
    /// How many of those who fit have the feature; the others do not, and no later rule is asked.
    pub share: Share,
    /// Whose bucket decides the share and the variant: all who have this attribute in common stay together, a
    /// company or a household. Absent: the targeting key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_by: Option<AttributePath>,
    /// Which variants those get who have the feature; weights sum to 100 %.
    pub split: Vec<WeightedVariant>,
}

/// What exists beside the rules that are checked.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Whether the flag has this variant.
    pub has_variant: &'a dyn Fn(&VariantKey) -> bool,
    /// Whether the project has this segment.
    pub has_segment: &'a dyn Fn(&SegmentKey) -> bool,
}

impl Rule {
    /// The rule in its stored form: name and description trimmed and absent where they say nothing, everything
    /// within its limits.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the path of the field, which begins with `field`.
    pub fn accept(mut self, field: &str, surroundings: Surroundings<'_>) -> Result<Self, Refusal> {
        let at = |name: &str| format!("{field}.{name}");
        let spoken = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        self.name = spoken(self.name)
            .map(|name| text::name(&name).map_err(|error| Refusal::invalid(at("name"), error)))
            .transpose()?;
        self.description = spoken(self.description)
            .map(|lines| text::description(&lines).map_err(|error| Refusal::invalid(at("description"), error)))
            .transpose()?;
        check_clauses(&self.clauses, &at("clauses"))?;
        for (path, named) in self.references(field) {
            if !(surroundings.has_segment)(named) {
                let message = format!("must be a segment of the project; there is no \"{named}\"");
                return Err(Refusal::invalid(path, message));
            }
        }
        check_split(&self.split, &at("split"), surroundings.has_variant)?;
        // The targeting key is what is split by when nothing is said; one way to say it is enough.
        self.split_by = self.split_by.filter(|path| *path != AttributePath::targeting_key());
        Ok(self)
    }

    /// The segments that the rule names, each with the path of its field; `field` is the path of the rule.
    #[must_use]
    pub fn references(&self, field: &str) -> Vec<(String, &SegmentKey)> {
        references_of(&self.clauses, &format!("{field}.clauses"))
    }
}

/// The rules of a flag in an environment in their stored form, from first to last.
///
/// # Errors
/// [`Refusal::Invalid`] with the path of the field, which begins with `rules`.
pub fn accept_rules(rules: Vec<Rule>, surroundings: Surroundings<'_>) -> Result<Vec<Rule>, Refusal> {
    if rules.len() > MOST_RULES {
        return Err(Refusal::invalid("rules", format!("must list at most {MOST_RULES} rules")));
    }
    let mut ids = BTreeSet::new();
    if let Some(index) = rules.iter().position(|rule| !ids.insert(&rule.id)) {
        return Err(Refusal::invalid(format!("rules[{index}].id"), "must differ from the other rules' ids"));
    }
    let accepted = rules.into_iter().enumerate();
    accepted.map(|(index, rule)| rule.accept(&format!("rules[{index}]"), surroundings)).collect()
}

/// Variants of the flag, none twice, weights that sum to 100 %.
fn check_split(
    split: &[WeightedVariant],
    field: &str,
    has_variant: &dyn Fn(&VariantKey) -> bool,
) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for (index, part) in split.iter().enumerate() {
        let refuse = |name: &str, message: &str| Err(Refusal::invalid(format!("{field}[{index}].{name}"), message));
        if !has_variant(&part.variant) {
            return refuse("variant", "must be the key of one of the flag's variants");
        }
        if !seen.insert(&part.variant) {
            return refuse("variant", "must not be listed twice");
        }
        if part.weight == Share::NOBODY {
            return refuse("weight", "must be more than 0; leave the variant out instead");
        }
    }
    let sum: u64 = split.iter().map(|part| u64::from(part.weight.buckets())).sum();
    match sum == u64::from(BUCKETS) {
        true => Ok(()),
        false => Err(Refusal::invalid(field, "weights must sum to 100")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn accept(rules: Value) -> Result<Vec<Rule>, Refusal> {
        let surroundings = Surroundings {
            has_variant: &|key| ["on", "off"].contains(&key.as_str()),
            has_segment: &|key| key.as_str() == "staff",
        };
        accept_rules(serde_json::from_value(rules).unwrap(), surroundings)
    }

    fn rule(changes: Value) -> Value {
        let mut rule = json!({"id": "r1", "clauses": [], "share": 25, "split": [{"variant": "on", "weight": 100}]});
        rule.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        rule
    }

    #[test]
    fn rules_take_their_stored_form() {
        let accepted = accept(json!([
            rule(json!({"name": " Staff first ", "description": " ", "split_by": "targetingKey"})),
            rule(json!({"id": "r2", "name": "", "split_by": "company.id", "share": 0.001,
                "split": [{"variant": "on", "weight": 99.999}, {"variant": "off", "weight": 0.001}]})),
        ]))
        .unwrap();
        assert_eq!(
            serde_json::to_value(&accepted).unwrap(),
            json!([
                {"id": "r1", "name": "Staff first", "clauses": [], "share": 25, "split": [{"variant": "on", "weight": 100}]},
                {"id": "r2", "clauses": [], "share": 0.001, "split_by": "company.id",
                    "split": [{"variant": "on", "weight": 99.999}, {"variant": "off", "weight": 0.001}]},
            ])
        );
    }

    #[test]
    fn refusals_name_the_field() {
        let check = |changes: Value, expect: &str| {
            let refusal = accept(json!([rule(json!({"id": "r0"})), rule(changes)])).unwrap_err();
            assert_eq!(refusal.to_string(), expect);
        };
        check(json!({"id": "r0"}), "rules[1].id: must differ from the other rules' ids");
        check(json!({"name": "a\nb"}), "rules[1].name: must not contain control or text-direction characters");
        check(
            json!({"clauses": [{"operator": "in_segment", "segments": ["staff", "beta"]}]}),
            "rules[1].clauses[0].segments[1]: must be a segment of the project; there is no \"beta\"",
        );
        check(
            json!({"clauses": [{"operator": "is_set", "attribute": "a"}, {"operator": "version_equals", "attribute": "a", "version": ""}]}),
            "rules[1].clauses[1].version: must be a version such as 8, 8.2, 8.2.1 or 8.2.1-beta.3",
        );
        check(
            json!({"clauses": vec![json!({"operator": "is_set", "attribute": "a"}); 31]}),
            "rules[1].clauses: must list at most 30 clauses",
        );
        check(
            json!({"split": [{"variant": "blue", "weight": 100}]}),
            "rules[1].split[0].variant: must be the key of one of the flag's variants",
        );
        check(
            json!({"split": [{"variant": "on", "weight": 50}, {"variant": "on", "weight": 50}]}),
            "rules[1].split[1].variant: must not be listed twice",
        );
        check(
            json!({"split": [{"variant": "on", "weight": 100}, {"variant": "off", "weight": 0}]}),
            "rules[1].split[1].weight: must be more than 0; leave the variant out instead",
        );
        check(json!({"split": [{"variant": "on", "weight": 99.999}]}), "rules[1].split: weights must sum to 100");
        check(json!({"split": []}), "rules[1].split: weights must sum to 100");
        let many: Vec<_> = (0..101).map(|number| rule(json!({"id": format!("r{number}")}))).collect();
        assert_eq!(accept(json!(many)).unwrap_err().to_string(), "rules: must list at most 100 rules");
    }
}

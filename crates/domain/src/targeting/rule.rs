//! Rules: who fits gets what. Read from the top; the first that fits decides.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attribute::AttributePath;
use super::clause::Clause;
use super::limits::{LARGEST_EXPRESSION, MOST_RULES};
use super::segment::{check_clauses, references_of};
use crate::environment::LARGEST_AUDIENCE;
use crate::flag::{Audience, WeightedVariant};
use crate::flagd::expression::{Evaluators, Expression};
use crate::key::{RuleId, SegmentKey, VariantKey};
use crate::personal::Commitment;
use crate::refusal::Refusal;
use crate::rollout::MOST_RINGS;
use crate::share::{BUCKETS, Share};
use crate::text;

/// Who fits, and what they get.
///
/// Keys of people are personal. `Person` is how one stands here: a commitment in the log, a key on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rule<Person> {
    /// Chosen by whoever writes the rule, unique in its configuration; stays when the rule is moved or changed.
    pub id: RuleId,
    /// What people call it, such as "Staff first".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All of these must hold. Without any, everybody fits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<Clause>,
    /// Advanced: JSON Logic in flagd's dialect, in place of clauses. A text that is the key of a variant gives that
    /// variant, `true` fits, and anything else does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<Value>,
    /// About how many people fit, as the team states it; shares of the rule are told in people by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fits: Option<u64>,
    /// How many of those who fit have the feature; the others do not, and no later rule is asked.
    #[serde(default = "everybody")]
    pub share: Share,
    /// Of those who fit, these people have the feature whatever the share.
    #[serde(default = "Vec::<Person>::new", skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// Rings: of those who fit, whoever is in one of these segments has the feature whatever the share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentKey>,
    /// Whose bucket decides the share and the variant: all who have this attribute in common stay together, a
    /// company or a household. Absent: the targeting key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_by: Option<AttributePath>,
    /// Which variants those get who have the feature; weights sum to 100 %. May be empty for an expression that
    /// gives variants itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub split: Vec<WeightedVariant>,
}

const fn everybody() -> Share {
    Share::EVERYBODY
}

/// What exists beside the rules that are checked.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Whether the flag has this variant.
    pub has_variant: &'a dyn Fn(&VariantKey) -> bool,
    /// Whether the project has this segment.
    pub has_segment: &'a dyn Fn(&SegmentKey) -> bool,
}

impl Rule<Commitment> {
    /// Who of those who fit has the feature when no rollout drives it.
    #[must_use]
    pub fn audience(&self) -> Audience {
        Audience { people: self.people.clone(), segments: self.segments.clone(), share: self.share }
    }

    /// Takes over who of those who fit has the feature.
    pub fn set_audience(&mut self, audience: Audience) {
        let Audience { people, segments, share } = audience;
        (self.people, self.segments, self.share) = (people, segments, share);
    }
}

impl<Person> Rule<Person> {
    /// The rule in its stored form: name and description trimmed, a description that says nothing absent, everything
    /// within its limits. Who the people are is checked where that is known.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the path of the field, which begins with `field`.
    pub fn accept(mut self, field: &str, surroundings: Surroundings<'_>) -> Result<Self, Refusal> {
        let at = |name: &str| format!("{field}.{name}");
        self.name =
            self.name.map(|name| text::name(&name).map_err(|error| Refusal::invalid(at("name"), error))).transpose()?;
        self.description = self
            .description
            .map(|lines| text::description(&lines).map_err(|error| Refusal::invalid(at("description"), error)))
            .transpose()?
            .filter(|lines| !lines.is_empty());
        check_clauses(&self.clauses, &at("clauses"))?;
        self.expression = self.expression.filter(|expression| !expression.is_null());
        if let Some(expression) = &self.expression {
            if !self.clauses.is_empty() {
                return Err(Refusal::invalid(at("expression"), "must not stand beside clauses; use one of the two"));
            }
            check_expression(expression, &at("expression"))?;
        }
        if self.fits.is_some_and(|people| people > LARGEST_AUDIENCE) {
            return Err(Refusal::invalid(at("fits"), format!("must be at most {LARGEST_AUDIENCE} people")));
        }
        check_rings(&self.segments, &at("segments"))?;
        for (path, named) in self.references(field) {
            if !(surroundings.has_segment)(named) {
                let message = format!("must be a segment of the project; there is no \"{named}\"");
                return Err(Refusal::invalid(path, message));
            }
        }
        if self.expression.is_none() || !self.split.is_empty() {
            check_split(&self.split, &at("split"), surroundings.has_variant)?;
        }
        // The targeting key is what is split by when nothing is said; one way to say it is enough.
        self.split_by = self.split_by.filter(|path| *path != AttributePath::targeting_key());
        Ok(self)
    }

    /// The segments that the rule names, each with the path of its field; `field` is the path of the rule.
    #[must_use]
    pub fn references(&self, field: &str) -> Vec<(String, &SegmentKey)> {
        let mut references = references_of(&self.clauses, &format!("{field}.clauses"));
        let rings = self.segments.iter().enumerate();
        references.extend(rings.map(|(index, key)| (format!("{field}.segments[{index}]"), key)));
        references
    }

    /// What people call it: its name, or its id.
    #[must_use]
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.id.as_str())
    }

    /// The rule with each person put another way, such as a key for a commitment.
    ///
    /// # Errors
    /// The first error of `put`, which gets the index among the people of the rule.
    pub fn try_map_people<Other, E>(
        self,
        mut put: impl FnMut(usize, Person) -> Result<Other, E>,
    ) -> Result<Rule<Other>, E> {
        let people = self.people.into_iter().enumerate().map(|(index, person)| put(index, person));
        let people = people.collect::<Result<_, E>>()?;
        let Self { id, name, description, clauses, expression, fits, share, segments, split_by, split, .. } = self;
        Ok(Rule { id, name, description, clauses, expression, fits, share, people, segments, split_by, split })
    }
}

/// The rules of a flag in an environment in their stored form, from first to last.
///
/// # Errors
/// [`Refusal::Invalid`] with the path of the field, which begins with `rules`.
pub fn accept_rules<Person>(
    rules: Vec<Rule<Person>>,
    surroundings: Surroundings<'_>,
) -> Result<Vec<Rule<Person>>, Refusal> {
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

/// Segments that are let in whole: not too many, none twice.
pub fn check_rings(segments: &[SegmentKey], field: &str) -> Result<(), Refusal> {
    if segments.len() > MOST_RINGS {
        return Err(Refusal::invalid(field, format!("must list at most {MOST_RINGS}")));
    }
    match (1..segments.len()).find(|index| segments[..*index].contains(&segments[*index])) {
        Some(index) => Err(Refusal::invalid(format!("{field}[{index}]"), "must not be listed twice")),
        None => Ok(()),
    }
}

/// JSON Logic that compiles and is not too long.
fn check_expression(expression: &Value, field: &str) -> Result<(), Refusal> {
    if expression.to_string().len() > LARGEST_EXPRESSION {
        return Err(Refusal::invalid(field, format!("must be at most {LARGEST_EXPRESSION} bytes of JSON")));
    }
    match Expression::compile(expression, &Evaluators::default()) {
        Ok(_) => Ok(()),
        Err(malformed) => Err(Refusal::invalid(field, format!("must be JSON Logic as flagd knows it: {malformed}"))),
    }
}

/// Variants of the flag, none twice, weights that sum to 100 %.
///
/// # Errors
/// [`Refusal::Invalid`] with the path of the field, which begins with `field`.
pub fn check_split(
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

    fn accept(rules: Value) -> Result<Vec<Rule<String>>, Refusal> {
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
            rule(json!({"id": "r2", "split_by": "company.id", "share": 0.001,
                "split": [{"variant": "on", "weight": 99.999}, {"variant": "off", "weight": 0.001}]})),
        ]))
        .unwrap();
        assert_eq!(
            serde_json::to_value(&accepted).unwrap(),
            json!([
                {"id": "r1", "name": "Staff first", "share": 25, "split": [{"variant": "on", "weight": 100}]},
                {"id": "r2", "share": 0.001, "split_by": "company.id",
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
        check(json!({"name": " "}), "rules[1].name: must not be empty");
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

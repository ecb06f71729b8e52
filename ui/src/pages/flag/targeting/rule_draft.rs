//! A rule as it is typed, and what it comes to.

use std::collections::BTreeMap;

use serde_json::Value;
use signalbox_domain::Refusal;
use signalbox_domain::flag::WeightedVariant;
use signalbox_domain::key::{RuleId, SegmentKey, VariantKey};
use signalbox_domain::people::grouped;
use signalbox_domain::targeting::{AttributePath, Rule, Surroundings};
use signalbox_domain::{Share, text};

use crate::clauses::ClauseDraft;
use crate::count;
use crate::form::{key_from_name, sentence};
use crate::json;
use crate::pages::flag::percent;
use crate::pages::flag::targeting::keys;
use crate::pages::flag::targeting::split_rows::{self, SplitRow};
use crate::state::Segments;

/// A rule as it is typed.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleDraft {
    /// Stays when the rule is changed.
    pub id: RuleId,
    /// What people call it; empty for none.
    pub name: String,
    /// Why it is there; empty for nothing.
    pub description: String,
    /// All of these must hold.
    pub clauses: Vec<ClauseDraft>,
    /// JSON Logic in place of clauses, for a rule that is written so.
    pub expression: Option<String>,
    /// About how many people fit; empty where nobody stated it.
    pub fits: String,
    /// The share in percent.
    pub share: String,
    /// One key on each line.
    pub people: String,
    /// Groups that have it whatever the share is.
    pub segments: Vec<SegmentKey>,
    /// Whose place decides; empty for the targeting key.
    pub split_by: String,
    /// Every variant with its weight.
    pub weights: Vec<SplitRow>,
}

/// What is wrong with each field of a rule, by the field's name.
pub type Problems = BTreeMap<&'static str, String>;

impl RuleDraft {
    /// As a rule of a flag with these variants.
    pub fn of(rule: &Rule<String>, variants: &[VariantKey]) -> Self {
        Self {
            id: rule.id.clone(),
            name: rule.name.clone().unwrap_or_default(),
            description: rule.description.clone().unwrap_or_default(),
            clauses: rule.clauses.iter().map(ClauseDraft::from).collect(),
            expression: rule.expression.as_ref().map(|expression| format!("{expression:#}")),
            fits: rule.fits.map(grouped).unwrap_or_default(),
            share: percent::typed(rule.share),
            people: rule.people.join("\n"),
            segments: rule.segments.clone(),
            split_by: rule.split_by.as_ref().map(ToString::to_string).unwrap_or_default(),
            weights: split_rows::rows(variants, &rule.split),
        }
    }

    /// The rule, checked as the server does.
    ///
    /// # Errors
    /// What is wrong with each field.
    pub fn read(&self, variants: &[VariantKey], segments: &Segments) -> Result<Rule<String>, Problems> {
        let mut problems = Problems::new();
        let mut wrong = |field, message: String| {
            problems.entry(field).or_insert(message);
        };
        let clauses: Vec<_> = match &self.expression {
            Some(_) => Vec::new(),
            None => self
                .clauses
                .iter()
                .filter_map(|draft| {
                    draft.read().map_err(|_| wrong("clauses", "Mend the conditions that are marked.".into())).ok()
                })
                .collect(),
        };
        let expression = self.expression.as_ref().and_then(|text| match json::read::<Value>(text) {
            Ok(expression) => Some(expression),
            Err(fault) => {
                wrong("expression", fault.sentence());
                None
            }
        });
        let fits = count::parse_optional(&self.fits).map_err(|message| wrong("fits", message)).ok().flatten();
        let share = percent::parse(&self.share).map_err(|message| wrong("share", message)).unwrap_or(Share::NOBODY);
        let people: Vec<_> = keys(&self.people)
            .into_iter()
            .filter_map(|key| {
                text::person(&key).map_err(|error| wrong("people", sentence(&error.to_string(), ""))).ok()
            })
            .collect();
        let split_by = match self.split_by.trim() {
            "" => None,
            path => AttributePath::new(path).map_err(|error| wrong("split_by", sentence(&error.to_string(), ""))).ok(),
        };
        let split = self.split().map_err(|message| wrong("split", message)).unwrap_or_default();
        let spoken = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let rule = Rule {
            id: self.id.clone(),
            name: spoken(&self.name),
            description: spoken(&self.description),
            clauses,
            expression,
            fits,
            share,
            people,
            segments: self.segments.clone(),
            split_by,
            split,
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        accept(rule, variants, segments).map_err(|refusal| BTreeMap::from([problem_of(&refusal)]))
    }

    /// The split, which a rule that gives variants by its own logic may leave out.
    fn split(&self) -> Result<Vec<WeightedVariant>, String> {
        let none = self
            .weights
            .iter()
            .all(|row| row.weight.trim().is_empty() || percent::parse(&row.weight) == Ok(Share::NOBODY));
        if self.expression.is_some() && none {
            return Ok(Vec::new());
        }
        let checked = split_rows::check(&self.weights);
        checked.split.ok_or_else(|| checked.problems.into_iter().flatten().next().unwrap_or(checked.sum))
    }
}

/// A rule in its stored form.
///
/// # Errors
/// The refusal of the domain, whose path begins with `rule`.
pub fn accept(rule: Rule<String>, variants: &[VariantKey], segments: &Segments) -> Result<Rule<String>, Refusal> {
    let surroundings =
        Surroundings { has_variant: &|key| variants.contains(key), has_segment: &|key| segments.get(key).is_some() };
    rule.accept("rule", surroundings)
}

/// The field of the form that a refusal is about, and what it says.
fn problem_of(refusal: &Refusal) -> (&'static str, String) {
    const FIELDS: [&str; 9] =
        ["name", "description", "clauses", "expression", "fits", "people", "segments", "split_by", "split"];
    let Refusal::Invalid { field, message } = refusal else { return ("rule", sentence(&refusal.to_string(), "")) };
    let path = field.strip_prefix("rule.").unwrap_or(field);
    let field = FIELDS
        .into_iter()
        .find(|name| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.'])));
    (field.unwrap_or("rule"), sentence(message, ""))
}

/// A new rule, for everybody, that gives the first variant that is not the off variant.
pub fn new_rule(id: RuleId, variants: &[VariantKey], off: &VariantKey) -> Rule<String> {
    let given = variants.iter().find(|variant| *variant != off).unwrap_or(off);
    Rule {
        id,
        name: None,
        description: None,
        clauses: Vec::new(),
        expression: None,
        fits: None,
        share: Share::EVERYBODY,
        people: Vec::new(),
        segments: Vec::new(),
        split_by: None,
        split: vec![WeightedVariant { variant: given.clone(), weight: Share::EVERYBODY }],
    }
}

/// An id that no other rule has, made from a name where there is one.
pub fn free_id(name: &str, taken: &[RuleId]) -> Option<RuleId> {
    let base = key_from_name(name);
    let base = if base.is_empty() { "rule".to_owned() } else { base };
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let free = std::iter::once(base.clone()).chain(numbered).take(taken.len() + 1);
    free.into_iter().find(|id| taken.iter().all(|one| one.as_str() != id)).and_then(|id| RuleId::new(id).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn variants() -> Vec<VariantKey> {
        ["on", "off"].map(|key| VariantKey::new(key).unwrap()).into()
    }

    fn rule() -> Rule<String> {
        serde_json::from_value(json!({
            "id": "staff", "name": "Staff first", "fits": 640, "share": 12.5, "people": ["ann"],
            "clauses": [{"operator": "version_at_least", "attribute": "app", "version": "8.2"}],
            "split_by": "company", "split": [{"variant": "on", "weight": 100}],
        }))
        .unwrap()
    }

    #[test]
    fn what_is_stored_is_what_was_typed() {
        let draft = RuleDraft::of(&rule(), &variants());
        assert_eq!((draft.fits.as_str(), draft.share.as_str()), ("640", "12.5"));
        assert_eq!(draft.read(&variants(), &Segments::default()), Ok(rule()));
    }

    #[test]
    fn logic_stands_in_place_of_conditions() {
        let mut draft = RuleDraft::of(&rule(), &variants());
        draft.expression = Some("{\"==\": [1, 1]}".into());
        let read = draft.read(&variants(), &Segments::default()).unwrap();
        assert!(read.clauses.is_empty() && read.expression.is_some());
        draft.weights.iter_mut().for_each(|row| row.weight.clear());
        assert!(draft.read(&variants(), &Segments::default()).unwrap().split.is_empty());
        draft.expression = Some("{\n\"==\": [1, 1}".into());
        let problems = draft.read(&variants(), &Segments::default()).unwrap_err();
        assert!(problems["expression"].starts_with("Line 2, column 12: "), "{problems:?}");
    }

    #[test]
    fn what_is_wrong_stands_at_its_field() {
        let check = |change: fn(&mut RuleDraft), field: &str, expect: &str| {
            let mut draft = RuleDraft::of(&rule(), &variants());
            change(&mut draft);
            let problems = draft.read(&variants(), &Segments::default()).unwrap_err();
            assert_eq!(problems.get(field).map(String::as_str), Some(expect), "{problems:?}");
        };
        check(|draft| draft.share = "x".into(), "share", "Must be a number from 0 to 100 with at most three decimals.");
        check(|draft| draft.fits = "many".into(), "fits", "Must be a whole number from 0 to 100,000,000,000.");
        check(|draft| draft.clauses[0].first = "new".into(), "clauses", "Mend the conditions that are marked.");
        check(|draft| draft.weights[0].weight = "90".into(), "split", "10 % left to give out.");
        check(|draft| draft.weights.iter_mut().for_each(|row| row.weight.clear()), "split", "100 % left to give out.");
        check(|draft| draft.name = "x".repeat(121), "name", "Must be at most 120 characters.");
        check(
            |draft| draft.segments = vec![SegmentKey::new("gone").unwrap()],
            "segments",
            "Must be a segment of the project; there is no \"gone\".",
        );
    }

    #[test]
    fn ids_are_free() {
        let taken = |ids: &[&str]| ids.iter().map(|id| RuleId::new(*id).unwrap()).collect::<Vec<_>>();
        let check = |name, ids: &[&str], expect| assert_eq!(free_id(name, &taken(ids)).unwrap().as_str(), expect);
        check("Staff first", &[], "staff-first");
        check("", &["rule"], "rule-2");
        check("A", &["a", "a-2"], "a-3");
    }

    #[test]
    fn a_new_rule_gives_the_feature() {
        let rule = new_rule(RuleId::new("r").unwrap(), &variants(), &variants()[1]);
        assert_eq!(rule.split[0].variant.as_str(), "on");
        assert!(accept(rule, &variants(), &Segments::default()).is_ok());
    }
}

//! The rules while they are edited: what was typed stays here until it is saved.

use leptos::prelude::*;
use signalbox_domain::key::RuleId;
use signalbox_domain::targeting::Rule;

use crate::pages::flag::page::Page;
use crate::pages::flag::targeting::called;
use crate::pages::flag::targeting::order::shift;
use crate::pages::flag::targeting::rule_draft::{free_id, new_rule};

/// The rules while they are edited. Copies share the same state.
#[derive(Clone, Copy)]
pub struct RuleList {
    page: Page,
    /// First to last.
    pub rules: RwSignal<Vec<Rule<String>>>,
    /// The rule whose form is open.
    pub open: RwSignal<Option<Editing>>,
    /// What was moved where, for screen readers.
    pub said: RwSignal<String>,
}

/// A rule whose form is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Editing {
    /// The rule as it stands in the list, or a new one.
    pub rule: Rule<String>,
    /// Before which rule it is put, where it is new.
    pub new_at: Option<usize>,
}

impl RuleList {
    /// With no rule yet.
    pub fn new(page: Page) -> Self {
        let (rules, open, said) = (RwSignal::new(Vec::new()), RwSignal::new(None), RwSignal::new(String::new()));
        Self { page, rules, open, said }
    }

    /// Where a rule stands, counted from 0.
    pub fn place(&self, id: &RuleId) -> Option<usize> {
        self.rules.with(|rules| rules.iter().position(|rule| rule.id == *id))
    }

    /// Opens the form of a new rule, to come last.
    pub fn add(&self) {
        let rule = self.page.scene.with_untracked(|scene| {
            let variants: Vec<_> = scene.flag.variants.iter().map(|variant| variant.key.clone()).collect();
            Some(new_rule(self.free_id("")?, &variants, &scene.flag.off_variant))
        });
        let new_at = Some(self.rules.with_untracked(Vec::len));
        self.open.set(rule.map(|rule| Editing { rule, new_at }));
    }

    /// Opens the form of a rule.
    pub fn edit(&self, id: &RuleId) {
        let rule = self.rules.with_untracked(|rules| rules.iter().find(|rule| rule.id == *id).cloned());
        self.open.set(rule.map(|rule| Editing { rule, new_at: None }));
    }

    /// Opens the form of a copy, to come after the rule.
    pub fn duplicate(&self, id: &RuleId) {
        let Some(place) = untrack(|| self.place(id)) else { return };
        let Some(mut rule) = self.rules.with_untracked(|rules| rules.get(place).cloned()) else { return };
        let Some(id) = self.free_id(rule.name.as_deref().unwrap_or_default()) else { return };
        rule.id = id;
        rule.name = rule.name.map(|name| format!("{name}, copy"));
        self.open.set(Some(Editing { rule, new_at: Some(place + 1) }));
    }

    /// Takes a rule over from its form.
    pub fn put(&self, editing: &Editing, rule: Rule<String>) {
        self.rules.update(|rules| match editing.new_at {
            Some(place) => rules.insert(place.min(rules.len()), rule),
            None => {
                if let Some(old) = rules.iter_mut().find(|old| old.id == rule.id) {
                    *old = rule;
                }
            }
        });
    }

    /// Takes a rule out.
    pub fn remove(&self, id: &RuleId) {
        self.rules.update(|rules| rules.retain(|rule| rule.id != *id));
    }

    /// Puts a rule before the one at a place, and says so.
    pub fn shift(&self, id: &RuleId, before: usize) {
        let Some(from) = untrack(|| self.place(id)) else { return };
        let moved = self.rules.try_update(|rules| {
            let title = called(rules.get(from)?, from + 1);
            let place = shift(rules, from, before)?;
            Some((title, place + 1, rules.len()))
        });
        if let Some(Some((title, place, of))) = moved {
            self.said.set(format!("{title} is rule {place} of {of} now. Nothing changes until you save."));
        }
    }

    /// Moves a rule one place up.
    pub fn move_up(&self, id: &RuleId) {
        if let Some(before) = untrack(|| self.place(id)).and_then(|place| place.checked_sub(1)) {
            self.shift(id, before);
        }
    }

    /// Moves a rule one place down.
    pub fn move_down(&self, id: &RuleId) {
        if let Some(place) = untrack(|| self.place(id)) {
            self.shift(id, place + 2);
        }
    }

    fn free_id(&self, name: &str) -> Option<RuleId> {
        // An id that was removed and not saved yet is not given again, so that the two are not taken for one.
        let saved = self.page.scene.with_untracked(|scene| {
            scene.configuration.rules.iter().map(|told| told.rule.id.clone()).collect::<Vec<_>>()
        });
        let typed = self.rules.with_untracked(|rules| rules.iter().map(|rule| rule.id.clone()).collect::<Vec<_>>());
        free_id(name, &[saved, typed].concat())
    }
}

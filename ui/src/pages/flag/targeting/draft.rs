//! The rules and what everyone else gets while they are edited: one draft, saved as one.

use leptos::prelude::*;
use signalbox_domain::key::VariantKey;
use signalbox_domain::targeting::Rule;
use signalbox_protocol::wire::configuration;

use crate::pages::flag::base::{Base, closed};
use crate::pages::flag::page::Page;
use crate::pages::flag::scene::Scene;
use crate::pages::flag::targeting::default_draft::DefaultDraft;
use crate::pages::flag::targeting::rule_list::RuleList;
use crate::pages::flag::targeting::wanted::Wanted;

/// What the draft is made of: the rules, what everyone else gets, and the variants that there are for it.
pub type Content = (Vec<Rule<String>>, configuration::Rule, Vec<VariantKey>);

/// The rules and what everyone else gets while they are edited. Copies share the same state.
#[derive(Clone, Copy)]
pub struct TargetingDraft {
    page: Page,
    /// The rules.
    pub list: RuleList,
    /// What everyone else gets.
    pub default: DefaultDraft,
    /// What was there when the edit began.
    pub base: Base<Content>,
    /// Whether something was changed.
    pub changed: Memo<bool>,
}

impl TargetingDraft {
    /// Follows what the page shows.
    pub fn new(page: Page) -> Self {
        let (list, default) = (RuleList::new(page), DefaultDraft::new());
        let seed = move |(rules, there, variants): Content| {
            list.rules.set(rules);
            default.seed(&variants, &there);
        };
        seed(page.scene.with_untracked(|scene| read(scene).0));
        let is_typed = move |(rules, there, variants): &Content| {
            list.rules.with(|typed| typed != rules) || default.differs(variants, there)
        };
        let (base, changed) = Base::follow(page, read, is_typed, seed);
        Self { page, list, default, base, changed }
    }

    /// Why nobody may begin to change what everyone else gets, if so.
    pub fn closed(&self) -> Signal<Option<String>> {
        let page = self.page;
        closed(self.changed, move || page.locked())
    }

    /// What to save.
    ///
    /// # Errors
    /// Why it cannot be saved, in a sentence.
    pub fn wanted(&self) -> Result<Wanted, String> {
        let default = self.default.read()?;
        let taken = self.page.scene.with(|scene| scene.default_is_driven() && default != scene.configuration.rule);
        if taken {
            return Err("A rollout decides by now what everyone else gets. Undo shows how it is.".into());
        }
        Ok(Wanted { rules: self.list.rules.get(), default })
    }
}

/// What is there now, with the version of it.
fn read(scene: &Scene) -> (Content, u64) {
    let rules = scene.configuration.rules.iter().map(|told| told.rule.clone()).collect();
    let variants = scene.flag.variants.iter().map(|variant| variant.key.clone()).collect();
    ((rules, scene.configuration.rule.clone(), variants), scene.configuration.version)
}

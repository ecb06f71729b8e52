//! Who gets the feature: rules, what everyone else gets, versions, what it depends on; and why one person gets what.

mod check;
mod check_card;
mod confirmation;
mod default_draft;
mod depends_card;
mod depends_dialog;
mod draft;
mod driven_panel;
mod everyone_else;
mod groups_card;
mod known;
mod known_fields;
mod order;
mod overrides_card;
mod people_grid;
mod rule_draft;
mod rule_form;
mod rule_list;
mod rule_row;
mod rule_versions;
mod rule_who;
mod rule_words;
mod rules_card;
mod save_foot;
mod share_panel;
mod split_card;
mod split_rows;
mod wanted;
mod weight_rows;

use leptos::prelude::*;
use signalbox_domain::Share;

use crate::pages::flag::page::use_page;
use check_card::{CheckCard, Checked};
use depends_card::DependsCard;
use draft::TargetingDraft;
use groups_card::GroupsCard;
use overrides_card::OverridesCard;
use rule_versions::RuleVersions;
pub use rule_words::{called, called_in_place};
use rule_words::{gives_to_the_rest, summary};
use rules_card::RulesCard;
use save_foot::SaveFoot;
use split_card::SplitCard;

/// Keys typed one on each line.
fn keys(typed: &str) -> Vec<String> {
    typed.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The rules with what everyone else gets, versions, dependencies, people with a version of their own, and a check of
/// one person.
#[component]
pub fn TargetingTab() -> impl IntoView {
    let page = use_page();
    let scene = page.scene;
    let checked = Checked::new();
    let draft = TargetingDraft::new(page);
    let driven_rule = Memo::new(move |_| scene.with(|scene| scene.driven_rule().cloned()));
    let has_rules = Memo::new(move |_| scene.with(|scene| !scene.configuration.rules.is_empty()));
    let default_open = RwSignal::new(scene.with_untracked(|scene| {
        let reach = &scene.configuration.reach;
        reach.share != Share::NOBODY || reach.named > 0 || !reach.segments.is_empty()
    }));
    let default_shown = Memo::new(move |_| default_open.get() || !has_rules.get());
    view! {
        <div class="grid g-inspect">
            <div class="stack">
                <Summary />
                <RulesCard draft checked default_open />
                <Show when=move || default_shown.get() && driven_rule.with(Option::is_some)>
                    <SplitCard draft />
                </Show>
                <div class="grid targeting-pair">
                    {move || match driven_rule.get() {
                        Some(rule) => view! { <RuleVersions rule /> }.into_any(),
                        None if default_shown.get() => view! { <SplitCard draft /> }.into_any(),
                        None => ().into_any(),
                    }}
                    <DependsCard />
                </div>
                <SaveFoot draft />
                <OverridesCard />
            </div>
            <div class="stack">
                <CheckCard checked />
                <GroupsCard />
            </div>
        </div>
    }
}

/// The whole in a line: who gets it, and who does not.
#[component]
fn Summary() -> impl IntoView {
    let scene = use_page().scene;
    let told = Memo::new(move |_| {
        scene.with(|scene| {
            let configuration = &scene.configuration;
            let off = &scene.flag.off_variant;
            let rules: Vec<_> =
                configuration.rules.iter().map(|told| (told.rule.clone(), told.reach.clone())).collect();
            let rest = gives_to_the_rest(&configuration.reach, &configuration.rule.split, off);
            summary(&rules, &rest, off, &scene.segments)
        })
    });
    view! {
        <p class="fs14 targeting-summary">
            <b>{move || told.with(|(first, _)| first.clone())}</b>
            " "
            <span class="ink2">{move || told.with(|(_, then)| then.clone())}</span>
        </p>
    }
}

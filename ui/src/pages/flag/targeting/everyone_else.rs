//! The last row: what everyone gets whom no rule fits.

use leptos::prelude::*;
use signalbox_domain::Share;
use signalbox_domain::people::grouped;

use crate::components::{Icon, IconName, Menu, MenuItem};
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::check_card::Checked;
use crate::pages::flag::targeting::draft::TargetingDraft;
use crate::pages::flag::targeting::driven_panel::DrivenPanel;
use crate::pages::flag::targeting::rule_row::GivesTag;
use crate::pages::flag::targeting::rule_words::gives_to_the_rest;
use crate::pages::flag::targeting::share_panel::SharePanel;

/// What everyone gets whom no rule fits: the share, people by name and groups.
#[component]
pub fn EveryoneElse(
    /// What is edited, with the rules above.
    draft: TargetingDraft,
    /// The person who was checked last.
    checked: Checked,
    /// Whether it is open to be changed.
    open: RwSignal<bool>,
) -> impl IntoView {
    let page = use_page();
    let scene = page.scene;
    let list = draft.list;
    let alone = Memo::new(move |_| list.rules.with(Vec::is_empty));
    let driven = Memo::new(move |_| scene.with(|scene| scene.default_is_driven()));
    let shown = Memo::new(move |_| alone.get() || open.get());
    let tag = Memo::new(move |_| {
        scene.with(|scene| {
            let configuration = &scene.configuration;
            gives_to_the_rest(&configuration.reach, &configuration.rule.split, &scene.flag.off_variant)
        })
    });
    let count = move || match (alone.get(), scene.with(|scene| scene.everyone().size())) {
        (true, Some(size)) => grouped(size),
        (true, None) => String::new(),
        (false, _) => "the rest".into(),
    };
    let words = move || {
        let shares = scene.with(|scene| !matches!(scene.configuration.reach.share, Share::NOBODY | Share::EVERYBODY));
        match (alone.get(), shares) {
            (true, true) => "A share of everybody, drawn at random. Each person keeps their place, on every device.",
            (true, false) => "There are no rules, so this is for everybody.",
            (false, true) => "Nothing above fits. Each person keeps their place, on every device.",
            (false, false) => "Nothing above fits.",
        }
    };
    view! {
        <li class="rule" data-testid="everyone-else">
            <span class="rn num">{move || list.rules.with(Vec::len) + 1}</span>
            <div class="grow">
                <div class="row">
                    <span class="m fs14">{move || if alone.get() { "Everyone" } else { "Everyone else" }}</span>
                    {move || view! { <GivesTag gives=tag.get() /> }}
                    <span class="end fs12 ink2 num">{count}</span>
                    <Show when=move || !alone.get() && !driven.get()>
                        <Menu
                            label=Signal::stored("More for everyone else".to_owned())
                            class="btn btn--q btn--s btn--i"
                            trigger=|| view! { <Icon name=IconName::Ellipsis small=true /> }
                        >
                            <MenuItem
                                icon=IconName::Pencil
                                on_press=move |()| open.update(|open| *open = !*open)
                            >
                                {move || if open.get() { "Fold away" } else { "Share, groups and versions" }}
                            </MenuItem>
                        </Menu>
                    </Show>
                </div>
                <p class="ink2 fs12 rule-words">{words}</p>
                {move || match (driven.get(), shown.get()) {
                    (true, _) => view! { <DrivenPanel checked /> }.into_any(),
                    (false, true) => view! { <SharePanel draft checked /> }.into_any(),
                    (false, false) => ().into_any(),
                }}
            </div>
        </li>
    }
}

//! Who gets the feature: the share, people by name, the split between variants; and why one person does.

mod check;
mod check_card;
mod confirmation;
mod driven;
mod overrides_card;
mod people_grid;
mod share_card;
mod split_card;
mod split_rows;

use leptos::prelude::*;

use crate::pages::flag::page::use_page;
use check_card::CheckCard;
use driven::DrivenByRollout;
use overrides_card::OverridesCard;
use share_card::ShareCard;
use split_card::SplitCard;

/// The share, the split, people with a variant of their own, and a check of one person.
#[component]
pub fn TargetingTab() -> impl IntoView {
    let page = use_page();
    let driven = Memo::new(move |_| page.scene.with(|scene| scene.rollout_under_way().is_some()));
    view! {
        <div class="grid g-inspect">
            <div class="stack">
                {move || {
                    if driven.get() {
                        view! { <DrivenByRollout /> }.into_any()
                    } else {
                        view! { <ShareCard /> }.into_any()
                    }
                }}
                <SplitCard />
                <OverridesCard />
            </div>
            <div class="stack">
                <CheckCard />
            </div>
        </div>
    }
}

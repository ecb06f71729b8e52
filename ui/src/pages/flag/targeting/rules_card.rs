//! Who gets it: the rules, read from the top, and what everyone else gets.

use leptos::prelude::*;
use signalbox_domain::people::grouped;

use crate::components::{Button, ButtonSize, IconName};
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::check_card::Checked;
use crate::pages::flag::targeting::draft::TargetingDraft;
use crate::pages::flag::targeting::everyone_else::EveryoneElse;
use crate::pages::flag::targeting::rule_form::RuleForm;
use crate::pages::flag::targeting::rule_row::RuleRow;

/// The rules and what everyone else gets.
#[component]
pub fn RulesCard(
    /// The rules and what everyone else gets.
    draft: TargetingDraft,
    /// The person who was checked last.
    checked: Checked,
    /// Whether what everyone else gets is open to be changed.
    default_open: RwSignal<bool>,
) -> impl IntoView {
    let page = use_page();
    let scene = page.scene;
    let list = draft.list;
    let considered = move || {
        let size = scene.with(|scene| scene.everyone().size());
        size.map(|size| format!("{} people considered", grouped(size)))
    };
    let has_rules = Memo::new(move |_| list.rules.with(|rules| !rules.is_empty()));
    view! {
        <section class="card" aria-labelledby="who">
            <div class="card-h">
                <h2 id="who">"Who gets it"</h2>
                <Show when=move || has_rules.get()>
                    <span class="ink3 fs12">"Read from the top, the first rule that fits wins"</span>
                </Show>
                <span class="end">
                    <span class="num hide-n">{considered}</span>
                    <Button
                        size=ButtonSize::Small
                        icon=IconName::Plus
                        opens="dialog"
                        disabled=Signal::derive(move || page.locked())
                        on_press=move |()| list.add()
                    >
                        "Add rule"
                    </Button>
                </span>
            </div>
            <ol class="rules">
                <For
                    each=move || list.rules.get()
                    key=|rule| (rule.id.clone(), serde_json::to_string(rule).unwrap_or_default())
                    let:rule
                >
                    <RuleRow rule list checked />
                </For>
                <EveryoneElse draft checked open=default_open />
            </ol>
            <span class="sr" role="status">
                {move || list.said.get()}
            </span>
        </section>
        {move || list.open.get().map(|editing| view! { <RuleForm list editing /> })}
    }
}

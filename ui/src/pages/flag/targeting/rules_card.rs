//! Who gets it: the rules, read from the top, and what everyone else gets.

use leptos::prelude::*;
use signalbox_domain::people::grouped;
use signalbox_domain::targeting::{Rule, rules_difference};
use signalbox_protocol::endpoint::SetRulesEndpoint;
use signalbox_protocol::wire::configuration::SetRules;

use crate::components::{Button, ButtonSize, IconName};
use crate::pages::flag::change::{ConfirmDialog, sending};
use crate::pages::flag::form_foot::FormFoot;
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::check_card::Checked;
use crate::pages::flag::targeting::confirmation::of_rules;
use crate::pages::flag::targeting::everyone_else::EveryoneElse;
use crate::pages::flag::targeting::rule_form::RuleForm;
use crate::pages::flag::targeting::rule_list::RuleList;
use crate::pages::flag::targeting::rule_row::RuleRow;
use crate::state::{ToastKind, use_store};

/// The rules and what everyone else gets.
#[component]
pub fn RulesCard(
    /// The person who was checked last.
    checked: Checked,
    /// Whether what everyone else gets is open to be changed.
    default_open: RwSignal<bool>,
) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let list = RuleList::new(page);
    let considered = move || {
        let size = scene.with(|scene| scene.everyone().size());
        size.map(|size| format!("{} people considered", grouped(size)))
    };
    let confirming = RwSignal::new(None::<Vec<Rule<String>>>);
    let change = sending(move |reason| async move {
        let Some(rules) = confirming.get_untracked() else { return Ok(()) };
        let at = scene.with_untracked(|scene| scene.at_place());
        let body = SetRules { rules, reason };
        let configuration = store.send::<SetRulesEndpoint>(&at, &body, Some(list.base.version())).await?;
        page.put_configuration(configuration);
        // The server trims what was typed; the form shows that.
        list.base.undo();
        store.toast(ToastKind::Done, "The rules are changed.");
        Ok(())
    });
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
                <EveryoneElse list checked open=default_open />
            </ol>
            <span class="sr" role="status">
                {move || list.said.get()}
            </span>
            <FormFoot
                changed=list.changed
                overtaken=Signal::derive(move || list.base.is_overtaken())
                save="Change the rules…"
                disabled=Signal::derive(move || page.locked())
                opens="dialog"
                on_save=move |()| confirming.set(Some(list.rules.get_untracked()))
                on_undo=move |()| list.base.undo()
            />
        </section>
        {move || list.open.get().map(|editing| view! { <RuleForm list editing /> })}
        {move || {
            confirming
                .get()
                .map(|wanted| {
                    let told = scene.with_untracked(|scene| of_rules(scene, &wanted));
                    let (was, is) = scene
                        .with_untracked(|scene| {
                            let before: Vec<_> =
                                scene.configuration.rules.iter().map(|told| told.rule.clone()).collect();
                            rules_difference(&before, &wanted, &scene.segments)
                        });
                    view! {
                        <ConfirmDialog
                            confirmation=Signal::stored(told)
                            send=change
                            on_close=move |()| confirming.set(None)
                        >
                            <dl class="dl rules-difference" data-testid="rules-difference">
                                <dt>"Now"</dt>
                                <dd>{was}</dd>
                                <dt>"After"</dt>
                                <dd class="m">{is}</dd>
                            </dl>
                        </ConfirmDialog>
                    }
                })
        }}
    }
}

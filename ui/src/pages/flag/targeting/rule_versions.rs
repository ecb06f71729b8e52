//! Which versions those get who have the feature by a rule: to look at, they are changed with the rule.

use leptos::prelude::*;
use signalbox_domain::key::RuleId;

use crate::components::{Icon, IconName};
use crate::pages::flag::crowd::figure;
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::split_card::COLORS;
use crate::pages::flag::targeting::split_rows::part_of;

/// The versions of a rule, with the people of each.
#[component]
pub fn RuleVersions(
    /// The rule.
    rule: RuleId,
) -> impl IntoView {
    let scene = use_page().scene;
    let parts = Memo::new(move |_| {
        scene.with(|scene| {
            let Some(told) = scene.rule(&rule) else { return (String::new(), Vec::new()) };
            let reached = scene.unless_turned_off().people;
            let parts =
                told.rule.split.iter().map(|part| (part.variant.clone(), part.weight, part_of(reached, part.weight)));
            (scene.rule_called(&rule).unwrap_or_default(), parts.collect::<Vec<_>>())
        })
    });
    let color = |index: usize| COLORS[index % COLORS.len()];
    view! {
        <section class="card" aria-labelledby="versions">
            <div class="card-h">
                <h2 id="versions">"Versions"</h2>
                <span class="end trunc">"among people who get it"</span>
            </div>
            <div class="card-b">
                <div class="vbar" aria-hidden="true">
                    {move || {
                        let parts = parts.with(|(_, parts)| parts.clone());
                        parts
                            .into_iter()
                            .enumerate()
                            .map(|(index, (_, weight, _))| {
                                view! {
                                    <span style:flex-grow=weight.percent().to_string() style:background=color(index)></span>
                                }
                            })
                            .collect_view()
                    }}
                </div>
                <ul class="split-rows fs12">
                    {move || {
                        let parts = parts.with(|(_, parts)| parts.clone());
                        parts
                            .into_iter()
                            .enumerate()
                            .map(|(index, (variant, weight, people))| {
                                view! {
                                    <li>
                                        <i class="sq" style:background=color(index)></i>
                                        <code class="grow">{variant.to_string()}</code>
                                        <span class="num m">{weight.to_string()}</span>
                                        <span class="num ink3 split-people">{figure(people)}</span>
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ul>
                <p class="row fs12 who-lock">
                    <Icon name=IconName::Lock small=true class="ink3" />
                    <span class="ink2">
                        {move || format!("Of the rule “{}”; free again when its rollout is finished.", parts.with(|(title, _)| title.clone()))}
                    </span>
                </p>
            </div>
        </section>
    }
}

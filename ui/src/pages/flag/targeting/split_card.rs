//! Which variants those who have the feature get, by weight.

use leptos::prelude::*;
use signalbox_domain::Share;
use signalbox_domain::key::VariantKey;

use crate::components::{FieldError, Icon, IconName, Lockable};
use crate::pages::flag::crowd::figure;
use crate::pages::flag::page::use_page;
use crate::pages::flag::percent;
use crate::pages::flag::targeting::default_draft::DefaultDraft;
use crate::pages::flag::targeting::draft::TargetingDraft;
use crate::pages::flag::targeting::split_rows::{part_of, rows};
use crate::pages::flag::targeting::weight_rows::WeightField;

/// Colours of the bar, lightest last; more variants begin anew.
pub const COLORS: [&str; 4] = ["var(--chart-1)", "var(--chart-3)", "var(--chart-2)", "var(--chart-4)"];

/// The split between variants, with the people of each; locked while a rollout is under way.
#[component]
pub fn SplitCard(
    /// What is edited.
    draft: TargetingDraft,
) -> impl IntoView {
    let page = use_page();
    let scene = page.scene;
    let default = draft.default;
    let DefaultDraft { weights, .. } = default;
    let typed = move || default.split_rows();
    let checked = Memo::new(move |_| default.split());
    let reached = Memo::new(move |_| scene.with(|scene| scene.default_people()));
    let driven = Memo::new(move |_| scene.with(|scene| scene.default_is_driven()));
    // Where nothing can be typed, what nobody gets is not worth a row.
    let shown = move || {
        let worth = |(_, weight): &(VariantKey, RwSignal<String>)| {
            !driven.get() || weight.with(|weight| percent::parse(weight) != Ok(Share::NOBODY))
        };
        weights.get().into_iter().filter(worth).enumerate().collect::<Vec<_>>()
    };
    let touched = Memo::new(move |_| {
        scene.with(|scene| {
            let variants = scene.flag.variants.iter().map(|variant| &variant.key);
            typed() != rows(variants, &scene.configuration.rule.split)
        })
    });
    view! {
        <section class="card" aria-labelledby="split">
            <div class="card-h">
                <h2 id="split">"Versions"</h2>
                <span class="ink3 fs12">
                    {move || {
                        if scene.with(|scene| scene.configuration.rules.is_empty()) {
                            "among people who get it"
                        } else {
                            "among everyone else who gets it"
                        }
                    }}
                </span>
                <span class="end num" role="status">
                    {move || touched.get().then(|| checked.with(|checked| checked.sum.clone()))}
                </span>
            </div>
            <div class="card-b">
                <div class="vbar" aria-hidden="true">
                    {move || {
                        typed()
                            .into_iter()
                            .enumerate()
                            .filter_map(|(index, row)| {
                                let weight = percent::parse(&row.weight).ok().filter(|weight| *weight != Share::NOBODY)?;
                                let color = COLORS[index % COLORS.len()];
                                Some(view! { <span style:flex-grow=weight.percent().to_string() style:background=color></span> })
                            })
                            .collect_view()
                    }}
                </div>
                <Lockable reason=draft.closed()>
                <ul class="split-rows">
                    <For
                        each={shown}
                        key=|(_, (variant, weight))| (variant.clone(), *weight)
                        let:row
                    >
                        {
                            let (index, (variant, weight)) = row;
                            let error = Signal::derive(move || {
                                checked.with(|checked| checked.problems.get(index).cloned().flatten())
                            });
                            let people = move || {
                                let weight = weight.with(|weight| percent::parse(weight)).ok();
                                figure(weight.and_then(|weight| part_of(reached.get(), weight)))
                            };
                            view! {
                                <li>
                                    <i class="sq" style:background=COLORS[index % COLORS.len()]></i>
                                    <code class="grow">{variant.to_string()}</code>
                                    {move || {
                                        if driven.get() {
                                            view! { <span class="num m">{move || weight.get()} " %"</span> }.into_any()
                                        } else {
                                            view! {
                                                <WeightField variant=variant.clone() weight error />
                                            }
                                                .into_any()
                                        }
                                    }}
                                    <span class="num ink3 split-people">{people}</span>
                                    <FieldError error />
                                </li>
                            }
                        }
                    </For>
                </ul>
                </Lockable>
                <Show when=move || driven.get()>
                    <p class="row fs12 who-lock">
                        <Icon name=IconName::Lock small=true class="ink3" />
                        <span class="ink2">"A rollout is under way. The split is free again when it is finished."</span>
                    </p>
                </Show>
            </div>
        </section>
    }
}

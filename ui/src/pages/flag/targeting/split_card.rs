//! Which variants those who have the feature get, by weight.

use leptos::prelude::*;
use signalbox_domain::Share;
use signalbox_domain::flag::WeightedVariant;
use signalbox_domain::key::VariantKey;
use signalbox_protocol::endpoint::ChangeRuleEndpoint;
use signalbox_protocol::wire::configuration::ChangeRule;

use crate::components::{FieldError, Icon, IconName};
use crate::pages::flag::base::Base;
use crate::pages::flag::change::{ConfirmDialog, sending};
use crate::pages::flag::crowd::figure;
use crate::pages::flag::form_foot::FormFoot;
use crate::pages::flag::page::use_page;
use crate::pages::flag::percent;
use crate::pages::flag::scene::Scene;
use crate::pages::flag::targeting::confirmation::of_split;
use crate::pages::flag::targeting::split_rows::{SplitRow, check, part_of, rows};
use crate::pages::flag::targeting::weight_rows::WeightField;
use crate::state::{ToastKind, use_store};

/// What the split is made of: all variants, and the weights of those that people get.
type Content = (Vec<VariantKey>, Vec<WeightedVariant>);

/// Colours of the bar, lightest last; more variants begin anew.
pub const COLORS: [&str; 4] = ["var(--chart-1)", "var(--chart-3)", "var(--chart-2)", "var(--chart-4)"];

/// The split between variants, with the people of each; locked while a rollout is under way.
#[component]
pub fn SplitCard() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let weights = RwSignal::new(Vec::<(VariantKey, RwSignal<String>)>::new());
    let read = |scene: &Scene| -> (Content, u64) {
        let variants = scene.flag.variants.iter().map(|variant| variant.key.clone()).collect();
        ((variants, scene.configuration.rule.split.clone()), scene.configuration.version)
    };
    let seed = move |(variants, split): Content| {
        let fields = rows(&variants, &split).into_iter().map(|row| (row.variant, RwSignal::new(row.weight)));
        weights.set(fields.collect());
    };
    seed(scene.with_untracked(|scene| read(scene).0));
    let typed = move || {
        let row = |(variant, weight): &(VariantKey, RwSignal<String>)| SplitRow {
            variant: variant.clone(),
            weight: weight.get(),
        };
        weights.with(|weights| weights.iter().map(row).collect::<Vec<_>>())
    };
    let is_typed = move |(variants, split): &Content| typed() != rows(variants, split);
    let (base, changed) = Base::follow(page, read, is_typed, seed);
    let checked = Memo::new(move |_| check(&typed()));
    let reached = Memo::new(move |_| scene.with(|scene| scene.default_people()));
    let driven = Memo::new(move |_| scene.with(|scene| scene.default_is_driven()));
    // Where nothing can be typed, what nobody gets is not worth a row.
    let shown = move || {
        let worth = |(_, weight): &(VariantKey, RwSignal<String>)| {
            !driven.get() || weight.with(|weight| percent::parse(weight) != Ok(Share::NOBODY))
        };
        weights.get().into_iter().filter(worth).enumerate().collect::<Vec<_>>()
    };
    let locked = Signal::derive(move || {
        page.locked().or_else(|| checked.with(|checked| checked.split.is_none().then(|| checked.sum.clone())))
    });
    let confirming = RwSignal::new(None::<Vec<WeightedVariant>>);
    let change = sending(move |reason| async move {
        let at = scene.with_untracked(|scene| scene.at_place());
        let body = ChangeRule { split: confirming.get_untracked(), reason, ..ChangeRule::default() };
        let configuration = store.send::<ChangeRuleEndpoint>(&at, &body, Some(base.version())).await?;
        page.put_configuration(configuration);
        store.toast(ToastKind::Done, "The split is changed.");
        Ok(())
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
                    {move || changed.get().then(|| checked.with(|checked| checked.sum.clone()))}
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
                <Show when=move || driven.get()>
                    <p class="row fs12 who-lock">
                        <Icon name=IconName::Lock small=true class="ink3" />
                        <span class="ink2">"A rollout is under way. The split is free again when it is finished."</span>
                    </p>
                </Show>
            </div>
            <FormFoot
                changed
                overtaken=Signal::derive(move || base.is_overtaken())
                save="Change the split…"
                disabled=locked
                opens="dialog"
                on_save=move |()| confirming.set(checked.with_untracked(|checked| checked.split.clone()))
                on_undo=move |()| base.undo()
            />
        </section>
        {move || {
            confirming
                .get()
                .map(|split| {
                    let told = scene.with_untracked(|scene| of_split(scene, &split));
                    view! {
                        <ConfirmDialog
                            confirmation=Signal::stored(told)
                            send=change
                            on_close=move |()| confirming.set(None)
                        />
                    }
                })
        }}
    }
}

//! Variants with their weights, edited as a list.

use leptos::prelude::*;
use signalbox_domain::key::VariantKey;

use crate::components::FieldError;
use crate::pages::flag::targeting::split_card::COLORS;
use crate::pages::flag::targeting::split_rows::{SplitRow, check};

/// Every variant with a field for its weight in percent; a weight of 0 leaves it out.
#[component]
pub fn WeightRows(
    /// The variants with what was typed.
    weights: RwSignal<Vec<(VariantKey, RwSignal<String>)>>,
) -> impl IntoView {
    let checked = Memo::new(move |_| {
        let row = |(variant, weight): (VariantKey, RwSignal<String>)| SplitRow { variant, weight: weight.get() };
        check(&weights.get().into_iter().map(row).collect::<Vec<_>>())
    });
    view! {
        <ul class="split-rows">
            <For
                each={move || weights.get().into_iter().enumerate().collect::<Vec<_>>()}
                key=|(_, (variant, weight))| (variant.clone(), *weight)
                let:row
            >
                {
                    let (index, (variant, weight)) = row;
                    let error = Signal::derive(move || {
                        checked.with(|checked| checked.problems.get(index).cloned().flatten())
                    });
                    view! {
                        <li>
                            <i class="sq" style:background=COLORS[index % COLORS.len()]></i>
                            <code class="grow">{variant.to_string()}</code>
                            <WeightField variant weight error />
                            <FieldError error />
                        </li>
                    }
                }
            </For>
        </ul>
    }
}

/// The weight of one variant.
#[component]
pub fn WeightField(
    /// The variant.
    variant: VariantKey,
    /// What was typed.
    weight: RwSignal<String>,
    /// What is wrong with it.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <label class="field weight-field" class:field--error=move || error.with(Option::is_some)>
            <span class="sr">{format!("Weight of {variant} in percent")}</span>
            <input
                class="num"
                name="weight"
                inputmode="decimal"
                autocomplete="off"
                prop:value=move || weight.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                on:input=move |event| weight.set(event_target_value(&event))
            />
            <span class="ink3">"%"</span>
        </label>
    }
}

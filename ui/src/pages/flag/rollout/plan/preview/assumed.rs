//! What a preview is reckoned with where nothing is known: what somebody types.

use std::collections::BTreeMap;

use leptos::prelude::*;
use signalbox_domain::guard::{Guard, MetricRole, Traffic, Unit, Usual};
use signalbox_domain::key::MetricKey;
use signalbox_domain::people::grouped;

use crate::pages::flag::crowd::Crowd;
use crate::pages::flag::rollout::plan::entry::{Entry, Held};
use crate::pages::flag::rollout::plan::figure::{Figure, value_sign, whole};
use crate::pages::flag::rollout::plan::preview::counted::Counted;

/// What somebody assumes, as it is typed. It is kept nowhere: it changes what is previewed, not the plan.
#[derive(Clone, Copy)]
pub struct Assumed {
    a_day: RwSignal<String>,
    usual: RwSignal<BTreeMap<MetricKey, String>>,
}

impl Assumed {
    /// Nothing is assumed.
    pub fn new() -> Self {
        Self { a_day: RwSignal::new(String::new()), usual: RwSignal::new(BTreeMap::new()) }
    }

    /// Who comes and what is usual: as it is typed, else as it was counted and measured.
    pub fn with_what_is_known(
        self,
        counted: &Counted,
        guard: &Guard,
        crowd: Crowd,
    ) -> (Traffic, BTreeMap<MetricKey, Usual>) {
        let typed = self.a_day.with(|typed| whole(typed, u32::MAX).ok().flatten());
        let a_day =
            typed.map(f64::from).or_else(|| counted.a_day.and_then(|people| u32::try_from(people).ok()).map(f64::from));
        let traffic = Traffic { everybody: crowd.size(), a_day };
        let usual = guard.guardrails().filter_map(|metric| {
            let unit = metric.measure.unit();
            let typed = self.usual.with(|usual| usual.get(&metric.key).cloned());
            let typed = typed.and_then(|typed| Figure::Typed(typed).read(unit).ok().flatten());
            let rate =
                typed.filter(|rate| unit != Unit::Share || rate.get() <= 1.0).map(|rate| Usual::Rate(rate.get()));
            let usual = rate.or_else(|| counted.usual.get(&metric.key).copied())?;
            Some((metric.key.clone(), usual))
        });
        (traffic, usual.collect())
    }
}

/// A guardrail whose usual rate can be assumed: what adds up amounts varies in ways that nobody knows beforehand.
type Rated = (MetricKey, String, Unit);

/// The fields for what is assumed, with what is known in their place.
#[component]
pub fn Assumptions(assumed: Assumed, counted: Signal<Counted>, guard: Signal<Option<Guard>>) -> impl IntoView {
    let rated = Memo::new(move |_| {
        guard.with(|guard| {
            let guardrails = guard.as_ref().into_iter().flat_map(|guard| &guard.metrics);
            let rated = guardrails
                .filter(|metric| metric.role == MetricRole::Guardrail && metric.measure.counts_events())
                .map(|metric| (metric.key.clone(), metric.name.clone(), metric.measure.unit()));
            rated.collect::<Vec<Rated>>()
        })
    });
    let placeholder = move || match counted.with(|counted| counted.a_day) {
        Some(people) => grouped(people),
        None => "not known".into(),
    };
    let source = move || match counted.with(|counted| counted.a_day) {
        Some(_) => "People a day are estimated from those of the last seven days.",
        None => "How many people come a day is not known: nobody asked for the flag for a whole day yet.",
    };
    let error = Signal::derive(move || assumed.a_day.with(|typed| whole(typed, u32::MAX).err()));
    view! {
        <details class="preview-assumed">
            <summary class="fs12 ink2">"Reckoned with"</summary>
            <div class="plan-fields">
                <Entry
                    label="People a day"
                    held=Held::part_of(assumed.a_day, |typed| typed)
                    error
                    placeholder=Signal::derive(placeholder)
                />
                <For each=move || rated.get() key=Clone::clone let:rated>
                    <UsualField assumed counted rated />
                </For>
            </div>
            <p class="hint plan-hint">
                {source}
                " What is typed here changes the preview, not the plan. What is usual is measured once the rollout is \
                under way; until then chance is reckoned as if each person counted once."
            </p>
        </details>
    }
}

#[component]
fn UsualField(assumed: Assumed, counted: Signal<Counted>, rated: Rated) -> impl IntoView {
    let (key, name, unit) = rated;
    let key = StoredValue::new(key);
    let value = move || assumed.usual.with(|usual| key.with_value(|key| usual.get(key).cloned())).unwrap_or_default();
    let put = move |typed: String| {
        assumed.usual.update(|usual| {
            usual.insert(key.get_value(), typed);
        });
    };
    let placeholder = move || {
        let known = counted.with(|counted| key.with_value(|key| counted.usual.get(key).copied()));
        match known {
            Some(Usual::Measured { value, .. } | Usual::Rate(value)) => {
                let shown = if unit == Unit::Share { value * 100.0 } else { value };
                format!("{shown:.2}")
            }
            None => "not known".into(),
        }
    };
    let error = move || {
        let read = Figure::Typed(value()).read(unit);
        match read {
            Ok(Some(rate)) if unit == Unit::Share && rate.get() > 1.0 => Some("Must be at most 100 %.".to_owned()),
            Ok(_) => None,
            Err(message) => Some(message),
        }
    };
    view! {
        <Entry
            label=format!("{name}, usually")
            held=Held::new(Signal::derive(value), put)
            error=Signal::derive(error)
            unit=value_sign(unit).to_owned()
            placeholder=Signal::derive(placeholder)
            wide=true
        />
    }
}

//! What is typed for a clause, by the kind of its operator.

use leptos::prelude::*;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::targeting::Weekday;

use super::editor::Row;
use super::operator::Operand;
use crate::components::FilterChip;
use crate::segment_picker::SegmentPicker;

/// Zones to suggest; any IANA name may be typed.
const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Tokyo",
];

/// The fields of a clause after its operator.
#[component]
pub(super) fn Operands(
    /// The clause.
    row: Row,
    /// What is typed for it.
    operand: Operand,
    /// Which clause it is, counted from 1.
    number: usize,
    /// A group that cannot be chosen.
    without: Option<SegmentKey>,
) -> impl IntoView {
    let of = move |what: &str| format!("{what} of condition {number}");
    match operand {
        Operand::Texts => view! {
            <Lines label=of("Values, one on each line") placeholder="one on each line" value=row.list />
            <AnyCase row />
        }
        .into_any(),
        Operand::Networks => {
            view! { <Lines label=of("Networks, one on each line") placeholder="10.0.0.0/8" value=row.list /> }
                .into_any()
        }
        Operand::Pattern => view! {
            <Short label=of("Pattern") placeholder="^[a-z]+@example\\.org$" value=row.first wide=true />
            <AnyCase row />
        }
        .into_any(),
        Operand::Number => view! { <Short label=of("Number") placeholder="18" value=row.first /> }.into_any(),
        Operand::Range => view! {
            <Short label=of("Least number") placeholder="18" value=row.first />
            <span class="ink3">"and"</span>
            <Short label=of("Greatest number") placeholder="25" value=row.second />
        }
        .into_any(),
        Operand::Modulo => view! {
            <Short label=of("Divisor") placeholder="10" value=row.first />
            <span class="ink3">"leaves"</span>
            <Short label=of("Remainder") placeholder="3" value=row.second />
        }
        .into_any(),
        Operand::Version => view! { <Short label=of("Version") placeholder="8.2" value=row.first /> }.into_any(),
        Operand::Moment => view! {
            <Short label=of("Moment") placeholder="2026-12-01T09:00" value=row.first wide=true />
            <Zone label=of("Time zone") value=row.zone />
        }
        .into_any(),
        Operand::Period => view! {
            <Short label=of("Beginning") placeholder="2026-12-01" value=row.first wide=true />
            <span class="ink3">"until"</span>
            <Short label=of("End") placeholder="2026-12-24" value=row.second wide=true />
            <Zone label=of("Time zone") value=row.zone />
        }
        .into_any(),
        Operand::Weekly => view! {
            <Days label=of("Days") value=row.days />
            <Short label=of("From this time of day") placeholder="09:00" value=row.first />
            <span class="ink3">"until"</span>
            <Short label=of("Until this time of day") placeholder="17:30" value=row.second />
            <Zone label=of("Time zone") value=row.zone />
        }
        .into_any(),
        Operand::Nothing => view! { <span class="grow"></span> }.into_any(),
        Operand::Segments => match without {
            Some(without) => view! { <SegmentPicker label=of("Groups") value=row.segments without /> }.into_any(),
            None => view! { <SegmentPicker label=of("Groups") value=row.segments /> }.into_any(),
        },
    }
}

#[component]
fn Short(
    label: String,
    placeholder: &'static str,
    value: RwSignal<String>,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    view! {
        <label class="field" class:clause-short=!wide class:clause-wide=wide>
            <span class="sr">{label}</span>
            <input
                class="num"
                autocomplete="off"
                spellcheck="false"
                placeholder=placeholder
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </label>
    }
}

#[component]
fn Lines(label: String, placeholder: &'static str, value: RwSignal<String>) -> impl IntoView {
    // One line more than was typed, so that it is plain to see where the next goes; a long list scrolls.
    let rows = move || value.with(|typed| typed.split('\n').count()).clamp(1, 6);
    view! {
        <label class="field field--area clause-list">
            <span class="sr">{label}</span>
            <textarea
                spellcheck="false"
                rows=move || rows().to_string()
                placeholder=placeholder
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </label>
    }
}

/// An IANA name of a time zone.
#[component]
pub fn Zone(
    /// What it is for, for screen readers.
    label: String,
    /// Its name.
    value: RwSignal<String>,
) -> impl IntoView {
    view! {
        <label class="field clause-zone">
            <span class="sr">{label}</span>
            <input
                list="time-zones"
                autocomplete="off"
                spellcheck="false"
                placeholder="Europe/Berlin"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
            <datalist id="time-zones">
                {ZONES.into_iter().map(|zone| view! { <option value=zone></option> }).collect_view()}
            </datalist>
        </label>
    }
}

/// Days of the week, each on or off.
#[component]
pub fn Days(
    /// What they are for, for screen readers.
    label: String,
    /// Those that are on, in order.
    value: RwSignal<Vec<Weekday>>,
) -> impl IntoView {
    let press = move |day: Weekday| {
        value.update(|days| match days.iter().position(|one| *one == day) {
            Some(place) => {
                days.remove(place);
            }
            None => {
                days.push(day);
                days.sort_unstable();
            }
        });
    };
    view! {
        <span class="row gap1 wrap" role="group" aria-label=label>
            {Weekday::ALL
                .into_iter()
                .map(|day| {
                    view! {
                        <FilterChip
                            label=day.name().get(..3).unwrap_or_default()
                            pressed=Signal::derive(move || value.with(|days| days.contains(&day)))
                            on_press=move |()| press(day)
                        />
                    }
                })
                .collect_view()}
        </span>
    }
}

/// Whether capitals and small letters are the same.
#[component]
fn AnyCase(row: Row) -> impl IntoView {
    view! {
        <FilterChip
            label="Capitals or not"
            pressed=row.ignore_case
            on_press=move |()| row.ignore_case.update(|ignore| *ignore = !*ignore)
        />
    }
}

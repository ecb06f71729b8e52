//! The report of an import on the page.

use leptos::prelude::*;
use signalbox_domain::import::Report;
use signalbox_domain::key::{FlagKey, SegmentKey};

use super::outline::{Chapter, Fate, Part, Section, chapters};
use crate::components::{Aspect, AspectGlyph, Button, ButtonKind, ButtonSize, Icon, IconName};
use crate::state::use_store;

/// Most parts that are shown of a section before more are asked for.
const SHOWN: usize = 12;

/// What became of each part of a document, or would.
#[component]
pub fn ReportView(
    /// The report.
    report: Report,
) -> impl IntoView {
    view! {
        <ul class="report">
            {chapters(&report).into_iter().map(|chapter| view! { <ChapterView chapter /> }).collect_view()}
        </ul>
    }
}

#[component]
fn ChapterView(chapter: Chapter) -> impl IntoView {
    let Chapter { fate, count, sections } = chapter;
    let sections =
        move || sections.iter().map(|section| view! { <SectionView section=section.clone() /> }).collect_view();
    view! {
        <li class="report-chapter" data-testid=format!("report-{}", fate.title().to_lowercase().replace(' ', "-"))>
            <span class="report-mark">{mark(fate)}</span>
            <div class="grow">
                <p>
                    <b>{fate.title()}</b>
                    " "
                    <span class="num">{count}</span>
                    <span class="fs12 ink2 report-meaning">{fate.meaning()}</span>
                </p>
                {if fate == Fate::Unchanged {
                    // The longest list, and the one that nobody needs to act on.
                    view! {
                        <details class="report-fold">
                            <summary class="fs12 ink2">"Show them"</summary>
                            {sections()}
                        </details>
                    }
                        .into_any()
                } else {
                    sections().into_any()
                }}
            </div>
        </li>
    }
}

fn mark(fate: Fate) -> AnyView {
    let icon = |name| view! { <Icon name small=true class="ink2" /> }.into_any();
    match fate {
        Fate::Created => icon(IconName::Plus),
        Fate::Changed => icon(IconName::Pencil),
        Fate::KeptApart => icon(IconName::Layers),
        Fate::LeftOut => view! { <AspectGlyph aspect=Aspect::Caution /> }.into_any(),
        Fate::Noted => icon(IconName::Info),
        Fate::Unchanged => icon(IconName::Check),
    }
}

#[component]
fn SectionView(section: Section) -> impl IntoView {
    let Section { why, parts } = section;
    let all = RwSignal::new(false);
    let count = parts.len();
    let parts = StoredValue::new(parts);
    view! {
        <div class="report-section">
            {why.map(|why| view! { <p class="fs12 ink2">{why}</p> })}
            <ul class="report-parts">
                {move || {
                    let shown = if all.get() { count } else { SHOWN.min(count) };
                    parts.with_value(|parts| {
                        parts[..shown].iter().map(|part| view! { <PartView part=part.clone() /> }).collect_view()
                    })
                }}
            </ul>
            <Show when=move || { count > SHOWN && !all.get() }>
                <Button kind=ButtonKind::Quiet size=ButtonSize::Small on_press=move |()| all.set(true)>
                    {format!("Show all {count}")}
                </Button>
            </Show>
        </div>
    }
}

/// A part with the name that the project has for it, and a way there.
#[component]
fn PartView(part: Part) -> impl IntoView {
    let store = use_store();
    let (key, address, name) = match part {
        Part::Place(place) => (place, None, None),
        Part::Flag(key) => {
            let row = FlagKey::new(key.as_str()).ok().and_then(|flag| untrack(|| store.flag_row(&flag)));
            (key, row.as_ref().map(|row| format!("/flags/{}", row.key)), row.map(|row| row.name.clone()))
        }
        Part::Group(key) => {
            let segments = untrack(|| store.segments());
            let row = SegmentKey::new(key.as_str()).ok().and_then(|key| segments.get(&key).cloned());
            let name = row.as_ref().map_or_else(|| "group".to_owned(), |row| format!("{}, a group", row.name));
            (key, row.map(|row| format!("/groups/{}", row.key)), Some(name))
        }
    };
    let words = view! {
        <code>{key}</code>
        {name.map(|name| view! { <span class="fs12 ink3">{name}</span> })}
    };
    match address {
        Some(address) => view! { <li><a class="report-part" href=address>{words}</a></li> }.into_any(),
        None => view! { <li class="report-part">{words}</li> }.into_any(),
    }
}

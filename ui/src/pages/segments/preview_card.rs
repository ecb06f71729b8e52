//! The card that looks who would be in a group.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_protocol::wire::segment::Segment;

use super::form::{Fields, content};
use super::preview::{Line, MOST, ask, in_words, missing};
use crate::clock;
use crate::components::{Icon, IconName, TextArea};
use crate::state::use_store;

/// People to ask for, and whether each is in: by what is typed in the form, else by the group as it stands.
#[component]
pub fn PreviewCard(fields: Fields, segment: Memo<Arc<Segment>>) -> impl IntoView {
    let store = use_store();
    let typed = RwSignal::new(String::new());
    // Where the form cannot be read, the group as it stands is asked.
    let asked = Memo::new(move |_| fields.read.get().unwrap_or_else(|_| segment.with(|segment| content(segment))));
    let others = Memo::new(move |_| {
        store.segments_at_hand().iter().map(|segment| Arc::new(content(segment))).collect::<Vec<_>>()
    });
    let lacks = Memo::new(move |_| asked.with(|asked| others.with(|others| missing(asked, others))));
    Effect::new(move |_| store.want_segments(&lacks.get()));
    let lines = Memo::new(move |_| {
        typed.with(|typed| asked.with(|asked| others.with(|others| ask(typed, asked, others, clock::now()))))
    });
    let nobody = move || typed.with(|typed| typed.trim().is_empty());
    view! {
        <section class="card" aria-labelledby="preview">
            <div class="card-h">
                <h2 id="preview">"Look who is in"</h2>
                <span class="end">{move || if fields.read.with(Result::is_ok) { "as typed" } else { "as saved" }}</span>
            </div>
            <div class="card-b">
                <TextArea
                    label="People to ask for"
                    note="One on each line"
                    value=typed
                    exact=true
                    rows=5
                    placeholder="customer-204417\n{\"targetingKey\": \"ann\", \"country\": \"DE\"}"
                    hint=format!("A key, or what applications send as JSON. At most {MOST}. Asked here in the page; nothing is sent.")
                />
                <div class="preview-told" aria-live="polite">
                    {move || (!nobody()).then(|| view! { <p class="m">{lines.with(|lines| in_words(lines))}</p> })}
                    {move || {
                        let lacks = lacks.get();
                        (!lacks.is_empty())
                            .then(|| {
                                let names: Vec<_> = lacks.iter().map(|key| store.segments().called(key)).collect();
                                view! {
                                    <p class="fs12 ink3">
                                        {format!("Not here yet, so nobody counts as in it: {}.", names.join(", "))}
                                    </p>
                                }
                            })
                    }}
                    <ul class="preview-list">
                        {move || lines.get().into_iter().map(|line| view! { <LineTold line /> }).collect_view()}
                    </ul>
                </div>
            </div>
        </section>
    }
}

#[component]
fn LineTold(line: Line) -> impl IntoView {
    match line {
        Line::Person { who, is_in, why } => view! {
            <li class="row top">
                <span class=if is_in { "st st--yes" } else { "st st--no" }>
                    <Icon name=if is_in { IconName::Check } else { IconName::X } />
                </span>
                <div class="grow">
                    <span class="sr">{if is_in { "In: " } else { "Not in: " }}</span>
                    <code class="trunc preview-who">{who}</code>
                    <p class="fs12 ink3">{why}</p>
                </div>
            </li>
        }
        .into_any(),
        Line::Wrong(message) => view! {
            <li class="row top">
                <span class="st"></span>
                <p class="fs12 ink2">{message}</p>
            </li>
        }
        .into_any(),
    }
}

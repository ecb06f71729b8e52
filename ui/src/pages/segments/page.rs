//! One group: who is in it, where it is used, and a look at who that would be.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::people;
use signalbox_protocol::wire::segment::Segment;

use super::form::{Fields, SegmentForm};
use super::preview_card::PreviewCard;
use super::remove::RemoveSegmentDialog;
use super::uses::{UsesList, count_words};
use crate::components::{Button, ButtonKind, CopyKey, Empty, Failed, IconName, LinkButton, SkeletonRows, Tag, TagKind};
use crate::state::{Loaded, use_store};

/// One group, by the key in the address.
#[component]
pub fn SegmentPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.with(|params| SegmentKey::new(params.get("group")?).ok()));
    // A group of another key is another page.
    move || match key.get() {
        Some(key) => view! { <OneSegment key /> }.into_any(),
        None => view! { <Missing /> }.into_any(),
    }
}

#[component]
fn OneSegment(key: SegmentKey) -> impl IntoView {
    let store = use_store();
    let name = store.segments().called(&key);
    let loading = store.segment(Signal::stored(key));
    let stage = Memo::new(move |_| match loading.resource.get() {
        Loaded::Ready(_) => Loaded::Ready(()),
        Loaded::Loading => Loaded::Loading,
        Loaded::Missing => Loaded::Missing,
        Loaded::Failed(error) => Loaded::Failed(error),
    });
    move || match stage.get() {
        Loaded::Loading => view! {
            <section class="card" aria-label=name.clone()>
                <SkeletonRows count=6 />
            </section>
        }
        .into_any(),
        Loaded::Missing => view! { <Missing /> }.into_any(),
        Loaded::Failed(error) => view! {
            <section class="card">
                <Failed title="Could not load the group" error on_retry=move |()| loading.try_again() />
            </section>
        }
        .into_any(),
        Loaded::Ready(()) => {
            let Loaded::Ready(first) = loading.resource.get_untracked() else { return ().into_any() };
            // While it is fetched anew, the page keeps what it showed.
            let segment = Memo::new(move |shown: Option<&Arc<Segment>>| match loading.resource.get() {
                Loaded::Ready(segment) => segment,
                _ => Arc::clone(shown.unwrap_or(&first)),
            });
            view! { <Sections segment /> }.into_any()
        }
    }
}

#[component]
fn Sections(segment: Memo<Arc<Segment>>) -> impl IntoView {
    let store = use_store();
    let removing = RwSignal::new(false);
    let fields = Fields::follow(segment);
    let uses = Signal::derive(move || segment.with(|segment| segment.used_by.clone()));
    let size = move || {
        segment.with(|segment| {
            let known = segment.people.or_else(|| segment.groups.is_empty().then_some(segment.included.len() as u64));
            match known {
                None => "Size not stated".to_owned(),
                Some(1) => "1 person".into(),
                Some(size) => format!("{} people", people::grouped(size)),
            }
        })
    };
    view! {
        <header class="row top gap4 flag-head">
            <div class="grow">
                <div class="row wrap flag-title">
                    <h1>{move || segment.with(|segment| segment.name.clone())}</h1>
                    <CopyKey text=Signal::derive(move || segment.with(|segment| segment.key.to_string())) />
                    <Tag kind=TagKind::Line>{size}</Tag>
                </div>
                <p class="ink2 flag-sentence" data-testid="group-words">
                    {move || segment.with(|segment| segment.words.clone())}
                </p>
            </div>
            <div class="row flag-stop">
                <Button
                    icon=IconName::Trash
                    opens="dialog"
                    disabled=Signal::derive(move || store.can_edit().err())
                    on_press=move |()| removing.set(true)
                    kind=ButtonKind::Plain
                >
                    "Remove…"
                </Button>
            </div>
        </header>
        <div class="grid g-inspect">
            <div class="stack">
                <SegmentForm fields segment />
            </div>
            <div class="stack">
                <PreviewCard fields segment />
                <section class="card" aria-labelledby="uses">
                    <div class="card-h">
                        <h2 id="uses">"Where it is used"</h2>
                        <span class="end">{move || count_words(uses.with(Vec::len))}</span>
                    </div>
                    <Show
                        when=move || uses.with(|uses| !uses.is_empty())
                        fallback=|| {
                            view! {
                                <p class="card-b fs12 ink2">
                                    "Nowhere yet. Name it in a rule, in a stage of a rollout, or in another group."
                                </p>
                            }
                        }
                    >
                        <UsesList uses />
                    </Show>
                </section>
            </div>
        </div>
        <Show when=move || removing.get()>
            <RemoveSegmentDialog segment on_close=move |()| removing.set(false) />
        </Show>
    }
}

#[component]
fn Missing() -> impl IntoView {
    view! {
        <section class="card">
            <Empty
                title="There is no such group here"
                text="It may be in another project, or its key may be spelt differently."
            >
                <LinkButton href="/groups">"All groups"</LinkButton>
            </Empty>
        </section>
    }
}

//! The share of everyone else who has the feature, whom no rule fits; and whoever has it whatever the share is.

use leptos::prelude::*;
use signalbox_domain::{Share, people as numbers};

use crate::components::{FieldError, Lockable, TextArea};
use crate::pages::flag::crowd::{figure, in_words};
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::check_card::Checked;
use crate::pages::flag::targeting::default_draft::DefaultDraft;
use crate::pages::flag::targeting::draft::TargetingDraft;
use crate::pages::flag::targeting::keys;
use crate::pages::flag::targeting::people_grid::PeopleGrid;
use crate::segment_picker::SegmentPicker;

/// The share of everyone else, with a slider and a number; people named by their key, and groups.
#[component]
pub fn SharePanel(
    /// What is edited.
    draft: TargetingDraft,
    /// The person who was checked last.
    checked: Checked,
) -> impl IntoView {
    let page = use_page();
    let scene = page.scene;
    let DefaultDraft { share: typed, people: named, groups, .. } = draft.default;
    let parsed = Memo::new(move |_| draft.default.typed_share());
    let now = Signal::derive(move || scene.with(|scene| scene.configuration.rule.share));
    let share = Signal::derive(move || parsed.get().unwrap_or_else(|_| now.get()));
    let reached = Memo::new(move |_| {
        let count = named.with(|named| keys(named).len() as u64);
        scene.with(|scene| {
            let besides = groups.with(|groups| scene.segments.people_in(groups));
            scene.everyone().reached(share.get(), count + besides.unwrap_or_default())
        })
    });
    let size = move || scene.with(|scene| scene.everyone().size()).map(|size| format!("of {}", numbers::rounded(size)));
    let error = Signal::derive(move || parsed.get().err());
    let you = Signal::derive(move || scene.with(|scene| checked.place(scene, None)));
    let off = Signal::derive(move || scene.with(|scene| scene.configuration.killed.is_some()));
    let has_besides =
        named.with_untracked(|named| !named.is_empty()) || groups.with_untracked(|groups| !groups.is_empty());
    view! {
        <div class="pct">
            <Lockable reason=draft.closed()>
            <div class="row who-now">
                <label class="field who-field" class:field--error=move || error.with(Option::is_some)>
                    <span class="sr">"Share of people in percent"</span>
                    <input
                        class="num"
                        name="share"
                        inputmode="decimal"
                        autocomplete="off"
                        prop:value=move || typed.get()
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                        aria-describedby="share-error"
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                    <span class="ink3">"%"</span>
                </label>
                <ShareSlider share reached typed />
                <span class="fs12 num nowrap">
                    <b>{move || figure(reached.get())}</b>
                    " "
                    <span class="ink3">{size}</span>
                </span>
            </div>
            <FieldError error id="share-error" />
            <PeopleGrid now then=share when=Signal::stored("if you save".to_owned()) you off />
            <details class="who-named" open=has_besides>
                <summary class="fs12 ink2">"Groups and people who have it whatever the share is"</summary>
                <div class="who-groups">
                    <SegmentPicker label="Groups that are let in whole" value=groups />
                </div>
                <TextArea
                    label="People by their key"
                    note="One key on each line"
                    value=named
                    rows=4
                    exact=true
                />
            </details>
            </Lockable>
        </div>
    }
}

/// The share as a slider in whole percents; the field beside it takes finer steps.
#[component]
fn ShareSlider(share: Signal<Share>, reached: Memo<Option<u64>>, typed: RwSignal<String>) -> impl IntoView {
    let width = move || format!("{}%", share.get().percent());
    let spoken = move || format!("{} of people, {}", share.get(), in_words(reached.get()));
    view! {
        <span class="slider grow">
            <span class="fill" style:width=width></span>
            <span class="knob" style:left=width></span>
            <input
                type="range"
                min="0"
                max="100"
                step="1"
                aria-label="Share of people who get it"
                aria-valuetext=spoken
                prop:value=move || share.get().percent().to_string()
                on:input=move |event| typed.set(event_target_value(&event))
            />
        </span>
    }
}

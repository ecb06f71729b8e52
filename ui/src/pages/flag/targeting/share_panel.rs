//! The share of everyone else who has the feature, whom no rule fits; and whoever has it whatever the share is.

use leptos::prelude::*;
use signalbox_domain::key::SegmentKey;
use signalbox_domain::{Share, people as numbers};
use signalbox_protocol::endpoint::ChangeRuleEndpoint;
use signalbox_protocol::wire::configuration::ChangeRule;

use crate::components::{FieldError, TextArea};
use crate::pages::flag::base::Base;
use crate::pages::flag::change::{ConfirmDialog, sending};
use crate::pages::flag::crowd::{figure, in_words};
use crate::pages::flag::form_foot::FormFoot;
use crate::pages::flag::page::use_page;
use crate::pages::flag::percent;
use crate::pages::flag::scene::Scene;
use crate::pages::flag::targeting::check_card::Checked;
use crate::pages::flag::targeting::confirmation::of_share;
use crate::pages::flag::targeting::keys;
use crate::pages::flag::targeting::people_grid::PeopleGrid;
use crate::segment_picker::SegmentPicker;
use crate::state::{ToastKind, use_store};

/// The share and whoever has the feature besides.
type Content = (Share, Vec<String>, Vec<SegmentKey>);

/// The share of everyone else, with a slider and a number; people named by their key, and groups.
#[component]
pub fn SharePanel(
    /// The person who was checked last.
    checked: Checked,
) -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let typed = RwSignal::new(String::new());
    let named = RwSignal::new(String::new());
    let groups = RwSignal::new(Vec::<SegmentKey>::new());
    let read = |scene: &Scene| -> (Content, u64) {
        let rule = &scene.configuration.rule;
        ((rule.share, rule.people.clone(), rule.segments.clone()), scene.configuration.version)
    };
    let seed = move |(share, people, segments): Content| {
        typed.set(percent::typed(share));
        named.set(people.join("\n"));
        groups.set(segments);
    };
    seed(scene.with_untracked(|scene| read(scene).0));
    let is_typed = move |(share, people, segments): &Content| {
        typed.with(|typed| percent::parse(typed) != Ok(*share))
            || named.with(|named| keys(named) != *people)
            || groups.with(|groups| groups != segments)
    };
    let (base, changed) = Base::follow(page, read, is_typed, seed);

    let parsed = Memo::new(move |_| typed.with(|typed| percent::parse(typed)));
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
    let locked = Signal::derive(move || page.locked().or_else(|| error.get()));
    let confirming = RwSignal::new(false);
    let change = sending(move |reason| async move {
        let at = scene.with_untracked(|scene| scene.at_place());
        let body = ChangeRule {
            share: Some(share.get_untracked()),
            people: Some(named.with_untracked(|named| keys(named))),
            segments: Some(groups.get_untracked()),
            split: None,
            reason,
        };
        let configuration = store.send::<ChangeRuleEndpoint>(&at, &body, Some(base.version())).await?;
        page.put_configuration(configuration);
        store.toast(ToastKind::Done, format!("{} of people have it by the rule now.", share.get_untracked()));
        Ok(())
    });
    view! {
        <div class="pct">
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
            <FormFoot
                changed
                overtaken=Signal::derive(move || base.is_overtaken())
                save="Change who gets it…"
                disabled=locked
                opens="dialog"
                on_save=move |()| confirming.set(true)
                on_undo=move |()| base.undo()
            />
        </div>
        {move || {
            confirming
                .get()
                .then(|| {
                    let people = named.with_untracked(|named| keys(named));
                    let groups = groups.get_untracked();
                    let told = scene.with_untracked(|scene| of_share(scene, share.get_untracked(), &people, &groups));
                    view! {
                        <ConfirmDialog
                            confirmation=Signal::stored(told)
                            send=change
                            on_close=move |()| confirming.set(false)
                        />
                    }
                })
        }}
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

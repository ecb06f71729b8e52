//! The share of everybody who has the feature, and people named by their key.

use leptos::prelude::*;
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
use crate::pages::flag::targeting::confirmation::of_share;
use crate::pages::flag::targeting::people_grid::PeopleGrid;
use crate::state::{ToastKind, use_store};

/// Keys typed one on each line.
fn keys(typed: &str) -> Vec<String> {
    typed.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The share of everybody, with a slider and a number, and people named by their key.
#[component]
pub fn ShareCard() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let typed = RwSignal::new(String::new());
    let named = RwSignal::new(String::new());
    let read = |scene: &Scene| {
        let rule = &scene.configuration.rule;
        ((rule.share, rule.people.clone()), scene.configuration.version)
    };
    let seed = move |(share, people): (Share, Vec<String>)| {
        typed.set(percent::typed(share));
        named.set(people.join("\n"));
    };
    seed(scene.with_untracked(|scene| read(scene).0));
    let is_typed = move |(share, people): &(Share, Vec<String>)| {
        typed.with(|typed| percent::parse(typed) != Ok(*share)) || named.with(|named| keys(named) != *people)
    };
    let (base, changed) = Base::follow(page, read, is_typed, seed);

    let parsed = Memo::new(move |_| typed.with(|typed| percent::parse(typed)));
    let now = Signal::derive(move || scene.with(|scene| scene.configuration.rule.share));
    let share = Signal::derive(move || parsed.get().unwrap_or_else(|_| now.get()));
    let reached = Memo::new(move |_| {
        let count = named.with(|named| keys(named).len() as u64);
        scene.with(|scene| scene.crowd().reached(share.get(), count))
    });
    let size = move || scene.with(|scene| scene.crowd().size()).map(|size| format!("of {}", numbers::rounded(size)));
    let error = Signal::derive(move || parsed.get().err());
    let locked = Signal::derive(move || page.locked().or_else(|| error.get()));
    let confirming = RwSignal::new(false);
    let change = sending(move |reason| async move {
        let at = scene.with_untracked(|scene| scene.at_place());
        let body = ChangeRule {
            share: Some(share.get_untracked()),
            people: Some(named.with_untracked(|named| keys(named))),
            split: None,
            reason,
        };
        let configuration = store.send::<ChangeRuleEndpoint>(&at, &body, Some(base.version())).await?;
        page.put_configuration(configuration);
        store.toast(ToastKind::Done, format!("{} of people have it by the rule now.", share.get_untracked()));
        Ok(())
    });
    view! {
        <section class="card" aria-labelledby="who">
            <div class="card-h">
                <h2 id="who">"Who gets it"</h2>
                <span class="ink3 fs12">"A share of everybody, drawn at random; each person keeps their place"</span>
            </div>
            <div class="card-b">
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
                <PeopleGrid now then=share when=Signal::stored("if you save".to_owned()) off=Signal::derive(move || scene.with(|scene| scene.configuration.killed.is_some())) />
                <details class="who-named" open=move || named.with_untracked(|named| !named.is_empty())>
                    <summary class="fs12 ink2">"People named by their key"</summary>
                    <TextArea
                        label="They have it whatever the share is"
                        note="One key on each line"
                        value=named
                        rows=4
                        exact=true
                    />
                </details>
            </div>
            <FormFoot
                changed
                overtaken=Signal::derive(move || base.is_overtaken())
                save="Change who gets it…"
                disabled=locked
                opens="dialog"
                on_save=move |()| confirming.set(true)
                on_undo=move |()| base.undo()
            />
        </section>
        {move || {
            confirming
                .get()
                .then(|| {
                    let people = named.with_untracked(|named| keys(named));
                    let told = scene.with_untracked(|scene| of_share(scene, share.get_untracked(), &people));
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

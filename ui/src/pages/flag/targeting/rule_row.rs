//! One rule: its number, what it is called, what it gives, who fits; and what can be done with it.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use signalbox_domain::Share;
use signalbox_domain::key::RuleId;
use signalbox_domain::people::{grouped, in_share};
use signalbox_domain::rollout::RolloutStatus;
use signalbox_domain::targeting::Rule;
use wasm_bindgen::JsCast;

use crate::browser;
use crate::components::{Icon, IconName, Menu, MenuItem};
use crate::pages::flag::crowd::figure;
use crate::pages::flag::page::use_page;
use crate::pages::flag::targeting::check_card::Checked;
use crate::pages::flag::targeting::driven_panel::DrivenPanel;
use crate::pages::flag::targeting::order::drop_before;
use crate::pages::flag::targeting::people_grid::PeopleGrid;
use crate::pages::flag::targeting::rule_list::RuleList;
use crate::pages::flag::targeting::rule_words::{Gives, Piece, called, called_in_place, gives, sentence};

/// One rule.
#[component]
pub fn RuleRow(rule: Rule<String>, list: RuleList, checked: Checked) -> impl IntoView {
    let page = use_page();
    let scene = page.scene;
    let id = StoredValue::new(rule.id.clone());
    let name = StoredValue::new(rule.name.clone());
    let driven = Memo::new(move |_| id.with_value(|id| scene.with(|scene| scene.driven_rule() == Some(id))));
    // What was not saved yet has no reach of its own.
    let kept = rule.clone();
    let reach = Memo::new(move |_| {
        scene.with(|scene| scene.rule(&kept.id).filter(|told| told.rule == kept).map(|told| told.reach.clone()))
    });
    let tag = {
        let rule = rule.clone();
        Memo::new(move |_| {
            let reach = reach.get().filter(|_| driven.get());
            scene.with(|scene| gives(&rule, reach.as_ref(), &scene.flag.off_variant))
        })
    };
    let pieces = {
        let rule = rule.clone();
        Memo::new(move |_| {
            let reach = reach.get().filter(|_| driven.get());
            scene.with(|scene| sentence(&rule, reach.as_ref(), &scene.flag.off_variant, &scene.segments))
        })
    };
    let fits = rule.fits.map(grouped);
    let description = rule.description.clone();
    let shares = rule.share != Share::NOBODY && rule.share != Share::EVERYBODY;
    let number = Memo::new(move |_| id.with_value(|id| list.place(id)).map_or(0, |place| place + 1));
    let called = {
        let rule = rule.clone();
        move || called(&rule, number.get())
    };
    let spoken = Signal::derive(move || name.with_value(|name| called_in_place(name.as_deref(), number.get())));
    let key = rule.id.to_string();
    view! {
        <li class="rule" data-rule=key data-testid="rule">
            <Handle list id number spoken />
            <div class="grow">
                <div class="row">
                    <span class="m fs14">{called}</span>
                    {move || view! { <GivesTag gives=tag.get() /> }}
                    <span class="end fs12 ink2 num">{fits}</span>
                    <RuleMenu list id driven number spoken />
                </div>
                <p class="ink2 fs12 rule-words">
                    {move || pieces.get().into_iter().map(|piece| view! { <PieceView piece /> }).collect_view()}
                </p>
                {description.map(|description| view! { <p class="ink3 fs12 rule-words">{description}</p> })}
                {move || {
                    if driven.get() {
                        view! { <DrivenPanel checked /> }.into_any()
                    } else if shares {
                        view! { <StillShare rule=rule.clone() checked /> }.into_any()
                    } else {
                        ().into_any()
                    }
                }}
            </div>
        </li>
    }
}

/// What whoever fits gets.
#[component]
pub fn GivesTag(gives: Gives) -> impl IntoView {
    let (class, icon, words) = match gives {
        Gives::Nothing(words) => ("tag", Some(IconName::X), words),
        Gives::All(words) => ("tag tag--acc", Some(IconName::Check), words),
        Gives::Some(words) => ("tag tag--acc", None, words),
    };
    view! {
        <span class=class>{icon.map(|name| view! { <Icon name small=true /> })} {words}</span>
    }
}

/// A piece of a sentence: words, or a group with a link to it.
#[component]
fn PieceView(piece: Piece) -> impl IntoView {
    match piece {
        Piece::Words(words) => words.into_any(),
        Piece::Group(key, name) => view! {
            <a class="segm" href=format!("/groups/{key}")>
                <Icon name=IconName::Users small=true />
                {name}
            </a>
        }
        .into_any(),
    }
}

/// The share of a rule that no rollout drives.
#[component]
fn StillShare(rule: Rule<String>, checked: Checked) -> impl IntoView {
    let scene = use_page().scene;
    let Rule { id, share, fits, .. } = rule;
    let you = Signal::derive(move || scene.with(|scene| checked.place(scene, Some(&id))));
    let width = format!("{}%", share.percent());
    let people = fits.map(|fits| (figure(Some(in_share(fits, share))), format!("of {}", figure(Some(fits)))));
    view! {
        <div class="pct">
            <div class="row who-now">
                <span class="num who-share">{share.to_string()}</span>
                <span class="slider slider--still grow" aria-hidden="true">
                    <span class="fill" style:width=width.clone()></span>
                    <span class="knob" style:left=width></span>
                </span>
                {people
                    .map(|(having, of)| {
                        view! {
                            <span class="fs12 num nowrap">
                                <b>{having}</b>
                                " "
                                <span class="ink3">{of}</span>
                            </span>
                        }
                    })}
            </div>
            <PeopleGrid
                now=Signal::stored(share)
                then=Signal::stored(share)
                when=Signal::stored(String::new())
                you
                off=Signal::derive(move || scene.with(|scene| scene.configuration.killed.is_some()))
            />
        </div>
    }
}

#[component]
fn RuleMenu(
    list: RuleList,
    id: StoredValue<RuleId>,
    driven: Memo<bool>,
    number: Memo<usize>,
    spoken: Signal<String>,
) -> impl IntoView {
    let page = use_page();
    let locked = Signal::derive(move || page.locked());
    let first = Signal::derive(move || locked.get().or_else(|| (number.get() <= 1).then(|| "It is the first.".into())));
    let last = Signal::derive(move || {
        let last = number.get() >= list.rules.with(Vec::len);
        locked.get().or_else(|| last.then(|| "It is the last rule.".into()))
    });
    let stays = Signal::derive(move || {
        let planned = page.scene.with(|scene| {
            let rollout = scene.open_rollout().filter(|rollout| rollout.status == RolloutStatus::Draft);
            rollout.is_some_and(|rollout| id.with_value(|id| rollout.rule.as_ref() == Some(id)))
        });
        locked
            .get()
            .or_else(|| driven.get().then(|| "A rollout is under way for this rule. Finish it first.".into()))
            .or_else(|| planned.then(|| "A rollout is planned for this rule. Discard it first.".into()))
    });
    view! {
        <Menu
            label=Signal::derive(move || format!("More for {}", spoken.get()))
            class="btn btn--q btn--s btn--i"
            trigger=|| view! { <Icon name=IconName::Ellipsis small=true /> }
        >
            <MenuItem icon=IconName::Pencil disabled=locked on_press=move |()| id.with_value(|id| list.edit(id))>
                {move || if driven.get() { "Rename…" } else { "Edit…" }}
            </MenuItem>
            <MenuItem icon=IconName::Copy disabled=locked on_press=move |()| id.with_value(|id| list.duplicate(id))>
                "Duplicate…"
            </MenuItem>
            <MenuItem icon=IconName::ArrowUp disabled=first on_press=move |()| id.with_value(|id| list.move_up(id))>
                "Move up"
            </MenuItem>
            <MenuItem icon=IconName::ArrowDown disabled=last on_press=move |()| id.with_value(|id| list.move_down(id))>
                "Move down"
            </MenuItem>
            <div class="menu-sep"></div>
            <MenuItem
                icon=IconName::Trash
                danger=true
                disabled=stays
                on_press=move |()| id.with_value(|id| list.remove(id))
            >
                "Remove"
            </MenuItem>
        </Menu>
    }
}

/// The number of a rule, by which it is dragged; with the focus on it, arrow keys move it.
#[component]
fn Handle(list: RuleList, id: StoredValue<RuleId>, number: Memo<usize>, spoken: Signal<String>) -> impl IntoView {
    let page = use_page();
    let dragging = RwSignal::new(false);
    let key = id.with_value(ToString::to_string);
    let refocus = {
        let selector = format!("[data-rule=\"{key}\"] .rn--handle");
        move || {
            let selector = selector.clone();
            // After the row has moved.
            request_animation_frame(move || browser::focus(&selector));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if untrack(|| page.locked()).is_some() {
            return;
        }
        match event.key().as_str() {
            "ArrowUp" => id.with_value(|id| list.move_up(id)),
            "ArrowDown" => id.with_value(|id| list.move_down(id)),
            _ => return,
        }
        event.prevent_default();
        refocus();
    };
    let on_down = move |event: PointerEvent| {
        if event.button() != 0 || untrack(|| page.locked()).is_some() {
            return;
        }
        if let Some(handle) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
            // Without it the drag ends at the edge of the handle.
            let _ = handle.set_pointer_capture(event.pointer_id());
        }
        dragging.set(true);
    };
    let on_move = move |event: PointerEvent| {
        if dragging.get_untracked() {
            mark(Some(drop_before(f64::from(event.client_y()), &rows())));
        }
    };
    let on_up = move |event: PointerEvent| {
        if dragging.get_untracked() {
            dragging.set(false);
            mark(None);
            let before = drop_before(f64::from(event.client_y()), &rows());
            id.with_value(|id| list.shift(id, before));
        }
    };
    let on_cancel = move |_: PointerEvent| {
        dragging.set(false);
        mark(None);
    };
    view! {
        <button
            type="button"
            class="rn rn--handle num"
            class:rn--dragged=move || dragging.get()
            aria-label=move || format!("{}. Arrow keys move it", spoken.get())
            aria-keyshortcuts="ArrowUp ArrowDown"
            aria-disabled=move || page.locked().map(|_| "true")
            title=move || page.locked().unwrap_or_else(|| "Drag, or use the arrow keys".into())
            on:keydown=on_key
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=on_cancel
        >
            {number}
        </button>
    }
}

/// The rows of all rules, in their order.
fn elements() -> Vec<web_sys::Element> {
    let Ok(list) = document().query_selector_all("[data-rule]") else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.get(index)?.dyn_into().ok()).collect()
}

/// Top and bottom of each row.
fn rows() -> Vec<(f64, f64)> {
    let edges = |element: &web_sys::Element| {
        let place = element.get_bounding_client_rect();
        (place.top(), place.bottom())
    };
    elements().iter().map(edges).collect()
}

/// Draws a line where the rule would be put.
fn mark(before: Option<usize>) {
    let elements = elements();
    for (place, element) in elements.iter().enumerate() {
        let list = element.class_list();
        let (above, below) = (before == Some(place), before == Some(elements.len()) && place + 1 == elements.len());
        // A class that cannot be set costs the line only.
        let _ = list.toggle_with_force("rule--drop-above", above);
        let _ = list.toggle_with_force("rule--drop-below", below);
    }
}

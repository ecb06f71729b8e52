//! A card for something that needs a person.

use leptos::prelude::*;

use super::needs::{Need, NeedKind};
use crate::components::{Ago, Aspect, AspectGlyph, Button, ButtonSize, Icon, IconName};
use crate::state::use_store;

/// A card for something that needs a person.
#[component]
pub fn NeedCard(
    /// What it is.
    need: Need,
    /// Called with the need whose reason the reader wants to give.
    #[prop(into)]
    on_reason: Callback<Need>,
) -> impl IntoView {
    let store = use_store();
    let asked = need.clone();
    let Need { kind, flag, environment, environment_name, title, text, since, reason_awaited, .. } = need;
    let tint = match kind {
        NeedKind::HeldByItself | NeedKind::Help | NeedKind::TurnedOff | NeedKind::Held => " need--danger",
        NeedKind::Approval | NeedKind::GoAhead | NeedKind::Reason | NeedKind::LastStage | NeedKind::Planned => "",
    };
    let href = format!("/flags/{flag}");
    let disabled = Signal::derive(move || store.can_edit().err());
    view! {
        <li class=format!("card need{tint}")>
            <div class="row">
                {match kind {
                    NeedKind::HeldByItself => signal(Aspect::Danger, "Held by itself").into_any(),
                    NeedKind::TurnedOff => signal(Aspect::Danger, "Turned off").into_any(),
                    NeedKind::Held => signal(Aspect::Danger, "Held").into_any(),
                    NeedKind::Help => signal(Aspect::Danger, "Should be stopped").into_any(),
                    NeedKind::Approval => plain(IconName::ShieldCheck, "Waiting for approval").into_any(),
                    NeedKind::GoAhead => signal(Aspect::Clear, "Clear to go on").into_any(),
                    NeedKind::Reason => plain(IconName::FileText, "Reason to give").into_any(),
                    NeedKind::LastStage => plain(IconName::Flag, "Last stage").into_any(),
                    NeedKind::Planned => plain(IconName::Play, "Ready to start").into_any(),
                }} <span class="fs12 ink3 trunc">{environment_name}</span> <span class="end fs11 ink3">
                    {since.map(|at| view! { <Ago at /> })}
                </span>
            </div>
            <h2 class="need-title">{title}</h2>
            <p class="ink2 fs12">{text}</p>
            <div class="row need-acts">
                {(kind != NeedKind::Reason)
                    .then(|| {
                        view! {
                            // The page of the flag shows the environment that is looked at.
                            <a class="btn btn--s" href=href on:click=move |_| store.choose_environment(&environment)>
                                {match kind {
                                    NeedKind::LastStage => "Go and finish it",
                                    NeedKind::Approval => "Review and approve",
                                    NeedKind::Planned => "Go and start it",
                                    NeedKind::HeldByItself
                                    | NeedKind::Help
                                    | NeedKind::GoAhead
                                    | NeedKind::TurnedOff
                                    | NeedKind::Held
                                    | NeedKind::Reason => "Review",
                                }}
                            </a>
                        }
                    })}
                {reason_awaited
                    .map(|_| {
                        view! {
                            <Button
                                size=ButtonSize::Small
                                opens="dialog"
                                disabled
                                on_press=move |()| on_reason.run(asked.clone())
                            >
                                "Give the reason…"
                            </Button>
                        }
                    })}
            </div>
        </li>
    }
}

fn signal(aspect: Aspect, words: &'static str) -> impl IntoView {
    view! {
        <span class=format!("sig fs12 sig--{}", aspect.name())>
            <AspectGlyph aspect />
            {words}
        </span>
    }
}

fn plain(name: IconName, words: &'static str) -> impl IntoView {
    view! {
        <span class="sig fs12 sig-plain">
            <Icon name />
            {words}
        </span>
    }
}

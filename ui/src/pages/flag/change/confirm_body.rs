//! What stands in a confirm dialog: now and after, who is affected, the exact change.

use leptos::prelude::*;

use crate::components::{Icon, IconName};
use crate::pages::flag::change::confirmation::{Change, Confirmation, Effect, Exact, Fact, FactKind};
use crate::pages::flag::crowd::figure;

/// Now and after with the difference in people, or the effect alone where nobody gains or loses.
#[component]
pub fn Consequence(confirmation: Signal<Confirmation>) -> impl IntoView {
    move || {
        let Confirmation { change, effect, .. } = confirmation.get();
        match change {
            Some(change) => view! { <NowAndAfter change effect /> }.into_any(),
            None => view! {
                <div class="diff diff--one" data-testid="consequence">
                    <EffectSentence effect />
                </div>
            }
            .into_any(),
        }
    }
}

#[component]
fn NowAndAfter(change: Change, effect: Effect) -> impl IntoView {
    let label = change.bar_label();
    let Change { now, after, kept, moved, grows } = change;
    view! {
        <div class="diff" data-testid="consequence">
            <div class="dcol">
                <span class="fs12 ink3">"Now"</span>
                <span class="dn num trunc">{now.title.clone()}</span>
                <span class="fs12 num ink2">{figure(now.people)}</span>
            </div>
            <div class="darr">
                <Icon name=IconName::ArrowRight />
            </div>
            <div class="dcol">
                <span class="fs12 ink3">"After"</span>
                <span class="dn num trunc" class:dn--grows=grows class:dn--shrinks=!grows>
                    {after.title.clone()}
                </span>
                <span class="fs12 num ink2">{figure(after.people)}</span>
            </div>
            <div class="dtxt">
                <EffectSentence effect />
                <div class="dbar" role="img" aria-label=label>
                    <span class="a" style:width=format!("{kept}%")></span>
                    <span
                        class=if grows { "b" } else { "b b--lost" }
                        style:width=format!("{moved}%")
                    ></span>
                </div>
            </div>
        </div>
    }
}

#[component]
fn EffectSentence(effect: Effect) -> impl IntoView {
    let Effect { lead, figure, rest } = effect;
    view! {
        <p class="fs14 effect">
            {lead}
            <b class="num">{figure}</b>
            {rest}
        </p>
    }
}

/// Who, not affected, way back.
#[component]
pub fn Facts(confirmation: Signal<Confirmation>) -> impl IntoView {
    move || {
        let facts = confirmation.with(|confirmation| confirmation.facts.clone());
        let columns = format!("repeat({}, minmax(0, 1fr))", facts.len().max(1));
        view! {
            <ul class="aff fs12" style:grid-template-columns=columns>
                {facts
                    .into_iter()
                    .map(|Fact { kind, text }| {
                        let (icon, title) = match kind {
                            FactKind::Who => (IconName::Users, "Who"),
                            FactKind::NotAffected => (IconName::ShieldCheck, "Not affected"),
                            FactKind::WayBack => (IconName::Undo, "Way back"),
                            FactKind::OnHarm => (IconName::ShieldCheck, "On harm"),
                            FactKind::Evidence => (IconName::Info, "Evidence"),
                        };
                        view! {
                            <li>
                                <Icon name=icon class="ink3" />
                                <span>
                                    <span class="m">{title}</span>
                                    <br />
                                    <span class="ink2">{text}</span>
                                </span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        }
    }
}

/// The change as a machine would say it, closed until somebody wants to see it.
#[component]
pub fn ExactChange(confirmation: Signal<Confirmation>) -> impl IntoView {
    view! {
        <details class="raw">
            <summary class="m fs12 ink2">"Exact change"</summary>
            {move || {
                let Exact { path, removed, added } = confirmation.with(|confirmation| confirmation.exact.clone());
                view! {
                    <pre class="mono">
                        <span class="ink3">{path}</span>
                        {removed.into_iter().map(|line| view! { <span class="del">{format!("\n- {line}")}</span> }).collect_view()}
                        {added.into_iter().map(|line| view! { <span class="add">{format!("\n+ {line}")}</span> }).collect_view()}
                    </pre>
                }
            }}
        </details>
    }
}

//! The head of the page: what the flag is, how it stands and where; and the way to stop it.

use leptos::prelude::*;

use crate::components::{Aspect, AspectPill, Button, ButtonKind, CopyKey, IconName, Tag, TagKind, Time, purpose_words};
use crate::pages::flag::change::step::Step;
use crate::pages::flag::evidence::Evidenced;
use crate::pages::flag::page::use_page;
use crate::pages::flag::standing::{reach_sentence, standing};
use crate::pages::flag::tab::Tab;

/// Name, key, state, people and owner; the kill switch. The environment is chosen in the top bar.
#[component]
pub fn FlagHeader() -> impl IntoView {
    let page = use_page();
    let scene = page.scene;
    let standing = Memo::new(move |_| scene.with(|scene| standing(scene)));
    let details = Memo::new(move |_| scene.with(|scene| scene.flag.details.clone()));
    let owner = move || {
        details.with(|details| details.owner.as_ref().map(|owner| format!(" Owned by {owner}.")).unwrap_or_default())
    };
    let off = Memo::new(move |_| scene.with(|scene| scene.configuration.killed));
    view! {
        <header class="row top gap4 flag-head">
            <div class="grow">
                <div class="row wrap flag-title">
                    <h1>{move || details.with(|details| details.name.clone())}</h1>
                    <CopyKey text=Signal::derive(move || scene.with(|scene| scene.flag.key.to_string())) />
                    <Tag>{move || details.with(|details| purpose_words(details.purpose))}</Tag>
                    {move || {
                        let standing = standing.get();
                        let harmful = page.evidence.with(Evidenced::asks_to_stop);
                        if harmful && !standing.stopped {
                            let words = format!("{}, look at it", standing.words);
                            view! { <AspectPill aspect=Aspect::Danger>{words}</AspectPill> }.into_any()
                        } else if standing.stopped {
                            view! { <AspectPill aspect=Aspect::Danger>{standing.words}</AspectPill> }.into_any()
                        } else if page.evidence.with(Evidenced::is_clear) {
                            let words = format!("{}, clear to go on", standing.words);
                            view! { <AspectPill aspect=Aspect::Clear>{words}</AspectPill> }.into_any()
                        } else {
                            view! { <span class="pill pill--plain">{standing.words}</span> }.into_any()
                        }
                    }}
                    <Tag kind=TagKind::Line>{move || scene.with(|scene| scene.environment.name.clone())}</Tag>
                </div>
                <p class="ink2 flag-sentence" data-testid="flag-reach">
                    {move || details.with(|details| ended(&details.description))}
                    " "
                    <span class="ink3">{move || scene.with(|scene| reach_sentence(scene))} {owner}</span>
                    {move || {
                        off.get()
                            .map(|since| {
                                view! {
                                    <span class="ink3">" Off since "<Time at=since />"."</span>
                                }
                            })
                    }}
                </p>
            </div>
            <div class="row flag-stop">
                {move || {
                    let step = if off.with(Option::is_some) { Step::TurnOn } else { Step::TurnOff };
                    view! { <StopButton step /> }
                }}
            </div>
        </header>
    }
}

/// A description as a sentence that others may follow.
fn ended(description: &str) -> String {
    let end = if description.is_empty() || description.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{description}{end}")
}

/// Turns the flag off for everyone, or on again.
#[component]
fn StopButton(step: Step) -> impl IntoView {
    let page = use_page();
    let label = page.scene.with_untracked(|scene| step.label(scene));
    view! {
        <Button
            kind=if step == Step::TurnOff { ButtonKind::Danger } else { ButtonKind::Plain }
            icon=IconName::Power
            opens="dialog"
            disabled=Signal::derive(move || page.obstacle(step))
            on_press=move |()| page.ask(step)
        >
            {label}
        </Button>
    }
}

/// The sections of the page as links.
#[component]
pub fn FlagTabs(
    /// The one that is shown.
    tab: Memo<Tab>,
) -> impl IntoView {
    let scene = use_page().scene;
    let key = scene.with_untracked(|scene| scene.flag.key.clone());
    let count = move |of: Tab| {
        scene.with(|scene| match of {
            Tab::Variants => Some(scene.flag.variants.len().to_string()),
            Tab::Targeting => match scene.configuration.overrides.len() {
                0 => None,
                1 => Some("1 override".into()),
                many => Some(format!("{many} overrides")),
            },
            Tab::Rollout | Tab::History | Tab::Settings => None,
        })
    };
    view! {
        <nav class="tabs" aria-label="Flag sections">
            {Tab::ALL
                .into_iter()
                .map(|one| {
                    view! {
                        <a href=one.address(&key) aria-current=move || (tab.get() == one).then_some("page")>
                            {one.name()}
                            {move || count(one).map(|count| view! { <span class="c">{count}</span> })}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_ends_as_a_sentence() {
        assert_eq!(ended("Euro transfers in under 10 seconds"), "Euro transfers in under 10 seconds.");
        assert_eq!(ended("Is it fast?"), "Is it fast?");
        assert_eq!(ended(""), "");
    }
}

//! Draws the line of a rollout: blocks with a signal at the entrance of each.

use leptos::prelude::*;
use signalbox_domain::Timestamp;
use signalbox_domain::rollout::{HeldBecause, Position};

use crate::components::{Aspect, AspectGlyph, Icon, IconName, Tag, TagKind};
use crate::pages::flag::evidence::{Evidenced, passed};
use crate::pages::flag::page::use_page;
use crate::pages::flag::rollout::line::{Block, Lies, Signal as Lamp, blocks, soaked};
use crate::state::use_store;
use crate::time;

/// The line of the rollout, as long as there is one.
#[component]
pub fn Track() -> impl IntoView {
    let scene = use_page().scene;
    let line = Memo::new(move |_| {
        scene.with(|scene| {
            let rollout = scene.configuration.rollout.as_ref()?;
            let at_start = rollout.position == Position::Start && scene.rollout_under_way().is_some();
            Some((blocks(scene, rollout), rollout.entered, rollout.held_because, at_start))
        })
    });
    view! {
        <div class="track-scroll">
            <ol
                class="track"
                style:--n=move || line.with(|line| line.as_ref().map_or(1, |(blocks, ..)| blocks.len()).to_string())
                aria-label="Stages"
                data-testid="stage-track"
            >
                {move || {
                    let (blocks, entered, because, at_start) = line.get()?;
                    let mut before = "the start".to_owned();
                    Some(
                        blocks
                            .into_iter()
                            .enumerate()
                            .map(|(index, block)| {
                                let after = std::mem::replace(&mut before, block.title.clone());
                                let start_marker = at_start && index == 0;
                                view! { <OneBlock block after entered because start_marker /> }
                            })
                            .collect_view(),
                    )
                }}
            </ol>
        </div>
    }
}

#[component]
fn OneBlock(
    block: Block,
    /// What the block before is called.
    after: String,
    /// Since when the rollout stands where it stands.
    entered: Option<Timestamp>,
    because: Option<HeldBecause>,
    /// Whether the rollout stands before this block: it was rolled back to the start.
    start_marker: bool,
) -> impl IntoView {
    let class = match (block.lies, block.signal) {
        (Lies::Behind, _) => "blk blk--past",
        (Lies::Here { held: true }, _) => "blk blk--here is-held",
        (Lies::Here { held: false }, _) => "blk blk--here",
        (Lies::Ahead, Lamp::Ready | Lamp::Held | Lamp::Off) => "blk blk--ahead blk--next",
        (Lies::Ahead, _) => "blk blk--ahead",
    };
    let here = matches!(block.lies, Lies::Here { .. });
    let held = block.lies == Lies::Here { held: true };
    let Block { title, lies, signal, people, more, soak_millis, asks_less, entered: first, left } = block;
    let page = use_page();
    let store = use_store();
    // Since it was entered, or since evidence began anew; what the page knows of it may be older than the stage.
    let since = move || page.evidence.with(Evidenced::soaking_since).or(entered);
    let part = move || soaked(soak_millis, since(), store.now.get());
    let left_to_soak = move || {
        let since = since().filter(|_| soak_millis > 0)?;
        let rest = soak_millis - (store.now.get().millis() - since.millis());
        Some(if rest > 0 {
            format!(" · soaks {} more", time::span(rest.min(soak_millis)))
        } else {
            format!(" · soaked {}", time::span(soak_millis))
        })
    };
    view! {
        <li
            class=class
            aria-current=here.then_some("step")
            style:--p=move || here.then(|| format!("{:.2}%", part() * 100.0))
        >
            <div class="blk-sig">
                <BlockSignal signal after because first />
            </div>
            <div class="rail">
                {here
                    .then(|| {
                        view! {
                            <span class="soak"></span>
                            <span class="head">
                                <Icon name=if held { IconName::Pause } else { IconName::ArrowRight } />
                            </span>
                        }
                    })}
                {start_marker
                    .then(|| {
                        view! {
                            <span class="head head--start">
                                <Icon name=IconName::Pause />
                            </span>
                        }
                    })}
            </div>
            <div class="blk-m">
                <div class="pc">
                    <span class="trunc" title=title.clone()>
                        {title.clone()}
                    </span>
                    {here.then(|| view! { <Stay entered held /> })}
                </div>
                <div class="d">{people}</div>
                <div class="w">
                    {match lies {
                        Lies::Behind => view! { <Passage first left /> }.into_any(),
                        Lies::Here { .. } => view! { <Since entered /> {left_to_soak} }.into_any(),
                        Lies::Ahead => more.into_any(),
                    }}
                </div>
                {asks_less
                    .then_some(match lies {
                        Lies::Behind => "left since no harm was shown, safety was not asked",
                        Lies::Here { .. } | Lies::Ahead => "left if no harm is shown, safety is not asked",
                    })
                    .map(|words| view! { <div class="w">{words}</div> })}
            </div>
        </li>
    }
}

/// The signal at the entrance of a block, with what it says.
#[component]
fn BlockSignal(signal: Lamp, after: String, because: Option<HeldBecause>, first: Option<Timestamp>) -> impl IntoView {
    let moment = move || first.map(|first| view! { <Moment at=first /> });
    let (lamp, words, tone) = match signal {
        Lamp::Start => (None, "Start", "ink3 m"),
        Lamp::Passed => (Some(view! { <Icon name=IconName::Check /> }.into_any()), "Passed", "ink2 m"),
        Lamp::Ready => (None, "", ""),
        Lamp::Held => (Some(view! { <AspectGlyph aspect=Aspect::Danger /> }.into_any()), "Held", "m danger"),
        Lamp::Off => (Some(view! { <AspectGlyph aspect=Aspect::Danger /> }.into_any()), "Off for everyone", "m danger"),
        Lamp::Later => (Some(view! { <AspectGlyph aspect=Aspect::Off /> }.into_any()), "Not yet", "ink3 m"),
        Lamp::Ended => (Some(view! { <AspectGlyph aspect=Aspect::Off /> }.into_any()), "Ended", "ink3 m"),
    };
    let detail = match signal {
        Lamp::Start | Lamp::Passed => moment().into_any(),
        Lamp::Ready => ().into_any(),
        Lamp::Held => held_words(because).into_any(),
        Lamp::Off => "turn it on first".into_any(),
        Lamp::Later => format!("after {after}").into_any(),
        Lamp::Ended => "before this stage".into_any(),
    };
    if signal == Lamp::Ready {
        return view! { <ReadySignal /> }.into_any();
    }
    let bare = matches!(signal, Lamp::Later | Lamp::Ended);
    view! {
        {lamp
            .map(|lamp| {
                view! {
                    <span class="post"></span>
                    <span class="lamp" class:lamp--bare=bare>
                        {lamp}
                    </span>
                }
            })}
        <span class="t">
            <span class=tone>{words}</span>
            <span class="fs11 ink3 num">{detail}</span>
        </span>
    }
    .into_any()
}

/// The signal at the entrance of the next stage: what its checks say, or that a person decides.
#[component]
fn ReadySignal() -> impl IntoView {
    let page = use_page();
    let told = Memo::new(move |_| page.scene.with(|scene| page.evidence.with(|known| passed(scene, known))));
    move || {
        let (lamp, words, tone, detail) = match told.get() {
            Some(told) => {
                let tone = if told.aspect == Aspect::Clear { "m clear" } else { "m" };
                (view! { <AspectGlyph aspect=told.aspect /> }.into_any(), told.words, tone, told.detail)
            }
            None => {
                let person = view! { <Icon name=IconName::User /> }.into_any();
                (person, "Ready when you are", "m", "a person decides".into())
            }
        };
        let person = told.with(Option::is_none);
        view! {
            <span class="post"></span>
            <span class="lamp" class:lamp--person=person>
                {lamp}
            </span>
            <span class="t">
                <span class=tone>{words}</span>
                <span class="fs11 ink3 num hide-n">{detail}</span>
            </span>
        }
    }
}

const fn held_words(because: Option<HeldBecause>) -> &'static str {
    match because {
        Some(HeldBecause::RollBack) => "after a roll back",
        Some(HeldBecause::Kill) => "by the kill switch",
        Some(HeldBecause::Harm) => "harm was shown",
        Some(HeldBecause::Signal) => "a signal was broken",
        Some(HeldBecause::SampleRatio) => "groups are uneven",
        Some(HeldBecause::NoEvidence) => "no evidence came",
        Some(HeldBecause::TookTooLong) => "it took too long",
        Some(HeldBecause::Hold) | None => "by a person",
    }
}

/// "Here now · 3 d 5 h", or that it is held here.
#[component]
fn Stay(entered: Option<Timestamp>, held: bool) -> impl IntoView {
    let store = use_store();
    let stay = move || entered.map(|entered| format!(" · {}", time::span(store.now.get().millis() - entered.millis())));
    // How long it stands here says nothing about how long it is held.
    if held {
        return view! { <Tag>"Held here"</Tag> }.into_any();
    }
    view! {
        <Tag kind=TagKind::Accent>
            <span class="num">"Here now" <span class="hide-n">{stay}</span></span>
        </Tag>
    }
    .into_any()
}

/// "since 16 Nov, 09:05".
#[component]
fn Since(entered: Option<Timestamp>) -> impl IntoView {
    entered.map(|entered| view! { "since " <Moment at=entered /> })
}

/// "9 Nov to 16 Nov · 7 d": from when to when it stood in a stage.
#[component]
fn Passage(first: Option<Timestamp>, left: Option<Timestamp>) -> impl IntoView {
    let store = use_store();
    first.zip(left).map(|(first, left)| {
        let short = move |at: Timestamp| time::short(&time::local(at), &time::local(store.now.get()));
        view! {
            <span title=time::full(&time::local(first))>
                <span class="hide-n">{move || format!("{} to {} · ", short(first), short(left))}</span>
                {time::span(left.millis() - first.millis())}
            </span>
        }
    })
}

/// "16 Nov, 09:05", in full on hover.
#[component]
fn Moment(at: Timestamp) -> impl IntoView {
    let store = use_store();
    view! {
        <time datetime=at.to_string() title=time::full(&time::local(at))>
            {move || time::day_and_clock(&time::local(at), &time::local(store.now.get()))}
        </time>
    }
}

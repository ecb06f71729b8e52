//! The stage track: a rollout as a line of blocks with a signal at the entrance of each.

use leptos::prelude::*;
use signalbox_domain::Timestamp;
use signalbox_domain::rollout::{HeldBecause, Position, RolloutStatus};
use signalbox_protocol::wire::rollout::Rollout;

use super::share::people;
use super::{Aspect, AspectGlyph, Icon, IconName, Tag, TagKind};
use crate::state::use_store;
use crate::time;

/// A rollout as a line of blocks with a signal at the entrance of each.
#[component]
pub fn StageTrack(
    /// The rollout.
    #[prop(into)]
    rollout: Signal<Rollout>,
) -> impl IntoView {
    let store = use_store();
    view! {
        <ol
            class="track"
            style:--n=move || rollout.with(|rollout| rollout.stages.len().to_string())
            aria-label="Stages"
        >
            {move || {
                let now = store.now.get();
                rollout.with(|rollout| blocks(rollout, now)).into_iter().map(|block| view! { <Block block /> }).collect_view()
            }}
        </ol>
    }
}

#[component]
fn Block(block: StageBlock) -> impl IntoView {
    let StageBlock { place, held, title, people, when, signal, stay } = block;
    let class = match place {
        Place::Passed => "blk blk--past",
        Place::Here if held => "blk blk--here is-held",
        Place::Here => "blk blk--here",
        Place::Next => "blk blk--ahead blk--next",
        Place::Ahead => "blk blk--ahead",
    };
    let (lamp, says, detail) = match signal {
        SignalAhead::Passed(when) => (Some(view! { <Icon name=IconName::Check /> }.into_any()), "Passed", when),
        SignalAhead::Entrance(when) => (None, "Start", when),
        SignalAhead::Held(why) => (Some(view! { <AspectGlyph aspect=Aspect::Danger /> }.into_any()), "Held", why),
        SignalAhead::Yours => {
            (Some(view! { <AspectGlyph aspect=Aspect::Off /> }.into_any()), "Next", "when you advance".into())
        }
        SignalAhead::NotYet => (Some(view! { <AspectGlyph aspect=Aspect::Off /> }.into_any()), "Ahead", String::new()),
    };
    view! {
        <li class=class aria-current=(place == Place::Here).then_some("step")>
            <div class="blk-sig">
                {lamp
                    .map(|lamp| {
                        view! {
                            <span class="post"></span>
                            <span class="lamp" class:lamp--bare=matches!(place, Place::Next | Place::Ahead)>
                                {lamp}
                            </span>
                        }
                    })}
                <span class="t">
                    <span class="m ink2">{says}</span>
                    <span class="fs11 ink3 num">{detail}</span>
                </span>
            </div>
            <div class="rail">
                {(place == Place::Here)
                    .then(|| {
                        view! {
                            <span class="soak"></span>
                            <span class="head">
                                <Icon name=if held { IconName::Pause } else { IconName::ArrowRight } />
                            </span>
                        }
                    })}
            </div>
            <div class="blk-m">
                <div class="pc">
                    <span class="trunc">{title}</span>
                    {stay.map(|stay| view! { <Tag kind=TagKind::Accent>{stay}</Tag> })}
                </div>
                <div class="d">{people}</div>
                <div class="w">{when}</div>
            </div>
        </li>
    }
}

/// Where a stage is, seen from where the rollout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Passed,
    Here,
    Next,
    Ahead,
}

/// What the signal at the entrance of a stage shows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum SignalAhead {
    /// It was passed then.
    Passed(String),
    /// The first stage has no signal of its own; entered then.
    Entrance(String),
    /// Stopped, and why.
    Held(String),
    /// The next one: a person decides.
    Yours,
    /// Further on.
    NotYet,
}

/// What is drawn for one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
struct StageBlock {
    place: Place,
    held: bool,
    title: String,
    people: String,
    when: String,
    signal: SignalAhead,
    stay: Option<String>,
}

/// What is drawn for each stage of a rollout.
fn blocks(rollout: &Rollout, now: Timestamp) -> Vec<StageBlock> {
    let next = match rollout.position {
        Position::Start => 0,
        Position::Stage(stage) => stage + 1,
    };
    let under_way = matches!(rollout.status, RolloutStatus::Running | RolloutStatus::Held);
    let held = rollout.status == RolloutStatus::Held;
    let stamp = |time: Option<Timestamp>| {
        time.map(|time| time::day_and_clock(&time::local(time), &time::local(now))).unwrap_or_default()
    };
    let mut people_before = rollout.people_before;
    let mut blocks = Vec::with_capacity(rollout.stages.len());
    for (index, stage) in rollout.stages.iter().enumerate() {
        let passed = if rollout.status == RolloutStatus::Finished { index < next } else { index + 1 < next };
        let place = match () {
            () if rollout.status == RolloutStatus::Draft => Place::Ahead,
            () if passed => Place::Passed,
            () if index + 1 == next => Place::Here,
            () if index == next && under_way => Place::Next,
            () => Place::Ahead,
        };
        let signal = match place {
            Place::Passed | Place::Here if index == 0 => SignalAhead::Entrance(stamp(stage.first_entered)),
            Place::Passed | Place::Here => SignalAhead::Passed(stamp(stage.first_entered)),
            Place::Next if held => SignalAhead::Held(held_words(rollout.held_because).into()),
            Place::Next => SignalAhead::Yours,
            Place::Ahead => SignalAhead::NotYet,
        };
        let more = stage.people.saturating_sub(people_before);
        let when = match place {
            Place::Here => format!("{} {}", if held { "held since" } else { "since" }, stamp(rollout.entered)),
            Place::Next | Place::Ahead => format!("+{}", signalbox_domain::people::rounded(more)),
            Place::Passed => String::new(),
        };
        let stay = (place == Place::Here && !held)
            .then(|| {
                rollout.entered.map(|entered| format!("Here now · {}", time::span(now.millis() - entered.millis())))
            })
            .flatten();
        people_before = stage.people;
        blocks.push(StageBlock {
            place,
            held: held && place == Place::Here,
            title: stage.title.clone(),
            people: people(stage.people),
            when,
            signal,
            stay,
        });
    }
    blocks
}

fn held_words(because: Option<HeldBecause>) -> &'static str {
    match because {
        Some(HeldBecause::RollBack) => "after a roll back",
        Some(HeldBecause::Kill) => "by the kill switch",
        Some(HeldBecause::Hold) | None => "by hand",
    }
}

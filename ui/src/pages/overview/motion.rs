//! Rollouts under way in the current environment.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::guard::Standing;
use signalbox_domain::key::EnvironmentKey;
use signalbox_domain::rollout::{HeldBecause, RolloutStatus};
use signalbox_protocol::wire::flag::{FlagInEnvironment, FlagRow, RolloutRow};

use crate::components::{
    Aspect, AspectText, Button, ButtonKind, ButtonSize, Empty, LinkButton, MiniTrack, Time, people, reach,
};
use crate::state::use_store;

/// How many rows are drawn before the rest is asked for.
const ROWS: usize = 12;

/// A rollout under way.
type Row = (Arc<FlagRow>, FlagInEnvironment, RolloutRow);

/// The table of rollouts under way in the current environment, those that need a person first.
#[component]
pub fn Motion() -> impl IntoView {
    let store = use_store();
    let rows = Memo::new(move |_| match store.environment() {
        Some(environment) => in_motion(&store.flag_rows(), &environment.key),
        None => Vec::new(),
    });
    let all = RwSignal::new(false);
    let shown = move || {
        let most = if all.get() { usize::MAX } else { ROWS };
        rows.with(|rows| rows.iter().take(most).cloned().collect::<Vec<_>>())
    };
    let place = move || store.environment().map(|environment| environment.name.clone()).unwrap_or_default();
    view! {
        <section class="card" aria-labelledby="in-motion">
            <div class="card-h">
                <h2 id="in-motion">"Rollouts in motion"</h2>
                <span class="ink3 fs12 num">{move || format!("{} in {}", rows.with(Vec::len), place())}</span>
                <span class="end hide-n" aria-hidden="true">
                    <span class="legend fs11">
                        <span class="mt">
                            <i class="p"></i>
                        </span>
                        "passed"
                    </span>
                    <span class="legend fs11">
                        <span class="mt">
                            <i class="h"></i>
                        </span>
                        "here now"
                    </span>
                    <span class="legend fs11">
                        <span class="mt">
                            <i></i>
                        </span>
                        "ahead"
                    </span>
                </span>
            </div>
            <Show
                when=move || rows.with(|rows| !rows.is_empty())
                fallback=move || {
                    view! {
                        <Empty
                            title=format!("No rollouts in {}", place())
                            text="Pick a flag and plan who sees it first. Most teams begin with staff."
                        >
                            <LinkButton href="/flags">"Pick a flag"</LinkButton>
                        </Empty>
                    }
                }
            >
                <table class="tbl tbl--o">
                    <thead class="sr">
                        <tr>
                            <th>"Flag"</th>
                            <th>"Reach"</th>
                            <th>"Stages"</th>
                            <th>"State"</th>
                            <th>"Open"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=shown
                            key=|(flag, state, _)| (flag.key.clone(), flag.version, state.people)
                            let:row
                        >
                            <MotionRow row />
                        </For>
                    </tbody>
                </table>
                <Show when=move || { rows.with(Vec::len) > ROWS && !all.get() }>
                    <p class="o-more">
                        <Button kind=ButtonKind::Quiet on_press=move |()| all.set(true)>
                            {move || format!("Show all {}", rows.with(Vec::len))}
                        </Button>
                    </p>
                </Show>
            </Show>
        </section>
    }
}

#[component]
fn MotionRow(row: Row) -> impl IntoView {
    let (flag, state, rollout) = row;
    let href = format!("/flags/{}", flag.key);
    let told = told(&state, &rollout);
    let (since, at) = match state.killed.or(rollout.held_since).or(rollout.standing_since) {
        Some(stopped) => ("since ", Some(stopped)),
        None => ("here since ", rollout.entered),
    };
    let share = reach(&state);
    view! {
        <tr>
            <td class="o-flag">
                <a href=href.clone() class="m trunc" data-row="">
                    {flag.name.clone()}
                </a>
                <code class="ink3 fs11 trunc">{flag.key.to_string()}</code>
            </td>
            <td class="num o-reach">
                <span class="m">{share}</span>
                <span class="fs11 ink3">{people(state.people)}</span>
            </td>
            <td class="trk">
                <MiniTrack rollout=rollout.clone() wide=true />
            </td>
            <td class="o-state">
                {match told {
                    Some((aspect, words)) => view! { <AspectText aspect>{words}</AspectText> }.into_any(),
                    None => view! { <span class="m fs12 ink2">"Under way"</span> }.into_any(),
                }}
                {at.map(|at| view! { <span class="fs11 ink3 nowrap">{since} <Time at /></span> })}
            </td>
            <td class="right o-open">
                <LinkButton href size=ButtonSize::Small>
                    "Review"
                </LinkButton>
            </td>
        </tr>
    }
}

/// Whoever needs a person comes first.
fn urgency(state: &FlagInEnvironment, rollout: &RolloutRow) -> u8 {
    match (rollout.status, rollout.standing) {
        _ if state.killed.is_some() => 0,
        (RolloutStatus::Held, _) | (_, Standing::Help) => 0,
        (_, Standing::Approval) => 1,
        (_, Standing::GoAhead) => 2,
        (_, Standing::Nobody) => 3,
    }
}

/// Rollouts under way in an environment: those that need a person first, then the latest to move.
fn in_motion(flags: &[Arc<FlagRow>], environment: &EnvironmentKey) -> Vec<Row> {
    let mut rows: Vec<Row> = flags
        .iter()
        .filter(|flag| flag.archived.is_none())
        .filter_map(|flag| {
            let state = flag.environments.get(environment)?.clone();
            let rollout = state.rollout.clone()?;
            let under_way = matches!(rollout.status, RolloutStatus::Running | RolloutStatus::Held);
            under_way.then(|| (Arc::clone(flag), state, rollout))
        })
        .collect();
    rows.sort_by_key(|(_, state, rollout)| (urgency(state, rollout), std::cmp::Reverse(rollout.entered)));
    rows
}

/// What stands out about it: that it is held, or what it waits for people to do.
fn told(state: &FlagInEnvironment, rollout: &RolloutRow) -> Option<(Aspect, &'static str)> {
    if rollout.status == RolloutStatus::Held {
        return Some((Aspect::Danger, held_words(state, rollout)));
    }
    match rollout.standing {
        Standing::Nobody => None,
        Standing::Approval => Some((Aspect::Caution, "Waiting for approval")),
        Standing::GoAhead if rollout.asks_less => Some((Aspect::Clear, "Clear, no harm shown")),
        Standing::GoAhead => Some((Aspect::Clear, "Clear to go on")),
        Standing::Help => Some((Aspect::Danger, "Should be stopped")),
    }
}

fn held_words(state: &FlagInEnvironment, rollout: &RolloutRow) -> &'static str {
    match rollout.held_because {
        _ if state.killed.is_some() => "Off for everyone",
        Some(HeldBecause::RollBack) => "Held after a roll back",
        Some(HeldBecause::Kill) => "Held since it was turned off",
        Some(HeldBecause::Harm) => "Held for harm",
        Some(HeldBecause::Signal) => "Held for a signal",
        Some(HeldBecause::SampleRatio) => "Held, groups are uneven",
        Some(HeldBecause::NoEvidence) => "Held without evidence",
        Some(HeldBecause::TookTooLong) => "Held, took too long",
        Some(HeldBecause::Hold) | None => "Held by hand",
    }
}

//! The line of a rollout at table size: one image with a spoken label.

use leptos::prelude::*;
use signalbox_domain::rollout::{Position, RolloutStatus};
use signalbox_protocol::wire::flag::RolloutRow;

use super::{Aspect, AspectGlyph};

/// The line of a rollout at table size.
#[component]
pub fn MiniTrack(
    /// The rollout.
    #[prop(into)]
    rollout: Signal<RolloutRow>,
    /// Fills its container instead of being as wide as its blocks.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    view! {
        <span class=if wide { "mt mt--l" } else { "mt" } role="img" aria-label=move || rollout.with(spoken)>
            {move || {
                rollout
                    .with(|rollout| {
                        let next = next_stage(rollout.position);
                        let held = rollout.status == RolloutStatus::Held;
                        (0..rollout.stages.len())
                            .map(|stage| {
                                let lamp = held && stage == next;
                                view! {
                                    {lamp.then(|| view! { <AspectGlyph aspect=Aspect::Danger /> })}
                                    <i class=block(rollout, stage)></i>
                                }
                            })
                            .collect_view()
                    })
            }}
        </span>
    }
}

/// The stage after a position, counted from 0.
fn next_stage(position: Position) -> usize {
    match position {
        Position::Start => 0,
        Position::Stage(stage) => stage + 1,
    }
}

/// Class of the block of a stage: passed, here, held here, ahead.
fn block(rollout: &RolloutRow, stage: usize) -> &'static str {
    let next = next_stage(rollout.position);
    match rollout.status {
        RolloutStatus::Draft => "",
        RolloutStatus::Finished if stage < next => "p",
        _ if stage + 1 < next => "p",
        RolloutStatus::Held if stage + 1 == next => "hd",
        _ if stage + 1 == next => "h",
        _ => "",
    }
}

/// "Stage 4 of 6, 25 %, held".
fn spoken(rollout: &RolloutRow) -> String {
    let count = rollout.stages.len();
    let doing = match rollout.status {
        RolloutStatus::Draft => return format!("Planned, {count} stages, not started"),
        RolloutStatus::Finished => return "Finished".into(),
        RolloutStatus::Running => "running",
        RolloutStatus::Held => "held",
    };
    match rollout.position {
        Position::Start => format!("Before the first of {count} stages, {doing}"),
        Position::Stage(stage) => {
            let title = rollout.stages.get(stage).map_or("", String::as_str);
            format!("Stage {} of {count}, {title}, {doing}", stage + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rollout(status: RolloutStatus, position: Position) -> RolloutRow {
        RolloutRow {
            rule: None,
            status,
            position,
            held_because: None,
            held_since: None,
            held_by_machine: false,
            standing: signalbox_domain::guard::Standing::Nobody,
            standing_since: None,
            asks_less: false,
            stages: ["Staff", "1 %", "10 %", "100 %"].map(str::to_owned).to_vec(),
            entered: None,
        }
    }

    #[test]
    fn blocks_show_where_a_rollout_stands() {
        let check = |status, position, expect: [&str; 4], say: &str| {
            let rollout = rollout(status, position);
            let blocks: Vec<_> = (0..4).map(|stage| block(&rollout, stage)).collect();
            assert_eq!(blocks, expect);
            assert_eq!(spoken(&rollout), say);
        };
        check(RolloutStatus::Draft, Position::Start, ["", "", "", ""], "Planned, 4 stages, not started");
        check(RolloutStatus::Running, Position::Stage(2), ["p", "p", "h", ""], "Stage 3 of 4, 10 %, running");
        check(RolloutStatus::Held, Position::Stage(0), ["hd", "", "", ""], "Stage 1 of 4, Staff, held");
        check(RolloutStatus::Held, Position::Start, ["", "", "", ""], "Before the first of 4 stages, held");
        check(RolloutStatus::Finished, Position::Stage(3), ["p", "p", "p", "p"], "Finished");
    }
}

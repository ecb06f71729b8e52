//! The checks of a gate one by one, and the one step that follows from all that is known.

use super::gate::{Gate, Wanted};
use super::verdict::Verdict;
use super::{Automation, MetricRole, Reaction};
use crate::evidence::Outcome;
use crate::key::{ActorId, MetricKey};
use crate::rollout::{HeldBecause, Position, Rollout, RolloutStatus};
use crate::time::Timestamp;

/// A sample ratio less likely than this is no chance (GrowthBook's limit for its χ² test; here it holds at every look).
const MISMATCH: f64 = 0.001;
const MINUTE_MILLIS: i64 = 60_000;

/// People seen under the stage where a rollout stands, about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct People {
    /// Drawn to be without the feature.
    pub control: u64,
    /// With it.
    pub treated: u64,
}

/// What is known of a rollout at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The rollout.
    pub rollout: &'a Rollout,
    /// Now.
    pub now: Timestamp,
    /// What its metrics come to, each once.
    pub verdicts: &'a [Verdict],
    /// Metrics that were shown to be harmful at as many looks as the guard asks.
    pub broken: &'a [MetricKey],
    /// Metrics that were as harmful by what is told of nobody in particular.
    pub suspected: &'a [MetricKey],
    /// Who was seen.
    pub people: People,
    /// How likely the sizes of the arms are if people were drawn as intended.
    pub sample_ratio: Option<f64>,
    /// Whether evidence could not be read for several looks in a row.
    pub is_blind: bool,
}

/// One thing that a gate asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What is asked.
    pub demand: Demand,
    /// How it stands.
    pub state: CheckState,
}

/// What a gate asks, and what there is of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Demand {
    /// So much time in the stage.
    Soak {
        /// In milliseconds.
        wanted_millis: i64,
        /// So much has passed.
        passed_millis: i64,
    },
    /// So many people in each arm.
    People {
        /// In each arm.
        wanted: u64,
        /// Seen so far.
        seen: People,
        /// Whether anybody is drawn to be without the feature.
        has_control: bool,
    },
    /// Guardrails.
    Guardrails {
        /// What they must have shown.
        wanted: Wanted,
        /// So many have.
        passed: usize,
        /// Of so many.
        of: usize,
    },
    /// Somebody's agreement.
    Approval {
        /// Who agreed.
        by: Option<ActorId>,
    },
    /// The hours at which it may go on.
    Window {
        /// When they begin, if not now.
        opens: Option<Timestamp>,
    },
}

/// How one check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckState {
    /// It holds.
    Passed,
    /// Not yet.
    Waiting,
    /// It does not hold, and waiting alone will not help.
    Failed,
    /// It cannot be known.
    NoData,
}

/// What follows from the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Enter the next stage.
    Advance,
    /// End the rollout; who has the feature keeps it.
    Finish,
    /// Stop where it is.
    Hold(HeldBecause),
    /// Go back, held there.
    RollBack(Position),
    /// Turn the flag off for everyone.
    SwitchOff,
}

/// What the facts come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// What the gate of the stage asks, in the order in which people read it; approval is last but for the hours.
    pub checks: Vec<Check>,
    /// What should be done.
    pub step: Option<Step>,
    /// Whether it is done without anybody.
    pub is_automatic: bool,
}

impl Assessment {
    /// Whether everything that the gate asks holds.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.checks.iter().all(|check| check.state == CheckState::Passed)
    }

    /// Whether everything holds but the agreement that is asked last.
    #[must_use]
    pub fn awaits_approval(&self) -> bool {
        let mut missing = self.checks.iter().filter(|check| check.state != CheckState::Passed);
        let is_approval = |check: &Check| matches!(check.demand, Demand::Approval { .. });
        missing.next().is_some_and(is_approval) && missing.next().is_none()
    }
}

/// Checks the gate of the stage where the rollout stands, and says what follows.
///
/// Harm comes before everything else, and is looked for in a rollout that is held as well, since people still have the
/// feature. What is not known never lets a rollout go on, and never takes it back.
#[must_use]
pub fn assess(facts: &Facts<'_>) -> Assessment {
    let Facts { rollout, .. } = facts;
    let gate = match rollout.position {
        Position::Stage(stage) => rollout.stages.get(stage).map(|stage| &stage.gate),
        Position::Start => None,
    };
    let checks = gate.map(|gate| checks(facts, gate)).unwrap_or_default();
    let mut assessment = Assessment { checks, step: None, is_automatic: false };
    if !rollout.is_under_way() {
        return assessment;
    }
    assessment.step = taken_back(facts).or_else(|| held(facts)).or_else(|| {
        let may_go_on = rollout.status == RolloutStatus::Running && gate.is_some() && assessment.is_clear();
        may_go_on.then(|| if rollout.next().is_some() { Step::Advance } else { Step::Finish })
    });
    let automation = rollout.guard.automation;
    assessment.is_automatic = match assessment.step {
        None => false,
        // A gate that asks nothing is passed by people alone: there is no threshold that a machine could name.
        Some(Step::Advance | Step::Finish) => {
            automation == Automation::Auto && gate.is_some_and(Gate::asks_something) && !is_cooling_down(facts)
        }
        Some(_) => automation != Automation::Recommend,
    };
    assessment
}

/// Harm was shown while people have the feature.
fn taken_back(facts: &Facts<'_>) -> Option<Step> {
    let Facts { rollout, broken, .. } = facts;
    let Position::Stage(stage) = rollout.position else { return None };
    let guard = &rollout.guard;
    guard.guardrails().find(|metric| broken.contains(&metric.key))?;
    match guard.on_harm {
        Reaction::Hold => (rollout.status == RolloutStatus::Running).then_some(Step::Hold(HeldBecause::Harm)),
        Reaction::PreviousStage => Some(Step::RollBack(stage.checked_sub(1).map_or(Position::Start, Position::Stage))),
        Reaction::Start => Some(Step::RollBack(Position::Start)),
        Reaction::SwitchOff => Some(Step::SwitchOff),
    }
}

/// Something is not as it should be, and somebody must look.
fn held(facts: &Facts<'_>) -> Option<Step> {
    let Facts { rollout, now, broken, suspected, sample_ratio, is_blind, .. } = facts;
    if rollout.status != RolloutStatus::Running {
        return None;
    }
    let guard = &rollout.guard;
    let signal = guard.metrics.iter().any(|metric| match metric.role {
        MetricRole::Guardrail => suspected.contains(&metric.key),
        MetricRole::Signal => broken.contains(&metric.key) || suspected.contains(&metric.key),
        MetricRole::Goal => false,
    });
    let too_long = guard
        .longest_stage_hours
        .zip(rollout.entered)
        .is_some_and(|(hours, entered)| now.millis() - entered.millis() > i64::from(hours) * 60 * MINUTE_MILLIS);
    let because = if sample_ratio.is_some_and(|p_value| p_value < MISMATCH) {
        HeldBecause::SampleRatio
    } else if signal {
        HeldBecause::Signal
    } else if *is_blind && !guard.metrics.is_empty() {
        HeldBecause::NoEvidence
    } else if too_long {
        HeldBecause::TookTooLong
    } else {
        return None;
    };
    Some(Step::Hold(because))
}

fn is_cooling_down(facts: &Facts<'_>) -> bool {
    let moved = facts.rollout.strata.last().map(|stratum| stratum.at);
    let cooldown = i64::from(facts.rollout.guard.cooldown_minutes) * MINUTE_MILLIS;
    moved.is_some_and(|moved| facts.now.millis() - moved.millis() < cooldown)
}

fn checks(facts: &Facts<'_>, gate: &Gate) -> Vec<Check> {
    let soak = (gate.soak_minutes > 0).then(|| soak(facts, gate));
    let people = (gate.people > 0).then(|| people(facts, gate));
    let guardrails = (gate.evidence != Wanted::Nothing).then(|| guardrails(facts, gate.evidence));
    let window = gate.window.as_ref().map(|window| {
        let opens = window.opens(facts.now);
        let state = if opens == Some(facts.now) { CheckState::Passed } else { CheckState::Waiting };
        Check { demand: Demand::Window { opens: opens.filter(|opens| *opens != facts.now) }, state }
    });
    let approval = gate.approval.then(|| {
        let by = facts.rollout.approval().map(|approval| approval.by.clone());
        let state = if by.is_some() { CheckState::Passed } else { CheckState::Waiting };
        Check { demand: Demand::Approval { by }, state }
    });
    [soak, people, guardrails, window, approval].into_iter().flatten().collect()
}

fn soak(facts: &Facts<'_>, gate: &Gate) -> Check {
    let wanted_millis = i64::from(gate.soak_minutes) * MINUTE_MILLIS;
    // A stretch of evidence begins anew when a rollout goes on after it was taken back or held for harm.
    let since = facts.rollout.soaking_since();
    let passed_millis = since.map_or(0, |since| (facts.now.millis() - since.millis()).max(0));
    let state = if passed_millis >= wanted_millis { CheckState::Passed } else { CheckState::Waiting };
    Check { demand: Demand::Soak { wanted_millis, passed_millis }, state }
}

fn people(facts: &Facts<'_>, gate: &Gate) -> Check {
    let (wanted, seen) = (u64::from(gate.people), facts.people);
    let has_control = facts.rollout.has_control();
    let fewest = if has_control { seen.control.min(seen.treated) } else { seen.treated };
    let state = match fewest {
        0 => CheckState::NoData,
        fewest if fewest >= wanted => CheckState::Passed,
        _ => CheckState::Waiting,
    };
    Check { demand: Demand::People { wanted, seen, has_control }, state }
}

fn guardrails(facts: &Facts<'_>, wanted: Wanted) -> Check {
    let outcomes: Vec<_> = facts
        .rollout
        .guard
        .guardrails()
        .map(|metric| {
            let verdict = facts.verdicts.iter().find(|verdict| verdict.metric == metric.key);
            verdict.map_or(Outcome::NoData, |verdict| verdict.outcome)
        })
        .collect();
    let passes = |outcome: &&Outcome| match wanted {
        Wanted::Nothing => true,
        Wanted::NotHarmful => matches!(outcome, Outcome::Safe | Outcome::Unclear),
        Wanted::Safe => **outcome == Outcome::Safe,
    };
    let (passed, of) = (outcomes.iter().filter(passes).count(), outcomes.len());
    // Nothing measured is nothing shown, also where nothing is to be measured.
    let state = if outcomes.contains(&Outcome::Harm) {
        CheckState::Failed
    } else if of == 0 || outcomes.contains(&Outcome::NoData) {
        CheckState::NoData
    } else if passed == of {
        CheckState::Passed
    } else {
        CheckState::Waiting
    };
    Check { demand: Demand::Guardrails { wanted, passed, of }, state }
}

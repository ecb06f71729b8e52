//! The controller: looks at every rollout that is under way, again and again, and does what follows.
//!
//! It has no state that matters: what it knows follows from the log, from what was gathered, and from the time that it
//! is told. It is asked to look by [`Controller::tick`]; a clock that jumps, a restart in the middle of a step, somebody
//! who acts at the same time and a store that fails are all the same to it: it looks again. A step forward is only
//! taken when two looks in a row, at the usual distance, say the same, so after any gap it judges before it acts.

mod look;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use signalbox_domain::command::Command;
use signalbox_domain::event::Place;
use signalbox_domain::evidence::Outcome;
use signalbox_domain::guard::{Assessment, Source, Standing, Step, Verdict, verdict_words};
use signalbox_domain::key::{MetricKey, RolloutId};
use signalbox_domain::rollout::{HeldBecause, Rollout};
use signalbox_domain::{State, Timestamp};

use crate::engine::{Engine, SubmitError, Terms};
use crate::evidence::Looked;

pub use look::{Evidence, Unreadable, follow, gather, measured};

/// Time between two looks.
pub const LOOKS_EVERY: Duration = Duration::from_secs(10);
/// After so many looks in a row without evidence that can be read, a rollout is held.
const BLIND_AFTER: u8 = 6;

/// What the controller looks at and acts on. The engine is one; tests have another that fails when they say.
pub trait Installation {
    /// Looks at the state of one moment.
    fn state<Seen>(&self, look: impl FnOnce(&State) -> Seen) -> Seen;
    /// What was gathered of a rollout.
    ///
    /// # Errors
    /// [`Unreadable`] says why nothing can be known.
    fn evidence(&self, place: &Place, rollout: &Rollout) -> Result<Evidence, Unreadable>;
    /// Keeps what was seen at a look, for charts, and what looks come to together, for whoever asks.
    fn note(&self, place: &Place, evidence: Option<&Evidence>, looked: &Looked, now: Timestamp);
    /// Makes a change. Blocks on the disk.
    ///
    /// # Errors
    /// [`SubmitError`] when it was not made.
    fn submit(&self, command: Command, terms: Terms) -> Result<(), SubmitError>;
}

impl Installation for Arc<Engine> {
    fn state<Seen>(&self, look: impl FnOnce(&State) -> Seen) -> Seen {
        self.read(|state, _| look(state))
    }

    fn evidence(&self, place: &Place, rollout: &Rollout) -> Result<Evidence, Unreadable> {
        gather(rollout, self.watch().at(place).as_deref())
    }

    fn note(&self, place: &Place, evidence: Option<&Evidence>, looked: &Looked, now: Timestamp) {
        if let Some(watched) = self.watch().at(place) {
            if let Some(evidence) = evidence {
                watched.history().note(now, || evidence.point());
            }
            watched.looked().clone_from(looked);
        }
    }

    fn submit(&self, command: Command, terms: Terms) -> Result<(), SubmitError> {
        self.submit_blocking(command, terms).map(drop)
    }
}

/// Looks at every rollout that is under way, and does what follows.
pub struct Controller<I> {
    installation: I,
    every: Duration,
    memory: Mutex<Memory>,
}

/// What is remembered from look to look; without it, everything takes a look longer.
#[derive(Default)]
struct Memory {
    last_tick: Option<Timestamp>,
    rollouts: HashMap<RolloutId, Remembered>,
}

#[derive(Default)]
struct Remembered {
    /// Looks in a row at which a metric was shown to be harmful.
    harmful: HashMap<MetricKey, u8>,
    /// The same by what is told of nobody in particular.
    suspected: HashMap<MetricKey, u8>,
    /// Looks in a row at which nothing could be known.
    unread: u8,
    /// The step forward that followed at the last look, and the version at which it did.
    forward: Option<(Step, u64)>,
    /// What was waited for at the last look.
    standing: Standing,
}

/// A rollout to look at.
struct UnderWay {
    place: Place,
    rollout: Rollout,
    version: u64,
    killed: bool,
}

impl<I: Installation> Controller<I> {
    /// A controller that is asked to look about this often.
    pub fn new(installation: I, every: Duration) -> Self {
        Self { installation, every, memory: Mutex::default() }
    }

    /// Looks at every rollout once, at this time. Blocks on the disk.
    pub fn tick(&self, now: Timestamp) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way = self.installation.state(under_way);
        // A clock that was set back stands still; the log does not go back in time either.
        let now = now.max(self.installation.state(|state| state.time));
        if memory.last_tick.is_some_and(|last| !is_usual(last, now, self.every)) {
            memory.rollouts.values_mut().for_each(|remembered| remembered.forward = None);
        }
        memory.last_tick = Some(now);
        memory.rollouts.retain(|id, _| under_way.iter().any(|known| known.rollout.id == *id));
        for known in under_way {
            let remembered = memory.rollouts.entry(known.rollout.id.clone()).or_default();
            self.look_at(&known, remembered, now);
        }
    }

    fn look_at(&self, known: &UnderWay, remembered: &mut Remembered, now: Timestamp) {
        let UnderWay { place, rollout, version, killed } = known;
        let (flag, environment) = (&place.flag, &place.environment);
        let evidence = match self.installation.evidence(place, rollout) {
            Ok(evidence) => {
                remembered.unread = 0;
                Some(evidence)
            }
            Err(error) => {
                tracing::warn!(%error, %flag, %environment, "a rollout is watched blindly");
                remembered.unread = remembered.unread.saturating_add(1);
                None
            }
        };
        let looked = remembered.looked(rollout, evidence.as_ref());
        self.installation.note(place, evidence.as_ref(), &looked, now);
        let assessment = follow(rollout, evidence.as_ref(), &looked, now);
        let step = remembered.step_now(&assessment, *version).filter(|_| !killed);
        let verdicts = to_log(rollout, evidence.as_ref(), step);
        let standing = remembered.standing_now(&assessment, rollout).filter(|_| step.is_none() && !killed);
        if step.is_none() && verdicts.is_empty() && standing.is_none() {
            return;
        }
        let why = step.map(|step| why(step, rollout, evidence.as_ref(), &looked));
        let terms = Terms { reason: why, at: Some(now), ..Terms::system().against(Some(*version)) };
        let command = Command::Judge { place: place.clone(), verdicts, step, standing };
        match self.installation.submit(command, terms) {
            Ok(()) if step.is_some() => remembered.forward = None,
            Ok(()) => {}
            // Somebody was quicker, or the store failed: the next look sees what is so then.
            Err(error) => {
                tracing::warn!(%error, %flag, %environment, ?step, "a verdict could not be kept; looking again");
            }
        }
    }
}

impl Remembered {
    /// What the looks come to, this one included: a metric must be harmful at as many in a row as the guard asks. A look
    /// without evidence says nothing, and nothing is forgotten.
    fn looked(&mut self, rollout: &Rollout, evidence: Option<&Evidence>) -> Looked {
        let enough = rollout.guard.looks.max(1);
        Looked {
            broken: seen_often(&mut self.harmful, evidence.map(|known| &known.harmful), enough),
            suspected: seen_often(&mut self.suspected, evidence.map(|known| &known.suspected), enough),
            is_blind: self.unread >= BLIND_AFTER,
        }
    }

    /// The step that is taken at this look, if the machine may take it.
    fn step_now(&mut self, assessment: &Assessment, version: u64) -> Option<Step> {
        let step = assessment.step.filter(|_| assessment.is_automatic);
        match step {
            Some(forward @ (Step::Advance | Step::Finish)) => {
                let again = self.forward == Some((forward, version));
                self.forward = Some((forward, version));
                step.filter(|_| again)
            }
            other => {
                self.forward = None;
                other
            }
        }
    }

    /// What is waited for, where that is news and two looks in a row say the same: nobody is called for what passes.
    fn standing_now(&mut self, assessment: &Assessment, rollout: &Rollout) -> Option<Standing> {
        let standing = assessment.standing(rollout);
        let again = std::mem::replace(&mut self.standing, standing) == standing;
        Some(standing).filter(|standing| again && *standing != rollout.standing)
    }
}

/// Counts one more look at which these metrics were seen, and gives those that were seen at enough in a row.
fn seen_often(looks: &mut HashMap<MetricKey, u8>, seen: Option<&Vec<MetricKey>>, enough: u8) -> Vec<MetricKey> {
    if let Some(seen) = seen {
        looks.retain(|metric, _| seen.contains(metric));
        for metric in seen {
            let looks = looks.entry(metric.clone()).or_default();
            *looks = looks.saturating_add(1);
        }
    }
    let mut often: Vec<_> =
        looks.iter().filter(|(_, looks)| **looks >= enough).map(|(metric, _)| metric.clone()).collect();
    often.sort();
    often
}

fn under_way(state: &State) -> Vec<UnderWay> {
    let mut found = Vec::new();
    for project in state.projects.values() {
        for flag in project.flags.values() {
            for (environment, configuration) in &flag.configurations {
                let Some(rollout) = configuration.rollout_under_way() else { continue };
                let (project, flag) = (project.key.clone(), flag.key.clone());
                found.push(UnderWay {
                    place: Place { project, flag, environment: environment.clone() },
                    rollout: rollout.clone(),
                    version: configuration.version,
                    killed: configuration.kill.is_some(),
                });
            }
        }
    }
    found
}

/// Whether about as much time passed as does between two looks.
fn is_usual(last: Timestamp, now: Timestamp, every: Duration) -> bool {
    let passed = now.millis() - last.millis();
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
    passed >= 0 && passed <= every.saturating_mul(3)
}

/// What is kept: outcomes that are news, and with a step everything that it follows from, whoever told it.
fn to_log(rollout: &Rollout, evidence: Option<&Evidence>, step: Option<Step>) -> Vec<Verdict> {
    let is_news = |verdict: &&Verdict| {
        let logged = rollout.verdicts.get(&verdict.metric).copied().unwrap_or(Outcome::NoData);
        step.is_some() || logged != verdict.outcome
    };
    let verdicts = evidence.into_iter().flat_map(|known| &known.verdicts).map(|(verdict, _)| verdict);
    let others = evidence.into_iter().flat_map(|known| &known.others).filter(|_| step.is_some());
    verdicts.filter(is_news).chain(others).cloned().collect()
}

/// Says which threshold it was.
fn why(step: Step, rollout: &Rollout, evidence: Option<&Evidence>, looked: &Looked) -> String {
    let told = |wanted: &dyn Fn(&Verdict) -> bool| -> String {
        let own = evidence.into_iter().flat_map(|known| known.verdicts.iter().map(|(verdict, _)| verdict));
        let others = evidence.into_iter().flat_map(|known| &known.others);
        let words: Vec<_> = own.chain(others).filter(|verdict| wanted(verdict)).map(verdict_words).collect();
        words.join("; ")
    };
    let of_broken = || {
        let is_of = |verdict: &Verdict| match verdict.source {
            Source::Nobody => looked.suspected.contains(&verdict.metric),
            Source::Servers | Source::Browsers => looked.broken.contains(&verdict.metric),
        };
        told(&|verdict| verdict.outcome == Outcome::Harm && is_of(verdict))
    };
    match step {
        Step::RollBack(_) | Step::SwitchOff | Step::Hold(HeldBecause::Harm | HeldBecause::Signal) => of_broken(),
        Step::Hold(HeldBecause::SampleRatio) => {
            let people = evidence.map(|known| known.people).unwrap_or_default();
            let p_value = evidence.and_then(|known| known.sample_ratio).unwrap_or_default();
            if p_value == 0.0 {
                return "Somebody was drawn into a group into which nobody should be".to_owned();
            }
            format!(
                "The groups are not as large as drawn: {} without and {} with the feature (p = {p_value:.1e}, 0.001 is the limit)",
                people.control, people.treated
            )
        }
        Step::Hold(HeldBecause::NoEvidence) => {
            format!("Its evidence could not be read {BLIND_AFTER} times in a row")
        }
        Step::Hold(HeldBecause::TookTooLong) => {
            let hours = rollout.guard.longest_stage_hours.unwrap_or_default();
            format!("The stage took longer than {hours} hours")
        }
        Step::Hold(_) => "Held".to_owned(),
        Step::Advance | Step::Finish => {
            let told = told(&|verdict| verdict.outcome != Outcome::NoData && verdict.source == Source::Servers);
            if told.is_empty() {
                "All checks of the stage pass".to_owned()
            } else {
                format!("All checks of the stage pass. {told}")
            }
        }
    }
}

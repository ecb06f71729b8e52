//! Bringing a document in: each part of it by the same commands that people use, all of them in one decision.

mod flagd;
mod signalbox;

use std::cell::Cell;

use super::{Desk, Events};
use crate::command::Command;
use crate::envelope::Envelope;
use crate::event::{Event, Place};
use crate::fold;
use crate::import::{Change, Import, ImportContent, Kept, Report};
use crate::kept_apart::{KeptFlag, LARGEST_DEFINITION, LONGEST_KEPT_KEY, MOST_KEPT_APART};
use crate::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey};
use crate::project::Project;
use crate::refusal::Refusal;
use crate::state::State;

impl Desk<'_> {
    /// What cannot be taken over is told in the report; what nobody may change this way refuses the whole.
    pub(super) fn import(&mut self, import: Import) -> Events {
        let Import { project, environment, content } = import;
        let known = self.project(&project)?;
        let production = self.environment(known, &environment)?.production;
        let version = known.version_for_import(&environment);
        // Whoever was shown what it would change may hold it to that.
        if self.version.is_some() {
            self.made_against(version)?;
        }
        let trial = State {
            sequence: self.state.sequence,
            time: self.state.time,
            projects: [(project.clone(), known.clone())].into(),
            ..State::default()
        };
        let mut importer = Importer {
            desk: self,
            trial,
            project,
            environment,
            production,
            reason_required: false,
            events: Vec::new(),
            report: Report { version, ..Report::default() },
        };
        match content {
            ImportContent::Flagd { document, generation } => importer.take_flagd(document, generation)?,
            ImportContent::Signalbox(document) => importer.take_signalbox(*document)?,
        }
        let Importer { events, mut report, reason_required, .. } = importer;
        // A flag that was not there gives something as soon as it is, and what is turned off here has no late reason.
        let gives = |event: &Event| matches!(event, Event::FlagCreated { .. } | Event::KillSwitchEngaged { .. });
        report.reason_required = reason_required || production && events.iter().any(gives);
        self.reason_if(report.reason_required)?;
        self.report = Some(report);
        Ok(events)
    }

    pub(super) fn remove_kept_apart(
        &mut self,
        project: ProjectKey,
        environment: EnvironmentKey,
        key: String,
    ) -> Events {
        let known = self.project(&project)?;
        let production = self.environment(known, &environment)?.production;
        let Some(kept) = known.kept_apart_in(&environment, &key) else {
            return Err(Refusal::not_found("flag kept apart", key));
        };
        self.reason_if(production)?;
        let before = Some(Box::new(kept.flag.clone()));
        Ok(vec![Event::KeptApartChanged { project, environment, key, before, after: None }])
    }
}

/// Takes a document in, part by part.
struct Importer<'d, 'a> {
    desk: &'d mut Desk<'a>,
    /// The project as it would be after what was taken so far.
    trial: State,
    project: ProjectKey,
    environment: EnvironmentKey,
    production: bool,
    /// Whether something of what was taken so far must say why.
    reason_required: bool,
    events: Vec<Event>,
    report: Report,
}

impl Importer<'_, '_> {
    fn known(&self) -> Result<&Project, Refusal> {
        self.trial.projects.get(&self.project).ok_or_else(|| Refusal::not_found("project", &self.project))
    }

    fn place(&self, flag: &FlagKey) -> Place {
        Place { project: self.project.clone(), flag: flag.clone(), environment: self.environment.clone() }
    }

    /// Makes a change on trial; the version is the one of the moment.
    fn change(&mut self, command: Command) -> Result<(), Refusal> {
        let mut desk = Desk {
            state: &self.trial,
            vault: self.desk.vault,
            version: version_for(&self.trial, &command),
            actor: self.desk.actor.clone(),
            reason: self.desk.reason.clone(),
            reason_wanted: Cell::new(false),
            on_trial: true,
            entropy: self.desk.entropy.clone(),
            personal: std::mem::take(&mut self.desk.personal),
            erased: Vec::new(),
            report: None,
        };
        let decided = desk.route(command);
        let Desk { entropy, personal, reason_wanted, .. } = desk;
        (self.desk.entropy, self.desk.personal) = (entropy, personal);
        let events = decided?;
        self.reason_required |= reason_wanted.get() && !events.is_empty();
        events.into_iter().try_for_each(|event| self.record(event))
    }

    fn record(&mut self, event: Event) -> Result<(), Refusal> {
        let envelope = Envelope {
            sequence: self.trial.sequence + 1,
            time: self.trial.time,
            actor: ActorId::System,
            reason: None,
            event,
        };
        fold::apply(&mut self.trial, &envelope).map_err(|impossible| Refusal::conflict(impossible.to_string()))?;
        self.events.push(envelope.event);
        Ok(())
    }

    /// Does all of `changes` to a flag, or none of it: the refusal says why not, in words.
    ///
    /// # Errors
    /// What refuses the whole import: a project that is not there.
    fn whole(
        &mut self,
        key: &FlagKey,
        changes: impl FnOnce(&mut Self) -> Result<(), Refusal>,
    ) -> Result<Result<Change, String>, Refusal> {
        let before = self.known()?.flags.get(key).cloned();
        let kept = self.known()?.kept_apart_in(&self.environment, key.as_str()).cloned();
        let (events, sequence, personal) = (self.events.len(), self.trial.sequence, self.desk.personal.len());
        let reason_required = self.reason_required;
        let was_there = before.is_some() || kept.is_some();
        let refusal = match changes(self) {
            Ok(()) if self.events.len() == events => return Ok(Ok(Change::Unchanged)),
            Ok(()) => return Ok(Ok(if was_there { Change::Changed } else { Change::Created })),
            Err(refusal) => refusal,
        };
        self.events.truncate(events);
        self.desk.personal.truncate(personal);
        self.trial.sequence = sequence;
        self.reason_required = reason_required;
        if let Some(project) = self.trial.projects.get_mut(&self.project) {
            match before {
                Some(flag) => project.flags.insert(key.clone(), flag),
                None => project.flags.remove(key),
            };
            if let Some(kept) = kept {
                project.kept_apart.entry(self.environment.clone()).or_default().flags.insert(key.to_string(), kept);
            }
        }
        Ok(Err(refusal.to_string()))
    }

    /// Keeps a flag apart, or says why that cannot be either.
    fn keep_apart(&mut self, key: String, flag: KeptFlag) -> Result<(), Refusal> {
        let place = format!("flags.{key}");
        if key.is_empty() || key.len() > LONGEST_KEPT_KEY {
            let why = format!("a key must be 1 to {LONGEST_KEPT_KEY} bytes, so that applications can ask for it");
            self.report.leave_out(place, why);
            return Ok(());
        }
        if flag.definition.to_string().len() > LARGEST_DEFINITION {
            self.report.leave_out(place, format!("its definition is larger than {LARGEST_DEFINITION} bytes"));
            return Ok(());
        }
        let known = self.known()?;
        if known.flags.contains_key(key.as_str()) {
            let why = format!("{}; and it cannot be kept apart, since the project has a flag of this key", flag.why);
            self.report.leave_out(place, why);
            return Ok(());
        }
        let here = known.kept_apart.get(&self.environment);
        let before = here.and_then(|here| here.flags.get(&key)).map(|kept| kept.flag.clone());
        if before.is_none() && here.is_some_and(|here| here.flags.len() >= MOST_KEPT_APART) {
            self.report.leave_out(place, format!("at most {MOST_KEPT_APART} flags are kept apart here"));
            return Ok(());
        }
        let change = match &before {
            None => Change::Created,
            Some(before) if before.gives_the_same_as(&flag) => Change::Unchanged,
            Some(_) => Change::Changed,
        };
        self.report.kept_apart.push(Kept { key: key.clone(), why: flag.why.clone(), change });
        if change == Change::Unchanged {
            return Ok(());
        }
        self.reason_required |= self.production;
        self.record(Event::KeptApartChanged {
            project: self.project.clone(),
            environment: self.environment.clone(),
            key,
            before: before.map(Box::new),
            after: Some(Box::new(flag)),
        })
    }
}

/// The version that a change on trial is made against: the one that stands.
fn version_for(state: &State, command: &Command) -> Option<u64> {
    match command {
        Command::ChangeFlag { project, flag, .. }
        | Command::ChangeVariants { project, flag, .. }
        | Command::ChangeClientSide { project, flag, .. } => state.flag(project, flag).map(|flag| flag.version),
        Command::SetOverrides { place, .. }
        | Command::SetRules { place, .. }
        | Command::SetPrerequisites { place, .. }
        | Command::ChangeRule { place, .. } => {
            let configuration = state.configuration(&place.project, &place.flag, &place.environment);
            configuration.map(|configuration| configuration.version)
        }
        Command::ChangeSegment { project, segment } => {
            Some(state.projects.get(project)?.segments.get(&segment.key)?.version)
        }
        _ => None,
    }
}

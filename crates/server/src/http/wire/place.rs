//! What a flag gives in an environment, and its rollout.

use std::convert::Infallible;

use signalbox_domain::event::Place;
use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey, RuleId};
use signalbox_domain::people;
use signalbox_domain::personal::Commitment;
use signalbox_domain::project::Project;
use signalbox_domain::rollout::{Position, Rollout};
use signalbox_domain::{flag, targeting};
use signalbox_protocol::wire;
use signalbox_protocol::wire::configuration::{Configuration, Override, Reach, Rule, TargetingRule};
use signalbox_protocol::wire::rollout::StageInRollout;

use super::View;

impl View<'_> {
    /// What a flag gives in an environment.
    #[must_use]
    pub fn configuration(
        &self,
        project: &ProjectKey,
        flag: &FlagKey,
        environment: &EnvironmentKey,
    ) -> Option<Configuration> {
        let configuration = self.state.configuration(project, flag, environment)?;
        let audience = self.audience(project, environment);
        let known = self.project_state(project)?;
        let rules = configuration.rules.iter().map(|rule| TargetingRule {
            rule: self.rule(rule),
            words: rule.words(&known.segments),
            reach: reach(known, configuration, Some(&rule.id), rule.fits.map(|fits| fits.min(audience))),
        });
        let here = Place { project: project.clone(), flag: flag.clone(), environment: environment.clone() };
        let overrides = configuration
            .overrides
            .iter()
            .map(|entry| Override { user_key: self.person(&entry.person), variant: entry.variant.clone() });
        Some(Configuration {
            project: project.clone(),
            flag: flag.clone(),
            environment: environment.clone(),
            killed: configuration.kill.map(|kill| kill.since),
            overrides: overrides.collect(),
            prerequisites: configuration.prerequisites.clone(),
            awaited_by: known.waiting_for(flag, environment).cloned().collect(),
            rules: rules.collect(),
            rule: Rule {
                share: configuration.audience.share,
                people: self.people(&configuration.audience.people),
                segments: configuration.audience.segments.clone(),
                split: configuration.split.clone(),
            },
            reach: reach(known, configuration, None, Some(audience)),
            rollout: configuration.rollout.as_ref().map(|rollout| {
                self.rollout(known, rollout, configuration.audience_size(rollout.rule.as_ref(), audience))
            }),
            reasons_awaited: self.reasons_awaited(&here),
            version: configuration.version,
            changed: configuration.changed,
        })
    }

    /// Holds and kills in a place whose reason is still to be given, by sequence.
    pub(super) fn reasons_awaited(&self, here: &Place) -> Vec<u64> {
        let awaited = self.state.reasons_awaited.iter().filter(|(_, place)| *place == here);
        awaited.map(|(sequence, _)| *sequence).collect()
    }

    /// A rule, with names of people.
    fn rule(&self, rule: &targeting::Rule<Commitment>) -> targeting::Rule<String> {
        match rule.clone().try_map_people(|_, person| Ok::<_, Infallible>(self.person(&person))) {
            Ok(rule) => rule,
            Err(impossible) => match impossible {},
        }
    }

    fn rollout(&self, project: &Project, rollout: &Rollout, audience: u64) -> wire::rollout::Rollout {
        let stages = rollout.stages.iter().enumerate().map(|(index, stage)| {
            let shown = self.stage(stage);
            StageInRollout {
                name: shown.name,
                audience: shown.audience,
                gate: shown.gate,
                title: stage.in_words(&project.segments),
                people: people::reached(audience, &rollout.audience_at(Position::Stage(index)), &project.segments),
                first_entered: rollout.first_entered.get(index).copied(),
            }
        });
        wire::rollout::Rollout {
            id: rollout.id.clone(),
            rule: rollout.rule.clone(),
            audience,
            status: rollout.status,
            position: rollout.position,
            held_because: rollout.held_because,
            held_since: rollout.held_since,
            epoch: rollout.epoch,
            stages: stages.collect(),
            share_before: rollout.before.share,
            people_before: people::reached(audience, &rollout.before, &project.segments),
            started: rollout.started,
            entered: rollout.entered,
            guard: rollout.guard.clone(),
            approved_by: rollout.approval().map(|approval| self.actor(&approval.by)),
            started_by: rollout.started_by.clone(),
            held_by_machine: rollout.held_by == Some(ActorId::System),
            standing: rollout.standing,
            standing_since: rollout.standing_since,
        }
    }
}

/// Who of those whom a rule fits, or of the rest, has the feature now; `audience` where it was stated.
fn reach(
    project: &Project,
    configuration: &flag::Configuration,
    rule: Option<&RuleId>,
    audience: Option<u64>,
) -> Reach {
    let reach = configuration.effective_audience_of(rule).unwrap_or_default();
    Reach {
        share: reach.share,
        named: reach.people.len() as u64,
        people: audience.map_or(0, |audience| people::reached(audience, &reach, &project.segments)),
        segments: reach.segments,
        audience,
    }
}

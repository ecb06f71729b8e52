//! What a flag gives in an environment, and its rollout.

use signalbox_domain::event::Place;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::people;
use signalbox_domain::rollout::{Position, Rollout};
use signalbox_protocol::wire;
use signalbox_protocol::wire::configuration::{Configuration, Override, Reach, Rule};
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
        let reach = configuration.effective_audience();
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
            rule: Rule {
                share: configuration.audience.share,
                people: self.people(&configuration.audience.people),
                split: configuration.split.clone(),
            },
            reach: Reach {
                share: reach.share,
                named: reach.people.len() as u64,
                people: people::reached(audience, &reach),
            },
            rollout: configuration.rollout.as_ref().map(|rollout| self.rollout(rollout, audience)),
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

    fn rollout(&self, rollout: &Rollout, audience: u64) -> wire::rollout::Rollout {
        let stages = rollout.stages.iter().enumerate().map(|(index, stage)| {
            let shown = self.stage(stage);
            StageInRollout {
                name: shown.name,
                audience: shown.audience,
                title: stage.in_words(),
                people: people::reached(audience, &rollout.audience_at(Position::Stage(index))),
                first_entered: rollout.first_entered.get(index).copied(),
            }
        });
        wire::rollout::Rollout {
            id: rollout.id.clone(),
            status: rollout.status,
            position: rollout.position,
            held_because: rollout.held_because,
            held_since: rollout.held_since,
            epoch: rollout.epoch,
            stages: stages.collect(),
            share_before: rollout.before.share,
            people_before: people::reached(audience, &rollout.before),
            started: rollout.started,
            entered: rollout.entered,
        }
    }
}

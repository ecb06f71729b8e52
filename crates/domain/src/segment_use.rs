//! Where a segment is used, so that nobody changes or removes one unaware.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::flag::Configuration;
use crate::key::{EnvironmentKey, FlagKey, PlanKey, RuleId, SegmentKey};
use crate::project::{Project, SegmentInProject};
use crate::rollout::{Stage, StageAudience};

/// A place that refers to a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SegmentUse {
    /// A targeting rule, by a clause or as a ring.
    Rule {
        /// The flag.
        flag: FlagKey,
        /// The environment.
        environment: EnvironmentKey,
        /// The rule.
        rule: RuleId,
        /// Its place among the rules there, from 1.
        #[serde(default)]
        place: usize,
        /// What people call it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The default of a flag lets it in whole.
    Default {
        /// The flag.
        flag: FlagKey,
        /// The environment.
        environment: EnvironmentKey,
    },
    /// A stage of a rollout that is planned or under way.
    Rollout {
        /// The flag.
        flag: FlagKey,
        /// The environment.
        environment: EnvironmentKey,
    },
    /// A stage of a plan template.
    Plan {
        /// The plan.
        plan: PlanKey,
    },
    /// A clause of another segment.
    Segment {
        /// The other segment.
        segment: SegmentKey,
    },
}

impl fmt::Display for SegmentUse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { flag, environment, name: Some(name), .. } => {
                write!(formatter, "rule \"{name}\" of \"{flag}\" in \"{environment}\"")
            }
            Self::Rule { flag, environment, place, .. } => {
                write!(formatter, "rule {place} of \"{flag}\" in \"{environment}\"")
            }
            Self::Default { flag, environment } => {
                write!(formatter, "what \"{flag}\" gives to everyone else in \"{environment}\"")
            }
            Self::Rollout { flag, environment } => write!(formatter, "the rollout of \"{flag}\" in \"{environment}\""),
            Self::Plan { plan } => write!(formatter, "plan \"{plan}\""),
            Self::Segment { segment } => write!(formatter, "segment \"{segment}\""),
        }
    }
}

impl SegmentUse {
    /// The flag and environment where people notice, where it is such a place.
    #[must_use]
    pub const fn place(&self) -> Option<(&FlagKey, &EnvironmentKey)> {
        match self {
            Self::Rule { flag, environment, .. }
            | Self::Default { flag, environment }
            | Self::Rollout { flag, environment } => Some((flag, environment)),
            Self::Plan { .. } | Self::Segment { .. } => None,
        }
    }
}

impl Project {
    /// Every place that refers to this segment itself; archived flags count, since they may come back.
    #[must_use]
    pub fn uses_of(&self, segment: &SegmentKey) -> Vec<SegmentUse> {
        let mut uses = Vec::new();
        for flag in self.flags.values() {
            for (environment, configuration) in &flag.configurations {
                configuration.add_uses(segment, &flag.key, environment, &mut uses);
            }
        }
        let plans = self.plans.values().filter(|plan| lets_in(&plan.stages, segment));
        uses.extend(plans.map(|plan| SegmentUse::Plan { plan: plan.key.clone() }));
        let others = self.segments.values().map(|other| &other.segment);
        let others = others.filter(|other| other.references().iter().any(|(_, named)| *named == segment));
        uses.extend(others.map(|other| SegmentUse::Segment { segment: other.key.clone() }));
        uses
    }

    /// The segment, and every segment that names it: whose answers change with it.
    #[must_use]
    pub fn depending_on(&self, segment: &SegmentKey) -> Vec<SegmentKey> {
        let names = |other: &&SegmentKey| {
            let references = self.segments.get(*other).map(|other| other.segment.references());
            references.is_some_and(|found| found.iter().any(|(_, named)| *named == segment))
        };
        [segment.clone()].into_iter().chain(self.segments.keys().filter(names).cloned()).collect()
    }

    /// Whether a flag in use refers to this segment, or to one that names it, where real customers are.
    #[must_use]
    pub fn is_used_in_production(&self, segment: &SegmentKey) -> bool {
        self.depending_on(segment).iter().flat_map(|segment| self.uses_of(segment)).any(|user| {
            user.place().is_some_and(|(flag, environment)| {
                self.environment(environment).is_some_and(|environment| environment.production)
                    && self.flags.get(flag).is_some_and(|flag| flag.archived.is_none())
            })
        })
    }
}

impl Configuration {
    /// Whether what it gives depends on this segment itself.
    #[must_use]
    pub fn refers_to(&self, segment: &SegmentKey) -> bool {
        let rollout = self
            .rollout_under_way()
            .is_some_and(|rollout| lets_in(&rollout.stages, segment) || rollout.before.segments.contains(segment));
        rollout
            || self.audience.segments.contains(segment)
            || self.rules.iter().any(|rule| rule.references("").iter().any(|(_, named)| *named == segment))
    }

    /// Whether it, or a segment that it refers to, names people one by one: what it gives changes when one is erased.
    #[must_use]
    pub fn names_people(&self, segments: &BTreeMap<SegmentKey, SegmentInProject>) -> bool {
        let own = self.rollout_under_way().is_some_and(|rollout| {
            let staged = rollout.stages.iter().any(|stage| matches!(stage.audience, StageAudience::People { .. }));
            staged || !rollout.before.people.is_empty()
        });
        let named_in =
            |segment: &SegmentInProject| !segment.segment.included.is_empty() || !segment.segment.excluded.is_empty();
        // A segment that a rule names may name others, which name none.
        let in_segment = |key: &SegmentKey| {
            segments.get(key).is_some_and(|known| {
                let mut inner = known.segment.references().into_iter().filter_map(|(_, key)| segments.get(key));
                named_in(known) || inner.any(named_in)
            })
        };
        own || !self.overrides.is_empty()
            || !self.audience.people.is_empty()
            || self.rules.iter().any(|rule| !rule.people.is_empty())
            || segments.keys().any(|key| self.refers_to(key) && in_segment(key))
    }

    fn add_uses(&self, segment: &SegmentKey, flag: &FlagKey, environment: &EnvironmentKey, uses: &mut Vec<SegmentUse>) {
        let (flag, environment) = (flag.clone(), environment.clone());
        for (place, rule) in (1..).zip(&self.rules) {
            if rule.references("").iter().any(|(_, named)| *named == segment) {
                uses.push(SegmentUse::Rule {
                    flag: flag.clone(),
                    environment: environment.clone(),
                    rule: rule.id.clone(),
                    place,
                    name: rule.name.clone(),
                });
            }
        }
        if self.audience.segments.contains(segment) {
            uses.push(SegmentUse::Default { flag: flag.clone(), environment: environment.clone() });
        }
        if self
            .rollout_in_use()
            .is_some_and(|rollout| lets_in(&rollout.stages, segment) || rollout.before.segments.contains(segment))
        {
            uses.push(SegmentUse::Rollout { flag, environment });
        }
    }
}

fn lets_in<Person>(stages: &[Stage<Person>], segment: &SegmentKey) -> bool {
    stages.iter().any(|stage| stage.segments().contains(segment))
}

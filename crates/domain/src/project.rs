//! A project: environments, flags and plans that belong together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::flag::Flag;
use crate::kept_apart::{KeptApart, KeptHere};
use crate::key::{EnvironmentKey, FlagKey, PlanKey, ProjectKey, SegmentKey};
use crate::personal::Commitment;
use crate::plan::Plan;
use crate::targeting::Segment;
use crate::time::Timestamp;
use crate::webhook::Webhook;

/// A project with all that it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Its key, unique in the installation.
    pub key: ProjectKey,
    /// What people call it.
    pub name: String,
    /// Environments from first to last, such as development, staging, production.
    pub environments: Vec<Environment>,
    /// Flags by key, archived ones included.
    pub flags: BTreeMap<FlagKey, Flag>,
    /// Segments by key.
    pub segments: BTreeMap<SegmentKey, SegmentInProject>,
    /// Imported flags that cannot be flags of the project, by environment; none has the key of one.
    pub kept_apart: BTreeMap<EnvironmentKey, KeptApart>,
    /// Plan templates by key.
    pub plans: BTreeMap<PlanKey, Plan>,
    /// Where its notices are sent.
    pub webhook: Option<Webhook>,
    /// Sequence of the last event that changed its own fields.
    pub version: u64,
}

/// A segment as it stands in its project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentInProject {
    /// Who is in it.
    pub segment: Segment<Commitment>,
    /// When it was last changed.
    pub changed: Timestamp,
    /// Sequence of the last event that changed it.
    pub version: u64,
}

impl Project {
    /// The environment of this key.
    #[must_use]
    pub fn environment(&self, key: &EnvironmentKey) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.key == *key)
    }

    /// The flag of this key that is kept apart in an environment.
    #[must_use]
    pub fn kept_apart_in(&self, environment: &EnvironmentKey, key: &str) -> Option<&KeptHere> {
        self.kept_apart.get(environment)?.flags.get(key)
    }

    /// The environments in which a flag of this key is kept apart.
    pub fn environments_keeping_apart<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a EnvironmentKey> {
        self.kept_apart.iter().filter(|(_, kept)| kept.flags.contains_key(key)).map(|(environment, _)| environment)
    }

    /// Sequence of the last event that changed what an import into this environment looks at: its flags, what they give
    /// there, segments, and flags that are kept apart.
    #[must_use]
    pub fn version_for_import(&self, environment: &EnvironmentKey) -> u64 {
        let flags = self.flags.values().map(|flag| {
            let here = flag.configurations.get(environment).map_or(0, |configuration| configuration.version);
            flag.version.max(flag.client_side.version).max(here)
        });
        let segments = self.segments.values().map(|known| known.version);
        let kept = self.kept_apart.values().map(|kept| kept.version);
        let own = self.environment(environment).map_or(0, |environment| environment.version);
        flags.chain(segments).chain(kept).fold(own, Ord::max)
    }

    /// Whether real customers are anywhere in this project.
    #[must_use]
    pub fn has_production(&self) -> bool {
        self.environments.iter().any(|environment| environment.production)
    }
}

//! Everything that is so, as the fold of every event that happened.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::access::{AccessToken, SdkKey};
use crate::event::Place;
use crate::flag::{Configuration, Flag};
use crate::key::{EnvironmentKey, FlagKey, ProjectKey, SdkKeyId, TokenId};
use crate::project::Project;
use crate::time::Timestamp;

/// Changes whenever the shape of [`State`] does; a snapshot of another format is folded anew from the log.
pub const STATE_FORMAT: u32 = 6;

/// The state of an installation. Serialises to the same bytes whenever it was folded from the same events.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    /// Sequence of the last event folded in; 0 before the first.
    pub sequence: u64,
    /// Time of that event.
    pub time: Timestamp,
    /// Projects by key.
    pub projects: BTreeMap<ProjectKey, Project>,
    /// Access tokens by id, revoked ones included.
    pub tokens: BTreeMap<TokenId, AccessToken>,
    /// SDK keys by id, revoked ones included.
    pub sdk_keys: BTreeMap<SdkKeyId, SdkKey>,
    /// Holds and kills whose reason is still to be given, by sequence.
    pub reasons_awaited: BTreeMap<u64, Place>,
    /// Sequence of the last event that erased personal values; 0 before the first. Whom it touched is not recorded.
    pub last_erasure: u64,
}

impl State {
    /// The flag of this key.
    #[must_use]
    pub fn flag(&self, project: &ProjectKey, flag: &FlagKey) -> Option<&Flag> {
        self.projects.get(project)?.flags.get(flag)
    }

    /// What a flag gives in an environment.
    #[must_use]
    pub fn configuration(
        &self,
        project: &ProjectKey,
        flag: &FlagKey,
        environment: &EnvironmentKey,
    ) -> Option<&Configuration> {
        self.flag(project, flag)?.configurations.get(environment)
    }
}

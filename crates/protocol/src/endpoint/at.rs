//! The named parts of paths.

use serde::{Deserialize, Serialize};
use signalbox_domain::event::Place;
use signalbox_domain::key::{EnvironmentKey, FlagKey, PlanKey, ProjectKey, SdkKeyId, SegmentKey, TokenId};

macro_rules! at {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the fields are named after what they hold")]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name { $(pub $field: $type),* }
    )*};
}

/// Nothing is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AtRoot {}

at! {
    /// A project.
    AtProject { project: ProjectKey }
    /// An environment.
    AtEnvironment { project: ProjectKey, environment: EnvironmentKey }
    /// An SDK key.
    AtSdkKey { project: ProjectKey, environment: EnvironmentKey, sdk_key: SdkKeyId }
    /// A flag.
    AtFlag { project: ProjectKey, flag: FlagKey }
    /// A flag in an environment.
    AtPlace { project: ProjectKey, flag: FlagKey, environment: EnvironmentKey }
    /// A segment.
    AtSegment { project: ProjectKey, segment: SegmentKey }
    /// A plan template.
    AtPlan { project: ProjectKey, plan: PlanKey }
    /// An audit entry.
    AtEntry { sequence: u64 }
    /// An access token.
    AtToken { token: TokenId }
}

impl From<AtPlace> for Place {
    fn from(at: AtPlace) -> Self {
        Self { project: at.project, flag: at.flag, environment: at.environment }
    }
}

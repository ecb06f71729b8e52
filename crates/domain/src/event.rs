//! What can happen. Each event says exactly what changed, with before and after, and keeps its meaning for ever.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::access::{Role, SdkKeyKind};
use crate::environment::Environment;
use crate::flag::{Audience, Bucketing, FlagDetails, Prerequisite, Variant, WeightedVariant};
use crate::guard::{Guard, Standing, Verdict};
use crate::kept_apart::KeptFlag;
use crate::key::{
    EnvironmentKey, FlagKey, PlanKey, ProjectKey, RolloutId, RuleId, SdkKeyId, SegmentKey, TokenId, VariantKey,
    WebhookId,
};
use crate::personal::Commitment;
use crate::rollout::{HeldBecause, Position, Stage};
use crate::share::Share;
use crate::targeting::{Rule, Segment, SegmentContent};
use crate::value::ValueKind;
use crate::webhook::WebhookContent;

/// A flag in an environment: where configuration, rollouts and the kill switch are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The project.
    pub project: ProjectKey,
    /// The flag.
    pub flag: FlagKey,
    /// The environment.
    pub environment: EnvironmentKey,
}

/// Who has a feature at one moment, small enough to stand in every rollout event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Where the rollout stands.
    pub position: Position,
    /// What the stage is called, such as "Staff" or "10 %"; "start" before the first.
    pub stage: String,
    /// Share of everybody.
    pub share: Share,
    /// How many people are named one by one.
    pub named: usize,
    /// Segments that are let in whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentKey>,
    /// How many people have it, from the audience stated at the time; an estimate.
    pub people: u64,
}

/// What those get whom no targeting rule fits: who of them, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleContent {
    /// Who has the feature.
    pub audience: Audience,
    /// Variants by weight.
    pub split: Vec<WeightedVariant>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named after what they hold; each variant says what it means")]
pub enum Event {
    /// A project was made.
    ProjectCreated { project: ProjectKey, name: String },
    /// A project got another name.
    ProjectRenamed { project: ProjectKey, before: String, after: String },
    /// An environment was made, after all others.
    EnvironmentCreated { project: ProjectKey, environment: EnvironmentContent },
    /// An environment changed.
    EnvironmentChanged {
        project: ProjectKey,
        before: EnvironmentContent,
        after: EnvironmentContent,
        position: PositionChange,
    },
    /// An access token was made.
    TokenCreated { token: TokenId, name: Commitment, role: Role },
    /// An access token stopped working.
    TokenRevoked { token: TokenId },
    /// An SDK key was made.
    SdkKeyCreated {
        sdk_key: SdkKeyId,
        project: ProjectKey,
        environment: EnvironmentKey,
        name: String,
        #[serde(default, skip_serializing_if = "SdkKeyKind::is_server")]
        kind: SdkKeyKind,
    },
    /// An SDK key stopped working.
    SdkKeyRevoked { sdk_key: SdkKeyId, project: ProjectKey, environment: EnvironmentKey },
    /// Notices of a project are sent somewhere from now on.
    WebhookCreated { project: ProjectKey, webhook: WebhookId, content: WebhookContent },
    /// Notices are sent somewhere else, or others of them are.
    WebhookChanged { project: ProjectKey, before: WebhookContent, after: WebhookContent },
    /// Messages are signed with another secret, which follows from the id.
    WebhookSecretRenewed { project: ProjectKey, before: WebhookId, after: WebhookId },
    /// Notices of a project are sent nowhere any more.
    WebhookRemoved { project: ProjectKey, before: WebhookContent },
    /// A flag was made; nobody has it anywhere yet.
    FlagCreated {
        project: ProjectKey,
        flag: FlagKey,
        details: FlagDetails<Commitment>,
        value_kind: ValueKind,
        variants: Vec<Variant>,
        off_variant: VariantKey,
        split: Vec<WeightedVariant>,
        bucketing: Bucketing,
    },
    /// The description of a flag changed.
    FlagDetailsChanged {
        project: ProjectKey,
        flag: FlagKey,
        before: FlagDetails<Commitment>,
        after: FlagDetails<Commitment>,
    },
    /// The variants of a flag changed.
    FlagVariantsChanged { project: ProjectKey, flag: FlagKey, before: VariantsContent, after: VariantsContent },
    /// Browsers may ask for a flag, or may not any more.
    FlagClientSideChanged { project: ProjectKey, flag: FlagKey, before: bool, after: bool },
    /// A flag was archived: applications no longer know it.
    FlagArchived { project: ProjectKey, flag: FlagKey },
    /// A flag came back from the archive.
    FlagRestored { project: ProjectKey, flag: FlagKey },
    /// A person was given a variant of their own.
    OverrideSet {
        #[serde(flatten)]
        place: Place,
        person: Commitment,
        before: Option<VariantKey>,
        after: VariantKey,
    },
    /// A person lost their own variant.
    OverrideRemoved {
        #[serde(flatten)]
        place: Place,
        person: Commitment,
        before: VariantKey,
    },
    /// The targeting rules changed: who fits, in which order, or what they get.
    RulesChanged {
        #[serde(flatten)]
        place: Place,
        before: Vec<Rule<Commitment>>,
        after: Vec<Rule<Commitment>>,
    },
    /// The other flags that must give something first changed.
    PrerequisitesChanged {
        #[serde(flatten)]
        place: Place,
        before: Vec<Prerequisite>,
        after: Vec<Prerequisite>,
    },
    /// A segment was made.
    SegmentCreated { project: ProjectKey, segment: Segment<Commitment> },
    /// A segment changed; of the people whom it names, those who came and went.
    SegmentChanged {
        project: ProjectKey,
        segment: SegmentKey,
        before: SegmentContent,
        after: SegmentContent,
        included: PeopleChange,
        excluded: PeopleChange,
    },
    /// A segment was removed; nothing referred to it.
    SegmentRemoved { project: ProjectKey, segment: SegmentKey, before: SegmentContent },
    /// An imported flag that cannot be a flag of the project came, changed, or went.
    KeptApartChanged {
        project: ProjectKey,
        environment: EnvironmentKey,
        key: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Box<KeptFlag>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Box<KeptFlag>>,
    },
    /// The default, for those whom no targeting rule fits, gives to more or fewer people, or other variants.
    RuleChanged {
        #[serde(flatten)]
        place: Place,
        before: RuleContent,
        after: RuleContent,
        people_before: u64,
        people_after: u64,
    },
    /// A plan template was made.
    PlanCreated {
        project: ProjectKey,
        plan: PlanKey,
        name: String,
        stages: Vec<Stage<Commitment>>,
        #[serde(default, skip_serializing_if = "Guard::is_nothing")]
        guard: Guard,
    },
    /// A plan template changed.
    PlanChanged { project: ProjectKey, plan: PlanKey, before: PlanContent, after: PlanContent },
    /// A plan template was removed.
    PlanRemoved { project: ProjectKey, plan: PlanKey, name: String },
    /// A rollout was planned; nothing changed for anybody.
    RolloutDrafted {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<RuleId>,
        stages: Vec<Stage<Commitment>>,
        #[serde(default, skip_serializing_if = "Guard::is_nothing")]
        guard: Guard,
    },
    /// The stages of a rollout changed, or how it is watched.
    RolloutPlanChanged {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        before: Vec<Stage<Commitment>>,
        after: Vec<Stage<Commitment>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guard: Option<Box<GuardChange>>,
    },
    /// A planned rollout was dropped before it started.
    RolloutDiscarded {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
    },
    /// A rollout entered its first stage.
    RolloutStarted {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        before: Reach,
        after: Reach,
    },
    /// A rollout entered the next stage.
    RolloutAdvanced {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        before: Reach,
        after: Reach,
    },
    /// Somebody agreed that a rollout leaves the stage where it stands.
    StageApproved {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        at: Reach,
    },
    /// What a metric of a rollout came to, where that is news or the cause of what follows.
    VerdictReached {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        verdict: Box<Verdict>,
    },
    /// What a rollout waits for, as far as people are concerned, is something else now.
    StandingChanged {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        at: Reach,
        before: Standing,
        after: Standing,
    },
    /// A rollout was stopped where it is.
    RolloutHeld {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        at: Reach,
        because: HeldBecause,
    },
    /// A held rollout goes on, with a new stretch of evidence.
    RolloutResumed {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        at: Reach,
        epoch: u32,
    },
    /// A rollout went back to an earlier stage, or to before the first, and is held there.
    RolloutRolledBack {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        before: Reach,
        after: Reach,
    },
    /// A rollout ended; who has the feature now, keeps it.
    RolloutFinished {
        #[serde(flatten)]
        place: Place,
        rollout: RolloutId,
        at: Reach,
        audience: Audience,
    },
    /// A flag was turned off for everyone.
    KillSwitchEngaged {
        #[serde(flatten)]
        place: Place,
        people_before: u64,
        /// Whether there were more: a rule did not say how many people fit it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        at_least: bool,
    },
    /// A flag that was off for everyone gives again what its rule says.
    KillSwitchLifted {
        #[serde(flatten)]
        place: Place,
        people_after: u64,
        /// Whether there are more: a rule does not say how many people fit it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        at_least: bool,
    },
    /// The reason for an earlier hold or kill.
    ReasonGiven {
        about: u64,
        #[serde(flatten)]
        place: Place,
    },
    /// Personal values were erased.
    PersonalValuesErased { commitments: Vec<Commitment> },
    /// An event that this version does not know and that its writer declared skippable: changes nothing.
    #[serde(skip)]
    Skipped { kind: String },
}

/// People who came to a list and went from it. Those who stayed keep their order; those who came stand at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleChange {
    /// Who came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<Commitment>,
    /// Who went.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Commitment>,
}

impl PeopleChange {
    /// Whether nobody came or went.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// What of an environment people decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentContent {
    /// Its key.
    pub key: EnvironmentKey,
    /// What people call it.
    pub name: String,
    /// Whether real customers are in it.
    pub production: bool,
    /// How many people use it.
    pub audience: u64,
}

/// Where an environment stands among the others, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionChange {
    /// Where it stood.
    pub before: usize,
    /// Where it stands.
    pub after: usize,
}

/// The variants of a flag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariantsContent {
    /// All variants.
    pub variants: Vec<Variant>,
    /// What those get who do not have the feature.
    pub off_variant: VariantKey,
}

/// What of a plan people decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanContent {
    /// What people call it.
    pub name: String,
    /// Stages from first to last.
    pub stages: Vec<Stage<Commitment>>,
    /// How rollouts are watched.
    #[serde(default, skip_serializing_if = "Guard::is_nothing")]
    pub guard: Guard,
}

/// How a rollout is watched, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardChange {
    /// As it was.
    pub before: Guard,
    /// As it is.
    pub after: Guard,
}

impl From<&Environment> for EnvironmentContent {
    fn from(environment: &Environment) -> Self {
        Self {
            key: environment.key.clone(),
            name: environment.name.clone(),
            production: environment.production,
            audience: environment.audience,
        }
    }
}

impl Event {
    /// The flag and environment that the event is about, where it is about one.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::OverrideSet { place, .. }
            | Self::OverrideRemoved { place, .. }
            | Self::RuleChanged { place, .. }
            | Self::RulesChanged { place, .. }
            | Self::PrerequisitesChanged { place, .. }
            | Self::RolloutDrafted { place, .. }
            | Self::RolloutPlanChanged { place, .. }
            | Self::RolloutDiscarded { place, .. }
            | Self::RolloutStarted { place, .. }
            | Self::RolloutAdvanced { place, .. }
            | Self::StageApproved { place, .. }
            | Self::VerdictReached { place, .. }
            | Self::StandingChanged { place, .. }
            | Self::RolloutHeld { place, .. }
            | Self::RolloutResumed { place, .. }
            | Self::RolloutRolledBack { place, .. }
            | Self::RolloutFinished { place, .. }
            | Self::KillSwitchEngaged { place, .. }
            | Self::KillSwitchLifted { place, .. }
            | Self::ReasonGiven { place, .. } => Some(place),
            _ => None,
        }
    }

    /// The project that the event is about, where it is about one.
    #[must_use]
    pub const fn project(&self) -> Option<&ProjectKey> {
        match self {
            Self::ProjectCreated { project, .. }
            | Self::ProjectRenamed { project, .. }
            | Self::EnvironmentCreated { project, .. }
            | Self::EnvironmentChanged { project, .. }
            | Self::SdkKeyCreated { project, .. }
            | Self::SdkKeyRevoked { project, .. }
            | Self::WebhookCreated { project, .. }
            | Self::WebhookChanged { project, .. }
            | Self::WebhookSecretRenewed { project, .. }
            | Self::WebhookRemoved { project, .. }
            | Self::FlagCreated { project, .. }
            | Self::FlagDetailsChanged { project, .. }
            | Self::FlagVariantsChanged { project, .. }
            | Self::FlagClientSideChanged { project, .. }
            | Self::FlagArchived { project, .. }
            | Self::FlagRestored { project, .. }
            | Self::SegmentCreated { project, .. }
            | Self::SegmentChanged { project, .. }
            | Self::SegmentRemoved { project, .. }
            | Self::KeptApartChanged { project, .. }
            | Self::PlanCreated { project, .. }
            | Self::PlanChanged { project, .. }
            | Self::PlanRemoved { project, .. } => Some(project),
            _ => match self.place() {
                Some(place) => Some(&place.project),
                None => None,
            },
        }
    }

    /// The flag that the event is about, where it is about one.
    #[must_use]
    pub const fn flag(&self) -> Option<&FlagKey> {
        match self {
            Self::FlagCreated { flag, .. }
            | Self::FlagDetailsChanged { flag, .. }
            | Self::FlagVariantsChanged { flag, .. }
            | Self::FlagClientSideChanged { flag, .. }
            | Self::FlagArchived { flag, .. }
            | Self::FlagRestored { flag, .. } => Some(flag),
            _ => match self.place() {
                Some(place) => Some(&place.flag),
                None => None,
            },
        }
    }

    /// The environment that the event is about, where it is about one.
    #[must_use]
    pub const fn environment(&self) -> Option<&EnvironmentKey> {
        match self {
            Self::EnvironmentCreated { environment, .. } => Some(&environment.key),
            Self::EnvironmentChanged { after, .. } => Some(&after.key),
            Self::SdkKeyCreated { environment, .. }
            | Self::SdkKeyRevoked { environment, .. }
            | Self::KeptApartChanged { environment, .. } => Some(environment),
            _ => match self.place() {
                Some(place) => Some(&place.environment),
                None => None,
            },
        }
    }

    /// The segments that the event is about or names.
    #[must_use]
    pub fn segments(&self) -> BTreeSet<&SegmentKey> {
        match self {
            Self::SegmentCreated { segment, .. } => {
                let named = segment.references().into_iter().map(|(_, key)| key);
                named.chain([&segment.key]).collect()
            }
            Self::SegmentChanged { segment, before, after, .. } => {
                before.references().into_iter().chain(after.references()).chain([segment]).collect()
            }
            Self::SegmentRemoved { segment, before, .. } => before.references().into_iter().chain([segment]).collect(),
            Self::RulesChanged { before, after, .. } => {
                before.iter().chain(after).flat_map(|rule| rule.references("")).map(|(_, key)| key).collect()
            }
            Self::RuleChanged { before, after, .. } => {
                before.audience.segments.iter().chain(&after.audience.segments).collect()
            }
            Self::PlanCreated { stages, .. } | Self::RolloutDrafted { stages, .. } => {
                stages.iter().flat_map(Stage::segments).collect()
            }
            Self::PlanChanged { before, after, .. } => {
                before.stages.iter().chain(&after.stages).flat_map(Stage::segments).collect()
            }
            Self::RolloutPlanChanged { before, after, .. } => {
                before.iter().chain(after).flat_map(Stage::segments).collect()
            }
            _ => BTreeSet::new(),
        }
    }
}

//! What people can ask for, as they type it: personal values stand here in the clear.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::access::{Role, SdkKeyKind};
use crate::event::Place;
use crate::flag::{BucketingAlgorithm, FlagDetails, Prerequisite, Variant, WeightedVariant};
use crate::guard::{Guard, Standing, Step, Verdict};
use crate::import::Import;
use crate::key::{EnvironmentKey, FlagKey, PlanKey, ProjectKey, RuleId, SdkKeyId, SegmentKey, TokenId, VariantKey};
use crate::notice::Notice;
use crate::rollout::{Position, Stage};
use crate::share::Share;
use crate::targeting::{Rule, Segment};
use crate::value::ValueKind;

/// A change that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are named after what they hold; each variant says what it means")]
pub enum Command {
    /// Make a project.
    CreateProject(NewProject),
    /// Give a project another name.
    RenameProject { project: ProjectKey, name: String },
    /// Make an environment, after all others of its project.
    CreateEnvironment { project: ProjectKey, environment: NewEnvironment },
    /// Change an environment.
    ChangeEnvironment { project: ProjectKey, environment: EnvironmentKey, changes: EnvironmentChanges },
    /// Make an access token.
    CreateToken { name: String, role: Role },
    /// Stop an access token.
    RevokeToken { token: TokenId },
    /// Make an SDK key.
    CreateSdkKey { project: ProjectKey, environment: EnvironmentKey, name: String, kind: SdkKeyKind },
    /// Stop an SDK key.
    RevokeSdkKey { sdk_key: SdkKeyId },
    /// Make a flag.
    CreateFlag { project: ProjectKey, flag: Box<NewFlag> },
    /// Describe a flag anew.
    ChangeFlag { project: ProjectKey, flag: FlagKey, details: Box<FlagDetails<String>> },
    /// Change the variants of a flag.
    ChangeVariants { project: ProjectKey, flag: FlagKey, variants: Vec<Variant>, off_variant: VariantKey },
    /// Let browsers ask for a flag, or not any more.
    ChangeClientSide { project: ProjectKey, flag: FlagKey, client_side: bool },
    /// Put a flag into the archive.
    ArchiveFlag { project: ProjectKey, flag: FlagKey },
    /// Take a flag out of the archive.
    RestoreFlag { project: ProjectKey, flag: FlagKey },
    /// Replace the list of people who get a variant of their own.
    SetOverrides { place: Place, overrides: Vec<(String, VariantKey)> },
    /// Replace the targeting rules, and with them change what those get whom none fits; `None` leaves that alone.
    SetRules { place: Place, rules: Vec<Rule<String>>, default: Option<RuleChanges> },
    /// Replace the list of other flags that must give something first.
    SetPrerequisites { place: Place, prerequisites: Vec<Prerequisite> },
    /// Make a segment.
    CreateSegment { project: ProjectKey, segment: Box<Segment<String>> },
    /// Change a segment.
    ChangeSegment { project: ProjectKey, segment: Box<Segment<String>> },
    /// Remove a segment that nothing refers to.
    RemoveSegment { project: ProjectKey, segment: SegmentKey },
    /// Bring flags into an environment.
    Import(Box<Import>),
    /// Remove a flag that is kept apart.
    RemoveKeptApart { project: ProjectKey, environment: EnvironmentKey, key: String },
    /// Change who of those whom no targeting rule fits has the feature, and which variants they get.
    ChangeRule { place: Place, changes: RuleChanges },
    /// Send notices of a project somewhere.
    CreateWebhook { project: ProjectKey, address: String, notices: BTreeSet<Notice> },
    /// Send them somewhere else, or others of them.
    ChangeWebhook { project: ProjectKey, address: String, notices: BTreeSet<Notice> },
    /// Sign messages with another secret.
    RenewWebhookSecret { project: ProjectKey },
    /// Send notices nowhere any more.
    RemoveWebhook { project: ProjectKey },
    /// Make a plan template.
    CreatePlan { project: ProjectKey, plan: PlanKey, name: String, stages: Vec<Stage<String>>, guard: Guard },
    /// Change a plan template.
    ChangePlan { project: ProjectKey, plan: PlanKey, name: String, stages: Vec<Stage<String>>, guard: Guard },
    /// Remove a plan template.
    RemovePlan { project: ProjectKey, plan: PlanKey },
    /// Plan a rollout of a rule, or of those whom no rule fits.
    DraftRollout { place: Place, rule: Option<RuleId>, stages: Vec<Stage<String>>, guard: Guard },
    /// Change the stages of a rollout, and how it is watched: all of a draft; of one under way the stages ahead and
    /// what goes by itself.
    ChangeStages { place: Place, stages: Vec<Stage<String>>, guard: Option<Guard> },
    /// Drop a planned rollout.
    DiscardRollout { place: Place },
    /// Enter the first stage.
    StartRollout { place: Place },
    /// Enter the next stage.
    AdvanceRollout { place: Place },
    /// Agree that the rollout leaves the stage where it stands.
    ApproveStage { place: Place },
    /// Keep what metrics came to, and do what follows from it, or say what is waited for: what the controller decides,
    /// as one.
    Judge { place: Place, verdicts: Vec<Verdict>, step: Option<Step>, standing: Option<Standing> },
    /// Stop where it is.
    HoldRollout { place: Place },
    /// Go on after a hold.
    ResumeRollout { place: Place },
    /// Go back to an earlier position, held there.
    RollBackRollout { place: Place, to: Position },
    /// End the rollout; who has the feature keeps it.
    FinishRollout { place: Place },
    /// Turn the flag off for everyone.
    EngageKillSwitch { place: Place },
    /// Give again what the rule says.
    LiftKillSwitch { place: Place },
    /// Say why an earlier hold or kill was done.
    GiveReason { about: u64 },
    /// Erase a personal value wherever it stands.
    Erase { value: String },
}

/// A project to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProject {
    /// Its key.
    pub key: ProjectKey,
    /// What people call it.
    pub name: String,
}

/// An environment to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEnvironment {
    /// Its key.
    pub key: EnvironmentKey,
    /// What people call it.
    pub name: String,
    /// Whether real customers are in it.
    pub production: bool,
    /// How many people use it.
    pub audience: u64,
}

/// What to change of an environment; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnvironmentChanges {
    /// What people call it.
    pub name: Option<String>,
    /// Whether real customers are in it.
    pub production: Option<bool>,
    /// How many people use it.
    pub audience: Option<u64>,
    /// Where it stands among the others, counted from 0.
    pub position: Option<usize>,
}

/// A flag to make.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFlag {
    /// What application code asks for.
    pub key: FlagKey,
    /// What the flag is.
    pub details: FlagDetails<String>,
    /// The kind of its values.
    pub value_kind: ValueKind,
    /// Its variants; `None` for the usual pair `on`/`off` of a boolean.
    pub variants: Option<Vec<Variant>>,
    /// What those get who do not have the feature; by default the last variant.
    pub off_variant: Option<VariantKey>,
    /// Mixed into the hashes; by default fresh and random.
    pub salt: Option<String>,
    /// How people are put into buckets.
    pub bucketing: BucketingAlgorithm,
}

/// What to change of a rule; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleChanges {
    /// Share of everybody.
    pub share: Option<Share>,
    /// Variants by weight; weights sum to 100 %.
    pub split: Option<Vec<WeightedVariant>>,
    /// People named one by one.
    pub people: Option<Vec<String>>,
    /// Segments that are let in whole.
    pub segments: Option<Vec<SegmentKey>>,
}

impl Command {
    /// The least role that may ask for this.
    #[must_use]
    pub const fn required_role(&self) -> Role {
        match self {
            Self::CreateProject(_)
            | Self::RenameProject { .. }
            | Self::CreateEnvironment { .. }
            | Self::ChangeEnvironment { .. }
            | Self::CreateToken { .. }
            | Self::RevokeToken { .. }
            | Self::CreateSdkKey { .. }
            | Self::RevokeSdkKey { .. }
            | Self::CreateWebhook { .. }
            | Self::ChangeWebhook { .. }
            | Self::RenewWebhookSecret { .. }
            | Self::RemoveWebhook { .. }
            | Self::Judge { .. }
            | Self::Erase { .. } => Role::Admin,
            _ => Role::Editor,
        }
    }
}

/// The usual variants of a boolean flag.
#[must_use]
pub fn boolean_variants() -> Vec<Variant> {
    ["on", "off"]
        .into_iter()
        .filter_map(|key| Some(Variant { key: VariantKey::new(key).ok()?, value: Value::Bool(key == "on") }))
        .collect()
}

//! Flags and groups of vectors, made by the commands by which people make them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use signalbox_domain::access::Role;
use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject, RuleChanges};
use signalbox_domain::decide::{Act, decide, settle};
use signalbox_domain::evaluation::{CompiledFlag, Environs};
use signalbox_domain::event::Place;
use signalbox_domain::flag::{BucketingAlgorithm, FlagDetails, Prerequisite, Purpose, Variant, WeightedVariant};
use signalbox_domain::key::{ActorId, FlagKey, RuleId, SegmentKey, VariantKey};
use signalbox_domain::personal::{Entropy, Vault};
use signalbox_domain::rollout::Stage;
use signalbox_domain::targeting::{CompiledSegment, CompiledSegments, Rule};
use signalbox_domain::value::ValueKind;
use signalbox_domain::{Share, State, Timestamp};

use crate::Vectors;

/// A flag and what it gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagVector {
    /// What applications ask for.
    pub key: FlagKey,
    /// The kind of its values.
    pub value_kind: ValueKind,
    /// Its variants; the last is what everybody else gets.
    pub variants: Vec<Variant>,
    /// How people are put into buckets.
    #[serde(default)]
    pub bucketing: BucketingAlgorithm,
    /// Mixed into the hashes.
    pub salt: String,
    /// Whether it is turned off for everyone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub killed: bool,
    /// People with a variant of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<(String, VariantKey)>,
    /// Other flags, above in the file, that must give something first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prerequisites: Vec<Prerequisite>,
    /// Targeting rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule<String>>,
    /// Of those whom no rule fits, these people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Of those whom no rule fits, those in these groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentKey>,
    /// Of those whom no rule fits, this share.
    #[serde(default)]
    pub share: Share,
    /// Which variants they get; the first of all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Vec<WeightedVariant>>,
    /// A rollout that has entered its first stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutVector>,
}

/// A rollout that has entered its first stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolloutVector {
    /// The rule that it drives; none for those whom no rule fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// Its stages.
    pub stages: Vec<Stage<String>>,
}

/// An installation with everything of the vectors in it.
pub struct World {
    state: State,
    vault: Vault,
    segments: CompiledSegments,
}

impl World {
    pub fn of(vectors: &Vectors) -> Result<Self, String> {
        let mut world = Self { state: State::default(), vault: Vault::default(), segments: Default::default() };
        let Place { project, environment, .. } = place("any")?;
        world.change(Command::CreateProject(NewProject { key: project.clone(), name: "Vectors".into() }))?;
        let environment = NewEnvironment { key: environment, name: "Here".into(), production: false, audience: 1_000 };
        world.change(Command::CreateEnvironment { project: project.clone(), environment })?;
        for segment in &vectors.segments {
            let segment = serde_json::from_value(segment.clone()).map_err(|error| format!("{segment}: {error}"))?;
            world.change(Command::CreateSegment { project: project.clone(), segment: Box::new(segment) })?;
        }
        for flag in &vectors.flags {
            world.make(flag).map_err(|error| format!("{}: {error}", flag.key))?;
        }
        let known = world.state.projects.values().flat_map(|project| project.segments.values());
        world.segments =
            known.map(|known| CompiledSegment::new(&known.segment, |person| world.vault.reveal(person))).collect();
        Ok(world)
    }

    pub const fn segments(&self) -> &CompiledSegments {
        &self.segments
    }

    pub fn compiled(&self, flag: &FlagVector) -> Result<CompiledFlag, String> {
        self.compiled_by_key(&flag.key).ok_or_else(|| format!("{} was not made", flag.key))
    }

    fn compiled_by_key(&self, key: &FlagKey) -> Option<CompiledFlag> {
        let Place { project, environment, .. } = place(key.as_str()).ok()?;
        let project = self.state.projects.get(&project)?;
        let flag = project.flags.get(key)?;
        let environs = Environs {
            vault: &self.vault,
            segments: &project.segments,
            flag: &|other| self.compiled_by_key(other).map(Arc::new),
        };
        Some(CompiledFlag::new(flag, flag.configurations.get(&environment)?, environs))
    }

    fn make(&mut self, flag: &FlagVector) -> Result<(), String> {
        let place = place(flag.key.as_str())?;
        let details = FlagDetails {
            name: flag.key.to_string(),
            description: String::new(),
            purpose: Purpose::Release,
            owner: None,
            tags: Vec::new(),
            expected_removal: None,
        };
        let new = NewFlag {
            key: flag.key.clone(),
            details,
            value_kind: flag.value_kind,
            variants: Some(flag.variants.clone()),
            off_variant: None,
            salt: Some(flag.salt.clone()),
            bucketing: flag.bucketing,
        };
        self.change(Command::CreateFlag { project: place.project.clone(), flag: Box::new(new) })?;
        self.change(Command::SetOverrides { place: place.clone(), overrides: flag.overrides.clone() })?;
        let prerequisites = flag.prerequisites.clone();
        self.change(Command::SetPrerequisites { place: place.clone(), prerequisites })?;
        let default = RuleChanges {
            share: Some(flag.share),
            split: flag.split.clone(),
            people: Some(flag.people.clone()),
            segments: Some(flag.segments.clone()),
        };
        self.change(Command::SetRules { place: place.clone(), rules: flag.rules.clone(), default: Some(default) })?;
        if let Some(RolloutVector { rule, stages }) = flag.rollout.clone() {
            self.change(Command::DraftRollout { place: place.clone(), rule, stages, guard: Default::default() })?;
            self.change(Command::StartRollout { place: place.clone() })?;
        }
        if flag.killed {
            self.change(Command::EngageKillSwitch { place })?;
        }
        Ok(())
    }

    fn change(&mut self, command: Command) -> Result<(), String> {
        let version = match &command {
            Command::SetOverrides { place, .. }
            | Command::SetPrerequisites { place, .. }
            | Command::SetRules { place, .. }
            | Command::ChangeRule { place, .. }
            | Command::DraftRollout { place, .. }
            | Command::StartRollout { place } => self
                .state
                .configuration(&place.project, &place.flag, &place.environment)
                .map(|configuration| configuration.version),
            _ => None,
        };
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.state.sequence.to_le_bytes());
        let act = Act {
            actor: ActorId::System,
            role: Role::Admin,
            now: Timestamp::default(),
            version,
            reason: None,
            entropy: Entropy::new(seed),
        };
        let decision = decide(&self.state, &self.vault, command, act).map_err(|refusal| refusal.to_string())?;
        settle(&mut self.state, &mut self.vault, &decision).map_err(|impossible| impossible.to_string())
    }
}

fn place(flag: &str) -> Result<Place, String> {
    let key = |error: signalbox_domain::key::NotAKey| error.to_string();
    Ok(Place {
        project: "vectors".parse().map_err(key)?,
        flag: flag.parse().map_err(key)?,
        environment: "here".parse().map_err(key)?,
    })
}

//! A rollout: the line of stages that a release passes, and where on it the release stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::Outcome;
use crate::flag::Audience;
use crate::guard::{Gate, Guard, Standing};
use crate::key::{ActorId, MetricKey, RolloutId, RuleId, SegmentKey};
use crate::personal::Commitment;
use crate::share::Share;
use crate::targeting::SegmentNames;
use crate::time::Timestamp;

/// Most stages in one plan.
pub const MOST_STAGES: usize = 30;
/// Most people named in one stage or configuration.
pub const MOST_PEOPLE: usize = 1_000;
/// Most segments of one stage or rule that are let in whole.
pub const MOST_RINGS: usize = 20;

/// One block of the line. `Person` is how a person stands in it: a commitment in the log, a key on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stage<Person> {
    /// What people call it, such as "Staff"; absent for a plain percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who is let in at this stage, beside everyone let in before.
    pub audience: StageAudience<Person>,
    /// What must hold before the rollout leaves it.
    #[serde(default, skip_serializing_if = "Gate::is_open")]
    pub gate: Gate,
}

/// Who a stage lets in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum StageAudience<Person> {
    /// These people, by the key that applications send.
    People {
        /// Their keys.
        people: Vec<Person>,
    },
    /// Rings: everybody in these segments.
    Segments {
        /// Their keys.
        segments: Vec<SegmentKey>,
    },
    /// A share of everybody.
    Percentage {
        /// How many of all people have the feature in this stage.
        share: Share,
    },
}

/// By hand, because the derived form of a tagged enum reads its fields from a copy: an error would name
/// `audience` where this one names `audience.share`.
impl<'de, Person: Deserialize<'de>> Deserialize<'de> for StageAudience<Person> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            People,
            Segments,
            Percentage,
        }

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename = "audience")]
        struct Fields<Person> {
            kind: Kind,
            people: Option<Vec<Person>>,
            segments: Option<Vec<SegmentKey>>,
            share: Option<Share>,
        }

        let Fields { kind, people, segments, share } = Fields::deserialize(deserializer)?;
        let given = [("people", people.is_some()), ("segments", segments.is_some()), ("share", share.is_some())];
        let (field, fields): (_, &'static [&'static str]) = match kind {
            Kind::People => ("people", &["kind", "people"]),
            Kind::Segments => ("segments", &["kind", "segments"]),
            Kind::Percentage => ("share", &["kind", "share"]),
        };
        if let Some((other, _)) = given.into_iter().find(|(name, given)| *given && *name != field) {
            return Err(Error::unknown_field(other, fields));
        }
        let found = match kind {
            Kind::People => people.map(|people| Self::People { people }),
            Kind::Segments => segments.map(|segments| Self::Segments { segments }),
            Kind::Percentage => share.map(|share| Self::Percentage { share }),
        };
        found.ok_or_else(|| Error::missing_field(field))
    }
}

/// Where on its line a rollout stands: before the first stage, or in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Position {
    /// Before the first stage: those have it who had it before the rollout.
    Start,
    /// In this stage, counted from 0.
    Stage(usize),
}

/// What a rollout is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum RolloutStatus {
    /// Planned, not started: changes nothing for anybody.
    Draft,
    /// In a stage, may advance.
    Running,
    /// Stopped where it is until a person resumes it.
    Held,
    /// Over; its audience became the rule's own.
    Finished,
}

/// Why a rollout is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum HeldBecause {
    /// Somebody held it.
    Hold,
    /// It was rolled back.
    RollBack,
    /// The kill switch was used.
    Kill,
    /// A guardrail was broken.
    Harm,
    /// A signal was broken.
    Signal,
    /// The arms are not as large as they were drawn to be.
    SampleRatio,
    /// Evidence could not be read for a while.
    NoEvidence,
    /// The stage took longer than it may.
    TookTooLong,
}

impl HeldBecause {
    /// Whether a resume begins evidence anew: what was shown before has been looked at by somebody who decided that it
    /// is mended. After a hold that had other reasons it goes on counting.
    #[must_use]
    pub const fn ends_evidence(self) -> bool {
        matches!(self, Self::RollBack | Self::Harm | Self::Signal | Self::SampleRatio)
    }
}

/// A stretch of time in which nothing about who is drawn, or what they get, changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumBegan {
    /// Sequence of the event with which it began: evaluations of this version and later ones belong to it.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// Where the rollout stood.
    pub position: Position,
}

/// Somebody agreed that the rollout leaves a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: ActorId,
    /// When.
    pub at: Timestamp,
    /// Sequence of the event with which the stratum began in which it was given; for a later one it does not count.
    pub stratum: u64,
}

/// Most strata that are kept; the oldest are forgotten first.
pub const MOST_STRATA: usize = 60;

/// A rollout of one flag in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// Opaque id.
    pub id: RolloutId,
    /// The rule of which it drives who has the feature; none for those whom no rule fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// Stages from first to last.
    pub stages: Vec<Stage<Commitment>>,
    /// What it is doing.
    pub status: RolloutStatus,
    /// Where it stands.
    pub position: Position,
    /// Why it is held; set while it is.
    pub held_because: Option<HeldBecause>,
    /// Since when it is held; set while it is.
    pub held_since: Option<Timestamp>,
    /// Who held it, or took it back; set while it is held.
    pub held_by: Option<ActorId>,
    /// Counts the stretches of evidence: 1 from the start, one more with every resume.
    pub epoch: u32,
    /// Who had it before the rollout; `Start` goes back to this.
    pub before: Audience,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// When it entered the position where it stands.
    pub entered: Option<Timestamp>,
    /// When each stage was first entered, by stage; shorter than `stages` where it was not yet.
    pub first_entered: Vec<Timestamp>,
    /// How it is watched.
    pub guard: Guard,
    /// Who started it.
    pub started_by: Option<ActorId>,
    /// Stretches of evidence that count, oldest first. Empty before the start.
    pub strata: Vec<StratumBegan>,
    /// Whoever agreed that it leaves the stage where it stands.
    pub approved: Option<Approval>,
    /// What was logged last of each metric, in the stretches that count.
    pub verdicts: BTreeMap<MetricKey, Outcome>,
    /// What it waits for, as it was logged last.
    pub standing: Standing,
    /// Since when it waits for that.
    pub standing_since: Option<Timestamp>,
}

impl Rollout {
    /// Whether it drives who has the feature: running or held.
    #[must_use]
    pub const fn is_under_way(&self) -> bool {
        matches!(self.status, RolloutStatus::Running | RolloutStatus::Held)
    }

    /// Who has the feature when the rollout stands at `position`: everyone named so far, and the share so far.
    #[must_use]
    pub fn audience_at(&self, position: Position) -> Audience {
        let passed = match position {
            Position::Start => 0,
            Position::Stage(stage) => stage + 1,
        };
        self.stages.iter().take(passed).fold(self.before.clone(), |mut audience, stage| {
            match &stage.audience {
                StageAudience::People { people } => audience.people.extend(people.iter().cloned()),
                StageAudience::Segments { segments } => {
                    let more = segments.iter().filter(|key| !audience.segments.contains(key)).cloned();
                    let more: Vec<_> = more.collect();
                    audience.segments.extend(more);
                }
                StageAudience::Percentage { share } => audience.share = *share,
            }
            audience
        })
    }

    /// Whether somebody is drawn to be without the feature where it stands: a share is let in, and not everybody.
    #[must_use]
    pub fn has_control(&self) -> bool {
        self.has_control_at(self.position)
    }

    /// Whether somebody is drawn to be without the feature when it stands there.
    #[must_use]
    pub fn has_control_at(&self, position: Position) -> bool {
        self.share_at(position).is_split()
    }

    /// The share of everybody that has the feature when it stands there. As [`Self::audience_at`] has it, without the
    /// people: this is asked for every evaluation that is reported.
    #[must_use]
    pub fn share_at(&self, position: Position) -> Share {
        let passed = match position {
            Position::Start => 0,
            Position::Stage(stage) => stage + 1,
        };
        let shares = self.stages.iter().take(passed).rev().find_map(|stage| match stage.audience {
            StageAudience::Percentage { share } => Some(share),
            StageAudience::People { .. } | StageAudience::Segments { .. } => None,
        });
        shares.unwrap_or(self.before.share)
    }

    /// What is asked before it leaves the stage where it stands; nothing before the first.
    #[must_use]
    pub fn gate(&self) -> Option<&Gate> {
        match self.position {
            Position::Start => None,
            Position::Stage(stage) => self.stages.get(stage).map(|stage| &stage.gate),
        }
    }

    /// Since when the stage soaks: since it was entered, or since it went on after it was held.
    #[must_use]
    pub fn soaking_since(&self) -> Option<Timestamp> {
        let stratum = self.strata.iter().rev().take_while(|stratum| stratum.position == self.position).last();
        stratum.map(|stratum| stratum.at)
    }

    /// The agreement that counts where it stands.
    #[must_use]
    pub fn approval(&self) -> Option<&Approval> {
        let stratum = self.strata.last()?.sequence;
        self.approved.as_ref().filter(|approval| approval.stratum == stratum)
    }

    /// The stratum to which an evaluation of this flag-set version belongs.
    #[must_use]
    pub fn stratum_of(&self, version: u64) -> Option<&StratumBegan> {
        self.strata.iter().rev().find(|stratum| stratum.sequence <= version)
    }

    /// The stage after `position`, if there is one.
    #[must_use]
    pub fn next(&self) -> Option<usize> {
        let next = match self.position {
            Position::Start => 0,
            Position::Stage(stage) => stage + 1,
        };
        (next < self.stages.len()).then_some(next)
    }
}

impl<Person> Stage<Person> {
    /// The segments that it lets in whole.
    #[must_use]
    pub fn segments(&self) -> &[SegmentKey] {
        match &self.audience {
            StageAudience::Segments { segments } => segments,
            StageAudience::People { .. } | StageAudience::Percentage { .. } => &[],
        }
    }

    /// "Staff", "10 %", "3 named people"; segments by their names.
    #[must_use]
    pub fn in_words(&self, segments: &impl SegmentNames) -> String {
        match (&self.name, &self.audience) {
            (Some(name), _) => name.clone(),
            (None, StageAudience::Percentage { share }) => share.to_string(),
            (None, StageAudience::People { people }) if people.len() == 1 => "1 named person".into(),
            (None, StageAudience::People { people }) => format!("{} named people", people.len()),
            (None, StageAudience::Segments { segments: keys }) => {
                let names = keys.iter().map(|key| segments.name_of(key).unwrap_or_else(|| key.as_str()));
                names.collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// The same stage with every person turned into another form.
    ///
    /// # Errors
    /// The first error of `turn`.
    pub fn try_map<Other, Error>(
        self,
        turn: impl FnMut(Person) -> Result<Other, Error>,
    ) -> Result<Stage<Other>, Error> {
        let audience = match self.audience {
            StageAudience::People { people } => {
                StageAudience::People { people: people.into_iter().map(turn).collect::<Result<_, _>>()? }
            }
            StageAudience::Segments { segments } => StageAudience::Segments { segments },
            StageAudience::Percentage { share } => StageAudience::Percentage { share },
        };
        Ok(Stage { name: self.name, audience, gate: self.gate })
    }
}

//! A rollout: the line of stages that a release passes, and where on it the release stands.

use serde::{Deserialize, Serialize};

use crate::flag::Audience;
use crate::key::{RolloutId, RuleId, SegmentKey};
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
}

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
        Ok(Stage { name: self.name, audience })
    }
}

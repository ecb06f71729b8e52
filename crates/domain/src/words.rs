//! Every event in words, with before and after, for people who were not there.

mod plan;

use serde::{Deserialize, Serialize};

use crate::access::{Role, SdkKeyKind};
use crate::envelope::Envelope;
use crate::event::{EnvironmentContent, Event, PeopleChange, Place, Reach, RuleContent, VariantsContent};
use crate::flag::{FlagDetails, Prerequisite};
use crate::guard::{Standing, verdict_words};
use crate::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey, RuleId, SegmentKey, TokenId};
use crate::people;
use crate::personal::{Commitment, Vault};
use crate::project::Project;
use crate::rollout::{HeldBecause, Position};
use crate::share::Share;
use crate::state::State;
use crate::targeting::{SegmentContent, SegmentNames, rules_difference, split_words};

/// What stands where a personal value was erased.
pub const ERASED: &str = "(erased)";

/// An event told to people: "Maren Vogt advanced Instant payments in Production", 10 % → 25 %.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Words {
    /// Who did it.
    pub actor: String,
    /// What they did: "advanced", "turned off".
    pub action: String,
    /// What they did it to: the name of a flag, environment, plan, token or key.
    pub subject: String,
    /// In which environment, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// How it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// How it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What it means in people: "about 24,600 more people".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequence: Option<String>,
}

impl Words {
    /// The whole event in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { actor, action, subject, .. } = self;
        let place = self.environment.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                format!("{actor} {action} {subject}{place}: {before} → {after}")
            }
            (None, Some(after)) => format!("{actor} {action} {subject}{place}: {after}"),
            (Some(before), None) => format!("{actor} {action} {subject}{place}: was {before}"),
            (None, None) => format!("{actor} {action} {subject}{place}"),
        }
    }
}

/// Tells events with the names that things have now.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    /// For names of projects, environments and flags.
    pub state: &'a State,
    /// For names of people, where they were not erased.
    pub vault: &'a Vault,
}

impl Teller<'_> {
    /// The name of whoever acts under this id.
    #[must_use]
    pub fn actor(&self, actor: &ActorId) -> String {
        match actor {
            ActorId::System => "Signalbox".into(),
            ActorId::Token(id) => self.token(id),
        }
    }

    /// A personal value, or [`ERASED`].
    #[must_use]
    pub fn person(&self, commitment: &Commitment) -> String {
        self.vault.reveal(commitment).unwrap_or(ERASED).to_owned()
    }

    /// An event in words.
    #[must_use]
    pub fn tell(&self, envelope: &Envelope) -> Words {
        let mut words = self.of(&envelope.event);
        words.actor = self.actor(&envelope.actor);
        words
    }

    fn of(&self, event: &Event) -> Words {
        match event {
            Event::ProjectCreated { name, .. } => words("made project", name),
            Event::ProjectRenamed { before, after, .. } => words("renamed project", after).change(before, after),
            Event::EnvironmentCreated { environment, .. } => {
                words("made environment", &environment.name).now(environment_words(environment))
            }
            Event::EnvironmentChanged { before, after, position, .. } => {
                let changed = words("changed environment", &after.name);
                if before == after {
                    let place = |position: usize| format!("position {}", position + 1);
                    changed.change(place(position.before), place(position.after))
                } else {
                    changed.change(environment_words(before), environment_words(after))
                }
            }
            Event::TokenCreated { name, role, .. } => {
                words("made a token for", &self.person(name)).now(role_words(*role))
            }
            Event::TokenRevoked { token } => words("revoked the token of", &self.token(token)),
            Event::SdkKeyCreated { project, environment, name, kind, .. } => {
                let made = words("made SDK key", name).at(self.environment(project, environment));
                match kind {
                    SdkKeyKind::Server => made,
                    SdkKeyKind::Client => made.now("for browsers"),
                }
            }
            Event::SdkKeyRevoked { sdk_key, project, environment } => {
                let name = self.state.sdk_keys.get(sdk_key).map_or(sdk_key.as_str(), |key| &key.name);
                words("revoked SDK key", name).at(self.environment(project, environment))
            }
            Event::WebhookCreated { project, content, .. } => {
                words("made a webhook for", self.project(project)).now(content.in_words(self.vault))
            }
            Event::WebhookChanged { project, before, after } => words("changed the webhook of", self.project(project))
                .change(before.in_words(self.vault), after.in_words(self.vault)),
            Event::WebhookSecretRenewed { project, .. } => {
                words("renewed the secret of the webhook of", self.project(project))
            }
            Event::WebhookRemoved { project, before } => {
                words("removed the webhook of", self.project(project)).change(before.in_words(self.vault), "none")
            }
            Event::FlagCreated { details, variants, .. } => {
                let keys: Vec<_> = variants.iter().map(|variant| variant.key.as_str()).collect();
                words("made flag", &details.name).now(format!("nobody has it yet; variants {}", keys.join(", ")))
            }
            Event::FlagDetailsChanged { before, after, .. } => {
                let (was, is) = self.details_change(before, after);
                words("described anew", &after.name).change(was, is)
            }
            Event::FlagVariantsChanged { project, flag, before, after } => {
                words("changed variants of", &self.flag(project, flag))
                    .change(variants_words(before), variants_words(after))
            }
            Event::FlagClientSideChanged { project, flag, before, after } => {
                let action = if *after { "let browsers ask for" } else { "stopped browsers asking for" };
                words(action, &self.flag(project, flag)).change(askers(*before), askers(*after))
            }
            Event::FlagArchived { project, flag } => {
                words("archived", &self.flag(project, flag)).change("in use", "in the archive")
            }
            Event::FlagRestored { project, flag } => {
                words("restored", &self.flag(project, flag)).change("in the archive", "in use")
            }
            Event::SegmentCreated { project, segment } => {
                words("made group", &segment.name).now(segment.words(&self.segment_names(project)))
            }
            Event::SegmentChanged { project, before, after, included, excluded, .. } => {
                let changed = words("changed group", &after.name);
                let (was, is) = (self.segment_words(project, before), self.segment_words(project, after));
                let moved = people_change_words(included, excluded);
                if was == is && before != after {
                    changed.change(described_words(before), described_words(after))
                } else if was == is {
                    changed.now(moved)
                } else if moved.is_empty() {
                    changed.change(was, is)
                } else {
                    changed.change(was, format!("{is}; {moved}"))
                }
            }
            Event::SegmentRemoved { before, .. } => words("removed group", &before.name),
            Event::KeptApartChanged { project, environment, key, before, after } => {
                let told = match (before, after) {
                    (None, Some(after)) => words("imported and kept apart", key).now(&after.why),
                    (Some(_), Some(after)) => words("imported anew and kept apart", key).now(&after.why),
                    (_, None) => words("removed the kept-apart flag", key),
                };
                told.at(self.environment(project, environment))
            }
            Event::PlanCreated { project, name, stages, .. } => {
                words("made plan", name).now(self.line(project, stages))
            }
            Event::PlanChanged { project, before, after, .. } => {
                let (was, is) = self.kept_plan_change(project, before, after);
                words("changed plan", &after.name).change(was, is)
            }
            Event::PlanRemoved { name, .. } => words("removed plan", name),
            Event::PersonalValuesErased { commitments } => words("erased", "a personal value").now(format!(
                "removed in {} place{}",
                commitments.len(),
                if commitments.len() == 1 { "" } else { "s" }
            )),
            Event::Skipped { kind } => words("did", &format!("something this version does not know ({kind})")),
            other => self.of_place(other),
        }
    }

    /// Events about a flag in an environment.
    fn of_place(&self, event: &Event) -> Words {
        let about = |action: &str| match event.place() {
            Some(place) => self.placed(action, place),
            None => words(action, "nothing"),
        };
        match event {
            Event::OverrideSet { person, before, after, .. } => {
                let was = before.as_ref().map_or("no variant of their own".to_owned(), |key| format!("“{key}”"));
                about(&format!("gave {} a variant of", self.person(person))).change(was, format!("“{after}”"))
            }
            Event::OverrideRemoved { person, before, .. } => {
                about(&format!("took from {} their variant of", self.person(person)))
                    .change(format!("“{before}”"), "what the rule says")
            }
            Event::RuleChanged { place, before, after, people_before, people_after } => about("changed the default of")
                .change(self.default_words(place, before), self.default_words(place, after))
                .people(*people_before, *people_after),
            Event::RulesChanged { place, before, after } => {
                let (was, is) = rules_difference(before, after, &self.segment_names(&place.project));
                about("changed the rules of").change(was, is)
            }
            Event::PrerequisitesChanged { place, before, after } => about("changed what comes before")
                .change(self.prerequisites_words(place, before), self.prerequisites_words(place, after)),
            Event::RolloutDrafted { place, rule, stages, .. } => {
                let line = self.line(&place.project, stages);
                about("planned a rollout of").now(match rule {
                    None => line,
                    Some(rule) => format!("of rule {}: {line}", self.rule(place, rule)),
                })
            }
            Event::RolloutPlanChanged { place, before, after, guard, .. } => {
                let guard = guard.as_ref().map(|change| (&change.before, &change.after));
                let (was, is) = self.plan_change(&place.project, (before, after), guard);
                about("changed the rollout plan of").change(was, is)
            }
            Event::StageApproved { at, .. } => about("approved").now(format!("leaving {}", at.stage)),
            Event::VerdictReached { verdict, .. } => about("judged").now(verdict_words(verdict)),
            Event::StandingChanged { at, after, .. } => {
                let stage = &at.stage;
                match after {
                    Standing::Nobody => about("no longer waits for somebody at").now(stage),
                    Standing::Approval => about("asks for approval of").now(format!("leaving {stage}")),
                    Standing::GoAhead => {
                        about("found that all checks pass for").now(format!("somebody may let it leave {stage}"))
                    }
                    Standing::Help => about("asks somebody to look at").now(format!("something is wrong at {stage}")),
                }
            }
            Event::RolloutDiscarded { .. } => about("discarded the planned rollout of"),
            Event::RolloutStarted { before, after, .. } => about("started the rollout of").moved(before, after),
            Event::RolloutAdvanced { before, after, .. } => about("advanced").moved(before, after),
            Event::RolloutHeld { at, because, .. } => {
                let held = match because {
                    HeldBecause::Kill => about("held, with the kill switch,"),
                    HeldBecause::Hold | HeldBecause::RollBack => about("held"),
                    HeldBecause::Harm => about("held, since a guardrail is broken,"),
                    HeldBecause::Signal => about("held, since a signal is broken,"),
                    HeldBecause::SampleRatio => about("held, since the groups are not as large as drawn,"),
                    HeldBecause::NoEvidence => about("held, since its evidence cannot be read,"),
                    HeldBecause::TookTooLong => about("held, since the stage took too long,"),
                };
                held.change("running", format!("held at {}", reach_words(at)))
            }
            Event::RolloutResumed { at, .. } => about("resumed")
                .change(format!("held at {}", reach_words(at)), format!("running at {}", reach_words(at))),
            Event::RolloutRolledBack { before, after, .. } => about("rolled back").moved(before, after),
            Event::RolloutFinished { at, .. } => {
                about("finished the rollout of").change("rollout", format!("{} for good", reach_words(at)))
            }
            Event::KillSwitchEngaged { people_before, at_least, .. } => {
                about("turned off").change("on", "off for everyone").people(*people_before, 0).at_least(*at_least)
            }
            Event::KillSwitchLifted { people_after, at_least, .. } => about("turned on again")
                .change("off for everyone", "as its rule says")
                .people(0, *people_after)
                .at_least(*at_least),
            Event::ReasonGiven { about: sequence, .. } => about(&format!("gave the reason for entry {sequence} about")),
            _ => about("changed"),
        }
    }

    fn placed(&self, action: &str, place: &Place) -> Words {
        words(action, &self.flag(&place.project, &place.flag)).at(self.environment(&place.project, &place.environment))
    }

    fn token(&self, id: &TokenId) -> String {
        self.state.tokens.get(id).map_or_else(|| id.to_string(), |token| self.person(&token.name))
    }

    fn flag(&self, project: &ProjectKey, flag: &FlagKey) -> String {
        self.state.flag(project, flag).map_or_else(|| flag.to_string(), |flag| flag.details.name.clone())
    }

    fn project<'b>(&'b self, key: &'b ProjectKey) -> &'b str {
        self.state.projects.get(key).map_or(key.as_str(), |project| &project.name)
    }

    fn environment(&self, project: &ProjectKey, key: &EnvironmentKey) -> String {
        let environment = self.state.projects.get(project).and_then(|project| project.environment(key));
        environment.map_or_else(|| key.to_string(), |environment| environment.name.clone())
    }

    fn rule(&self, place: &Place, rule: &RuleId) -> String {
        let configuration = self.state.configuration(&place.project, &place.flag, &place.environment);
        let known = (1..).zip(configuration.map(|known| known.rules.as_slice()).unwrap_or_default());
        match known.into_iter().find(|(_, known)| known.id == *rule) {
            Some((place, known)) => known.name.as_ref().map_or_else(|| place.to_string(), |name| format!("“{name}”")),
            None => format!("“{rule}”"),
        }
    }

    fn segment_names(&self, project: &ProjectKey) -> Names<'_> {
        Names(self.state.projects.get(project))
    }

    fn segment_words(&self, project: &ProjectKey, content: &SegmentContent) -> String {
        content.words(&self.segment_names(project))
    }

    fn prerequisites_words(&self, place: &Place, prerequisites: &[Prerequisite]) -> String {
        let each = prerequisites.iter().map(|one| {
            let variants: Vec<_> = one.variants.iter().map(|variant| format!("“{variant}”")).collect();
            format!("{} gives {}", self.flag(&place.project, &one.flag), variants.join(" or "))
        });
        let all = each.collect::<Vec<_>>().join(", ");
        if all.is_empty() { "nothing".into() } else { all }
    }

    /// What those get whom no targeting rule fits.
    fn default_words(&self, place: &Place, rule: &RuleContent) -> String {
        let named = match rule.audience.people.len() {
            0 => String::new(),
            1 => " and 1 named person".into(),
            many => format!(" and {many} named people"),
        };
        let names = self.segment_names(&place.project);
        let rings = rule.audience.segments.iter();
        let rings: String =
            rings.map(|key| format!(" and {}", names.name_of(key).unwrap_or_else(|| key.as_str()))).collect();
        format!("{} of everybody{named}{rings} get {}", rule.audience.share, split_words(&rule.split))
    }

    /// Only what differs between two descriptions, in words.
    fn details_change(&self, before: &FlagDetails<Commitment>, after: &FlagDetails<Commitment>) -> (String, String) {
        let rows = |details: &FlagDetails<Commitment>| {
            let owner = details.owner.as_ref().map_or("nobody".into(), |owner| self.person(owner));
            let removal = details.expected_removal.map_or("no removal date".into(), |date| date.to_string());
            [
                format!("“{}”", details.name),
                format!("“{}”", details.description),
                format!("type {:?}", details.purpose).to_lowercase(),
                format!("owner {owner}"),
                format!("tags {}", if details.tags.is_empty() { "none".into() } else { details.tags.join(", ") }),
                removal,
            ]
        };
        let differing: Vec<(String, String)> =
            rows(before).into_iter().zip(rows(after)).filter(|(was, is)| was != is).collect();
        let (was, is): (Vec<_>, Vec<_>) = differing.into_iter().unzip();
        (was.join("; "), is.join("; "))
    }
}

fn words(action: &str, subject: &str) -> Words {
    Words {
        actor: String::new(),
        action: action.into(),
        subject: subject.into(),
        environment: None,
        before: None,
        after: None,
        consequence: None,
    }
}

impl Words {
    fn at(self, environment: String) -> Self {
        Self { environment: Some(environment), ..self }
    }

    fn now(self, after: impl Into<String>) -> Self {
        Self { after: Some(after.into()), ..self }
    }

    fn change(self, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self { before: Some(before.into()), after: Some(after.into()), ..self }
    }

    fn people(self, before: u64, after: u64) -> Self {
        Self { consequence: difference(before, after), ..self }
    }

    /// As many people and maybe more, where some rule does not say how many fit it.
    fn at_least(self, at_least: bool) -> Self {
        let consequence = self.consequence.map(|told| if at_least { format!("at least {told}") } else { told });
        Self { consequence, ..self }
    }

    fn moved(self, before: &Reach, after: &Reach) -> Self {
        self.change(reach_words(before), reach_words(after)).people(before.people, after.people)
    }
}

/// "about 41,000 more people", "about 24,600 fewer people", nothing when it is the same.
#[must_use]
pub fn difference(before: u64, after: u64) -> Option<String> {
    let count = |people: u64| match people {
        1 => ("1".to_owned(), "person"),
        2..10 => (people.to_string(), "people"),
        _ => (format!("about {}", people::rounded(people)), "people"),
    };
    match before.cmp(&after) {
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Less => Some(count(after - before)).map(|(many, noun)| format!("{many} more {noun}")),
        std::cmp::Ordering::Greater => Some(count(before - after)).map(|(many, noun)| format!("{many} fewer {noun}")),
    }
}

fn reach_words(reach: &Reach) -> String {
    match reach.position {
        Position::Start if reach.share == Share::NOBODY && reach.named == 0 => "nobody".into(),
        Position::Start => format!("{} (before the rollout)", reach.share),
        Position::Stage(_) => reach.stage.clone(),
    }
}

fn environment_words(environment: &EnvironmentContent) -> String {
    let kind = if environment.production { "production" } else { "not production" };
    format!("{}, {kind}, {}", environment.name, people::in_words(environment.audience))
}

fn variants_words(content: &VariantsContent) -> String {
    let each = content.variants.iter().map(|variant| format!("{} = {}", variant.key, variant.value));
    format!("{}; off is {}", each.collect::<Vec<_>>().join(", "), content.off_variant)
}

/// "2 people more always in, 1 person no longer left out"
fn people_change_words(included: &PeopleChange, excluded: &PeopleChange) -> String {
    let counts = [
        (included.added.len(), "now always in"),
        (included.removed.len(), "no longer always in"),
        (excluded.added.len(), "now left out"),
        (excluded.removed.len(), "no longer left out"),
    ];
    let told = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| match count {
        1 => format!("1 person {what}"),
        many => format!("{many} people {what}"),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Name, description and stated size, where only those changed.
fn described_words(content: &SegmentContent) -> String {
    let size = content.people.map_or("size not stated".into(), people::in_words);
    format!("“{}”, {size}, “{}”", content.name, content.description)
}

/// What segments are called in a project that may have gone.
struct Names<'a>(Option<&'a Project>);

impl SegmentNames for Names<'_> {
    fn name_of(&self, key: &SegmentKey) -> Option<&str> {
        self.0?.segments.name_of(key)
    }
}

/// Who may ask for a flag.
const fn askers(client_side: bool) -> &'static str {
    if client_side { "servers and browsers" } else { "servers only" }
}

const fn role_words(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Editor => "editor",
        Role::Admin => "administrator",
    }
}

//! A bench to try the domain on: state, vault and log, with a clock and entropy that count.

use std::sync::Arc;

use serde_json::{Value, json};
use signalbox_domain::access::Role;
use signalbox_domain::command::{Command, NewEnvironment, NewFlag, NewProject};
use signalbox_domain::decide::{Act, Decision, decide, settle};
use signalbox_domain::envelope::Envelope;
use signalbox_domain::evaluation::{CompiledFlag, Environs, Reason};
use signalbox_domain::event::Place;
use signalbox_domain::flag::{BucketingAlgorithm, Configuration, FlagDetails, Purpose};
use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey, TokenId};
use signalbox_domain::personal::{Entropy, Vault};
use signalbox_domain::rollout::{Rollout, Stage, StageAudience};
use signalbox_domain::targeting::{Attributes, CompiledSegment, CompiledSegments};
use signalbox_domain::value::ValueKind;
use signalbox_domain::words::Teller;
use signalbox_domain::{Refusal, Share, State, Timestamp};

#[derive(Default)]
pub struct Bench {
    pub state: State,
    pub vault: Vault,
    pub log: Vec<Envelope>,
    pub now: i64,
    drawn: u64,
}

impl Bench {
    /// Project `bank` with `dev` and `prod` (production, 10,000 people), and the boolean flag `pay`.
    pub fn with_flag() -> Self {
        let mut bench = Self { now: 1_000, ..Self::default() };
        bench.ok(Command::CreateProject(NewProject { key: project(), name: "Bank".into() }));
        for (key, production, audience) in [("dev", false, 100), ("prod", true, 10_000)] {
            let environment = NewEnvironment {
                key: EnvironmentKey::new(key).unwrap(),
                name: key.to_uppercase(),
                production,
                audience,
            };
            bench.ok(Command::CreateEnvironment { project: project(), environment });
        }
        bench.ok(Command::CreateFlag { project: project(), flag: Box::new(new_flag("pay")) });
        bench.ok(Command::CreateFlag { project: project(), flag: Box::new(new_flag("check")) });
        bench
    }

    /// Decides, settles, and remembers; with a version and a reason as a well-behaved caller gives them.
    pub fn try_with(
        &mut self,
        command: Command,
        version: Option<u64>,
        reason: Option<&str>,
    ) -> Result<Decision, Refusal> {
        self.drawn += 1;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.drawn.to_le_bytes());
        let act = Act {
            actor: ActorId::Token(TokenId::new("tok_ann").unwrap()),
            role: Role::Admin,
            now: Timestamp::from_millis(self.now),
            version,
            reason: reason.map(str::to_owned),
            entropy: Entropy::new(seed),
        };
        let decision = decide(&self.state, &self.vault, command, act)?;
        settle(&mut self.state, &mut self.vault, &decision).expect("what is decided folds");
        self.log.extend(decision.envelopes.iter().cloned());
        Ok(decision)
    }

    pub fn try_do(&mut self, command: Command) -> Result<Decision, Refusal> {
        let version = current_version(&self.state, &command);
        self.try_with(command, version, Some("because"))
    }

    /// As [`Self::try_do`], saying no reason.
    pub fn try_silently(&mut self, command: Command) -> Result<Decision, Refusal> {
        let version = current_version(&self.state, &command);
        self.try_with(command, version, None)
    }

    pub fn ok(&mut self, command: Command) -> Decision {
        self.try_do(command.clone()).unwrap_or_else(|refusal| panic!("{command:?} refused: {refusal}"))
    }

    /// What a command is refused with, said of a copy.
    pub fn try_with_clone(&self, command: Command) -> String {
        self.copy().refused(command).to_string()
    }

    /// Another bench on which everything stands as here.
    pub fn copy(&self) -> Self {
        Self { state: self.state.clone(), vault: self.vault.clone(), now: self.now, ..Self::default() }
    }

    pub fn refused(&mut self, command: Command) -> Refusal {
        let before = self.state.clone();
        let refusal = self.try_do(command.clone()).expect_err(&format!("{command:?} should be refused"));
        assert_eq!(self.state, before, "a refused command changes nothing");
        refusal
    }

    pub fn configuration(&self, place: &Place) -> &Configuration {
        self.state.configuration(&place.project, &place.flag, &place.environment).unwrap()
    }

    pub fn rollout(&self, place: &Place) -> &Rollout {
        self.configuration(place).rollout.as_ref().unwrap()
    }

    pub fn compiled(&self, place: &Place) -> CompiledFlag {
        let flag = self.state.flag(&place.project, &place.flag).unwrap();
        let known = &self.state.projects[&place.project];
        let other = |key: &FlagKey| {
            let place = Place { flag: key.clone(), ..place.clone() };
            Some(Arc::new(self.compiled(&place)))
        };
        let environs = Environs { vault: &self.vault, segments: &known.segments, flag: &other };
        CompiledFlag::new(flag, self.configuration(place), environs)
    }

    /// The segments of the project, ready to be asked.
    pub fn segments(&self) -> CompiledSegments {
        let known = self.state.projects[&project()].segments.values();
        known.map(|known| CompiledSegment::new(&known.segment, |person| self.vault.reveal(person))).collect()
    }

    /// What somebody gets, of whom this is known.
    pub fn gets(&self, place: &Place, context: &Value) -> (String, Reason, Option<String>) {
        let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::from_millis(self.now));
        let (compiled, segments) = (self.compiled(place), self.segments());
        let answer = compiled.evaluate(&attributes, &segments).unwrap();
        let explanation = compiled.explain(&attributes, &segments);
        let given = explanation.given.as_ref().expect("explaining is evaluating");
        assert_eq!((&given.variant, given.reason, given.rule.as_ref()), (answer.variant, answer.reason, answer.rule));
        assert!(!explanation.steps.is_empty(), "somebody who asks is told something");
        (answer.variant.to_string(), answer.reason, answer.rule.map(ToString::to_string))
    }

    /// Who of `people` people gets a variant other than the off variant; those of even number live in Germany, the
    /// others in France.
    pub fn who_has_it(&self, place: &Place, people: u32) -> Vec<u32> {
        let (compiled, segments) = (self.compiled(place), self.segments());
        let has_it = |id: &u32| {
            let context = json!({"targetingKey": format!("user-{id}"), "country": if id.is_multiple_of(2) { "DE" } else { "FR" }});
            let attributes = Attributes::of_context(context.as_object().unwrap(), Timestamp::from_millis(self.now));
            compiled.evaluate(&attributes, &segments).unwrap().variant.as_str() != "off"
        };
        (0..people).filter(has_it).collect()
    }

    pub fn story(&self) -> Vec<String> {
        let teller = Teller { state: &self.state, vault: &self.vault };
        self.log.iter().map(|envelope| teller.tell(envelope).sentence()).collect()
    }
}

/// The version that a caller who has just looked would give.
pub fn current_version(state: &State, command: &Command) -> Option<u64> {
    let project = |key: &ProjectKey| state.projects.get(key);
    match command {
        Command::RenameProject { project: key, .. } => project(key).map(|project| project.version),
        Command::ChangeEnvironment { project: key, environment, .. } => {
            project(key)?.environment(environment).map(|environment| environment.version)
        }
        Command::RevokeToken { token } => state.tokens.get(token).map(|token| token.version),
        Command::RevokeSdkKey { sdk_key } => state.sdk_keys.get(sdk_key).map(|key| key.version),
        Command::ChangeFlag { project: key, flag, .. }
        | Command::ChangeVariants { project: key, flag, .. }
        | Command::ChangeClientSide { project: key, flag, .. }
        | Command::ArchiveFlag { project: key, flag }
        | Command::RestoreFlag { project: key, flag } => state.flag(key, flag).map(|flag| flag.version),
        Command::ChangeSegment { project: key, segment } => Some(project(key)?.segments.get(&segment.key)?.version),
        Command::RemoveSegment { project: key, segment } => Some(project(key)?.segments.get(segment)?.version),
        Command::ChangePlan { project: key, plan, .. } | Command::RemovePlan { project: key, plan } => {
            project(key)?.plans.get(plan).map(|plan| plan.version)
        }
        Command::ChangeWebhook { project: key, .. }
        | Command::RenewWebhookSecret { project: key }
        | Command::RemoveWebhook { project: key } => project(key)?.webhook.as_ref().map(|webhook| webhook.version),
        Command::SetOverrides { place, .. }
        | Command::ChangeRule { place, .. }
        | Command::SetRules { place, .. }
        | Command::SetPrerequisites { place, .. }
        | Command::DraftRollout { place, .. }
        | Command::ChangeStages { place, .. }
        | Command::DiscardRollout { place }
        | Command::StartRollout { place }
        | Command::AdvanceRollout { place }
        | Command::ApproveStage { place }
        | Command::Judge { place, .. }
        | Command::ResumeRollout { place }
        | Command::RollBackRollout { place, .. }
        | Command::FinishRollout { place }
        | Command::LiftKillSwitch { place } => {
            state.configuration(&place.project, &place.flag, &place.environment).map(|here| here.version)
        }
        _ => None,
    }
}

pub fn project() -> ProjectKey {
    ProjectKey::new("bank").unwrap()
}

pub fn place(environment: &str) -> Place {
    Place {
        project: project(),
        flag: FlagKey::new("pay").unwrap(),
        environment: EnvironmentKey::new(environment).unwrap(),
    }
}

pub fn new_flag(key: &str) -> NewFlag {
    NewFlag {
        key: FlagKey::new(key).unwrap(),
        details: FlagDetails {
            name: "Instant payments".into(),
            description: String::new(),
            purpose: Purpose::Release,
            owner: Some("Maren Vogt".into()),
            tags: Vec::new(),
            expected_removal: None,
        },
        value_kind: ValueKind::Boolean,
        variants: None,
        off_variant: None,
        salt: Some("salt".into()),
        bucketing: BucketingAlgorithm::Signalbox1,
    }
}

pub fn share(percent: f64) -> Share {
    Share::from_percent(percent).unwrap()
}

pub fn percent(percent: f64) -> Stage<String> {
    Stage { gate: Default::default(), name: None, audience: StageAudience::Percentage { share: share(percent) } }
}

pub fn named(name: &str, people: &[&str]) -> Stage<String> {
    let people = people.iter().map(|person| (*person).to_owned()).collect();
    Stage { gate: Default::default(), name: Some(name.into()), audience: StageAudience::People { people } }
}

pub fn ring(segments: &[&str]) -> Stage<String> {
    let segments = segments.iter().map(|key| key.parse().unwrap()).collect();
    Stage { gate: Default::default(), name: None, audience: StageAudience::Segments { segments } }
}

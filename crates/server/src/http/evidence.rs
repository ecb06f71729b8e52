//! What production shows of a rollout, and agreeing that it goes on.

use signalbox_domain::command::Command;
use signalbox_domain::event::Place;
use signalbox_domain::evidence::{Difference, Judgement};
use signalbox_domain::guard::{self, Assessment, Guard, Verdict};
use signalbox_domain::rollout::Rollout;
use signalbox_domain::{Refusal, Timestamp};
use signalbox_protocol::endpoint::{ApproveStage, GetEvidence, GetEvidenceHistory};
use signalbox_protocol::wire::List;
use signalbox_protocol::wire::configuration::Configuration;
use signalbox_protocol::wire::evidence::{
    Check, CheckState, Demand, Evidence, EvidencePoint, MetricAtPoint, MetricEvidence, PeopleSeen, Step,
};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::projects::whole;
use crate::clock;
use crate::controller::{self, follow, gather};
use crate::evidence::{MetricPoint, Point};

handlers! {
    ApproveStage => approve_stage,
    GetEvidence => get_evidence,
    GetEvidenceHistory => get_evidence_history,
}

impl Api {
    async fn get_evidence(&self, call: Call<GetEvidence>) -> Answered<Evidence> {
        let place = Place::from(call.at);
        let rollout = self.rollout_under_way(&place)?;
        let now = clock::now();
        let known = rollout.as_ref().map(|rollout| self.assessed(&place, rollout, now));
        let Some((rollout, (gathered, assessment))) = rollout.as_ref().zip(known) else {
            return Ok(Answer::of(nothing(place)));
        };
        let stratum = rollout.strata.last();
        let per_second = stratum.zip(gathered.as_ref()).and_then(|(stratum, gathered)| {
            let seconds = (now.millis() - stratum.at.millis()) / 1_000;
            #[expect(clippy::cast_precision_loss, reason = "people and seconds of a rollout")]
            let rate = (gathered.people.control + gathered.people.treated) as f64 / seconds as f64;
            (seconds >= 60 && rate > 0.0).then_some(rate)
        });
        let metrics = gathered.iter().flat_map(|gathered| &gathered.verdicts);
        Ok(Answer::of(Evidence {
            rollout: Some(rollout.id.clone()),
            judged: Some(now),
            automation: rollout.guard.automation,
            checks: assessment.checks.iter().map(|check| self.check(check)).collect(),
            is_clear: assessment.is_clear(),
            step: assessment.step.map(step),
            is_automatic: assessment.is_automatic,
            metrics: metrics
                .filter_map(|(verdict, judgement)| metric(&rollout.guard, verdict, judgement, per_second))
                .collect(),
            people: gathered.as_ref().map(|gathered| people(gathered.people)).unwrap_or_default(),
            sample_ratio: gathered.as_ref().and_then(|gathered| gathered.sample_ratio),
            last_reported: gathered.as_ref().and_then(|gathered| gathered.last_reported),
            ..nothing(place)
        }))
    }

    async fn get_evidence_history(&self, call: Call<GetEvidenceHistory>) -> Answered<List<EvidencePoint>> {
        let place = Place::from(call.at);
        self.rollout_under_way(&place)?;
        let watched = self.engine().watch().at(&place);
        let points = watched.map(|watched| watched.history().points().iter().map(point).collect());
        Ok(Answer::of(whole(points.unwrap_or_default())))
    }

    async fn approve_stage(&self, call: Call<ApproveStage>) -> Answered<Configuration> {
        let terms = call.terms()?.because(call.body.reason);
        let place = Place::from(call.at.clone());
        // Somebody's agreement is the last thing that is asked: who agrees must see what they agree to.
        if let Some(rollout) = self.rollout_under_way(&place)? {
            let (_, assessment) = self.assessed(&place, &rollout, clock::now());
            let asks = assessment.checks.iter().any(|check| matches!(check.demand, guard::Demand::Approval { .. }));
            if asks && !assessment.awaits_approval() && rollout.approval().is_none() {
                let missing = assessment.checks.iter().filter(|check| {
                    check.state != guard::CheckState::Passed && !matches!(check.demand, guard::Demand::Approval { .. })
                });
                let missing: Vec<_> = missing.map(|check| missing_words(&check.demand)).collect();
                let message = format!("approval comes last; still missing: {}", missing.join(", "));
                return Err(Refusal::conflict(message).into());
            }
        }
        self.configure(call.at.into(), terms, |place| Command::ApproveStage { place }).await
    }

    fn rollout_under_way(&self, place: &Place) -> Result<Option<Rollout>, Refusal> {
        self.look(|view| {
            let project = view.project_state(&place.project);
            let project = project.ok_or_else(|| Refusal::not_found("project", &place.project))?;
            let flag = project.flags.get(&place.flag).ok_or_else(|| Refusal::not_found("flag", &place.flag))?;
            let here = flag.configurations.get(&place.environment);
            let here = here.ok_or_else(|| Refusal::not_found("environment", &place.environment))?;
            Ok(here.rollout_under_way().cloned())
        })
    }

    /// What the controller would see at this moment.
    fn assessed(&self, place: &Place, rollout: &Rollout, now: Timestamp) -> (Option<controller::Evidence>, Assessment) {
        let watched = self.engine().watch().at(place);
        let gathered = gather(rollout, watched.as_deref());
        if let Err(error) = &gathered {
            tracing::warn!(%error, flag = %place.flag, "the evidence of a rollout cannot be shown");
        }
        let gathered = gathered.ok();
        let mut looked = watched.as_deref().map(|watched| watched.looked().clone()).unwrap_or_default();
        // What was done since the last look may have ended evidence: nothing counts that is not harmful now.
        if let Some(now) = &gathered {
            looked.broken.retain(|metric| now.harmful.contains(metric));
            looked.suspected.retain(|metric| now.suspected.contains(metric));
        }
        let assessment = follow(rollout, gathered.as_ref(), &looked, now);
        (gathered, assessment)
    }

    fn check(&self, check: &guard::Check) -> Check {
        let demand = match &check.demand {
            guard::Demand::Soak { wanted_millis, passed_millis } => {
                Demand::Soak { wanted_seconds: wanted_millis / 1_000, passed_seconds: passed_millis / 1_000 }
            }
            guard::Demand::People { wanted, has_control, .. } => {
                Demand::People { wanted: *wanted, has_control: *has_control }
            }
            guard::Demand::Guardrails { wanted, passed, of } => {
                Demand::Guardrails { wanted: *wanted, passed: *passed as u64, of: *of as u64 }
            }
            guard::Demand::Approval { by } => {
                Demand::Approval { by: by.as_ref().map(|by| self.look(|view| view.actor(by))) }
            }
            guard::Demand::Window { opens } => Demand::Window { opens: *opens },
        };
        let state = match check.state {
            guard::CheckState::Passed => CheckState::Passed,
            guard::CheckState::Waiting => CheckState::Waiting,
            guard::CheckState::Failed => CheckState::Failed,
            guard::CheckState::NoData => CheckState::NoData,
        };
        Check { state, demand }
    }
}

const fn missing_words(demand: &guard::Demand) -> &'static str {
    match demand {
        guard::Demand::Soak { .. } => "soak time",
        guard::Demand::People { .. } => "people",
        guard::Demand::Guardrails { .. } => "guardrails",
        guard::Demand::Approval { .. } => "approval",
        guard::Demand::Window { .. } => "the hours at which it may go on",
    }
}

fn point(point: &Point) -> EvidencePoint {
    let metric = |metric: &MetricPoint| {
        let MetricPoint { metric, control, treated, bounds, margin, people } = metric.clone();
        MetricAtPoint { metric, control, treated, bounds, margin, people }
    };
    EvidencePoint { at: point.at, metrics: point.metrics.iter().map(metric).collect() }
}

fn nothing(Place { project, flag, environment }: Place) -> Evidence {
    Evidence {
        project,
        flag,
        environment,
        rollout: None,
        judged: None,
        automation: guard::Automation::default(),
        checks: Vec::new(),
        is_clear: false,
        step: None,
        is_automatic: false,
        metrics: Vec::new(),
        people: PeopleSeen::default(),
        sample_ratio: None,
        last_reported: None,
    }
}

fn metric(
    guard: &Guard,
    verdict: &Verdict,
    judgement: &Judgement,
    people_per_second: Option<f64>,
) -> Option<MetricEvidence> {
    let metric = guard.metric(&verdict.metric)?;
    let [control, treated] = controller::measured(verdict);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "people and seconds, 0 or more")]
    let whole = |number: f64| number.ceil() as u64;
    Some(MetricEvidence {
        metric: metric.key.clone(),
        name: metric.name.clone(),
        measure: metric.measure.clone(),
        unit: verdict.unit,
        worse: metric.worse,
        role: metric.role,
        margin: verdict.question.margin,
        limit: verdict.limit,
        outcome: verdict.outcome,
        bounds: verdict.bounds,
        control,
        treated,
        people: verdict.people,
        deviation: deviation(verdict),
        people_to_go: judgement.people_to_go.map(whole),
        seconds_to_go: judgement.people_to_go.zip(people_per_second).map(|(people, rate)| whole(people / rate)),
        detectable: judgement.detectable,
    })
}

/// How far chance goes, where two groups are compared.
fn deviation(verdict: &Verdict) -> Option<f64> {
    let strata: Vec<_> = verdict.strata.iter().map(|inputs| inputs.stratum).collect();
    let compared = || Difference::of(&strata, verdict.question.fewest_people);
    verdict.limit.is_none().then(compared).flatten().map(|difference| difference.deviation())
}

const fn people(seen: guard::People) -> PeopleSeen {
    PeopleSeen { control: seen.control, treated: seen.treated }
}

const fn step(step: guard::Step) -> Step {
    match step {
        guard::Step::Advance => Step::Advance,
        guard::Step::Finish => Step::Finish,
        guard::Step::Hold(because) => Step::Hold { because },
        guard::Step::RollBack(to) => Step::RollBack { to },
        guard::Step::SwitchOff => Step::SwitchOff,
    }
}

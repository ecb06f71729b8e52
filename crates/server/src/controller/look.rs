//! One look at one rollout: what its metrics come to, and what its gate asks.

use signalbox_domain::Timestamp;
use signalbox_domain::evidence::{Arm, Judgement, Outcome, SampleRatio};
use signalbox_domain::guard::{Assessment, Facts, People, Source, StratumInputs, Verdict, assess};
use signalbox_domain::key::MetricKey;
use signalbox_domain::rollout::Rollout;

use crate::evidence::{Gathered, Looked, MetricPoint, Watched};

/// What is known of a rollout at one moment.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// What each metric comes to, in the order of the guard.
    pub verdicts: Vec<(Verdict, Judgement)>,
    /// The same by other sources, of what they show to be harmful: by browsers where the guard heeds them, and by what is
    /// told of nobody in particular.
    pub others: Vec<Verdict>,
    /// Metrics that are shown to be harmful at this look, by what browsers tell too where the guard heeds them.
    pub harmful: Vec<MetricKey>,
    /// Metrics that look harmful by what is told of nobody in particular.
    pub suspected: Vec<MetricKey>,
    /// People seen under the stage where the rollout stands, about.
    pub people: People,
    /// How likely the sizes of the arms are, in the stratum that is now.
    pub sample_ratio: Option<f64>,
    /// When anything was reported last.
    pub last_reported: Option<Timestamp>,
}

impl Evidence {
    fn harms(&self) -> impl Iterator<Item = Verdict> + use<'_> {
        let verdicts = self.verdicts.iter().map(|(verdict, _)| verdict);
        verdicts.filter(|verdict| verdict.outcome == Outcome::Harm).cloned()
    }

    /// What a chart shows of it.
    #[must_use]
    pub fn point(&self) -> Vec<MetricPoint> {
        let point = |(verdict, _): &(Verdict, Judgement)| {
            let [control, treated] = measured(verdict);
            MetricPoint {
                metric: verdict.metric.clone(),
                control,
                treated,
                bounds: verdict.bounds,
                margin: verdict.question.margin,
                people: verdict.people,
            }
        };
        self.verdicts.iter().map(point).collect()
    }
}

/// What was measured of those without the feature and of those with it, over all strata that count; for showing beside
/// the difference, which is not that of these two.
#[must_use]
pub fn measured(verdict: &Verdict) -> [Option<f64>; 2] {
    let arm = |of: fn(&StratumInputs) -> Arm| {
        let (weight, sum) = verdict
            .strata
            .iter()
            .map(of)
            .fold((0.0, 0.0), |(weight, sum), arm| (weight + arm.total.weight, sum + arm.total.sum));
        (weight > 0.0).then(|| sum / weight)
    };
    [arm(|inputs| inputs.stratum.control), arm(|inputs| inputs.stratum.treated)]
}

/// Why evidence cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the evidence cannot be judged: {0}")]
pub struct Unreadable(pub String);

/// Judges everything that was gathered of a rollout.
///
/// # Errors
/// [`Unreadable`] where what a metric asks makes no sense; nothing is known then.
pub fn gather(rollout: &Rollout, watched: Option<&Watched>) -> Result<Evidence, Unreadable> {
    let nothing = Gathered::default();
    let Some(watched) = watched else { return judge(rollout, &nothing, Source::Servers) };
    let mut evidence = {
        let mut gathered = watched.gathered(Source::Servers);
        let evidence = judge(rollout, &gathered, Source::Servers)?;
        let sample_ratio = sample_ratio(rollout, &mut gathered);
        Evidence { sample_ratio, ..evidence }
    };
    if rollout.guard.heeds_browsers {
        let browsers = judge(rollout, &watched.gathered(Source::Browsers), Source::Browsers)?;
        evidence.last_reported = evidence.last_reported.max(browsers.last_reported);
        evidence.others.extend(browsers.harms());
        evidence.harmful.extend(browsers.harmful);
    }
    let nobody = judge(rollout, &watched.gathered(Source::Nobody), Source::Nobody)?;
    evidence.last_reported = evidence.last_reported.max(nobody.last_reported);
    evidence.others.extend(nobody.harms());
    evidence.suspected = nobody.harmful;
    Ok(evidence)
}

fn judge(rollout: &Rollout, gathered: &Gathered, source: Source) -> Result<Evidence, Unreadable> {
    let stratum = if source == Source::Nobody { Gathered::stratum_of_slices } else { Gathered::stratum };
    let mut verdicts = Vec::new();
    for metric in &rollout.guard.metrics {
        let strata = rollout.strata.iter().map(|began| StratumInputs {
            began: began.sequence,
            stratum: stratum(gathered, began.sequence, &metric.key),
        });
        // Before the first stage there is nothing to judge.
        if rollout.strata.is_empty() || rollout.position == signalbox_domain::rollout::Position::Start {
            continue;
        }
        let reached = Verdict::reach(rollout, metric, source, strata.collect());
        verdicts.push(reached.ok_or_else(|| Unreadable(metric.name.clone()))?);
    }
    let harmful = verdicts.iter().filter(|(verdict, _)| verdict.outcome == Outcome::Harm);
    Ok(Evidence {
        harmful: harmful.map(|(verdict, _)| verdict.metric.clone()).collect(),
        verdicts,
        others: Vec::new(),
        suspected: Vec::new(),
        people: people(rollout, gathered),
        sample_ratio: None,
        last_reported: gathered.last,
    })
}

/// Whoever was seen in both strata of a stage, before and after a hold, counts twice; that is rare, and a stage asks for
/// about so many people.
fn people(rollout: &Rollout, gathered: &Gathered) -> People {
    let here = rollout.strata.iter().rev().take_while(|stratum| stratum.position == rollout.position);
    let strata = here.filter_map(|stratum| gathered.strata.get(&stratum.sequence));
    strata.fold(People::default(), |seen, stratum| {
        let [control, treated] = &stratum.arms;
        People { control: seen.control + control.people.estimate(), treated: seen.treated + treated.people.estimate() }
    })
}

fn sample_ratio(rollout: &Rollout, gathered: &mut Gathered) -> Option<f64> {
    let stratum = gathered.strata.get_mut(&rollout.strata.last()?.sequence)?;
    if stratum.stray > 0 {
        return Some(0.0);
    }
    if !rollout.has_control() {
        return None;
    }
    let share = rollout.share_at(rollout.position).percent() / 100.0;
    let [control, treated] = &stratum.arms;
    let p_value = SampleRatio::new(&[1.0 - share, share]).ok()?.look(&control.people.compared(&treated.people));
    let smallest = stratum.smallest_p.map_or(p_value, |smallest| smallest.min(p_value));
    stratum.smallest_p = Some(smallest);
    Some(smallest)
}

/// What follows from the evidence, or from there being none, after these looks.
#[must_use]
pub fn follow(rollout: &Rollout, evidence: Option<&Evidence>, looked: &Looked, now: Timestamp) -> Assessment {
    let verdicts: Vec<_> =
        evidence.into_iter().flat_map(|known| &known.verdicts).map(|(verdict, _)| verdict.clone()).collect();
    let facts = Facts {
        rollout,
        now,
        verdicts: &verdicts,
        broken: &looked.broken,
        suspected: &looked.suspected,
        people: evidence.map(|known| known.people).unwrap_or_default(),
        sample_ratio: evidence.and_then(|known| known.sample_ratio),
        is_blind: looked.is_blind,
    };
    assess(&facts)
}

//! One rollout that is watched.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::event::Place;
use signalbox_domain::guard::Source;
use signalbox_domain::key::{MetricKey, OutcomeKey, VariantKey};
use signalbox_domain::rollout::{Rollout, StratumBegan};
use signalbox_domain::{Share, State, Timestamp};
use signalbox_store::StoredStratum;

use super::gathered::{Exposed, Gathered, GatheredStratum, Request};
use super::history::History;
use super::slices::{Requests, Slice};
use super::{Stored, stored};
use crate::counting::PersonHash;

/// Who tells of an evaluation without its version may still have asked before the last change: so long after it,
/// nobody knows.
const CHANGE_OVER_MILLIS: i64 = 60_000;

/// What telemetry tells of one evaluation.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    /// Which variant was given.
    pub variant: &'a str,
    /// Why, as OpenFeature spells it, in any case; without one it does not count.
    pub reason: Option<&'a str>,
    /// The flag-set version that served it.
    pub version: Option<u64>,
    /// Who got it.
    pub person: Option<PersonHash>,
    /// When.
    pub at: Timestamp,
}

/// A rollout that is under way, as it is now, with what is gathered of it.
pub struct Watched {
    /// Where.
    pub place: Place,
    /// The rollout.
    pub rollout: Rollout,
    off: VariantKey,
    gathered: Arc<[Mutex<Gathered>; 3]>,
    history: Arc<Mutex<History>>,
    looked: Arc<Mutex<Looked>>,
}

/// What the controller makes of its latest looks together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// Metrics that were shown to be harmful at as many looks as the guard asks.
    pub broken: Vec<MetricKey>,
    /// The same of what is told of nobody in particular.
    pub suspected: Vec<MetricKey>,
    /// Whether evidence could not be read for several looks in a row.
    pub is_blind: bool,
}

impl Watched {
    /// The rollout in a place, if it is under way and measures anything; with what was gathered `before`, or what is
    /// `stored` of it.
    pub(super) fn of(state: &State, place: &Place, before: Option<&Self>, stored: &mut Stored) -> Option<Self> {
        let flag = state.flag(&place.project, &place.flag)?;
        let rollout = flag.configurations.get(&place.environment)?.rollout_under_way()?;
        if rollout.guard.metrics.is_empty() && rollout.stages.iter().all(|stage| stage.gate.people == 0) {
            return None;
        }
        let (gathered, history, looked) = match before.filter(|before| before.rollout.id == rollout.id) {
            Some(before) => (Arc::clone(&before.gathered), Arc::clone(&before.history), Arc::clone(&before.looked)),
            None => {
                let strata = stored.strata.remove(&rollout.id).unwrap_or_default();
                let history = stored.histories.remove(&rollout.id);
                // One that cannot be read is a chart that begins now.
                let history = history.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
                (Arc::new(restored(strata)), Arc::new(Mutex::new(history)), Arc::default())
            }
        };
        let (place, off) = (place.clone(), flag.off_variant.clone());
        let watched = Self { place, rollout: rollout.clone(), off, gathered, history, looked };
        for source in [Source::Servers, Source::Browsers, Source::Nobody] {
            watched.gathered(source).keep_only(|began| rollout.strata.iter().any(|stratum| stratum.sequence == began));
        }
        Some(watched)
    }

    /// What is gathered from this source.
    pub fn gathered(&self, source: Source) -> MutexGuard<'_, Gathered> {
        let [servers, browsers, nobody] = &*self.gathered;
        let gathered = match source {
            Source::Servers => servers,
            Source::Browsers => browsers,
            Source::Nobody => nobody,
        };
        // What a panic left half added is still what happened.
        gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the metrics came to so far.
    pub fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the controller made of its latest looks.
    pub fn looked(&self) -> MutexGuard<'_, Looked> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in an evaluation. Gives in which arm it put the person, where it counts.
    pub fn expose(&self, kind: SdkKeyKind, evaluation: Evaluation<'_>) -> Option<Exposed> {
        let Evaluation { person, at, .. } = evaluation;
        let (exposed, is_stray) = self.arm_of(&evaluation)?;
        let mut gathered = self.gathered(source_of(kind));
        if is_stray {
            gathered.stray(exposed.stratum, at);
            return None;
        }
        let person = person?;
        gathered.expose(exposed, person, &self.rollout.guard.metrics, at);
        Some(exposed)
    }

    /// Takes in requests of which nobody says whose they were, from a time to that of the evaluation.
    pub fn nameless(&self, evaluation: Evaluation<'_>, from: Timestamp, slice: Slice, requests: Requests<'_>) {
        let Some((exposed, false)) = self.arm_of(&evaluation) else { return };
        // What began under another stratum is of both.
        if evaluation.version.is_none() && self.stratum_at(from).map(|began| began.sequence) != Some(exposed.stratum) {
            return;
        }
        let mut gathered = self.gathered(Source::Nobody);
        gathered.requests(exposed, slice, requests, &self.rollout.guard.metrics, evaluation.at);
    }

    /// In which arm an evaluation puts whoever asked, and whether chance put them where nobody is drawn to be; none where
    /// it does not count.
    fn arm_of(&self, evaluation: &Evaluation<'_>) -> Option<(Exposed, bool)> {
        let Evaluation { variant, reason, version, at, .. } = *evaluation;
        let stratum = match version {
            Some(version) => self.rollout.stratum_of(version)?,
            None => self.stratum_at(at)?,
        };
        let is_split = reason.is_some_and(|reason| reason.eq_ignore_ascii_case("split"));
        let treated = variant != self.off.as_str();
        // Where nobody is drawn, nobody is a control, and whoever has the feature is told apart by the variant alone.
        let counts = is_split || (treated && reason.is_some() && !self.rollout.has_control_at(stratum.position));
        let is_stray = is_split && self.rollout.share_at(stratum.position) == nobodys_share(treated);
        counts.then_some((Exposed { stratum: stratum.sequence, treated }, is_stray))
    }

    /// Takes in the request in which somebody who was exposed asked.
    pub fn request(&self, kind: SdkKeyKind, exposed: Exposed, person: PersonHash, request: Request) {
        self.gathered(source_of(kind)).request(exposed, person, request, &self.rollout.guard.metrics);
    }

    /// Takes in what happened with somebody. Gives whether it counts.
    pub fn outcome(
        &self,
        kind: SdkKeyKind,
        person: PersonHash,
        outcome: &OutcomeKey,
        value: Option<f64>,
        at: Timestamp,
    ) -> bool {
        let metrics = &self.rollout.guard.metrics;
        let asks = metrics.iter().any(|metric| metric.measure.outcomes().any(|wanted| wanted == outcome));
        asks && self.gathered(source_of(kind)).outcome(person, outcome, value, metrics, at)
    }

    /// The stratum at a time, unless who was drawn changed shortly before.
    fn stratum_at(&self, at: Timestamp) -> Option<&StratumBegan> {
        let stratum = self.rollout.strata.iter().rev().find(|stratum| stratum.at <= at)?;
        (at.millis() - stratum.at.millis() > CHANGE_OVER_MILLIS).then_some(stratum)
    }

    /// What was gathered since it was stored last, taken as stored; and which strata that is.
    pub(super) fn unstored(&self, kind: SdkKeyKind) -> (Vec<StoredStratum>, Vec<u64>) {
        let mut gathered = self.gathered(source_of(kind));
        let unstored = gathered.strata.iter_mut().filter(|(_, stratum)| stratum.unstored);
        unstored
            .map(|(began, stratum)| {
                stratum.unstored = false;
                let bytes = stored::write(stratum);
                (StoredStratum { rollout: self.rollout.id.clone(), began: *began, kind, bytes }, *began)
            })
            .unzip()
    }

    /// Has these strata stored again.
    pub(super) fn not_stored(&self, kind: SdkKeyKind, strata: &[u64]) {
        let mut gathered = self.gathered(source_of(kind));
        for began in strata {
            if let Some(stratum) = gathered.strata.get_mut(began) {
                stratum.unstored = true;
            }
        }
    }
}

/// The share at which nobody is drawn into this arm.
const fn nobodys_share(treated: bool) -> Share {
    if treated { Share::NOBODY } else { Share::EVERYBODY }
}

/// Whose word it is, where they say of whom.
const fn source_of(kind: SdkKeyKind) -> Source {
    match kind {
        SdkKeyKind::Server => Source::Servers,
        SdkKeyKind::Client => Source::Browsers,
    }
}

fn restored(strata: Vec<StoredStratum>) -> [Mutex<Gathered>; 3] {
    let mut kinds = [Gathered::default(), Gathered::default(), Gathered::default()];
    for StoredStratum { rollout, began, kind, bytes } in strata {
        let read: Option<GatheredStratum> = stored::read(&bytes);
        let Some(stratum) = read else {
            tracing::warn!(%rollout, began, "what was gathered of this rollout cannot be read and is left out");
            continue;
        };
        kinds[usize::from(kind == SdkKeyKind::Client)].strata.insert(began, stratum);
    }
    kinds.map(Mutex::new)
}

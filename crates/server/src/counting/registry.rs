//! Every counter that there is, with what was swept from it.

use std::collections::HashMap;
use std::sync::Arc;

use signalbox_domain::event::Place;
use signalbox_domain::key::{RuleId, VariantKey};
use signalbox_store::{EvaluationCount, Series, SeriesEnds, SketchOf, StoredSketch};

use super::counters::{Tally, VariantCounts};
use super::day_of;
use super::flag_counts::FlagCounts;
use super::hyper_log_log::Registers;
use super::last_hour::{LastHour, MINUTES};
use super::people::{Allowance, RulePeople};

/// Most counts that wait for a store that does not take them; beyond that the oldest are given up.
const MOST_UNWRITTEN: usize = 200_000;
/// Minutes between two times that sketches are written and the store is tidied.
const SKETCHES_WRITTEN_EVERY: i64 = 1;
const TIDIED_EVERY: i64 = 60;

/// Counters of everything that is, or was a moment ago, configured.
pub struct Registry {
    places: HashMap<Place, Counted>,
    allowance: Arc<Allowance>,
    /// The minute of the latest sweep.
    minute: i64,
    unwritten: Vec<EvaluationCount>,
    /// Sketches of days that ended, and of those that could not be written.
    unwritten_sketches: Vec<StoredSketch>,
    sketches_written: i64,
    tidied: i64,
}

/// A flag in an environment.
#[derive(Default)]
struct Counted {
    variants: Vec<VariantSeries>,
    people: Vec<Arc<RulePeople>>,
}

/// One of its variants.
struct VariantSeries {
    key: VariantKey,
    counts: Arc<VariantCounts>,
    hour: LastHour,
    last_evaluated: Option<i64>,
    last_exposed: Option<i64>,
}

/// What was counted of a flag in an environment.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Its variants, by key.
    pub variants: Vec<SeenVariant>,
    /// The last minute with an evaluation, from 1970.
    pub last_evaluated: Option<i64>,
    /// The last minute with a reported exposure, from 1970.
    pub last_exposed: Option<i64>,
    /// The people of today, by rule.
    pub people: Vec<SeenPeople>,
}

/// What was counted of a variant.
#[derive(Debug, Clone)]
pub struct SeenVariant {
    /// The variant.
    pub key: VariantKey,
    /// The last sixty minutes, oldest first.
    pub minutes: [Tally; MINUTES],
}

/// The people for whom one rule decided today; `None` where they could not be counted.
#[derive(Debug, Clone)]
pub struct SeenPeople {
    /// The rule; `None` where none decided.
    pub rule: Option<RuleId>,
    /// Those who were given another variant than the off variant.
    pub given: Option<Registers>,
    /// Those who were given the off variant.
    pub withheld: Option<Registers>,
    /// Those whom an application reported to have seen a variant.
    pub exposed: Option<Registers>,
}

impl Registry {
    pub fn new(minute: i64) -> Self {
        Self {
            places: HashMap::new(),
            allowance: Arc::default(),
            minute,
            unwritten: Vec::new(),
            unwritten_sketches: Vec::new(),
            sketches_written: minute,
            tidied: minute - TIDIED_EVERY,
        }
    }

    pub fn attach(
        &mut self,
        place: Place,
        variants: impl Iterator<Item = VariantKey>,
        off: usize,
        rules: impl Iterator<Item = RuleId>,
    ) -> FlagCounts {
        let counted = self.places.entry(place).or_default();
        let variants = variants.map(|key| {
            let counts = counted.variant(&key);
            (key, counts)
        });
        let variants = variants.collect();
        let rules = std::iter::once(None).chain(rules.map(Some));
        let people = rules.map(|rule| counted.people_of(rule, &self.allowance)).collect();
        FlagCounts::new(variants, off, people)
    }

    pub fn restore(&mut self, counts: Vec<EvaluationCount>, ends: Vec<SeriesEnds>, sketches: Vec<StoredSketch>) {
        for EvaluationCount { series, minute, single, bulk, exposures } in counts {
            if let Some(found) = self.series(&series) {
                found.hour.add(minute, Tally { single, bulk, exposures });
            }
        }
        for SeriesEnds { series, last_evaluated, last_exposed } in ends {
            if let Some(found) = self.series(&series) {
                found.last_evaluated = last_evaluated;
                found.last_exposed = last_exposed;
            }
        }
        for StoredSketch { place, rule, of, bytes, .. } in sketches {
            let counted = self.places.get(&place).into_iter().flat_map(|counted| &counted.people);
            let people = counted.into_iter().find(|people| people.rule == rule);
            if let Some((people, registers)) = people.zip(Registers::from_bytes(&bytes)) {
                people.restore(of, &registers);
            }
        }
    }

    fn series(&mut self, series: &Series) -> Option<&mut VariantSeries> {
        let variants = &mut self.places.get_mut(&series.place)?.variants;
        variants.iter_mut().find(|variant| variant.key == series.variant)
    }

    /// Takes what was added since the last time; a day that ended in between ends here.
    pub fn sweep(&mut self, minute: i64) {
        // Time that runs backwards is counted where it was.
        let minute = minute.max(self.minute);
        let ended = Some(day_of(self.minute)).filter(|day| *day < day_of(minute));
        for (place, counted) in &mut self.places {
            for variant in &mut counted.variants {
                let tally = variant.counts.take();
                if tally.is_empty() {
                    continue;
                }
                variant.hour.add(minute, tally);
                let Tally { single, bulk, exposures } = tally;
                if single + bulk > 0 {
                    variant.last_evaluated = Some(minute);
                }
                if exposures > 0 {
                    variant.last_exposed = Some(minute);
                }
                let series = Series { place: place.clone(), variant: variant.key.clone() };
                self.unwritten.push(EvaluationCount { series, minute, single, bulk, exposures });
            }
            if let Some(day) = ended {
                for people in &counted.people {
                    self.unwritten_sketches.extend(people.end_day().map(|found| stored(place, people, day, found)));
                }
                // What is not configured any more was kept until here, for what had been counted of it.
                counted.people.retain(|people| people.rule.is_none() || Arc::strong_count(people) > 1);
                counted.variants.retain(|variant| Arc::strong_count(&variant.counts) > 1);
            }
        }
        self.minute = minute;
        if self.unwritten.len() > MOST_UNWRITTEN {
            let given_up = self.unwritten.len() - MOST_UNWRITTEN;
            tracing::warn!(given_up, "counts were given up: the store does not take them");
            self.unwritten.drain(..given_up);
        }
    }

    /// What was swept and is to be written.
    pub fn unwritten(&mut self) -> Vec<EvaluationCount> {
        std::mem::take(&mut self.unwritten)
    }

    /// Takes back what could not be written: `counts` from `written` on.
    pub fn keep_unwritten(&mut self, mut counts: Vec<EvaluationCount>, written: usize) {
        counts.drain(..written.min(counts.len()));
        counts.append(&mut self.unwritten);
        self.unwritten = counts;
    }

    /// The sketches to be written: those of days that ended at once, those of today once a minute.
    pub fn changed_sketches(&mut self) -> Vec<StoredSketch> {
        let mut sketches = std::mem::take(&mut self.unwritten_sketches);
        if self.minute - self.sketches_written < SKETCHES_WRITTEN_EVERY {
            return sketches;
        }
        self.sketches_written = self.minute;
        let today = day_of(self.minute);
        for (place, counted) in &self.places {
            for people in &counted.people {
                sketches.extend(people.changed().map(|found| stored(place, people, today, found)));
            }
        }
        sketches
    }

    /// Has all sketches of today written with the next flush, as before the end.
    pub const fn write_sketches_next(&mut self) {
        self.sketches_written = i64::MIN / 2;
    }

    /// Takes back sketches that could not be written.
    pub fn keep_changed(&mut self, sketches: Vec<StoredSketch>) {
        let today = day_of(self.minute);
        for sketch in sketches {
            if sketch.day < today {
                self.unwritten_sketches.push(sketch);
                continue;
            }
            let counted = self.places.get(&sketch.place).into_iter().flat_map(|counted| &counted.people);
            for people in counted.filter(|people| people.rule == sketch.rule) {
                people.not_stored(sketch.of);
            }
        }
        self.unwritten_sketches.truncate(MOST_UNWRITTEN);
    }

    /// Whether it is an hour since this last said so.
    pub const fn is_time_to_tidy(&mut self, minute: i64) -> bool {
        let due = minute - self.tidied >= TIDIED_EVERY;
        if due {
            self.tidied = minute;
        }
        due
    }

    pub fn seen(&self, place: &Place, minute: i64) -> Option<Seen> {
        let mut seen = self.seen_in_short(place, minute)?;
        let people = &self.places.get(place)?.people;
        seen.people = people
            .iter()
            .map(|people| SeenPeople {
                rule: people.rule.clone(),
                given: people.today(SketchOf::Given),
                withheld: people.today(SketchOf::Withheld),
                exposed: people.today(SketchOf::Exposed),
            })
            .collect();
        Some(seen)
    }

    pub fn seen_in_short(&self, place: &Place, minute: i64) -> Option<Seen> {
        let counted = self.places.get(place)?;
        let variants = counted.variants.iter();
        let seen = variants
            .clone()
            .map(|variant| SeenVariant { key: variant.key.clone(), minutes: variant.hour.until(minute) });
        Some(Seen {
            variants: seen.collect(),
            last_evaluated: variants.clone().filter_map(|variant| variant.last_evaluated).max(),
            last_exposed: variants.filter_map(|variant| variant.last_exposed).max(),
            people: Vec::new(),
        })
    }
}

fn stored(place: &Place, people: &RulePeople, day: i64, (of, registers): (SketchOf, Registers)) -> StoredSketch {
    StoredSketch { place: place.clone(), rule: people.rule.clone(), of, day, bytes: registers.to_bytes() }
}

impl Counted {
    /// The counters of a variant: those it has, or new ones.
    fn variant(&mut self, key: &VariantKey) -> Arc<VariantCounts> {
        if let Some(known) = self.variants.iter().find(|variant| variant.key == *key) {
            return Arc::clone(&known.counts);
        }
        let counts = Arc::<VariantCounts>::default();
        self.variants.push(VariantSeries {
            key: key.clone(),
            counts: Arc::clone(&counts),
            hour: LastHour::default(),
            last_evaluated: None,
            last_exposed: None,
        });
        counts
    }

    /// The people of a rule: those it has, or nobody yet.
    fn people_of(&mut self, rule: Option<RuleId>, allowance: &Arc<Allowance>) -> Arc<RulePeople> {
        if let Some(known) = self.people.iter().find(|people| people.rule == rule) {
            return Arc::clone(known);
        }
        let people = Arc::new(RulePeople::new(rule, Arc::clone(allowance)));
        self.people.push(Arc::clone(&people));
        people
    }
}

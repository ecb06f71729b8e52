//! What is counted of evaluations, for screens.

use std::collections::BTreeMap;

use signalbox_domain::Refusal;
use signalbox_domain::access::SdkKeyKind;
use signalbox_domain::event::Place;
use signalbox_domain::key::{RuleId, VariantKey};
use signalbox_protocol::endpoint::{AtEnvironment, GetArrival, GetUsage, ListUsage};
use signalbox_protocol::wire::List;
use signalbox_protocol::wire::arrival::Arrival;
use signalbox_protocol::wire::usage::{
    Estimate, MinuteUsage, People, PeopleOfRule, Reporting, Usage, UsageCounts, UsageRow, VariantUsage,
};
use signalbox_store::{SketchOf, StoredSketch};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::projects::whole;
use crate::clock;
use crate::counting::{
    MINUTES, Registers, STANDARD_ERROR, Seen, SeenPeople, SeenVariant, Tally, day_of, minute_of, time_of,
};
use crate::ofrep::Arrived;

/// Days of a week before today.
const DAYS_BEFORE: i64 = 6;

handlers! {
    GetUsage => get_usage,
    ListUsage => list_usage,
    GetArrival => get_arrival,
}

impl Api {
    async fn get_usage(&self, call: Call<GetUsage>) -> Answered<Usage> {
        let place = Place::from(call.at);
        let variants = self.look(|view| {
            let project = view.project_state(&place.project);
            let project = project.ok_or_else(|| Refusal::not_found("project", &place.project))?;
            let flag = project.flags.get(&place.flag).ok_or_else(|| Refusal::not_found("flag", &place.flag))?;
            let here = project.environment(&place.environment);
            here.ok_or_else(|| Refusal::not_found("environment", &place.environment))?;
            Ok::<_, Refusal>(Vec::from_iter(flag.variants.iter().map(|variant| variant.key.clone())))
        })?;
        let now = clock::now();
        let (minute, today) = (minute_of(now), day_of(minute_of(now)));
        let seen = self.engine().counting().seen(&place, now).unwrap_or_default();
        let week = {
            let place = place.clone();
            self.engine().read_log(move |log| log.sketches_of_flag(&place, today - DAYS_BEFORE)).await?
        };
        Ok(Answer::of(Usage {
            counting_since: self.engine().counting().since(),
            evaluations: reporting(seen.last_evaluated),
            exposures: reporting(seen.last_exposed),
            last_hour: last_hour(&seen),
            variants: by_variant(&seen, &variants),
            minutes: by_minute(&seen, minute),
            people: people(seen.people, week, today),
            project: place.project,
            flag: place.flag,
            environment: place.environment,
        }))
    }

    async fn get_arrival(&self, call: Call<GetArrival>) -> Answered<Arrival> {
        let Place { project, flag, environment } = Place::from(call.at);
        self.look(|view| {
            let found = view.project_state(&project).ok_or_else(|| Refusal::not_found("project", &project))?;
            found.flags.get(&flag).ok_or_else(|| Refusal::not_found("flag", &flag))?;
            found.environment(&environment).ok_or_else(|| Refusal::not_found("environment", &environment))?;
            Ok::<_, Refusal>(())
        })?;
        let engine = self.engine();
        let set = engine.evaluation_set_of(&project, &environment);
        // Applications do not know a flag that is in the archive.
        let served = set.as_ref().and_then(|set| set.served(flag.as_str()));
        let (set, served) = set.as_ref().zip(served).ok_or_else(|| Refusal::not_found("flag", &flag))?;
        let version = served.compiled.version();
        let of = |kind| engine.listening().of(&set.id, kind, version);
        let (servers, browsers) = (of(SdkKeyKind::Server), of(SdkKeyKind::Client));
        let browsers = if served.told.client_side { browsers } else { Arrived::default() };
        let seen = served.told.seen.versions();
        Ok(Answer::of(Arrival {
            version,
            since: served.told.seen.since,
            listening: servers.listening + browsers.listening,
            told: servers.told + browsers.told,
            fetched: servers.fetched + browsers.fetched,
            exposures_of_now: seen.now,
            exposures_of_before: seen.before,
            exposures_unknown: seen.unknown,
            project,
            flag,
            environment,
        }))
    }

    async fn list_usage(&self, call: Call<ListUsage>) -> Answered<List<UsageRow>> {
        let AtEnvironment { project, environment } = call.at;
        let places = self.look(|view| {
            let found = view.project_state(&project).ok_or_else(|| Refusal::not_found("project", &project))?;
            found.environment(&environment).ok_or_else(|| Refusal::not_found("environment", &environment))?;
            let in_use = found.flags.values().filter(|flag| flag.archived.is_none());
            let place = |flag: &signalbox_domain::flag::Flag| Place {
                project: project.clone(),
                flag: flag.key.clone(),
                environment: environment.clone(),
            };
            Ok::<_, Refusal>(Vec::from_iter(in_use.map(place)))
        })?;
        let counting = self.engine().counting();
        let rows = counting.seen_in_short(places.into_iter(), clock::now()).into_iter().map(|(place, seen)| UsageRow {
            flag: place.flag,
            counting_since: counting.since(),
            evaluations: reporting(seen.last_evaluated),
            exposures: reporting(seen.last_exposed),
            last_hour: last_hour(&seen),
        });
        Ok(Answer::of(whole(rows.collect())))
    }
}

fn reporting(last: Option<i64>) -> Reporting {
    Reporting { reported: last.is_some(), last: last.map(time_of) }
}

fn sum<'a>(tallies: impl Iterator<Item = &'a Tally>) -> UsageCounts {
    let mut sum = Tally::default();
    tallies.for_each(|tally| sum.add(*tally));
    UsageCounts { single: sum.single, bulk: sum.bulk, exposures: sum.exposures }
}

fn last_hour(seen: &Seen) -> UsageCounts {
    sum(seen.variants.iter().flat_map(|variant| &variant.minutes))
}

/// First the variants that the flag has, in their order; then those of which something was counted lately.
fn by_variant(seen: &Seen, variants: &[VariantKey]) -> Vec<VariantUsage> {
    let counts = |seen: &SeenVariant| sum(seen.minutes.iter());
    let own = variants.iter().map(|key| VariantUsage {
        variant: key.clone(),
        counts: seen.variants.iter().find(|seen| seen.key == *key).map(counts).unwrap_or_default(),
    });
    let others = seen.variants.iter().filter(|seen| !variants.contains(&seen.key));
    let others = others.map(|seen| VariantUsage { variant: seen.key.clone(), counts: counts(seen) });
    own.chain(others.filter(|usage| usage.counts != UsageCounts::default())).collect()
}

fn by_minute(seen: &Seen, now: i64) -> Vec<MinuteUsage> {
    let minutes = (now - MINUTES as i64 + 1..).zip(0..MINUTES);
    let usage = minutes.map(|(minute, place)| MinuteUsage {
        minute: time_of(minute),
        counts: sum(seen.variants.iter().map(|variant| &variant.minutes[place])),
    });
    usage.collect()
}

/// The sketches of some days, merged; `None` where there is one that could not be made.
#[derive(Clone)]
struct Merged {
    given: Option<Registers>,
    withheld: Option<Registers>,
    exposed: Option<Registers>,
}

impl Merged {
    fn of_today(seen: SeenPeople) -> (Option<RuleId>, Self) {
        (seen.rule, Self { given: seen.given, withheld: seen.withheld, exposed: seen.exposed })
    }

    fn nobody() -> Self {
        let nobody = || Some(Registers::default());
        Self { given: nobody(), withheld: nobody(), exposed: nobody() }
    }

    fn add(&mut self, of: SketchOf, registers: &Registers) {
        let part = match of {
            SketchOf::Given => &mut self.given,
            SketchOf::Withheld => &mut self.withheld,
            SketchOf::Exposed => &mut self.exposed,
        };
        if let Some(part) = part {
            part.merge(registers);
        }
    }

    fn people(&self) -> Option<People> {
        let estimate = |registers: &Registers| Estimate { about: registers.estimate(), standard_error: STANDARD_ERROR };
        let (given, withheld) = (self.given.as_ref()?, self.withheld.as_ref()?);
        let mut asked = given.clone();
        asked.merge(withheld);
        Some(People {
            reached: estimate(given),
            asked: estimate(&asked),
            exposed: self.exposed.as_ref().filter(|exposed| !exposed.is_empty()).map(estimate),
        })
    }
}

/// The people of each rule, today and in the days before; what is stored of today is in memory as well, and newer.
fn people(seen: Vec<SeenPeople>, stored: Vec<StoredSketch>, today: i64) -> Vec<PeopleOfRule> {
    let order: Vec<_> = seen.iter().map(|seen| seen.rule.clone()).collect();
    let current: BTreeMap<_, _> = seen.into_iter().map(Merged::of_today).collect();
    let mut week = current.clone();
    for StoredSketch { rule, of, day, bytes, .. } in stored {
        if let Some(registers) = Registers::from_bytes(&bytes)
            && !(day == today && current.contains_key(&rule))
        {
            week.entry(rule).or_insert_with(Merged::nobody).add(of, &registers);
        }
    }
    let gone = week.keys().filter(|rule| !order.contains(rule));
    let rules = order.iter().chain(gone);
    let people = rules.map(|rule| PeopleOfRule {
        rule: rule.clone(),
        today: current.get(rule).map_or_else(|| Merged::nobody().people(), Merged::people),
        last_7_days: week.get(rule).and_then(Merged::people),
    });
    people.collect()
}

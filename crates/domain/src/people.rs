//! Shares as people: always an estimate, since the size of an audience is what a team stated.

use std::collections::BTreeMap;

use crate::flag::{Audience, Configuration, WeightedVariant};
use crate::key::{SegmentKey, VariantKey};
use crate::project::SegmentInProject;
use crate::share::{BUCKETS, Share};

/// How many of `audience` people a share is, rounded to the nearest person.
#[must_use]
pub fn in_share(audience: u64, share: Share) -> u64 {
    let people = (u128::from(audience) * u128::from(share.buckets()) + u128::from(BUCKETS) / 2) / u128::from(BUCKETS);
    u64::try_from(people).unwrap_or(u64::MAX)
}

/// How many people have the feature: the share, or those named and those in its rings where that is more.
///
/// Named people and rings may be inside the share as well, so the two are not added up. A ring counts as many as its
/// team stated.
#[must_use]
pub fn reached(audience: u64, reach: &Audience, segments: &BTreeMap<SegmentKey, SegmentInProject>) -> u64 {
    let sizes = reach.segments.iter().filter_map(|key| segments.get(key)?.segment.size());
    let named = sizes.fold(reach.people.len() as u64, u64::saturating_add);
    in_share(audience, reach.share).max(named)
}

/// How many people have the feature in an environment by whichever rule fits them, and by the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// So many: an estimate, since the size of an audience is what a team stated.
    pub people: u64,
    /// Whether there may be more: some rule does not say how many people fit it.
    pub at_least: bool,
}

/// How many of the `environment`'s people get another variant than `off`, the kill switch aside.
///
/// Rules that state how many people fit them are counted one by one, the default for all who are left. Those whom the
/// other rules fit are among who is left, and are counted with the least that any of these rules and the default give.
/// An `environment` of 0 people is one whose size nobody stated.
#[must_use]
pub fn with_feature(
    configuration: &Configuration,
    off: &VariantKey,
    environment: u64,
    segments: &BTreeMap<SegmentKey, SegmentInProject>,
) -> Counted {
    let (mut people, mut left, mut least) = (0_u64, environment, Share::EVERYBODY);
    let most = |left: u64| if environment == 0 { u64::MAX } else { left };
    let mut at_least = false;
    for rule in &configuration.rules {
        let audience = configuration.effective_audience_of(Some(&rule.id)).unwrap_or_else(|| rule.audience());
        let on = part_not_off(&rule.split, off);
        // Whoever is left fits a rule that asks nothing.
        let all_fit = (rule.clauses.is_empty() && rule.expression.is_none() && environment > 0).then_some(left);
        match rule.fits.or(all_fit) {
            Some(fits) => {
                let fits = fits.min(most(left));
                left = left.saturating_sub(fits);
                people = people.saturating_add(in_share(reached(fits, &audience, segments).min(fits), on));
            }
            None => {
                at_least = true;
                least = least.min(of_share(audience.share, on));
            }
        }
    }
    let audience = configuration.effective_audience();
    let on = part_not_off(&configuration.split, off);
    let by_default = match least {
        Share::EVERYBODY => in_share(reached(left, &audience, segments).min(most(left)), on),
        least => in_share(left, least.min(of_share(audience.share, on))),
    };
    Counted { people: people.saturating_add(by_default), at_least }
}

/// How much of a split gives another variant than `off`. What an expression gives by itself is not known.
fn part_not_off(split: &[WeightedVariant], off: &VariantKey) -> Share {
    let parts = split.iter().filter(|part| part.variant != *off).map(|part| part.weight.buckets());
    Share::from_buckets(parts.fold(0, u32::saturating_add).min(BUCKETS)).unwrap_or_default()
}

/// A part of a share.
fn of_share(share: Share, part: Share) -> Share {
    let buckets = u64::from(share.buckets()) * u64::from(part.buckets()) / u64::from(BUCKETS);
    u32::try_from(buckets).ok().and_then(|buckets| Share::from_buckets(buckets).ok()).unwrap_or_default()
}

/// A count as it may honestly be said: exact below 1,000, else to three digits, with thousands separated: `41,000`.
#[must_use]
pub fn rounded(people: u64) -> String {
    let mut unit = 1;
    while people / unit >= 1_000 {
        unit *= 10;
    }
    grouped((people.saturating_add(unit / 2)) / unit * unit)
}

/// A count with thousands separated: `12,482`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "about 41,000 people", "1 person", "nobody". Fewer than ten are people one could name.
#[must_use]
pub fn in_words(people: u64) -> String {
    match people {
        0 => "nobody".into(),
        1 => "1 person".into(),
        2..10 => format!("{people} people"),
        _ => format!("about {} people", rounded(people)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_become_people() {
        let check = |audience, percent, expect: &str| {
            let share = Share::from_percent(percent).unwrap();
            assert_eq!(in_words(in_share(audience, share)), expect, "{percent} % of {audience}");
        };
        check(164_000, 25.0, "about 41,000 people");
        check(164_000, 15.0, "about 24,600 people");
        check(164_000, 100.0, "about 164,000 people");
        check(164_000, 0.0, "nobody");
        check(100, 1.0, "1 person");
        check(500, 50.0, "about 250 people");
        check(10, 4.0, "nobody");
        check(10, 5.0, "1 person");
        check(1_234_567, 100.0, "about 1,230,000 people");
        check(u64::MAX, 100.0, &format!("about {} people", rounded(u64::MAX)));
    }
}

//! Shares as people: always an estimate, since the size of an audience is what a team stated.

use std::collections::BTreeMap;

use crate::flag::Audience;
use crate::key::SegmentKey;
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

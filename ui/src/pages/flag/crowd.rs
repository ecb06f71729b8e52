//! How many people use an environment, and what a share of them comes to.

use signalbox_domain::{Share, people};

/// How many people use an environment, as its team stated it. A stated size of 0 means that nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd(u64);

impl Crowd {
    /// From the stated size.
    pub const fn new(stated: u64) -> Self {
        Self(stated)
    }

    /// The stated size, unless nobody stated one.
    pub const fn size(self) -> Option<u64> {
        if self.0 == 0 { None } else { Some(self.0) }
    }

    /// How many have the feature by a share and by name; unknown for a share of a crowd whose size nobody stated.
    ///
    /// Named people may be inside the share as well, so the two are not added up (as in
    /// [`people::reached`]).
    pub fn reached(self, share: Share, named: u64) -> Option<u64> {
        match (self.size(), share) {
            (_, Share::NOBODY) => Some(named),
            (Some(size), share) => Some(people::in_share(size, share).max(named)),
            (None, _) => None,
        }
    }

    /// A figure of the server, which counts nobody in a share of a crowd whose size nobody stated.
    pub const fn counted(self, share: Share, counted: u64) -> Option<u64> {
        match (self.size(), share) {
            (None, Share::NOBODY) | (Some(_), _) => Some(counted),
            (None, _) => None,
        }
    }

    /// What part of the crowd so many people are, in percent from 0 to 100; by the share where nobody stated a size.
    #[expect(clippy::cast_precision_loss, reason = "for the width of a bar, where a thousandth of a pixel is enough")]
    pub fn part(self, share: Share, people: Option<u64>) -> f64 {
        match (self.size(), people) {
            (Some(size), Some(people)) => (people as f64 / size as f64 * 100.0).min(100.0),
            _ => share.percent(),
        }
    }
}

/// "41,000 people", "1 person", "nobody"; says so where the number is not known.
pub fn figure(people: Option<u64>) -> String {
    match people {
        Some(0) => "nobody".into(),
        Some(1) => "1 person".into(),
        Some(people) => format!("{} people", people::rounded(people)),
        None => "number not stated".into(),
    }
}

/// "about 41,000 people", "12 people", "nobody"; "an unknown number of people" where it is not known.
pub fn in_words(people: Option<u64>) -> String {
    people.map_or_else(|| "an unknown number of people".into(), people::in_words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(percent: f64) -> Share {
        Share::from_percent(percent).unwrap()
    }

    #[test]
    fn a_share_of_an_unstated_crowd_is_not_a_number() {
        assert_eq!(Crowd::new(164_000).reached(share(25.0), 0), Some(41_000));
        assert_eq!(Crowd::new(100).reached(share(1.0), 12), Some(12));
        assert_eq!(Crowd::new(0).reached(share(25.0), 12), None);
        assert_eq!(Crowd::new(0).reached(Share::NOBODY, 12), Some(12));
        assert_eq!(Crowd::new(0).counted(share(25.0), 0), None);
        assert_eq!(Crowd::new(164_000).counted(share(25.0), 41_000), Some(41_000));
    }

    #[test]
    fn bars_follow_people_and_fall_back_to_the_share() {
        let check = |crowd: u64, percent: f64, people: Option<u64>, expect: f64| {
            assert!((Crowd::new(crowd).part(share(percent), people) - expect).abs() < 1e-9);
        };
        check(200, 0.0, Some(50), 25.0);
        check(0, 40.0, None, 40.0);
        check(2, 0.0, Some(5), 100.0);
    }

    #[test]
    fn figures_are_said_as_far_as_they_are_known() {
        assert_eq!(figure(Some(41_000)), "41,000 people");
        assert_eq!(figure(Some(1)), "1 person");
        assert_eq!(figure(None), "number not stated");
    }
}

//! How many different people come across a feature, and how soon.

use crate::evidence::real::{exp, ln_1p};

const DAY_MILLIS: f64 = 24.0 * 3_600_000.0;

/// Whom a rollout will meet: those who have the feature by it, and those whom it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Traffic {
    /// How many there are, as somebody stated it; absent where nobody did.
    pub everybody: Option<u64>,
    /// How many different people come on one day; absent where that is not known.
    pub a_day: Option<f64>,
}

impl Traffic {
    /// How many different people come within so many milliseconds. `None` where it is not known how many come a day.
    ///
    /// Where it is known how many there are, some of those who come tomorrow came today: every day takes as many out of
    /// all, whoever came before. Where it is not, everybody who comes is somebody else.
    #[must_use]
    pub fn come_within(&self, millis: i64) -> Option<u64> {
        let a_day = self.a_day?.max(0.0);
        #[expect(clippy::cast_precision_loss, reason = "no time is that long")]
        let days = millis.max(0) as f64 / DAY_MILLIS;
        Some(whole(match self.everybody.map(number) {
            Some(all) if a_day >= all => all * days.min(1.0),
            Some(all) => all * (1.0 - exp(days * ln_1p(-a_day / all))),
            None => a_day * days,
        }))
    }

    /// At most so many come within so many milliseconds: where nobody knows how many come a day, everybody there is.
    #[must_use]
    pub(super) fn at_most_within(&self, millis: i64) -> Option<u64> {
        self.come_within(millis).or(self.everybody)
    }

    /// How many milliseconds it takes until so many have come. `None` where so many never do, and where it is not known
    /// how many come a day.
    #[must_use]
    pub(super) fn takes(&self, people: u64) -> Option<i64> {
        let a_day = self.a_day.filter(|a_day| *a_day > 0.0)?;
        let people = number(people);
        let days = match self.everybody.map(number) {
            Some(all) if people > all => return None,
            Some(all) if a_day >= all => people / all,
            // Of the last ones nobody knows when they come.
            Some(all) => ln_1p(-people.min(all - 0.5) / all) / ln_1p(-a_day / all),
            None => people / a_day,
        };
        #[expect(clippy::cast_possible_truncation, reason = "a cast that saturates, of a time that is never negative")]
        Some((days * DAY_MILLIS).ceil() as i64)
    }
}

#[expect(clippy::cast_precision_loss, reason = "fewer people than 2^53")]
const fn number(people: u64) -> f64 {
    people as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "people, 0 or more; the cast saturates")]
const fn whole(people: f64) -> u64 {
    people as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3_600_000;

    #[test]
    fn who_came_before_comes_again() {
        let traffic = Traffic { everybody: Some(10_000), a_day: Some(1_000.0) };
        assert_eq!(traffic.come_within(0), Some(0));
        // A tenth today; tomorrow a tenth of all, of whom a tenth were here today.
        assert!(traffic.come_within(DAY).is_some_and(|people| (999..=1_000).contains(&people)));
        assert!(traffic.come_within(2 * DAY).is_some_and(|people| (1_899..=1_900).contains(&people)));
        assert!(traffic.come_within(1_000 * DAY).is_some_and(|people| people <= 10_000));
        assert_eq!(Traffic { everybody: None, ..traffic }.come_within(3 * DAY), Some(3_000));
        assert_eq!(Traffic { a_day: Some(20_000.0), ..traffic }.come_within(DAY / 2), Some(5_000));
    }

    #[test]
    fn it_takes_as_long_as_it_takes_them_to_come() {
        for traffic in [
            Traffic { everybody: Some(10_000), a_day: Some(1_000.0) },
            Traffic { everybody: None, a_day: Some(1_000.0) },
            Traffic { everybody: Some(10_000), a_day: Some(10_000.0) },
        ] {
            for people in [1, 500, 5_000, 9_000] {
                let takes = traffic.takes(people).unwrap();
                let came = traffic.come_within(takes).unwrap();
                assert!((people - 1..=people + 1).contains(&came), "{traffic:?}: {came} of {people} after {takes}");
            }
        }
        assert_eq!(Traffic { everybody: Some(100), a_day: Some(10.0) }.takes(101), None);
        assert_eq!(Traffic { everybody: Some(100), a_day: None }.takes(10), None);
        assert_eq!(Traffic { everybody: None, a_day: Some(0.0) }.takes(10), None);
    }

    #[test]
    fn at_most_everybody_comes() {
        assert_eq!(Traffic { everybody: Some(100), a_day: None }.at_most_within(DAY), Some(100));
        assert_eq!(Traffic::default().at_most_within(DAY), None);
    }
}

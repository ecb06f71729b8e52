//! The last sixty minutes, one by one.

use super::counters::Tally;

/// Minutes that are kept.
pub const MINUTES: usize = 60;

/// What was counted in each of the last sixty minutes.
#[derive(Default)]
pub struct LastHour {
    /// By minute modulo sixty; nothing is kept of what was never counted.
    minutes: Option<Box<[Tally; MINUTES]>>,
    /// The newest minute that was counted in, from 1970.
    newest: i64,
}

impl LastHour {
    /// Adds what was counted in a minute; one that is over an hour old is passed over.
    pub fn add(&mut self, minute: i64, tally: Tally) {
        if self.minutes.is_none() {
            self.newest = minute;
        }
        let minutes = self.minutes.get_or_insert_with(|| Box::new([Tally::default(); MINUTES]));
        if minute > self.newest {
            let passed = usize::try_from(minute - self.newest).unwrap_or(MINUTES).min(MINUTES);
            for ago in 0..passed {
                minutes[place(minute - ago as i64)] = Tally::default();
            }
            self.newest = minute;
        }
        if self.newest - minute < MINUTES as i64 {
            minutes[place(minute)].add(tally);
        }
    }

    /// The sixty minutes up to and with `now`, oldest first.
    pub fn until(&self, now: i64) -> [Tally; MINUTES] {
        let oldest = now - MINUTES as i64 + 1;
        std::array::from_fn(|number| self.at(oldest + number as i64))
    }

    fn at(&self, minute: i64) -> Tally {
        let known = minute > self.newest - MINUTES as i64 && minute <= self.newest;
        self.minutes.as_ref().filter(|_| known).map(|minutes| minutes[place(minute)]).unwrap_or_default()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a number from 0 to 59")]
const fn place(minute: i64) -> usize {
    minute.rem_euclid(MINUTES as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_kept_for_an_hour() {
        let mut hour = LastHour::default();
        let tally = |single| Tally { single, ..Tally::default() };
        let told = |hour: &LastHour, now: i64| -> Vec<(usize, u64)> {
            let minutes = hour.until(now).into_iter().enumerate();
            minutes.map(|(number, tally)| (number, tally.single)).filter(|(_, single)| *single > 0).collect()
        };
        assert_eq!(told(&hour, 100), []);
        hour.add(100, tally(1));
        hour.add(100, tally(2));
        hour.add(98, tally(5));
        assert_eq!(told(&hour, 100), [(57, 5), (59, 3)]);
        assert_eq!(told(&hour, 159), [(0, 3)], "the oldest of the sixty");
        assert_eq!(told(&hour, 160), []);
        hour.add(159, tally(4));
        assert_eq!(told(&hour, 159), [(0, 3), (59, 4)]);
        hour.add(160, tally(6));
        assert_eq!(told(&hour, 160), [(58, 4), (59, 6)], "what stood an hour ago in its place is gone");
        hour.add(100, tally(9));
        assert_eq!(told(&hour, 160), [(58, 4), (59, 6)], "too old");
        hour.add(400, tally(7));
        assert_eq!(told(&hour, 400), [(59, 7)]);
        assert_eq!(told(&hour, 300), [], "a clock that went back");
    }
}

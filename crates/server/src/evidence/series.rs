//! Measurements that are told as sums since the start of a program: what came since they were told last.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use signalbox_domain::Timestamp;

/// Most series that are followed; of others nothing can be known until one of these falls silent.
const MOST_SERIES: usize = 4_096;
/// Most ranges of one series.
pub const MOST_RANGES: usize = 512;
/// A series that was not heard of for so long makes room for another one.
const SILENT_MILLIS: i64 = 60 * 60 * 1_000;

/// What a series came to, since the start of the program or since it was told last.
#[derive(Debug, Clone, PartialEq)]
pub struct Sums {
    /// Since when.
    pub from: Timestamp,
    /// Up to when.
    pub at: Timestamp,
    /// How many requests.
    pub count: f64,
    /// How long they took together, in the unit of the series.
    pub sum: Option<f64>,
    /// How many were in each range.
    pub ranges: Vec<f64>,
}

/// What became of a measurement.
#[derive(Debug, Clone, PartialEq)]
pub enum Followed {
    /// So much came since the last one.
    Came(Sums),
    /// It is the first one, or none that is newer than the last: nothing came that could be put down to a time.
    Nothing,
    /// Too many series are followed already.
    NoRoom,
}

/// The series that are followed.
#[derive(Debug, Default)]
pub struct Series(Mutex<HashMap<u64, Known>>);

#[derive(Debug)]
struct Known {
    sums: Sums,
    heard: Timestamp,
}

impl Series {
    /// What came since this series was told last. `now` is when it is heard.
    pub fn follow(&self, series: u64, told: Sums, now: Timestamp) -> Followed {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = all.get_mut(&series) else {
            if all.len() >= MOST_SERIES {
                all.retain(|_, known| now.millis() - known.heard.millis() < SILENT_MILLIS);
                if all.len() >= MOST_SERIES {
                    return Followed::NoRoom;
                }
            }
            all.insert(series, Known { sums: told, heard: now });
            return Followed::Nothing;
        };
        known.heard = now;
        let last = &known.sums;
        if told.at <= last.at {
            return Followed::Nothing;
        }
        let came = if told.from == last.from {
            since(last, &told)
        } else {
            // The program began anew: everything came since it did.
            Some(told.clone())
        };
        known.sums = told;
        came.map_or(Followed::Nothing, Followed::Came)
    }
}

/// None where a sum went back, which none does: the series was begun anew without saying so.
fn since(last: &Sums, told: &Sums) -> Option<Sums> {
    let grown = |now: f64, before: f64| (now >= before).then_some(now - before);
    if told.ranges.len() != last.ranges.len() {
        return None;
    }
    let ranges = told.ranges.iter().zip(&last.ranges).map(|(now, before)| grown(*now, *before));
    Some(Sums {
        from: last.at,
        at: told.at,
        count: grown(told.count, last.count)?,
        sum: told.sum.zip(last.sum).map(|(now, before)| now - before),
        ranges: ranges.collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn sums(from: i64, until: i64, count: f64) -> Sums {
        Sums { from: at(from), at: at(until), count, sum: Some(count * 2.0), ranges: vec![count / 2.0; 2] }
    }

    #[test]
    fn what_came_is_what_was_added() {
        let series = Series::default();
        assert_eq!(series.follow(1, sums(0, 10, 100.0), at(10)), Followed::Nothing, "nobody knows since when");
        assert_eq!(series.follow(1, sums(0, 20, 130.0), at(20)), Followed::Came(sums(10, 20, 30.0)));
        assert_eq!(series.follow(1, sums(0, 20, 130.0), at(21)), Followed::Nothing, "sent again");
        assert_eq!(series.follow(1, sums(0, 15, 110.0), at(22)), Followed::Nothing, "late");
        assert_eq!(series.follow(2, sums(0, 20, 7.0), at(22)), Followed::Nothing, "another one");
        // The program was started again.
        assert_eq!(series.follow(1, sums(25, 30, 12.0), at(30)), Followed::Came(sums(25, 30, 12.0)));
        // Without saying so.
        assert_eq!(series.follow(1, sums(25, 40, 3.0), at(40)), Followed::Nothing);
        assert_eq!(series.follow(1, sums(25, 50, 5.0), at(50)), Followed::Came(sums(40, 50, 2.0)));
    }

    #[test]
    fn a_flood_of_series_is_bounded_and_passes() {
        let series = Series::default();
        for number in 0..20_000_u64 {
            let expect = if number < MOST_SERIES as u64 { Followed::Nothing } else { Followed::NoRoom };
            assert_eq!(series.follow(number, sums(0, 10, 1.0), at(10)), expect);
        }
        let later = 10 + SILENT_MILLIS / 1_000;
        assert_eq!(series.follow(3, sums(0, later, 1.5), at(later)), Followed::Came(sums(10, later, 0.5)));
        assert_eq!(series.follow(30_000, sums(0, later, 1.0), at(later)), Followed::Nothing);
        assert_eq!(series.0.lock().unwrap().len(), 2, "those that fell silent made room");
    }
}

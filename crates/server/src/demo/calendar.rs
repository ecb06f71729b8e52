//! Days of work before now, so that the made-up history happens in office hours.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use signalbox_domain::Timestamp;

/// When the last working day of the history has passed: nothing in it happens later in the day.
const END_OF_HISTORY: NaiveTime = NaiveTime::from_hms_opt(14, 30, 0).expect("a time of day");

/// Counts working days backwards from the last one whose part of the history is over.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    last_day: NaiveDate,
}

impl Calendar {
    /// As of now; times of day are UTC.
    #[must_use]
    pub fn as_of(now: Timestamp) -> Self {
        let now = now.to_utc().naive_utc();
        let mut last_day = now.date();
        if now.time() < END_OF_HISTORY {
            last_day = the_day_before(last_day);
        }
        while is_weekend(last_day) {
            last_day = the_day_before(last_day);
        }
        Self { last_day }
    }

    /// The working day that lies so many working days back; 0 is the last day.
    #[must_use]
    pub fn day(&self, workdays_ago: u32) -> NaiveDate {
        // Mondays are easy to count from: five working days are a week.
        let since_monday = self.last_day.weekday().num_days_from_monday();
        let monday = self.last_day - Days::new(since_monday.into());
        let back = i64::from(workdays_ago) - i64::from(since_monday);
        if back <= 0 {
            return monday + Days::new(back.unsigned_abs());
        }
        let (weeks, days) = (back.unsigned_abs() / 5, back.unsigned_abs() % 5);
        let weekend = if days > 0 { 2 } else { 0 };
        monday - Days::new(weeks * 7 + days + weekend)
    }

    /// A time of day on such a day.
    #[must_use]
    pub fn at(&self, workdays_ago: u32, hour: u32, minute: u32) -> Timestamp {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(END_OF_HISTORY);
        Timestamp::from_millis(self.day(workdays_ago).and_time(time).and_utc().timestamp_millis())
    }
}

fn the_day_before(day: NaiveDate) -> NaiveDate {
    day - Days::new(1)
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn as_of(text: &str) -> Calendar {
        Calendar::as_of(serde_json::from_value(serde_json::Value::String(text.into())).unwrap())
    }

    #[test]
    fn working_days_are_counted_back() {
        let check = |now: &str, back: u32, expect: &str| {
            assert_eq!(as_of(now).day(back).to_string(), expect, "{back} before {now}");
        };
        // A Thursday.
        check("2026-11-19T14:32:00Z", 0, "2026-11-19");
        check("2026-11-19T14:29:00Z", 0, "2026-11-18");
        check("2026-11-19T14:32:00Z", 3, "2026-11-16");
        check("2026-11-19T14:32:00Z", 4, "2026-11-13");
        check("2026-11-19T14:32:00Z", 8, "2026-11-09");
        check("2026-11-19T14:32:00Z", 9, "2026-11-06");
        check("2026-11-19T14:32:00Z", 13, "2026-11-02");
        // A Sunday, and a Monday morning.
        check("2026-11-22T09:00:00Z", 0, "2026-11-20");
        check("2026-11-23T09:00:00Z", 0, "2026-11-20");
        check("2026-11-23T09:00:00Z", 5, "2026-11-13");
    }

    #[test]
    fn every_day_back_is_an_earlier_working_day() {
        for first in 1..=14 {
            let calendar = as_of(&format!("2026-11-{first:02}T18:00:00Z"));
            for back in 0..800 {
                let (day, earlier) = (calendar.day(back), calendar.day(back + 1));
                assert!(!is_weekend(day) && earlier < day && day - earlier <= chrono::TimeDelta::days(3), "{day}");
            }
        }
    }
}

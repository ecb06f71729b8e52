//! Days of the history.

use std::sync::Arc;

use chrono::{Local, NaiveDate, TimeZone as _};
use signalbox_domain::Timestamp;
use signalbox_protocol::wire::audit::AuditEntry;

use crate::time;

/// The entries of one day, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// The date, in the time zone of this device.
    pub date: NaiveDate,
    /// What happened on it.
    pub entries: Vec<Arc<AuditEntry>>,
}

/// Entries by day; both come newest first.
pub fn by_day<'a>(entries: impl IntoIterator<Item = &'a Arc<AuditEntry>>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for entry in entries {
        let date = time::local(entry.time).date_naive();
        match days.last_mut() {
            Some(day) if day.date == date => day.entries.push(Arc::clone(entry)),
            _ => days.push(Day { date, entries: vec![Arc::clone(entry)] }),
        }
    }
    days
}

/// "Today, Thursday 19 November", "Monday 16 November": the heading of a day.
pub fn heading(date: NaiveDate, now: Timestamp) -> String {
    let now = time::local(now);
    // Noon exists on every day in every time zone.
    let noon = date.and_hms_opt(12, 0, 0).and_then(|noon| Local.from_local_datetime(&noon).earliest());
    let Some(noon) = noon else { return date.to_string() };
    match time::day_heading(&noon, &now) {
        near if near == "Today" || near == "Yesterday" => format!("{near}, {}", time::long_day(&noon)),
        far => far,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::entry;
    use super::*;

    #[test]
    fn days_follow_each_other() {
        // An hour lies between two entries, so these lie on two days whatever the time zone.
        let entries: Vec<_> = (1..=30).rev().map(|sequence| Arc::new(entry(sequence, "x", "tok_1", None))).collect();
        let days = by_day(&entries);
        assert!((2..=3).contains(&days.len()), "{} days", days.len());
        assert!(days.is_sorted_by(|later, earlier| later.date > earlier.date));
        let again: Vec<_> = days.iter().flat_map(|day| &day.entries).cloned().collect();
        assert_eq!(again, entries);
    }

    #[test]
    fn headings_say_the_day() {
        let now = entry(100, "x", "tok_1", None).time;
        let today = time::local(now).date_naive();
        assert!(heading(today, now).starts_with("Today, "), "{}", heading(today, now));
        assert!(heading(today - chrono::Days::new(1), now).starts_with("Yesterday, "));
        assert!(!heading(today - chrono::Days::new(2), now).contains(','));
    }
}

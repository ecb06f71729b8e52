//! Clauses on the hours of a week, as clocks in a named time zone show them.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::attribute::AttributePath;
use super::time::zone;
use super::verdict::Verdict;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Days of the week and hours of the day in a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WeeklyHours {
    /// Which attribute: RFC 3339 text, or milliseconds since 1970. Absent: the time of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<AttributePath>,
    /// IANA name of the zone whose clocks count, such as `Europe/Berlin`.
    pub zone: String,
    /// On these days; empty: on every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
    /// From this time of day, `09:00`; given together with `until`, absent for the whole day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Up to but without this time of day, `17:30`; `24:00` is midnight. Where it is not later than `from`, the
    /// hours pass midnight and belong to the day on which they began: Friday 22:00 to 02:00 ends on Saturday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// The days from Monday to Sunday.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// "Monday"
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "Monday",
            Self::Tuesday => "Tuesday",
            Self::Wednesday => "Wednesday",
            Self::Thursday => "Thursday",
            Self::Friday => "Friday",
            Self::Saturday => "Saturday",
            Self::Sunday => "Sunday",
        }
    }
}

impl WeeklyHours {
    /// Whether it is one of these hours at `now`; never where they cannot be read.
    pub(crate) fn contains(&self, now: Timestamp) -> bool {
        let matcher = WeeklyMatcher::new(self);
        matcher.is_some_and(|matcher| matcher.judge(now.millis()) == Verdict::Yes)
    }

    pub(crate) fn check(&self, field: &str) -> Result<(), Refusal> {
        let refuse = |name: &str, message: &str| Err(Refusal::invalid(format!("{field}.{name}"), message));
        if let Err(message) = zone(&self.zone) {
            return refuse("zone", message);
        }
        if let Some(index) = (1..self.days.len()).find(|index| self.days[..*index].contains(&self.days[*index])) {
            return refuse(&format!("days[{index}]"), "must not be listed twice");
        }
        match (&self.from, &self.until) {
            (None, None) if self.days.is_empty() => refuse("days", "must list a day, unless hours are given"),
            (None, None) => Ok(()),
            (Some(_), None) => refuse("until", "must be given together with the beginning"),
            (None, Some(_)) => refuse("from", "must be given together with the end"),
            (Some(from), Some(until)) => match (minute(from).filter(|minute| *minute < MIDNIGHT), minute(until)) {
                (None, _) => refuse("from", "must be a time of day from 00:00 to 23:59"),
                (_, None) => refuse("until", "must be a time of day from 00:00 to 24:00"),
                (Some(from), Some(until)) if from == until => {
                    refuse("until", "must differ from the beginning; leave both out for the whole day")
                }
                _ => Ok(()),
            },
        }
    }
}

/// The end of a day, in minutes since its beginning.
const MIDNIGHT: u32 = 24 * 60;

/// Minutes since midnight of `09:00`, up to `24:00`.
fn minute(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then_some(());
    two_digits(hours).and(two_digits(minutes))?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= MIDNIGHT).then_some(minute)
}

/// Hours of the week ready to be compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct WeeklyMatcher {
    zone: Tz,
    /// One bit per day, Monday lowest.
    days: u8,
    /// Minutes of the day.
    hours: Option<(u32, u32)>,
}

impl WeeklyMatcher {
    pub(super) fn new(test: &WeeklyHours) -> Option<Self> {
        let days = match test.days.as_slice() {
            [] => 0b111_1111,
            days => days.iter().fold(0, |bits, day| bits | 1 << *day as u8),
        };
        let hours = match (&test.from, &test.until) {
            (Some(from), Some(until)) => Some((minute(from)?, minute(until)?)),
            _ => None,
        };
        Some(Self { zone: zone(&test.zone).ok()?, days, hours })
    }

    /// `millis` must be within the years that calendars reach.
    pub(super) fn judge(&self, millis: i64) -> Verdict {
        let Some(utc) = DateTime::from_timestamp_millis(millis) else { return Verdict::Unknown };
        let local = utc.with_timezone(&self.zone);
        let minute = local.hour() * 60 + local.minute();
        let today = local.weekday().num_days_from_monday();
        let on = |day: u32| self.days & (1 << day) != 0;
        match self.hours {
            None => on(today),
            Some((from, until)) if from < until => on(today) && (from..until).contains(&minute),
            Some((from, until)) => (on(today) && minute >= from) || (on((today + 6) % 7) && minute < until),
        }
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targeting::testing::{check, check_at, check_refused};
    use serde_json::json;

    fn office(zone: &str) -> serde_json::Value {
        json!({
            "operator": "time_of_week", "zone": zone, "from": "09:00", "until": "17:30",
            "days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        })
    }

    #[test]
    fn hours_follow_the_clocks_of_the_zone_through_the_year() {
        let berlin = office("Europe/Berlin");
        for (now, expect) in [
            // Winter, UTC+1.
            ("2026-01-05T07:59:59.999Z", false),
            ("2026-01-05T08:00:00Z", true),
            ("2026-01-05T16:29:59.999Z", true),
            ("2026-01-05T16:30:00Z", false),
            // Summer, UTC+2.
            ("2026-07-06T06:59:59.999Z", false),
            ("2026-07-06T07:00:00Z", true),
            ("2026-07-06T15:30:00Z", false),
            // The Friday before and the Monday after the clocks go forward on 29 March.
            ("2026-03-27T08:00:00Z", true),
            ("2026-03-27T07:00:00Z", false),
            ("2026-03-30T07:00:00Z", true),
            // The weekend.
            ("2026-01-03T10:00:00Z", false),
            ("2026-01-04T10:00:00Z", false),
        ] {
            check_at(&berlin, json!({}), now, expect);
        }
        // Monday in Auckland while it is Sunday in London.
        check_at(&office("Pacific/Auckland"), json!({}), "2026-01-04T21:00:00Z", true);
        check_at(&office("Europe/London"), json!({}), "2026-01-04T21:00:00Z", false);
    }

    #[test]
    fn the_hour_that_comes_twice_and_the_hour_that_never_comes() {
        let night = json!({"operator": "time_of_week", "zone": "Europe/Berlin", "from": "02:00", "until": "03:00"});
        for (now, expect) in [
            ("2026-10-24T23:59:59Z", false),
            ("2026-10-25T00:00:00Z", true),
            ("2026-10-25T00:59:59Z", true),
            ("2026-10-25T01:00:00Z", true),
            ("2026-10-25T01:59:59Z", true),
            ("2026-10-25T02:00:00Z", false),
            ("2026-03-29T00:59:59Z", false),
            ("2026-03-29T01:00:00Z", false),
            ("2026-03-28T01:00:00Z", true),
        ] {
            check_at(&night, json!({}), now, expect);
        }
        // Lord Howe Island moves its clocks by half an hour.
        let island =
            json!({"operator": "time_of_week", "zone": "Australia/Lord_Howe", "from": "02:00", "until": "02:30"});
        check_at(&island, json!({}), "2026-10-03T15:29:59Z", false);
        check_at(&island, json!({}), "2026-10-03T15:30:00Z", false);
        check_at(&island, json!({}), "2026-04-04T14:59:59Z", false);
        check_at(&island, json!({}), "2026-04-04T15:30:00Z", true);
    }

    #[test]
    fn hours_that_pass_midnight_belong_to_the_day_they_began() {
        let friday =
            json!({"operator": "time_of_week", "zone": "UTC", "days": ["friday"], "from": "22:00", "until": "02:00"});
        for (now, expect) in [
            ("2026-01-02T21:59:00Z", false),
            ("2026-01-02T22:00:00Z", true),
            ("2026-01-03T01:59:00Z", true),
            ("2026-01-03T02:00:00Z", false),
            ("2026-01-03T22:00:00Z", false),
            ("2026-01-02T01:00:00Z", false),
        ] {
            check_at(&friday, json!({}), now, expect);
        }
        let sunday =
            json!({"operator": "time_of_week", "zone": "UTC", "days": ["sunday"], "from": "23:00", "until": "01:00"});
        check_at(&sunday, json!({}), "2026-01-05T00:30:00Z", true);
        let evening = json!({"operator": "time_of_week", "zone": "UTC", "from": "18:00", "until": "24:00"});
        check_at(&evening, json!({}), "2026-01-05T23:59:59.999Z", true);
        check_at(&evening, json!({}), "2026-01-05T00:00:00Z", false);
    }

    #[test]
    fn an_attribute_may_hold_the_moment() {
        let weekend =
            json!({"operator": "time_of_week", "attribute": "born", "zone": "UTC", "days": ["saturday", "sunday"]});
        check(&weekend, json!({"born": "2026-01-03T12:00:00Z"}), true);
        check(&weekend, json!({"born": "2026-01-05T00:00:00+02:00"}), true);
        check(&weekend, json!({"born": 1_767_614_400_000_i64}), false);
        check(&weekend, json!({"born": "0000-01-01T00:00:00Z"}), true);
        check(&weekend, json!({"born": "9999-12-31T23:59:59Z"}), false);
        check(&weekend, json!({"born": "Saturday"}), false);
    }

    #[test]
    fn times_of_day() {
        for (text, expect) in [("00:00", Some(0)), ("09:05", Some(545)), ("23:59", Some(1_439)), ("24:00", Some(1_440))]
        {
            assert_eq!(minute(text), expect, "{text}");
        }
        for text in ["", ":", "9:00", "24:01", "12:60", "12:5", "+9:00", "-1:00", "12:00:00", "١٢:٠٠"] {
            assert_eq!(minute(text), None, "{text}");
        }
    }

    #[test]
    fn refusals_name_the_field() {
        let clause = |changes: serde_json::Value| {
            let mut clause = json!({"operator": "time_of_week", "zone": "UTC", "days": ["monday"]});
            clause.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            clause
        };
        check_refused(&clause(json!({"days": []})), "clause.days: must list a day, unless hours are given");
        check_refused(&clause(json!({"days": ["monday", "monday"]})), "clause.days[1]: must not be listed twice");
        check_refused(
            &clause(json!({"zone": "Mars"})),
            "clause.zone: must be the IANA name of a time zone, such as Europe/Berlin",
        );
        check_refused(&clause(json!({"from": "09:00"})), "clause.until: must be given together with the beginning");
        check_refused(&clause(json!({"until": "09:00"})), "clause.from: must be given together with the end");
        check_refused(
            &clause(json!({"from": "24:00", "until": "09:00"})),
            "clause.from: must be a time of day from 00:00 to 23:59",
        );
        check_refused(
            &clause(json!({"from": "09:00", "until": "25:00"})),
            "clause.until: must be a time of day from 00:00 to 24:00",
        );
        check_refused(
            &clause(json!({"from": "09:00", "until": "09:00"})),
            "clause.until: must differ from the beginning; leave both out for the whole day",
        );
    }
}

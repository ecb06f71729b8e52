//! Times in words: "13:52" today, "Mon 09:05" this week, "16 Nov" before that; the full date on hover.

use chrono::{DateTime, Datelike, Local, TimeZone, Timelike};
use signalbox_domain::Timestamp;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment in the time zone of this device.
pub fn local(time: Timestamp) -> DateTime<Local> {
    time.to_utc().with_timezone(&Local)
}

/// "13:52" today, "Mon 09:05" within the last six days, "16 Nov" this year, "16 Nov 2024" before.
pub fn short<Zone: TimeZone>(time: &DateTime<Zone>, now: &DateTime<Zone>) -> String {
    let days = now.date_naive().signed_duration_since(time.date_naive()).num_days();
    match days {
        0 => clock(time),
        1..=6 => format!("{} {}", weekday(time), clock(time)),
        _ if time.year() == now.year() => format!("{} {}", time.day(), month(time)),
        _ => format!("{} {} {}", time.day(), month(time), time.year()),
    }
}

/// "16 Nov, 09:05", or "today, 09:05": day and clock, for places that need both.
pub fn day_and_clock<Zone: TimeZone>(time: &DateTime<Zone>, now: &DateTime<Zone>) -> String {
    format!("{}, {}", day(time, now), clock(time))
}

/// "today, 14:20", "Thu 26 Nov, 14:20": a moment that is still to come.
pub fn ahead<Zone: TimeZone>(time: &DateTime<Zone>, now: &DateTime<Zone>) -> String {
    if time.date_naive() == now.date_naive() {
        return format!("today, {}", clock(time));
    }
    let year = if time.year() == now.year() { String::new() } else { format!(" {}", time.year()) };
    format!("{} {} {}{year}, {}", weekday(time), time.day(), month(time), clock(time))
}

/// "today", "yesterday", "Thursday 19 November", with the year where it is another: for headings of days.
pub fn day_heading<Zone: TimeZone>(time: &DateTime<Zone>, now: &DateTime<Zone>) -> String {
    let days = now.date_naive().signed_duration_since(time.date_naive()).num_days();
    match days {
        0 => "Today".into(),
        1 => "Yesterday".into(),
        _ if time.year() == now.year() => long_day(time),
        _ => format!("{} {}", long_day(time), time.year()),
    }
}

/// "Thursday 19 November 2026, 14:32:07".
pub fn full<Zone: TimeZone>(time: &DateTime<Zone>) -> String {
    format!("{} {}, {}:{:02}", long_day(time), time.year(), clock(time), time.second())
}

/// "Thursday 19 November".
pub fn long_day<Zone: TimeZone>(time: &DateTime<Zone>) -> String {
    format!("{} {} {}", LONG_WEEKDAYS[time.weekday().num_days_from_monday() as usize], time.day(), long_month(time))
}

/// "14:32".
pub fn clock<Zone: TimeZone>(time: &DateTime<Zone>) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// "just now", "40 s ago", "12 min ago", "3 h ago", "2 d ago".
pub fn ago(time: Timestamp, now: Timestamp) -> String {
    let millis = now.millis() - time.millis();
    if millis < 2 * SECOND { "just now".into() } else { format!("{} ago", coarse(millis)) }
}

/// "41 d", "1 y 2 m": how old something is, in days, or in years and months (of 30 days).
pub fn age(since: Timestamp, now: Timestamp) -> String {
    let days = (now.millis() - since.millis()).max(0) / DAY;
    match (days / 365, days % 365 / 30) {
        (0, _) => format!("{days} d"),
        (years, 0) => format!("{years} y"),
        (years, months) => format!("{years} y {} m", months.min(11)),
    }
}

/// "3 d 5 h", "5 h 12 min", "12 min", "40 s": how long something lasts, in its two largest units.
pub fn span(millis: i64) -> String {
    let (days, hours, minutes) = (millis / DAY, millis % DAY / HOUR, millis % HOUR / MINUTE);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{} s", millis.max(0) / SECOND),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

fn coarse(millis: i64) -> String {
    match millis {
        ..MINUTE => format!("{} s", millis.max(0) / SECOND),
        MINUTE..HOUR => format!("{} min", millis / MINUTE),
        HOUR..DAY => format!("{} h", millis / HOUR),
        _ => format!("{} d", millis / DAY),
    }
}

fn day<Zone: TimeZone>(time: &DateTime<Zone>, now: &DateTime<Zone>) -> String {
    match (time.date_naive() == now.date_naive(), time.year() == now.year()) {
        (true, _) => "today".into(),
        (false, true) => format!("{} {}", time.day(), month(time)),
        (false, false) => format!("{} {} {}", time.day(), month(time), time.year()),
    }
}

const LONG_WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const LONG_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn weekday<Zone: TimeZone>(time: &DateTime<Zone>) -> &'static str {
    &LONG_WEEKDAYS[time.weekday().num_days_from_monday() as usize][..3]
}

fn long_month<Zone: TimeZone>(time: &DateTime<Zone>) -> &'static str {
    LONG_MONTHS[time.month0() as usize]
}

fn month<Zone: TimeZone>(time: &DateTime<Zone>) -> &'static str {
    &long_month(time)[..3]
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{FixedOffset, Utc};

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    fn stamp(text: &str) -> Timestamp {
        Timestamp::from_millis(at(text).with_timezone(&Utc).timestamp_millis())
    }

    #[test]
    fn a_time_is_as_short_as_it_may_be() {
        let now = at("2026-11-19T14:32:00+01:00");
        let check = |time: &str, expect: &str| assert_eq!(short(&at(time), &now), expect, "{time}");
        check("2026-11-19T13:52:09+01:00", "13:52");
        check("2026-11-18T23:59:59+01:00", "Wed 23:59");
        check("2026-11-16T09:05:00+01:00", "Mon 09:05");
        check("2026-11-13T09:05:00+01:00", "Fri 09:05");
        check("2026-11-12T09:05:00+01:00", "12 Nov");
        check("2025-12-31T09:05:00+01:00", "31 Dec 2025");
        check("2026-11-20T09:05:00+01:00", "20 Nov");
    }

    #[test]
    fn full_times_and_headings_say_all() {
        let (time, now) = (at("2026-11-16T09:05:07+01:00"), at("2026-11-19T14:32:00+01:00"));
        assert_eq!(full(&time), "Monday 16 November 2026, 09:05:07");
        assert_eq!(day_heading(&time, &now), "Monday 16 November");
        assert_eq!(day_heading(&at("2026-11-18T09:05:07+01:00"), &now), "Yesterday");
        assert_eq!(day_and_clock(&time, &now), "16 Nov, 09:05");
        assert_eq!(day_and_clock(&now, &now), "today, 14:32");
        assert_eq!(ahead(&at("2026-11-26T14:20:00+01:00"), &now), "Thu 26 Nov, 14:20");
        assert_eq!(ahead(&at("2026-11-19T18:00:00+01:00"), &now), "today, 18:00");
        assert_eq!(ahead(&at("2027-01-04T09:00:00+01:00"), &now), "Mon 4 Jan 2027, 09:00");
    }

    #[test]
    fn distances_name_what_matters() {
        let now = stamp("2026-11-19T14:32:00Z");
        let check = |time: &str, expect: &str| assert_eq!(ago(stamp(time), now), expect, "{time}");
        check("2026-11-19T14:31:59Z", "just now");
        check("2026-11-19T14:31:56Z", "4 s ago");
        check("2026-11-19T13:52:00Z", "40 min ago");
        check("2026-11-19T11:00:00Z", "3 h ago");
        check("2026-11-16T11:00:00Z", "3 d ago");
        check("2026-11-19T15:00:00Z", "just now");
        assert_eq!(age(stamp("2026-10-09T14:32:00Z"), now), "41 d");
        assert_eq!(age(stamp("2025-09-14T14:32:00Z"), now), "1 y 2 m");
        assert_eq!(age(stamp("2024-11-19T14:32:00Z"), now), "2 y");
        assert_eq!(span(3 * DAY + 5 * HOUR), "3 d 5 h");
        assert_eq!(span(65 * MINUTE), "1 h 5 min");
        assert_eq!(span(40 * SECOND), "40 s");
    }
}

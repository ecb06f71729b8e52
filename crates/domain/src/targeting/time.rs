//! Clauses on moments: before, after, between. Judged against the time of the question or against an attribute.

use std::ops::Range;

use chrono::offset::LocalResult;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde::Serialize;

use super::attribute::{AttributePath, Seen};
use super::verdict::Verdict;
use crate::refusal::Refusal;

/// The years 0 to 9999 in milliseconds since 1970, as far as RFC 3339 reaches.
const YEARS: Range<i64> = -62_167_219_200_000..253_402_300_800_000;

/// A moment that another is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Moment {
    /// Which attribute: RFC 3339 text, or milliseconds since 1970. Absent: the time of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<AttributePath>,
    /// `2026-12-01T09:00:00+01:00`; or, with a zone, what clocks and calendars there show: `2026-12-01T09:00`,
    /// `2026-12-01` (its midnight).
    pub time: String,
    /// IANA name of the zone in which `time` is read, such as `Europe/Berlin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// A stretch of time: from its beginning, up to but without its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Period {
    /// Which attribute: RFC 3339 text, or milliseconds since 1970. Absent: the time of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<AttributePath>,
    /// When it begins; written as [`Moment::time`] is.
    pub from: String,
    /// When it is over; after `from`.
    pub until: String,
    /// IANA name of the zone in which both are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

impl Moment {
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        read_or_refuse(&self.time, self.zone.as_deref(), "time", field).map(drop)
    }
}

impl Period {
    pub(super) fn check(&self, field: &str) -> Result<(), Refusal> {
        let from = read_or_refuse(&self.from, self.zone.as_deref(), "from", field)?;
        let until = read_or_refuse(&self.until, self.zone.as_deref(), "until", field)?;
        match from < until {
            true => Ok(()),
            false => Err(Refusal::invalid(format!("{field}.until"), "must be later than the beginning")),
        }
    }
}

/// The zone of this IANA name.
///
/// # Errors
/// What would be accepted.
pub(super) fn zone(name: &str) -> Result<Tz, &'static str> {
    name.parse().map_err(|_| "must be the IANA name of a time zone, such as Europe/Berlin")
}

fn read_or_refuse(text: &str, zone_name: Option<&str>, name: &str, field: &str) -> Result<i64, Refusal> {
    let zone = match zone_name.map(zone).transpose() {
        Ok(zone) => zone,
        Err(message) => return Err(Refusal::invalid(format!("{field}.zone"), message)),
    };
    instant(text, zone).ok_or_else(|| {
        let message = match zone {
            Some(_) => "must be a local date and time such as 2026-12-01T09:00, or a date, when a zone is given",
            None => "must be a date and time with its offset such as 2026-12-01T09:00:00+01:00; or give a zone",
        };
        Refusal::invalid(format!("{field}.{name}"), message)
    })
}

/// Milliseconds since 1970 of a moment as written; within the years 0 to 9999.
fn instant(text: &str, zone: Option<Tz>) -> Option<i64> {
    let millis = match zone {
        None => DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis(),
        Some(zone) => at(zone, local(text)?)?.timestamp_millis(),
    };
    YEARS.contains(&millis).then_some(millis)
}

/// A local date and time, or the midnight that begins a local date.
fn local(text: &str) -> Option<NaiveDateTime> {
    // chrono itself also reads signs, spaces and single digits.
    let is_plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'T' | b':' | b'.');
    if !text.starts_with(|first: char| first.is_ascii_digit()) || !text.bytes().all(is_plain) {
        return None;
    }
    match text.len() {
        10 => Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)),
        16 => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok(),
        _ => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok(),
    }
}

/// When clocks in `zone` show `local`: the earlier time where they show it twice; where they skip it, as if they had
/// not been put forward yet, so 02:30 is 03:30 (what the standard `Temporal` of JavaScript calls "compatible").
fn at(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Tz>> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => Some(time),
        LocalResult::None => {
            let the_day_before = local.checked_sub_signed(TimeDelta::days(1))?;
            let offset = zone.offset_from_utc_datetime(&the_day_before).fix();
            let utc = local.checked_sub_offset(offset)?;
            Some(zone.from_utc_datetime(&utc))
        }
    }
}

/// The moment that an attribute holds: RFC 3339 text or whole milliseconds since 1970, within the years 0 to 9999.
pub(super) fn moment_of(seen: Seen<'_>) -> Option<i64> {
    let millis = match seen {
        Seen::Text(text) => DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis(),
        Seen::Number(number) => match number.as_i64() {
            Some(millis) => millis,
            None => {
                let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 1e15)?;
                #[expect(clippy::cast_possible_truncation, reason = "whole and within ±10^15 after the check")]
                let millis = float as i64;
                millis
            }
        },
        _ => return None,
    };
    within_years(millis)
}

/// `millis`, where calendars reach.
pub(super) fn within_years(millis: i64) -> Option<i64> {
    YEARS.contains(&millis).then_some(millis)
}

/// Moments ready to be compared with, in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) enum TimeMatcher {
    Before(i64),
    /// The moment itself included, so that before and after leave out no moment and share none.
    After(i64),
    Between(i64, i64),
}

impl TimeMatcher {
    pub(super) fn before(test: &Moment) -> Option<Self> {
        test.instant().map(Self::Before)
    }

    pub(super) fn after(test: &Moment) -> Option<Self> {
        test.instant().map(Self::After)
    }

    pub(super) fn between(test: &Period) -> Option<Self> {
        let zone = test.zone.as_deref().map(zone).transpose().ok()?;
        Some(Self::Between(instant(&test.from, zone)?, instant(&test.until, zone)?))
    }

    pub(super) fn judge(self, millis: i64) -> Verdict {
        match self {
            Self::Before(end) => millis < end,
            Self::After(start) => millis >= start,
            Self::Between(start, end) => (start..end).contains(&millis),
        }
        .into()
    }
}

/// Whole seconds of so many milliseconds, if they are whole.
const fn on_the_second(millis: i64) -> Option<i64> {
    if millis % 1_000 == 0 { Some(millis / 1_000) } else { None }
}

impl Period {
    /// Whole seconds since 1970 from which and until which it is, where both are on the second.
    pub(crate) fn seconds(&self) -> Option<(i64, i64)> {
        match TimeMatcher::between(self)? {
            TimeMatcher::Between(from, until) => Some((on_the_second(from)?, on_the_second(until)?)),
            TimeMatcher::Before(_) | TimeMatcher::After(_) => None,
        }
    }
}

impl Moment {
    /// Whole seconds since 1970, where it is on the second.
    pub(crate) fn second(&self) -> Option<i64> {
        self.instant().and_then(on_the_second)
    }

    fn instant(&self) -> Option<i64> {
        let zone = self.zone.as_deref().map(zone).transpose().ok()?;
        instant(&self.time, zone)
    }
}

/// A moment as people write it: "1 December 2026, 09:00 (Europe/Berlin)"; what cannot be read, as it stands.
pub(super) fn moment_words(text: &str, zone: Option<&str>) -> String {
    let (local, place) = match zone {
        Some(zone) => (local(text), zone.to_owned()),
        None => match DateTime::parse_from_rfc3339(text) {
            Ok(time) if time.offset().local_minus_utc() == 0 => (Some(time.naive_local()), "UTC".to_owned()),
            Ok(time) => (Some(time.naive_local()), format!("UTC{}", time.offset())),
            Err(_) => (None, String::new()),
        },
    };
    local.map_or_else(|| text.to_owned(), |local| format!("{} ({place})", clock_words(local)))
}

/// A moment as clocks in `zone` show it (UTC where there is none): "Tuesday, 1 December 2026, 09:00 (Europe/Berlin)".
pub(super) fn instant_words(millis: i64, zone_name: Option<&str>) -> String {
    let Some(utc) = within_years(millis).and_then(DateTime::from_timestamp_millis) else {
        return format!("{millis} ms since 1970, beyond the calendar");
    };
    let (place, local) = match zone_name.and_then(|name| Some((name, zone(name).ok()?))) {
        Some((name, zone)) => (name, utc.with_timezone(&zone).naive_local()),
        None => ("UTC", utc.naive_utc()),
    };
    format!("{}, {} ({place})", local.format("%A"), clock_words(local))
}

fn clock_words(local: NaiveDateTime) -> String {
    use chrono::Timelike;
    let format = if local.second() == 0 { "%-d %B %Y, %H:%M" } else { "%-d %B %Y, %H:%M:%S" };
    local.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targeting::testing::{check, check_at, check_refused};
    use serde_json::json;

    #[test]
    fn moments_are_compared_with_the_time_of_the_question() {
        let before = json!({"operator": "time_before", "time": "2026-12-01T09:00:00+01:00"});
        let after = json!({"operator": "time_after", "time": "2026-12-01T09:00", "zone": "Europe/Berlin"});
        let between =
            json!({"operator": "time_between", "from": "2026-12-01", "until": "2026-12-02", "zone": "Europe/Berlin"});
        for (now, is_before, is_between) in [
            ("2026-11-30T22:59:59.999Z", true, false),
            ("2026-11-30T23:00:00Z", true, true),
            ("2026-12-01T07:59:59.999Z", true, true),
            ("2026-12-01T08:00:00Z", false, true),
            ("2026-12-01T22:59:59.999Z", false, true),
            ("2026-12-01T23:00:00Z", false, false),
        ] {
            check_at(&before, json!({}), now, is_before);
            check_at(&after, json!({}), now, !is_before);
            check_at(&between, json!({}), now, is_between);
        }
    }

    #[test]
    fn moments_are_compared_with_an_attribute() {
        let after = json!({"operator": "time_after", "attribute": "x", "time": "2026-01-01T00:00:00Z"});
        for (value, expect) in [
            (json!("2026-01-01T00:00:00Z"), true),
            (json!("2026-01-01T00:59:59+01:00"), false),
            (json!("2026-01-01T00:00:00-00:01"), true),
            (json!(1_767_225_600_000_i64), true),
            (json!(1_767_225_600_000.0), true),
            (json!(1_767_225_599_999_i64), false),
            (json!(1_767_225_600), false),
            (json!(["2025-01-01T00:00:00Z", "2027-01-01T00:00:00Z"]), true),
            // Not moments.
            (json!("2027-01-01"), false),
            (json!("2027-01-01T00:00:00"), false),
            (json!("1798761600000"), false),
            (json!("tomorrow"), false),
            (json!(""), false),
            (json!(1e300), false),
            (json!(i64::MAX), false),
            (json!(u64::MAX), false),
            (json!(1_798_761_600_000.5), false),
            (json!(true), false),
            (json!(null), false),
        ] {
            check(&after, json!({"x": value}), expect);
        }
    }

    #[test]
    fn a_time_outside_the_calendar_is_not_judged() {
        use crate::targeting::{Attributes, Clause, CompiledClause, CompiledSegments};
        let clause: Clause =
            serde_json::from_value(json!({"operator": "time_after", "time": "2026-01-01T00:00:00Z"})).unwrap();
        let compiled = CompiledClause::new(clause);
        for millis in [i64::MIN, i64::MAX, YEARS.end, YEARS.start - 1] {
            let attributes = Attributes::of_key("ann", crate::Timestamp::from_millis(millis));
            assert!(!compiled.matches(&attributes, &CompiledSegments::default()), "{millis}");
        }
        let last = Attributes::of_key("ann", crate::Timestamp::from_millis(YEARS.end - 1));
        assert!(compiled.matches(&last, &CompiledSegments::default()));
    }

    #[test]
    fn local_times_where_clocks_change() {
        let check = |text: &str, zone: &str, expect: &str| {
            let millis = instant(text, Some(zone.parse().unwrap())).unwrap();
            assert_eq!(crate::Timestamp::from_millis(millis).to_string(), expect, "{text} in {zone}");
        };
        check("2026-03-29T01:59", "Europe/Berlin", "2026-03-29T00:59:00.000Z");
        check("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z");
        check("2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00:00.000Z");
        check("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z");
        check("2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00:00.000Z");
        check("2026-03-08T02:30:00.5", "America/New_York", "2026-03-08T07:30:00.500Z");
        check("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:45:00.000Z");
        check("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T22:00:00.000Z");
        check("2026-12-01", "Asia/Kathmandu", "2026-11-30T18:15:00.000Z");
        for text in [
            "",
            "2026",
            "2026-12",
            "2026-13-01",
            "2026-02-29",
            "2026-12-1",
            " 2026-12-01",
            "2026-12-01T",
            "2026-12-01T24:00",
            "2026-12-01 09:00",
            "2026-12-01T09:00Z",
            "+262142-12-31T23:59:59",
            "-262143-01-01T00:00:00",
            "12026-01-01",
        ] {
            assert_eq!(instant(text, Some(Tz::UTC)), None, "{text:?}");
        }
        // Within the calendar there, not here.
        assert_eq!(instant("0000-01-01", Some("Asia/Tokyo".parse().unwrap())), None);
        assert_eq!(instant("9999-12-31T23:59", Some("America/New_York".parse().unwrap())), None);
    }

    #[test]
    fn refusals_name_the_field() {
        let with_offset =
            "clause.time: must be a date and time with its offset such as 2026-12-01T09:00:00+01:00; or give a zone";
        check_refused(&json!({"operator": "time_before", "time": "2026-12-01"}), with_offset);
        check_refused(&json!({"operator": "time_before", "time": "2026-12-01T09:00"}), with_offset);
        check_refused(
            &json!({"operator": "time_before", "time": "2026-12-01T09:00:00Z", "zone": "Europe/Berlin"}),
            "clause.time: must be a local date and time such as 2026-12-01T09:00, or a date, when a zone is given",
        );
        check_refused(
            &json!({"operator": "time_before", "time": "2026-12-01", "zone": "Berlin"}),
            "clause.zone: must be the IANA name of a time zone, such as Europe/Berlin",
        );
        check_refused(
            &json!({"operator": "time_between", "from": "2026-12-01", "until": "2026-12-01", "zone": "UTC"}),
            "clause.until: must be later than the beginning",
        );
    }

    #[test]
    fn moments_in_words() {
        assert_eq!(moment_words("2026-12-01T09:00", Some("Europe/Berlin")), "1 December 2026, 09:00 (Europe/Berlin)");
        assert_eq!(moment_words("2026-12-01T09:00:05Z", None), "1 December 2026, 09:00:05 (UTC)");
        assert_eq!(moment_words("2026-12-01T09:00:00+01:00", None), "1 December 2026, 09:00 (UTC+01:00)");
        assert_eq!(moment_words("soon", None), "soon");
        assert_eq!(instant_words(0, None), "Thursday, 1 January 1970, 00:00 (UTC)");
        assert_eq!(instant_words(0, Some("Asia/Tokyo")), "Thursday, 1 January 1970, 09:00 (Asia/Tokyo)");
        assert_eq!(instant_words(i64::MAX, None), "9223372036854775807 ms since 1970, beyond the calendar");
    }
}

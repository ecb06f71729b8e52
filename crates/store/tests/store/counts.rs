//! What is counted beside the log: kept by the minute, added up by the hour, forgotten in time.

use signalbox_domain::Timestamp;
use signalbox_domain::key::{RuleId, SdkKeyId, VariantKey};
use signalbox_store::{
    CountingStart, DAYS_KEPT, EvaluationCount, HOURS_OF_MINUTES, Opened, Series, SeriesEnds, SketchOf, StoredSketch,
};

use crate::support::place;

/// The first minute of an hour.
const NOON: i64 = 29_000_000 / 60 * 60;

fn series(variant: &str) -> Series {
    Series { place: place("payments", "production"), variant: VariantKey::new(variant).unwrap() }
}

fn count(variant: &str, minute: i64, single: u64, exposures: u64) -> EvaluationCount {
    EvaluationCount { series: series(variant), minute, single, bulk: 0, exposures }
}

fn sorted(mut counts: Vec<EvaluationCount>) -> Vec<EvaluationCount> {
    counts.sort_by(|one, other| {
        (one.minute, one.series.variant.as_str()).cmp(&(other.minute, other.series.variant.as_str()))
    });
    counts
}

#[test]
fn counts_of_a_minute_add_up_and_survive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let Opened { mut counts, reader, .. } = signalbox_store::open(directory.path()).unwrap();
    counts.add(&[count("on", NOON, 3, 0), count("off", NOON, 5, 1)]).unwrap();
    counts.add(&[count("on", NOON, 4, 0), count("on", NOON + 1, 1, 0)]).unwrap();
    let expected = [count("off", NOON, 5, 1), count("on", NOON, 7, 0), count("on", NOON + 1, 1, 0)];
    assert_eq!(sorted(reader.evaluation_counts(NOON).unwrap()), expected);
    assert_eq!(reader.evaluation_counts(NOON + 1).unwrap(), expected[2..]);
    drop((counts, reader));

    let Opened { reader, .. } = signalbox_store::open(directory.path()).unwrap();
    assert_eq!(sorted(reader.evaluation_counts(NOON).unwrap()), expected);
    let mut ends = reader.series_ends().unwrap();
    ends.sort_by_key(|ends| ends.series.variant.to_string());
    let end =
        |variant, last_evaluated, last_exposed| SeriesEnds { series: series(variant), last_evaluated, last_exposed };
    assert_eq!(ends, [end("off", Some(NOON), Some(NOON)), end("on", Some(NOON + 1), None)]);
    assert!(reader.verify().unwrap().holds(), "the log does not know of it");
}

#[test]
fn minutes_become_hours_and_hours_are_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let Opened { mut counts, reader, .. } = signalbox_store::open(directory.path()).unwrap();
    counts.add(&[count("on", NOON + 1, 3, 0), count("on", NOON + 59, 4, 2), count("on", NOON + 60, 5, 0)]).unwrap();
    let rows = || {
        let connection = rusqlite::Connection::open(directory.path().join(signalbox_store::DATABASE)).unwrap();
        let mut select = connection
            .prepare("SELECT minutes, start, single, exposures FROM evaluation_counts ORDER BY minutes, start")
            .unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
        rows.collect::<Result<Vec<(i64, i64, i64, i64)>, _>>().unwrap()
    };
    let hours = HOURS_OF_MINUTES * 60;
    counts.tidy(NOON + hours + 59).unwrap();
    assert_eq!(rows().len(), 3, "the hour is not old enough");
    counts.tidy(NOON + hours + 60).unwrap();
    assert_eq!(rows(), [(1, NOON + 60, 5, 0), (60, NOON, 7, 2)]);
    // What comes late is added to its hour.
    counts.add(&[count("on", NOON + 2, 1, 0)]).unwrap();
    counts.tidy(NOON + hours + 60).unwrap();
    assert_eq!(rows(), [(1, NOON + 60, 5, 0), (60, NOON, 8, 2)]);

    counts.tidy(NOON + 60 + DAYS_KEPT * 24 * 60).unwrap();
    assert_eq!(rows(), [(60, NOON + 60, 5, 0)]);
    assert_eq!(reader.series_ends().unwrap()[0].last_evaluated, Some(NOON + 60), "the end is kept");
    counts.tidy(NOON + 61 + DAYS_KEPT * 24 * 60).unwrap();
    assert_eq!(rows(), []);
}

#[test]
fn sketches_are_replaced_found_by_day_and_flag_and_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let Opened { mut counts, reader, .. } = signalbox_store::open(directory.path()).unwrap();
    let day = NOON / (24 * 60);
    let sketch = |rule: Option<&str>, of, day, bytes: &[u8]| StoredSketch {
        place: place("payments", "production"),
        rule: rule.map(|id| RuleId::new(id).unwrap()),
        of,
        day,
        bytes: bytes.to_vec(),
    };
    let old = sketch(None, SketchOf::Given, day - 1, b"old");
    let ruled = sketch(Some("rule_1"), SketchOf::Withheld, day, b"ruled");
    counts.keep_sketches(&[old.clone(), ruled.clone(), sketch(None, SketchOf::Given, day, b"first")]).unwrap();
    let second = sketch(None, SketchOf::Given, day, b"second");
    counts.keep_sketches(std::slice::from_ref(&second)).unwrap();
    let place = place("payments", "production");
    let of_flag = |from| {
        let mut found = reader.sketches_of_flag(&place, from).unwrap();
        found.sort_by_key(|sketch| (sketch.day, sketch.rule.clone()));
        found
    };
    assert_eq!(of_flag(day), [second.clone(), ruled.clone()]);
    assert_eq!(of_flag(day - 1), [old.clone(), second, ruled]);
    assert_eq!(reader.sketches_of_day(day - 1).unwrap(), [old]);
    counts.tidy((day + DAYS_KEPT) * 24 * 60).unwrap();
    assert_eq!(reader.sketches_of_day(day - 1).unwrap(), []);
    assert_eq!(of_flag(day - 1).len(), 2);
}

#[test]
fn counting_begins_once_and_a_later_use_of_a_key_stays() {
    let directory = tempfile::tempdir().unwrap();
    let Opened { mut counts, reader, .. } = signalbox_store::open(directory.path()).unwrap();
    let began = CountingStart { since: Timestamp::from_millis(7), seed: u64::MAX - 1 };
    assert_eq!(counts.begin(began.since, began.seed).unwrap(), began);
    assert_eq!(counts.begin(Timestamp::from_millis(9), 3).unwrap(), began);

    let key = SdkKeyId::new("key_1").unwrap();
    counts.note_uses(&[(key.clone(), 20)]).unwrap();
    counts.note_uses(&[(key.clone(), 19)]).unwrap();
    assert_eq!(reader.sdk_key_uses().unwrap(), [(key, 20)]);
}

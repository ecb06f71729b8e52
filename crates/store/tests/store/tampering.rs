//! Whatever somebody changes behind the program's back, the check of the log names the first event that is wrong.

use signalbox_domain::chain::Link;
use signalbox_store::EntryFilter;

use crate::support::{Installation, place, tamper};

/// Eight or more events with personal values, one of them erased, and a snapshot at the end.
fn history() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let mut bank = Installation::of_a_bank(directory.path());
    bank.override_for(&place("payments", "production"), &["customer-1", "customer-2"]);
    bank.kill_and_lift(&place("search", "production"));
    bank.act(signalbox_domain::command::Command::Erase { value: "customer-1".into() });
    bank.log.write_snapshot(&bank.state).unwrap();
    assert_eq!(bank.state.sequence, 11);
    directory
}

#[test]
fn an_untouched_log_holds() {
    let directory = history();
    let report = signalbox_store::read(directory.path()).unwrap().verify().unwrap();
    assert_eq!((report.entries, report.broken_at, report.why), (11, None, None));
    assert_eq!(report.link, Installation::open(directory.path()).link);
}

#[test]
fn every_change_is_found_at_its_event() {
    let swap = |column: &str, one: u64, other: u64| {
        format!(
            "CREATE TABLE two AS SELECT sequence, {column} AS it FROM events WHERE sequence IN ({one}, {other});
             UPDATE events SET {column} = (SELECT it FROM two WHERE two.sequence = {one} + {other} - events.sequence)
             WHERE sequence IN ({one}, {other});
             DROP TABLE two;"
        )
    };
    let value_of =
        |value: &str| format!("commitment = (SELECT commitment FROM personal_values WHERE value = '{value}')");
    let links = signalbox_store::read(history().path()).unwrap().entries(&EntryFilter::default()).unwrap().entries;
    let links: Vec<Link> = links.iter().rev().map(|entry| entry.link).collect();
    let cases: Vec<(&str, String, u64, &str)> = vec![
        (
            "bytes",
            "UPDATE events SET bytes = CAST(replace(bytes, 'staging', 'stating') AS BLOB) WHERE sequence = 2".into(),
            2,
            "link",
        ),
        (
            "one byte at the end",
            "UPDATE events SET bytes = CAST(bytes || ' ' AS BLOB) WHERE sequence = 11".into(),
            11,
            "link",
        ),
        ("link", "UPDATE events SET link = randomblob(32) WHERE sequence = 4".into(), 4, "link"),
        ("last link", "UPDATE events SET link = randomblob(32) WHERE sequence = 11".into(), 11, "link"),
        ("first row", "DELETE FROM events WHERE sequence = 1".into(), 1, "missing"),
        ("row", "DELETE FROM events WHERE sequence = 5".into(), 5, "missing"),
        ("last rows", "DELETE FROM events WHERE sequence > 9".into(), 10, "missing"),
        ("all rows", "DELETE FROM events".into(), 1, "missing"),
        ("swapped bytes", swap("bytes", 4, 5), 4, "link"),
        ("swapped rows", swap("bytes", 4, 5) + &swap("link", 4, 5), 4, "link"),
        ("end of the log", "UPDATE head SET sequence = 10".into(), 11, "should end with event 10"),
        ("link of the end", "UPDATE head SET link = zeroblob(32)".into(), 11, "another link"),
        ("actor to find it by", "UPDATE events SET actor = 'tok_mallory' WHERE sequence = 3".into(), 3, "filed"),
        ("flag to find it by", "UPDATE events SET flag = NULL WHERE sequence = 4".into(), 4, "filed"),
        ("what it gives the reason for", "UPDATE events SET about = 1 WHERE sequence = 9".into(), 9, "filed"),
        (
            "replaced value",
            format!("UPDATE personal_values SET value = 'mallory' WHERE {}", value_of("customer-2")),
            8,
            "replaced",
        ),
        (
            "replaced owner",
            "UPDATE personal_values SET salt = zeroblob(16) WHERE value = 'Olga Owner'".into(),
            4,
            "replaced",
        ),
        (
            "secretly deleted value",
            format!("DELETE FROM personal_values WHERE {}", value_of("They asked for it")),
            7,
            "no event erased it",
        ),
        (
            "smuggled value",
            format!("INSERT INTO personal_values VALUES ('{}', zeroblob(16), 'stray')", "0".repeat(64)),
            0,
            "no event speaks of",
        ),
    ];
    for (what, sql, broken_at, why) in cases {
        let directory = history();
        tamper(directory.path(), &sql);
        let report = signalbox_store::read(directory.path()).unwrap().verify().unwrap();
        assert_eq!(report.broken_at, Some(broken_at), "{what}: {report:?}");
        assert!(report.why.as_ref().is_some_and(|told| told.contains(why)), "{what}: {report:?}");
        assert!(!report.holds());
        if broken_at > 0 {
            assert_eq!(report.entries, broken_at - 1, "{what}: those before it hold");
            let link = links[..broken_at as usize - 1].last().copied().unwrap_or(Link::FIRST);
            assert_eq!(report.link, link, "{what}");
        }
    }
}

#[test]
fn a_rewritten_chain_that_does_not_fold_is_found() {
    // Whoever rewrites every link after a change still has to write a history that could have happened.
    let directory = history();
    let connection = rusqlite::Connection::open(directory.path().join(signalbox_store::DATABASE)).unwrap();
    connection.execute_batch("DROP TRIGGER events_are_never_changed").unwrap();
    let rows: Vec<(u64, Vec<u8>)> = connection
        .prepare("SELECT sequence, bytes FROM events ORDER BY sequence")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut link = Link::FIRST;
    for (sequence, bytes) in rows {
        let bytes = match sequence {
            7 => String::from_utf8(bytes).unwrap().replace("payments", "balances").into_bytes(),
            _ => bytes,
        };
        link = link.next(&bytes);
        let rewrite = "UPDATE events SET bytes = ?2, link = ?3 WHERE sequence = ?1";
        connection.execute(rewrite, (sequence, bytes, link.0)).unwrap();
    }
    connection.execute("UPDATE head SET link = ?1", [link.0]).unwrap();
    drop(connection);
    let report = signalbox_store::read(directory.path()).unwrap().verify().unwrap();
    assert_eq!(report.broken_at, Some(7), "{report:?}");
    assert!(report.why.unwrap().contains("balances"));
}

#[test]
fn a_snapshot_that_tells_another_story_is_found() {
    let directory = history();
    // The state is changed, and its checksum with it.
    let connection = rusqlite::Connection::open(directory.path().join(signalbox_store::DATABASE)).unwrap();
    let (link, state): ([u8; 32], Vec<u8>) =
        connection.query_row("SELECT link, state FROM snapshot", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let state = String::from_utf8(state).unwrap().replace("\"Bank\"", "\"Bonk\"").into_bytes();
    let checksum = Link(link).next(&state);
    connection.execute("UPDATE snapshot SET state = ?1, checksum = ?2", (state, checksum.0)).unwrap();
    drop(connection);
    let report = signalbox_store::read(directory.path()).unwrap().verify().unwrap();
    assert_eq!(report.broken_at, Some(11), "{report:?}");
    assert!(report.why.unwrap().contains("snapshot"));
}

//! What the system sees: before a change is acknowledged, the write-ahead log was synced with all that was written.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::process::Command as Process;

use crate::writer;

const DECISIONS: u64 = 40;

/// What happens between two acknowledgements.
#[derive(Default)]
struct Commit {
    writes: usize,
    syncs: usize,
    /// Something was written to the write-ahead log since it was synced.
    unsynced: bool,
}

#[test]
fn a_sync_of_the_write_ahead_log_precedes_every_acknowledgement() {
    if writer::ran_as_writer() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let trace = directory.path().join("trace");
    let mut strace = Process::new("strace");
    // -f every thread, -y the file behind each descriptor, -o apart from the program's own output.
    strace.args(["-f", "-y", "-s", "64", "-e", "trace=fsync,fdatasync,write,pwrite64", "-o"]).arg(&trace);
    strace.arg(std::env::current_exe().unwrap());
    let test = "fsync::a_sync_of_the_write_ahead_log_precedes_every_acknowledgement";
    let output = match writer::as_writer(strace, test, &directory.path().join("data"), DECISIONS).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("this test watches system calls with strace; install it: apt-get install strace")
        }
        other => other.unwrap(),
    };
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let acknowledged = told.split_inclusive('\n').filter_map(writer::acknowledged).count();

    let trace = fs::read_to_string(&trace).unwrap();
    let mut commit = Commit::default();
    let (mut commits, mut writes) = (0, 0);
    for call in calls(&trace) {
        if call.contains("signalbox.db-wal>") {
            match name_of(&call) {
                "write" | "pwrite64" => (commit.writes, commit.unsynced) = (commit.writes + 1, true),
                _ => {
                    assert!(call.trim_end().ends_with("= 0"), "a sync failed: {call}");
                    (commit.syncs, commit.unsynced) = (commit.syncs + 1, false);
                }
            }
        } else if name_of(&call) == "write" && call.contains(&format!("\"{}", writer::ACKNOWLEDGED)) {
            assert!(commit.writes > 0, "acknowledged without being written: {call}");
            assert!(commit.syncs > 0 && !commit.unsynced, "acknowledged before it was on disk: {call}");
            (commits, writes) = (commits + 1, writes + commit.writes);
            commit = Commit::default();
        }
    }
    assert_eq!(commits, DECISIONS, "every decision is acknowledged by one write that is seen");
    assert!(acknowledged as u64 > DECISIONS, "some decisions are of several events");
    println!("{commits} acknowledgements, {writes} writes to the write-ahead log before them, each synced before");
}

/// The system calls of a trace in the order in which they ended, without the number of their thread. A call that
/// another thread's call cut in two is put together again.
fn calls(trace: &str) -> impl Iterator<Item = String> {
    let mut begun: HashMap<&str, &str> = HashMap::new();
    trace.lines().filter_map(move |line| {
        let (thread, call) = line.split_once(' ')?;
        let call = call.trim_start();
        if let Some(beginning) = call.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, beginning);
            return None;
        }
        match call.split_once(" resumed>") {
            Some((_, end)) => Some(format!("{}{end}", begun.remove(thread)?)),
            None => Some(call.to_owned()),
        }
    })
}

fn name_of(call: &str) -> &str {
    call.split('(').next().unwrap_or_default()
}

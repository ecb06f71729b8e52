//! The server under load, and at rest: OFREP requests per second, memory, start-up time.
//!
//! Drives the optimised program named by `SIGNALBOX_SERVER_BIN` (`cargo xtask bench` sets it) with `wrk`, over
//! loopback, so client and server share this machine's processors. Prints figures and asserts none.

mod constant;
mod data;
mod listeners;
mod program;
mod wrk;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use constant::{Bodies, Constant};
use data::{Filled, Targeting};
use program::Program;
use wrk::People;

type Outcome<Done = ()> = Result<Done, String>;

/// Flags in all.
const FLAGS: usize = 1_000;
/// Flags of the project whose flags are evaluated together.
const FLAGS_IN_BULK: usize = 50;
/// Flags of the project whose flags each have a rule with one clause and a 50 % split.
const FLAGS_WITH_RULES: usize = 350;
/// People whose clients poll.
const POLLING: u32 = 5_000;
/// Connections kept open, one load after the other.
const CONNECTIONS: [u32; 2] = [10, 50];
const EVENTS: u64 = 100_000;
const STARTS: usize = 5;

fn main() -> ExitCode {
    // `cargo test --benches` runs this too; there is nothing to measure in an unoptimised build.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("ofrep_load: {message}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Outcome {
    let Some(program) = std::env::var_os("SIGNALBOX_SERVER_BIN").map(PathBuf::from) else {
        return Err("SIGNALBOX_SERVER_BIN must name the optimised signalbox-server; `cargo xtask bench` sets it".into());
    };
    let scratch = tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    println!("server: {}, {processors} processors shared with the client", program.display());
    at_rest(&program, &scratch.path().join("idle"))?;
    under_load(&program, &scratch.path().join("loaded"))?;
    starting(&program, &scratch.path().join("long"))
}

fn at_rest(program: &Path, data_dir: &Path) -> Outcome {
    let server = Program::start(program, data_dir)?;
    println!("memory at rest, empty installation: {}", megabytes(server.resident_memory()?));
    Ok(())
}

fn under_load(program: &Path, data_dir: &Path) -> Outcome {
    let mut filled = Filled::new(data_dir)?;
    let single = filled.project("single", FLAGS - FLAGS_IN_BULK - FLAGS_WITH_RULES, Targeting::Default)?;
    let bulk = filled.project("bulk", FLAGS_IN_BULK, Targeting::Default)?;
    let wide = filled.project("wide", FLAGS_WITH_RULES, Targeting::OneClause)?;
    filled.close(true)?;

    let server = Program::start(program, data_dir)?;
    println!("memory with {FLAGS} flags, before the first request: {}", megabytes(server.resident_memory()?));
    println!("load: wrk, {} s each, a context of targeting key and country", wrk::SECONDS);
    let one = "/ofrep/v1/evaluate/flags/flag-0007";
    let all = "/ofrep/v1/evaluate/flags";
    let answer = server.post(all, &wide)?;
    let copied = Constant::serve(answer.clone(), Bodies::OfPieces(FLAGS_WITH_RULES))?;
    let constant = Constant::serve(answer, Bodies::Shared)?;
    for connections in CONNECTIONS {
        println!("{connections} connections");
        let load = |address: &str, path, key, people| wrk::run(address, path, key, people, connections);
        let (new, again) = (People::New, People::AskingAgain(POLLING));
        println!("  single flag at 50 %:                      {}", load(&server.address, one, &single, new)?);
        println!(
            "  bulk of {FLAGS_IN_BULK} flags at 50 %:                  {}",
            load(&server.address, all, &bulk, new)?
        );
        println!(
            "  bulk of {FLAGS_WITH_RULES} flags, one clause and 50 %:   {}",
            load(&server.address, all, &wide, new)?
        );
        println!("  the same, of {POLLING} people who poll:        {}", load(&server.address, all, &wide, again)?);
        let bytes = constant.length;
        println!("  floor: the same {bytes} bytes to everybody: {}", load(&constant.address, all, &wide, new)?);
        println!("  the same, copied for each of them:        {}", load(&copied.address, all, &wide, new)?);
    }
    println!("memory with {FLAGS} flags, after the load: {}", megabytes(server.resident_memory()?));
    listeners::measure(&server, "bulk", &bulk)?;
    Ok(())
}

fn starting(program: &Path, data_dir: &Path) -> Outcome {
    let mut filled = Filled::new(data_dir)?;
    filled.project("busy", FLAGS, Targeting::Default)?;
    filled.events_until(EVENTS)?;
    filled.close(false)?;
    let without = start_up(program, data_dir)?;
    println!("start-up with {EVENTS} events, without a snapshot: {without} (median of {STARTS})");
    Filled::new(data_dir)?.close(true)?;
    let with = start_up(program, data_dir)?;
    println!("start-up with {EVENTS} events, with a snapshot:    {with} (median of {STARTS})");
    Ok(())
}

/// From starting the program until it says that it listens; the median.
fn start_up(program: &Path, data_dir: &Path) -> Outcome<String> {
    let mut took = Vec::new();
    for _ in 0..STARTS {
        took.push(Program::start(program, data_dir)?.took);
    }
    took.sort();
    Ok(format!("{} ms", took[STARTS / 2].as_millis()))
}

fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

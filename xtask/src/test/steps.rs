//! The steps of `cargo xtask test`. They share one set of packages, features and profiles where
//! they can, so that a dependency is compiled once to be checked and once to be run.

use std::process::Command;

use super::{Context, snapshots};
use crate::failure::{Failure, Outcome};
use crate::totals::Totals;
use crate::{page, process, tidy};

/// One step.
pub struct Step {
    /// The word that `--only` looks for.
    pub name: &'static str,
    /// What it shows, in a line.
    pub about: &'static str,
    /// Whether there is no point in going on after it failed.
    pub later_steps_need_it: bool,
    /// Runs it and returns the tests it counted.
    pub(super) run: fn(&Context) -> Outcome<Totals>,
}

/// All steps, cheap ones first.
pub const STEPS: &[Step] = &[
    Step {
        name: "tidy",
        about: "the project's own rules",
        later_steps_need_it: false,
        run: |context| no_tests(tidy::check(context.workspace)),
    },
    Step {
        name: "format",
        about: "every source as rustfmt writes it",
        later_steps_need_it: false,
        run: |context| cargo(context, &["fmt", "--all", "--check"], "run `cargo fmt --all`"),
    },
    Step {
        name: "page",
        about: "the user interface for browser and desktop, and evaluation alone for a browser",
        later_steps_need_it: true,
        run: |context| {
            page::build(context.workspace)?;
            no_tests(page::build_vectors(context.workspace))
        },
    },
    Step {
        name: "lint",
        about: "clippy over every native target, warnings are errors",
        later_steps_need_it: false,
        run: |context| {
            let selection = ["clippy", "--workspace", "--all-targets"];
            let rest = [DESKTOP_FEATURE, "--", "--deny", "warnings"];
            cargo(context, &[&selection[..], &rest].concat(), FIX)
        },
    },
    Step {
        name: "wasm-lint",
        about: "clippy over the user interface as a browser runs it",
        later_steps_need_it: false,
        run: |context| {
            let selection = ["clippy", "--package", "ui"];
            let rest = ["--", "--deny", "warnings"];
            cargo(context, &[&selection[..], &WASM, &rest].concat(), FIX)
        },
    },
    Step {
        name: "wasm-clean",
        about: "domain and protocol alone compile for a browser",
        later_steps_need_it: false,
        run: |context| {
            let selection = ["check", "--package", "signalbox-domain"];
            let second = ["--package", "signalbox-protocol"];
            cargo(context, &[&selection[..], &second, &WASM].concat(), FIX)
        },
    },
    Step {
        name: "docs",
        about: "the documentation of every crate, warnings are errors",
        later_steps_need_it: false,
        run: |context| {
            no_tests(process::run(
                command(context, &["doc", "--workspace", "--no-deps", DESKTOP_FEATURE])
                    .env("RUSTDOCFLAGS", "--deny warnings"),
                FIX,
            ))
        },
    },
    Step {
        name: "build",
        about: "server, desktop app and test programs",
        later_steps_need_it: true,
        run: |context| {
            let selection = ["build", "--bins", "--tests"];
            cargo(context, &[&selection[..], &TESTED].concat(), FIX)
        },
    },
    Step {
        name: "xtask-tests",
        about: "the tests of this task runner",
        later_steps_need_it: false,
        run: |context| count(&mut command(context, &["test", "--package", "xtask"])),
    },
    Step {
        name: "tests",
        about: "domain, store, server, clients, user interface, desktop and browser",
        later_steps_need_it: false,
        run: run_tests,
    },
];

/// The desktop app as it is shipped, with the page inside; the feature reaches down to Tauri, so
/// every step asks for it, or Tauri would be compiled twice.
const DESKTOP_FEATURE: &str = "--features=signalbox/custom-protocol";

/// The same profile as the page's, so that the two share what they compile.
const WASM: [&str; 4] = ["--target", "wasm32-unknown-unknown", "--profile", "wasm"];

/// What is built to be run. The task runner is left out: with the others' features its own
/// dependencies would be compiled a second time.
const TESTED: [&str; 4] = ["--workspace", "--exclude", "xtask", DESKTOP_FEATURE];

const FIX: &str = "the messages above say what to fix";

/// The tests of all crates, and then that every snapshot is still compared by one of them.
fn run_tests(context: &Context) -> Outcome<Totals> {
    let workspace = context.workspace;
    let server = workspace.program("debug", "signalbox-server");
    let desktop = workspace.program("debug", "signalbox");
    for program in [&server, &desktop] {
        if !program.exists() {
            return Err(Failure::new(
                format!("{} is not built", program.display()),
                "run `cargo xtask test --only build` first",
            ));
        }
    }
    let references = workspace.output("xtask").join("snapshots.txt");
    snapshots::start_recording(&references)?;

    let clients = &context.clients;
    let mut totals = count(
        command(context, &["test", "--no-fail-fast"])
            .args(TESTED)
            .arg("--")
            .args(context.test_arguments)
            .env("SIGNALBOX_SERVER_BIN", &server)
            .env("SIGNALBOX_DESKTOP_BIN", &desktop)
            .env("SIGNALBOX_UI_DIR", workspace.page())
            .env("SIGNALBOX_VECTORS_DIR", workspace.output("vectors"))
            .env("SIGNALBOX_NODE", &clients.node)
            .env("SIGNALBOX_NODE_MODULES", &clients.node_folder)
            .env("SIGNALBOX_PYTHON", &clients.python)
            .env("INSTA_UPDATE", "no")
            .env(snapshots::REFERENCES_VARIABLE, &references),
    )?;
    // A part of the tests compares a part of the snapshots, and so does a failing test.
    if context.test_arguments.is_empty()
        && totals.failed == 0
        && let Err(failure) = snapshots::check_all_referenced(workspace.root(), &references)
    {
        say!("{failure}");
        totals.failed = 1;
    }
    Ok(totals)
}

/// Runs `cargo test` and adds up what its test programs report.
fn count(command: &mut Command) -> Outcome<Totals> {
    let mut totals = Totals::default();
    let good = process::stream(command, |line| totals.read(line))?;
    if !good && totals.failed == 0 {
        say!("A test program did not compile, or ended before it could report.");
        totals.failed = 1;
    }
    Ok(totals)
}

fn cargo(context: &Context, arguments: &[&str], way_out: &str) -> Outcome<Totals> {
    no_tests(process::run(&mut command(context, arguments), way_out))
}

fn command(context: &Context, arguments: &[&str]) -> Command {
    let mut command = process::cargo();
    command.args(arguments).current_dir(context.workspace.root());
    command
}

fn no_tests(outcome: Outcome) -> Outcome<Totals> {
    outcome.map(|()| Totals::default())
}

//! `cargo xtask test`: every check and every test, one after the other.

mod snapshots;
mod steps;

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::progress;
use crate::setup::{self, Clients};
use crate::totals::Totals;
use crate::workspace::Workspace;
use steps::{STEPS, Step};

/// What a step has at hand.
struct Context<'task> {
    workspace: &'task Workspace,
    clients: Clients,
    /// Passed on to `cargo test`, such as the name of a test.
    test_arguments: &'task [String],
}

/// Sets up, runs the steps and prints, as the very last line, `N passed, N failed`: the tests of
/// all test programs, where a step that fails without naming a test counts as one failure.
///
/// # Errors
/// When a step fails, or the arguments make no sense.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let started = Instant::now();
    let request = Request::read(arguments)?;
    let context = Context { workspace, clients: setup::for_tests(workspace)?, test_arguments: request.test_arguments };

    let mut totals = Totals::default();
    let mut report = Vec::new();
    for (index, step) in request.steps.iter().enumerate() {
        progress::heading(index + 1, request.steps.len(), step.name, step.about);
        let step_started = Instant::now();
        let good = match (step.run)(&context) {
            Ok(found) => {
                totals.add(found);
                found.failed == 0
            }
            Err(failure) => {
                say!("{failure}");
                totals.failed += 1;
                false
            }
        };
        let elapsed = step_started.elapsed();
        say!("{} {} in {}", step.name, if good { "done" } else { "FAILED" }, progress::spoken(elapsed));
        report.push((step.name, good, elapsed));
        if !good && step.later_steps_need_it {
            say!("The steps after this one need it, so they are left out.");
            break;
        }
    }

    print_report(&report, started.elapsed());
    say!("{} passed, {} failed", totals.passed, totals.failed);
    if totals.failed > 0 {
        // What failed stands above, and the count must stay the last line.
        std::process::exit(1);
    }
    Ok(())
}

fn print_report(report: &[(&str, bool, Duration)], total: Duration) {
    say!("");
    for (name, good, elapsed) in report {
        let word = if *good { "ok" } else { "FAILED" };
        say!("   {name:<14} {word:<7} {}", progress::spoken(*elapsed));
    }
    say!("   {:<14} {:<7} {}", "all", "", progress::spoken(total));
}

/// What was asked for on the command line.
struct Request<'task> {
    steps: Vec<&'static Step>,
    test_arguments: &'task [String],
}

impl<'task> Request<'task> {
    fn read(arguments: &'task [String]) -> Outcome<Self> {
        let (ours, test_arguments) = match arguments.iter().position(|word| word == "--") {
            Some(position) => (&arguments[..position], &arguments[position + 1..]),
            None => (arguments, &[][..]),
        };
        let steps: Vec<&Step> = match ours {
            [] => STEPS.iter().collect(),
            [option, name] if option == "--only" => {
                let name = name.to_lowercase();
                STEPS.iter().filter(|step| step.name.contains(&name)).collect()
            }
            _ => {
                return Err(Failure::new(
                    format!("`cargo xtask test` does not understand `{}`", ours.join(" ")),
                    "run `cargo xtask test`, or one step of it with --only and a part of its name",
                ));
            }
        };
        if steps.is_empty() {
            let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
            return Err(Failure::new(
                format!("no step is called `{}`", ours[1]),
                format!("the steps are: {}", names.join(", ")),
            ));
        }
        Ok(Self { steps, test_arguments })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn without_arguments_every_step_runs() {
        let request = Request::read(&[]).expect("no arguments are fine");
        assert_eq!(request.steps.len(), STEPS.len());
        assert!(request.test_arguments.is_empty());
    }

    #[test]
    fn one_step_is_chosen_by_a_part_of_its_name() {
        let arguments = words("--only FORM");
        let request = Request::read(&arguments).expect("a part of `format`");
        let names: Vec<_> = request.steps.iter().map(|step| step.name).collect();
        assert_eq!(names, ["format"]);
    }

    #[test]
    fn what_follows_two_dashes_goes_to_the_tests() {
        let arguments = words("--only tests -- offline --exact");
        let request = Request::read(&arguments).expect("well-formed");
        assert_eq!(request.test_arguments, ["offline", "--exact"]);
    }

    #[test]
    fn nonsense_is_refused_with_what_would_be_accepted() {
        for (arguments, expected) in [
            ("--only nothing-like-this", "the steps are: tidy"),
            ("--only", "--only and a part of its name"),
            ("lint", "--only and a part of its name"),
        ] {
            let arguments = words(arguments);
            let failure = Request::read(&arguments).err().expect("must be refused");
            assert!(failure.to_string().contains(expected), "{failure}");
        }
    }
}

//! How often evidence is wrong, and how long it takes to be right: simulated rollouts, watched at every look.
//!
//! Prints and asserts nothing; `tests/evidence.rs` asserts a few of these with fewer runs. `cargo bench --bench
//! calibration` takes some minutes; an argument chooses the tables whose title contains it.

mod simulated;

use simulated::{Said, Scenario, run};

const RUNS: u64 = 2_000;

fn main() {
    // `cargo test --benches` runs this too; an unoptimised build would take hours.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("{RUNS} rollouts each, alpha 5 %, heavy-tailed requests per person, looked at after every 500 people");
    wrong();
    drift();
    power();
}

/// Whether this table is asked for.
fn wanted(title: &str) -> bool {
    let mut wanted = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).peekable();
    let is_wanted = wanted.peek().is_none() || wanted.any(|wanted| title.contains(&wanted));
    if is_wanted {
        println!("\n{title}");
    }
    is_wanted
}

/// A feature that is exactly the margin worse: neither may be said more often than alpha.
fn wrong() {
    if !wanted("wrong: the feature is exactly the margin worse (half of the base rate)") {
        return;
    }
    println!("   share    base   called harm   called safe");
    for share in [0.01, 0.05, 0.5] {
        for base in [0.001, 0.01, 0.1] {
            let people = if share < 0.05 { 300_000 } else { 60_000 };
            let margin = base / 2.0;
            let scenario =
                Scenario { stages: vec![(share, people, base)], added: margin, margin, guardrails: 1, look_every: 500 };
            let (harm, safe) = shares(&scenario);
            println!("{:6} %  {:4} %  {harm:9.2} %  {safe:10.2} %", share * 100.0, base * 100.0);
        }
    }
}

/// Errors that rise for everybody while the feature is given to more and more.
fn drift() {
    if !wanted(
        "drift: base rate 1.0 to 1.6 % while the share goes 1, 5, 10, 25, 50 %; 20,000 people a stage, more at first",
    ) {
        return;
    }
    println!("   the feature adds   called harm   called safe");
    let stages = [(0.01, 120_000), (0.05, 30_000), (0.10, 20_000), (0.25, 20_000), (0.5, 20_000)];
    let rates = [0.010, 0.011, 0.012, 0.014, 0.016];
    let stages: Vec<_> = stages.into_iter().zip(rates).map(|((share, people), rate)| (share, people, rate)).collect();
    for added in [0.0, 0.005] {
        let scenario = Scenario { stages: stages.clone(), added, margin: 0.005, guardrails: 1, look_every: 500 };
        let (harm, safe) = shares(&scenario);
        println!("{:15} %  {harm:9.2} %  {safe:10.2} %", added * 100.0);
    }
}

/// How long it takes.
fn power() {
    if !wanted("power: half of the people have it, base rate 1 %, at most 60,000 people") {
        return;
    }
    println!("  margin   the feature adds   called harm (median people)   called safe (median people)");
    for (margin, added) in [(0.005, 0.0), (0.0025, 0.0), (0.0025, 0.005), (0.0025, 0.01), (0.005, 0.01), (0.005, 0.02)]
    {
        let stages = vec![(0.5, 60_000, 0.01)];
        let said = all(&Scenario { stages, added, margin, guardrails: 1, look_every: 500 });
        let told = |of: fn(&Said) -> Option<u64>| {
            let mut people: Vec<u64> = said.iter().filter_map(of).collect();
            people.sort_unstable();
            let median = people.get(people.len() / 2).map_or_else(|| "–".to_owned(), u64::to_string);
            format!("{:6.1} % ({median})", people.len() as f64 * 100.0 / RUNS as f64)
        };
        let (harm, safe) = (told(|said| said.harm), told(|said| said.safe));
        println!("{:6} %  {:15} %  {harm:>27}   {safe:>27}", margin * 100.0, added * 100.0);
    }
}

fn shares(scenario: &Scenario) -> (f64, f64) {
    let said = all(scenario);
    let percent = |of: fn(&Said) -> bool| said.iter().filter(|said| of(said)).count() as f64 * 100.0 / RUNS as f64;
    (percent(|said| said.harm.is_some()), percent(|said| said.safe.is_some()))
}

fn all(scenario: &Scenario) -> Vec<Said> {
    (0..RUNS).map(|seed| run(scenario, seed)).collect()
}

//! Rollouts that never happened: people, requests and errors drawn by chance, judged at every look.

use signalbox_domain::evidence::{Arm, Bins, Direction, Outcome, Question, Stratum, judge};

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Stages: share of people who get the feature, how many people come, and errors per request without the feature.
    pub stages: Vec<(f64, u64, f64)>,
    /// Errors per request that the feature adds.
    pub added: f64,
    /// How much it may add.
    pub margin: f64,
    /// How many guardrails there are.
    pub guardrails: u32,
    /// People between two looks.
    pub look_every: u64,
}

/// What was said of one rollout at any look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Said {
    /// After how many people harm was said first.
    pub harm: Option<u64>,
    /// After how many people safety was said first.
    pub safe: Option<u64>,
}

/// What evidence is asked, as rollouts ask it unless told otherwise.
pub const fn question(margin: f64, guardrails: u32) -> Question {
    Question {
        direction: Direction::MoreIsWorse,
        margin,
        counts_events: true,
        alpha: 0.05,
        guardrails,
        tightest_at: 5_000.0,
        fewest_people: 1_000,
    }
}

/// One rollout, drawn by `seed`.
///
/// People make 1 to 200 requests, by a power law in which the busiest hundredth makes a fifth of all, and each has a
/// proneness to errors of their own, exponentially distributed: requests of one person are far from independent.
pub fn run(scenario: &Scenario, seed: u64) -> Said {
    let mut chance = Chance::of(seed);
    let question = question(scenario.margin, scenario.guardrails);
    let (mut strata, mut said, mut asked) = (Vec::new(), Said::default(), 0);
    for (share, people, base) in &scenario.stages {
        let (mut control, mut treated) = (Drawn::default(), Drawn::default());
        strata.push(Stratum::default());
        for person in 1..=*people {
            let is_treated = chance.uniform() < *share;
            let (arm, rate) = if is_treated { (&mut treated, base + scenario.added) } else { (&mut control, *base) };
            arm.draw(rate, &mut chance);
            asked += 1;
            if person % scenario.look_every == 0 {
                strata.pop();
                strata.push(Stratum { control: control.arm(), treated: treated.arm() });
                match judge(&question, &strata).map(|judgement| judgement.outcome) {
                    Some(Outcome::Harm) => said.harm = said.harm.or(Some(asked)),
                    Some(Outcome::Safe) => said.safe = said.safe.or(Some(asked)),
                    _ => {}
                }
            }
        }
    }
    said
}

/// One arm of a stage as it fills.
#[derive(Default)]
struct Drawn {
    people: u64,
    bins: Bins,
}

impl Drawn {
    fn arm(&self) -> Arm {
        Arm::of(self.people, &self.bins)
    }

    /// One person more.
    fn draw(&mut self, rate: f64, chance: &mut Chance) {
        let requests = chance.uniform().powf(-0.7).min(200.0).floor();
        let prone = (rate * -chance.uniform().ln()).min(1.0);
        let mut errors = 0.0;
        let mut left = requests;
        while left >= 1.0 {
            errors += f64::from(u8::from(chance.uniform() < prone));
            left -= 1.0;
        }
        self.people += 1;
        self.bins.add(chance.next(), requests, errors);
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, quick, and the same everywhere.
struct Chance(u64);

impl Chance {
    /// A stream of its own for each seed. Seeds that lie in the steps of one stream would give the same rollout again
    /// and again, one draw further each time.
    fn of(seed: u64) -> Self {
        Self(Self(seed ^ 0x5DEE_CE66_D1CE_4E5B).next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// Above 0, at most 1.
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

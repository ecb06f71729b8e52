//! What production shows of a rollout, and what follows from it.

use serde::{Deserialize, Serialize};
use signalbox_domain::Timestamp;
use signalbox_domain::evidence::{Bounds, Direction, Outcome};
use signalbox_domain::guard::{Automation, Measure, MetricRole, Unit, Wanted};
use signalbox_domain::key::{EnvironmentKey, FlagKey, MetricKey, ProjectKey, RolloutId};
use signalbox_domain::rollout::{HeldBecause, Position};

/// The evidence about a rollout under way, as it was judged last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// The project.
    pub project: ProjectKey,
    /// The flag.
    pub flag: FlagKey,
    /// The environment.
    pub environment: EnvironmentKey,
    /// The rollout; absent where none is under way, and then nothing is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutId>,
    /// When it was judged; absent before the first look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Timestamp>,
    /// What goes by itself.
    pub automation: Automation,
    /// What the gate of the stage asks, one by one; approval comes last.
    pub checks: Vec<Check>,
    /// Whether everything that the gate asks holds.
    pub is_clear: bool,
    /// What should be done, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// Whether that is done without anybody.
    pub is_automatic: bool,
    /// What each metric comes to, in the order of the plan.
    pub metrics: Vec<MetricEvidence>,
    /// People seen under the stage where the rollout stands, about.
    pub people: PeopleSeen,
    /// How likely the sizes of both groups are if people were drawn as intended; below 0.001 is no chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_ratio: Option<f64>,
    /// When anything was last reported; absent where nobody reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reported: Option<Timestamp>,
}

/// One thing that a gate asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// How it stands.
    pub state: CheckState,
    /// What is asked.
    #[serde(flatten)]
    pub demand: Demand,
}

/// How one check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CheckState {
    /// It holds.
    Passed,
    /// Not yet.
    Waiting,
    /// It does not hold, and waiting alone will not help.
    Failed,
    /// It cannot be known.
    NoData,
}

/// What a gate asks, and what there is of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Demand {
    /// So much time in the stage.
    Soak {
        /// In whole seconds.
        wanted_seconds: i64,
        /// So many have passed.
        passed_seconds: i64,
    },
    /// So many people in each group.
    People {
        /// In each group.
        wanted: u64,
        /// Whether anybody is drawn to be without the feature.
        has_control: bool,
    },
    /// Guardrails.
    Guardrails {
        /// What they must have shown.
        wanted: Wanted,
        /// So many have.
        passed: u64,
        /// Of so many.
        of: u64,
    },
    /// Somebody's agreement.
    Approval {
        /// Who agreed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// The hours at which it may go on.
    Window {
        /// When they begin, if not now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opens: Option<Timestamp>,
    },
}

/// What should be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Step {
    /// Enter the next stage.
    Advance,
    /// End the rollout; who has the feature keeps it.
    Finish,
    /// Stop where it is.
    Hold {
        /// Why.
        because: HeldBecause,
    },
    /// Go back, held there.
    RollBack {
        /// Where to.
        to: Position,
    },
    /// Turn the flag off for everyone.
    SwitchOff,
}

/// What one metric comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetricEvidence {
    /// The metric.
    pub metric: MetricKey,
    /// What people call it.
    pub name: String,
    /// What is measured.
    pub measure: Measure,
    /// In which unit all its numbers are: a part of 1, milliseconds, or whatever is reported.
    pub unit: Unit,
    /// Which way it gets worse.
    pub worse: Direction,
    /// What follows when it does.
    pub role: MetricRole,
    /// How much worse it may be in this stage.
    pub margin: f64,
    /// What it may be by itself, where nobody is drawn to be without the feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// What was shown.
    pub outcome: Outcome,
    /// How much worse those with the feature are; absent where nothing was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// Of those drawn to be without the feature, over all stages that count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<f64>,
    /// Of those with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treated: Option<f64>,
    /// People who count, in both groups.
    pub people: u64,
    /// How far chance goes: the standard deviation of the difference, as if it were a mean over people half of whom are in
    /// each group. Absent where nothing is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
    /// About how many further people it takes until safety is shown if there is no difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_to_go: Option<u64>,
    /// About how long that is, in seconds, if as many people come as did so far under this stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_to_go: Option<u64>,
    /// The smallest harm that would be shown by then if it were there; by now where nobody is to go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detectable: Option<f64>,
}

/// People seen in each group, about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeopleSeen {
    /// Drawn to be without the feature.
    pub control: u64,
    /// With it.
    pub treated: u64,
}

/// What all metrics came to at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EvidencePoint {
    /// When.
    pub at: Timestamp,
    /// The metrics that were judged, in the order of the plan.
    pub metrics: Vec<MetricAtPoint>,
}

/// What one metric came to at one moment, by everything measured until then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MetricAtPoint {
    /// The metric.
    pub metric: MetricKey,
    /// Of those drawn to be without the feature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<f64>,
    /// Of those with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treated: Option<f64>,
    /// How much worse those with the feature are; absent where nothing was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// How much worse they might be in the stage of that moment.
    pub margin: f64,
    /// People who counted.
    pub people: u64,
}

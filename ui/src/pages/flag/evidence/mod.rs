//! What production shows of a rollout under way: fetched while it is looked at, said in words, drawn in a table.

mod annotations;
mod arrival;
mod chart;
mod charts;
mod checks;
mod hypothesis;
mod known;
mod range;
mod row;
mod table;
mod verdict;
mod watch;

pub use arrival::ArrivalNote;
pub use charts::GuardrailCharts;
pub use checks::GateChecks;
pub use hypothesis::HypothesisCard;
pub use known::Evidenced;
pub use table::EvidenceTable;
pub use verdict::{Lamp, is_guarded, passed, verdict};
pub use watch::follow;

//! What a flag gives to whom: compiled once per change, then evaluated without locks or allocation.

pub mod bucketing;
mod compiled;
mod decide;
mod explanation;
mod given_rule;
mod grant;
mod witness;

pub use compiled::{CompiledFlag, Environs};
pub use decide::{Answer, Choice, Reason, TargetingKeyMissing};
pub use explanation::{Explanation, Outcome, Step, StepKind};

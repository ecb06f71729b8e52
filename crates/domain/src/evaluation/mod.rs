//! What a flag gives to whom: compiled once per change, then evaluated without locks or allocation.

pub mod bucketing;
mod compiled;

pub use compiled::{Answer, CompiledFlag, Reason, TargetingKeyMissing};

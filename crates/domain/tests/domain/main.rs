//! The domain from the outside: the life of a rollout, and what holds whatever happens.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod bench;
mod export_conditions;
mod guarded;
mod import;
mod import_properties;
mod in_process;
mod prerequisites;
mod properties;
mod rollout_life;
mod rules;
mod segments;
mod targeting;
mod webhook;

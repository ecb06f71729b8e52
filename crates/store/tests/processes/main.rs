//! The store under processes that are started and killed: what was acknowledged survives.
//!
//! A program of its own: a child process holds the locks of its parent for a moment, until it becomes what it was
//! started for, and the other tests open the directories that they have just closed.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

#[path = "../store/support.rs"]
#[expect(dead_code, reason = "the tests of the store use the rest of it")]
mod support;

#[cfg(target_os = "linux")]
mod fsync;
mod kill;
mod writer;

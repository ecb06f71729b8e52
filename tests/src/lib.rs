//! Signalbox from the outside: what the tests in this package share.
//!
//! Every program under test is the one that `cargo xtask test` built, started here as a child with data in a
//! folder of its own, and ended with the test. Nothing waits for a fixed time: [`wait`] asks again until a
//! condition holds or a deadline passes.

pub mod api;
pub mod browser;
pub mod clients;
pub mod given;
pub mod page;
pub mod process;
pub mod receiver;
pub mod server;
pub mod story;
pub mod wait;

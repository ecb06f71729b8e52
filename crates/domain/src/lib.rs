//! What a flag, an environment, a rollout and an audit event are, and every rule about them.
//!
//! The crate is pure: no I/O, no clock, no randomness. Time, ids and entropy come in as arguments, so
//! the same inputs give the same answer on a server, on a desktop and in a browser.
//!
//! One idea carries everything: [`decide`](decide::decide) turns a command into events or refuses it,
//! [`fold`](fold::apply) turns events into [`State`], and nothing else changes state.

pub mod access;
pub mod chain;
pub mod command;
pub mod decide;
pub mod envelope;
pub mod environment;
pub mod evaluation;
pub mod event;
pub mod evidence;
pub mod export;
pub mod flag;
pub mod flagd;
pub mod fold;
pub mod guard;
pub mod import;
pub mod kept_apart;
pub mod key;
pub mod notice;
pub mod people;
pub mod personal;
pub mod plan;
pub mod project;
pub mod refusal;
pub mod rollout;
pub mod segment_use;
pub mod share;
pub mod state;
pub mod targeting;
pub mod text;
pub mod time;
pub mod value;
pub mod webhook;
mod word;
pub mod words;

pub use refusal::Refusal;
pub use share::Share;
pub use state::State;
pub use time::Timestamp;

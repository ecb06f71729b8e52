//! A client of the management API and its live stream: what the desktop app, the tests and programs use.
//!
//! [`Client::call`] takes an endpoint of [`signalbox_protocol::endpoint`] as its type, so that request
//! and answer always fit. Nothing is tried again in secret: a call is sent once and says how it went.
//! Only [`EventStream`] comes back by itself after a lost link, and tells its reader each time.

mod address;
mod backoff;
mod client;
mod entropy;
mod error;
#[cfg(any(test, feature = "scripted"))]
pub mod scripted;
pub mod sse;
mod stream;

pub use address::{Address, Unusable};
pub use backoff::Backoff;
pub use client::{Answer, Client, Terms};
pub use error::ClientError;
pub use stream::{EventStream, StreamEvent, Timing};

//! The Signalbox server: management API, live stream, OFREP flag evaluation, user interface.
//!
//! [`start`] runs it; the binary and the desktop app both call that. Inside, every interface reads from and submits
//! to one [`Engine`](engine::Engine).

pub mod applications;
mod body;
pub mod cli;
pub mod clock;
pub mod controller;
pub mod counting;
pub mod demo;
pub mod engine;
mod entity_tag;
pub mod entropy;
pub mod evaluation_sets;
pub mod evidence;
pub mod http;
pub mod listener;
pub mod metrics;
pub mod ofrep;
pub mod openapi;
mod running;
mod server_sent;
pub mod telemetry;
pub mod ui_files;
pub mod webhooks;

pub use running::{Edge, Options, Running, SHORTEST_TOKEN, StartError, start, start_at};

//! The interfaces that are not the management API, asked without a network: one program, so that it links once.

mod bank;
mod client_keys;
mod demo;
mod measurements;
mod metrics;
mod ofrep;
mod ofrep_events;
mod outcomes;
mod shop;
mod telemetry;
mod ui_files;

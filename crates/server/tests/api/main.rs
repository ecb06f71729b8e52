//! The management API, the live stream and the command line, on a server that listens: one program, so that it
//! links once.

#![expect(clippy::unwrap_used, reason = "a test whose helper finds nothing should stop there")]

mod access;
mod command_line;
mod flagd_over_http;
#[path = "../../../domain/tests/flagd/suite/mod.rs"]
mod flagd_suite;
mod flags;
mod imports;
mod limits;
mod openapi;
mod repeats;
mod server;
mod sessions;
mod start;
mod stream;
mod targeting;
mod usage;
mod versions;

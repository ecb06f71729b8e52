//! The store from the outside: what is acknowledged is kept, what is damaged is noticed, what is erased is gone.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod access;
mod backup;
mod counts;
mod erasure;
mod files;
mod history;
mod restore;
mod snapshot;
mod support;
mod tampering;

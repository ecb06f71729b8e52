//! Flags in flagd's model, as its own suite, its own engine and JSON Logic have them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod conformance;
mod documents;
mod oracle;
mod rules;
mod suite;

//! The data directory.

/// The name of the data file in a data directory.
pub const DATA_FILE: &str = "signalbox.sqlite";

//! What went wrong, and the way out.

use std::fmt;

/// The result of anything that can go wrong here.
pub type Outcome<T = ()> = Result<T, Failure>;

/// A failure as the reader needs it: what happened, and what to do next.
#[derive(Debug)]
pub struct Failure {
    what: String,
    way_out: String,
}

impl Failure {
    /// A failure with its way out; both are sentences without a full stop.
    pub fn new(what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { what: what.into(), way_out: way_out.into() }
    }

    /// What happened, without the way out.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}\nway out: {}", self.what, self.way_out)
    }
}

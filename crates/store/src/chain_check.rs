//! Whether the log holds together, from the stored bytes up.

use signalbox_domain::chain::Link;

/// What a check of the whole log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// How many events hold together, from the first on.
    pub entries: u64,
    /// The link of the last of them.
    pub link: Link,
    /// The first event that does not fit, if any.
    pub broken_at: Option<u64>,
    /// What does not fit; `None` when everything does.
    pub why: Option<String>,
}

impl ChainReport {
    /// Whether everything fits.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.why.is_none()
    }
}

//! Backups.

use std::path::PathBuf;

use crate::ChainReport;

/// A backup that was made and verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// Where it is.
    pub file: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// What the check of its chain found; always whole.
    pub chain: ChainReport,
}

//! Restoring a backup.

use std::path::Path;

use crate::{ChainReport, StoreError};

/// Restores the backup `from` into `data_dir`.
pub fn restore(_from: &Path, _data_dir: &Path) -> Result<ChainReport, StoreError> {
    todo!()
}

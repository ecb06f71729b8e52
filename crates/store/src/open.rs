//! Opening.

use std::path::Path;

use signalbox_domain::State;
use signalbox_domain::chain::Link;
use signalbox_domain::personal::Vault;

use crate::{Log, Reader, StoreError};

/// An open data directory: the writer, readers, and what the log amounts to.
pub struct Opened {
    /// The one writer.
    pub log: Log,
    /// Reads beside it.
    pub reader: Reader,
    /// The fold of every event.
    pub state: State,
    /// The personal values that are kept.
    pub vault: Vault,
    /// The link of the last event.
    pub link: Link,
}

/// Opens a data directory for writing.
pub fn open(_data_dir: &Path) -> Result<Opened, StoreError> {
    todo!()
}

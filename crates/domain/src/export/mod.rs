//! Documents that carry flags out: an environment in flagd's form or in our own.
//!
//! Bringing one in again where it is from changes nothing.

mod conditions;
mod flagd;
mod readings;
mod signalbox;

pub use flagd::{FlagdExport, SIGNALBOX_MEMBER, as_definition, flagd_document};
pub use signalbox::{flag_in_document, segment_in_document, signalbox_document};

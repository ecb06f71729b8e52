//! The one place of this program that reads the clock.

#![expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]

use signalbox_domain::Timestamp;

/// Now, by the clock of this computer.
pub fn now() -> Timestamp {
    Timestamp::from_millis(chrono::Utc::now().timestamp_millis())
}

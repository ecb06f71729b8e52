//! The one place of the server that reads the time.

use signalbox_domain::Timestamp;

/// Now, to the millisecond.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
pub fn now() -> Timestamp {
    Timestamp::from_millis(chrono::Utc::now().timestamp_millis())
}

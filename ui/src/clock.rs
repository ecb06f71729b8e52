//! The one place that reads the time of this device.

use signalbox_domain::Timestamp;

/// Now, by the clock of this device.
pub fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds, far below 2^53")]
    Timestamp::from_millis(js_sys::Date::now() as i64)
}

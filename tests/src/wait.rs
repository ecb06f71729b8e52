//! Waiting for a condition, with a deadline.

use std::time::{Duration, Instant};

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks `look` again and again until it returns something, and returns that.
///
/// # Panics
/// When nothing came within `limit`; the message says what was awaited.
pub async fn until<Seen>(limit: Duration, awaited: &str, mut look: impl AsyncFnMut() -> Option<Seen>) -> Seen {
    let began = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(began.elapsed() < limit, "waited {limit:?} for {awaited}");
        tokio::time::sleep(PAUSE).await;
    }
}

//! Bodies of requests, bounded. A larger one is read to its end and thrown away where that takes little, because a
//! client that is cut off while it sends does not read the answer that says why.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;

/// Most bytes of a body that are read and thrown away.
const DRAINED: usize = 32 * 1024 * 1024;

/// Why there is no body to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It has more bytes than this.
    TooLarge {
        /// The most that are taken.
        largest: usize,
    },
    /// It stopped arriving.
    Broken,
}

/// Reads a body of at most `largest` bytes.
///
/// # Errors
/// [`Unread`] when it is larger, or does not arrive whole.
pub async fn read(headers: &HeaderMap, body: Body, largest: usize) -> Result<Vec<u8>, Unread> {
    let too_large = Unread::TooLarge { largest };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > DRAINED) {
        return Err(too_large);
    }
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default().min(largest));
    let mut drained = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Unread::Broken)?;
        if drained > 0 || bytes.len() + chunk.len() > largest {
            bytes.clear();
            drained += chunk.len().max(1);
            if drained > DRAINED {
                break;
            }
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    if drained > 0 { Err(too_large) } else { Ok(bytes) }
}

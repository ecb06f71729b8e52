//! Answers that go on: server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc;

/// An answer of these messages, each with its empty line behind it; it ends when nobody can send any more.
pub fn response(messages: mpsc::Receiver<Bytes>) -> Response {
    let messages = futures_util::stream::unfold(messages, |mut messages| async {
        messages.recv().await.map(|message| (Ok::<_, Infallible>(message), messages))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies that collect answers would hold changes back.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(messages)).into_response()
}

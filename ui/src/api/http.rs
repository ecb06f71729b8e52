//! Calls from a browser: to the server that the page came from, with its session cookie.

use gloo_net::http::{Method, RequestBuilder};
use serde_json::Value;
use signalbox_protocol::desktop::{Request, Response};

/// Sends a request; status 0 where the server did not answer.
pub async fn send(request: Request) -> Response {
    fetch(request).await.unwrap_or(Response { status: 0, body: Value::Null })
}

async fn fetch(request: Request) -> Result<Response, gloo_net::Error> {
    let method = match request.method.as_str() {
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "PATCH" => Method::PATCH,
        "DELETE" => Method::DELETE,
        _ => Method::GET,
    };
    let mut builder = RequestBuilder::new(&request.path).method(method).header("Accept", "application/json");
    if let Some(version) = request.version {
        builder = builder.header("If-Match", &format!("\"{version}\""));
    }
    if let Some(key) = &request.idempotency_key {
        builder = builder.header("Idempotency-Key", key);
    }
    let body = request.document.or_else(|| request.body.map(|body| body.to_string()));
    let response = match body {
        Some(body) => builder.header("Content-Type", "application/json").body(body)?.send().await?,
        None => builder.send().await?,
    };
    let text = response.text().await?;
    // A body that is not JSON, such as a proxy's page, is judged by its status alone.
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    let as_text = request.answer_as_text && response.ok();
    Ok(Response { status: response.status(), body: if as_text { Value::String(format!("{body:#}")) } else { body } })
}

//! The built user interface as files, for a browser.
//!
//! Paths that are no file are pages of the interface itself, so they get `index.html`; paths of the machine
//! interfaces do not, so that a program that asks for the wrong one is told so.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use signalbox_protocol::{ErrorBody, ErrorCode};
use tower::ServiceExt;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::services::{ServeDir, ServeFile};

use crate::entity_tag::EntityTag;

/// What a page may load and do: its own files and its own server, nothing else.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
     font-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
);

/// First parts of paths that belong to programs.
const MACHINE_PATHS: [&str; 6] = ["api", "ofrep", "v1", "healthz", "readyz", "metrics"];
/// What the page loads by itself; a missing one is missing, not a page.
const ASSETS: [&str; 12] =
    ["css", "gz", "html", "ico", "js", "json", "map", "png", "svg", "wasm", "webmanifest", "woff2"];

/// The folder `ui` beside the running program, where it has a page in it.
#[must_use]
pub fn default_dir() -> Option<PathBuf> {
    let folder = std::env::current_exe().ok()?.parent()?.join("ui");
    folder.join("index.html").is_file().then_some(folder)
}

/// Answers every path that no other route has.
pub fn router(ui_dir: Option<PathBuf>) -> Router {
    let pages = match ui_dir {
        Some(folder) => Router::new().fallback(file).with_state(Files::of(&folder)),
        None => Router::new().fallback(no_interface),
    };
    // Fonts and pictures are compressed already; the rest is on its way, quickly rather than tightly.
    let worthwhile = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worthwhile);
    pages.layer(from_fn(tagged)).layer(compression).layer(from_fn(guarded))
}

/// The folder, and the page that stands for every path of the interface.
#[derive(Clone)]
struct Files {
    folder: ServeDir,
    index: ServeFile,
}

impl Files {
    fn of(folder: &Path) -> Self {
        let index = ServeFile::new(folder.join("index.html"));
        Self { folder: ServeDir::new(folder).append_index_html_on_directories(false), index }
    }
}

async fn file(State(files): State<Files>, request: Request) -> Response {
    let Files { folder, index } = files;
    let is_page = is_page(request.uri(), request.headers());
    let (parts, body) = request.into_parts();
    let ask = |body| Request::from_parts(parts.clone(), body);
    let Ok(found) = folder.oneshot(ask(body)).await;
    if found.status() != StatusCode::NOT_FOUND {
        return found.into_response();
    }
    if !is_page {
        return nothing_there(&parts.uri);
    }
    let Ok(index) = index.oneshot(ask(axum::body::Body::empty())).await;
    index.into_response()
}

/// Whether a path that is no file is a page of the interface: flag keys may have dots in them, so a browser that
/// asks for a page gets one, whatever its path ends in.
fn is_page(uri: &Uri, headers: &HeaderMap) -> bool {
    let ending = Path::new(uri.path()).extension().and_then(|ending| ending.to_str());
    let accepts_page = headers.get_all(header::ACCEPT).iter().any(|accept| accept.as_bytes().starts_with(b"text/html"));
    accepts_page || !ending.is_some_and(|ending| ASSETS.contains(&ending))
}

/// Nothing is served under the paths of programs, and only reading elsewhere.
async fn guarded(request: Request, next: Next) -> Response {
    let mut response = if MACHINE_PATHS.contains(&first_part(request.uri())) {
        nothing_there(request.uri())
    } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = refused(ErrorCode::MethodNotAllowed, "the user interface is only read: GET or HEAD");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        response
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn first_part(uri: &Uri) -> &str {
    uri.path().trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// Names the content, so that a browser that has it need not load it again, and must ask whether it has it.
///
/// By size and time rather than by time alone: an older version put back has older files than the browser.
async fn tagged(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    headers.remove(header::IF_MODIFIED_SINCE);
    let known = headers.clone();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if response.status() != StatusCode::OK {
        return response;
    }
    let Some(tag) = tag(response.headers()) else { return response };
    response.headers_mut().extend(tag.header().map(|tag| (header::ETAG, tag)));
    if tag.is_known_to(&known) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = axum::body::Body::empty();
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

fn tag(headers: &HeaderMap) -> Option<EntityTag> {
    let [modified, length] = [header::LAST_MODIFIED, header::CONTENT_LENGTH].map(|name| headers.get(name));
    Some(EntityTag::of(&[modified?.as_bytes(), &[0], length?.as_bytes()]).weak())
}

fn nothing_there(uri: &Uri) -> Response {
    refused(ErrorCode::NotFound, &format!("there is nothing at {}", uri.path()))
}

fn refused(code: ErrorCode, message: &str) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(ErrorBody::new(code, message))).into_response()
}

async fn no_interface(uri: Uri, headers: HeaderMap) -> Response {
    if is_page(&uri, &headers) { Html(NO_INTERFACE).into_response() } else { nothing_there(&uri) }
}

const NO_INTERFACE: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>Signalbox</title>
<body style=\"font: 15px/1.5 system-ui; max-width: 34em; margin: 4em auto; padding: 0 1em\">
<h1>The server runs, without its user interface</h1>
<p>The management API, the live stream and flag evaluation work. To see the user interface here, build it and start
the server with it:</p>
<pre>cargo xtask serve</pre>
<p>or give a folder that has it: <code>signalbox-server serve --ui-dir FOLDER</code>.</p>
</html>
";

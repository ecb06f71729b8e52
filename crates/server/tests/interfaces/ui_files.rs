//! The user interface as files.

use std::fs;

use crate::bank::{Answer, send};
use axum::Router;
use axum::http::{Method, StatusCode};
use signalbox_server::ui_files;
use tempfile::TempDir;

/// A folder with a page in it.
struct Page {
    _folder: TempDir,
    router: Router,
}

impl Page {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let ui = folder.path().join("ui");
        fs::create_dir_all(ui.join("fonts")).expect("a folder");
        fs::write(folder.path().join("secret.txt"), "secret").expect("a file");
        for (name, contents) in [
            ("index.html", "<!doctype html><title>Signalbox</title>".to_owned()),
            ("boot.js", "start();".to_owned()),
            ("ui.css", ".a { color: red }".repeat(200)),
            ("ui_bg.wasm", "\0asm".repeat(2_000)),
            ("favicon.svg", "<svg/>".to_owned()),
            ("fonts/inter.woff2", "wOF2".repeat(2_000)),
        ] {
            fs::write(ui.join(name), contents).expect("a file");
        }
        Self { router: ui_files::router(Some(ui)), _folder: folder }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(path, &[]).await
    }

    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        send(&self.router, Method::GET, path, headers, "").await
    }
}

#[tokio::test]
async fn files_have_the_type_that_browsers_ask_for() {
    let page = Page::new();
    for (path, content_type) in [
        ("/", "text/html"),
        ("/index.html", "text/html"),
        ("/boot.js", "text/javascript"),
        ("/ui.css", "text/css"),
        ("/ui_bg.wasm", "application/wasm"),
        ("/favicon.svg", "image/svg+xml"),
        ("/fonts/inter.woff2", "font/woff2"),
    ] {
        let answer = page.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, content_type), "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self' \
             'unsafe-inline'; font-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; \
             form-action 'self'",
            "{path}"
        );
    }
}

#[tokio::test]
async fn paths_of_the_interface_get_its_page() {
    let page = Page::new();
    for path in ["/flags", "/flags/payments-instant", "/flags/pay.v2", "/fonts", "/fonts/", "/audit?flag=a", "/apiary"]
    {
        let answer = page.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.text.contains("<title>Signalbox</title>"), "{path}: {}", answer.text);
    }
    let browser = [("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")];
    assert!(page.ask("/flags/pay.js", &browser).await.text.contains("<title>Signalbox</title>"));
}

#[tokio::test]
async fn what_is_missing_is_said_to_be_missing() {
    let page = Page::new();
    for path in ["/missing.js", "/fonts/missing.woff2", "/api", "/api/v1/unknown", "/ofrep/v2", "/metrics/x"] {
        let answer = page.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.json()["error"]["code"], "not_found", "{path}");
    }
    // Even to a browser: a mistyped address of the API must not look like the interface.
    let answer = page.ask("/api/v1/unknown", &[("accept", "text/html")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let answer = send(&page.router, Method::POST, "/flags", &[], "").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), "GET, HEAD");
    assert_eq!(answer.json()["error"]["code"], "method_not_allowed");
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let page = Page::new();
    for path in
        ["/../secret.txt", "/%2e%2e/secret.txt", "/fonts/..%2f..%2fsecret.txt", "/..%5csecret.txt", "//../secret.txt"]
    {
        let answer = page.get(path).await;
        assert!(!answer.text.contains("secret"), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_browser_that_has_a_file_is_not_sent_it_again() {
    let page = Page::new();
    let first = page.get("/ui_bg.wasm").await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    let again = page.ask("/ui_bg.wasm", &[("if-none-match", &format!("\"other\", {tag}"))]).await;
    assert_eq!((again.status, again.text.as_str(), again.header("etag")), (StatusCode::NOT_MODIFIED, "", tag.as_str()));
    assert!(again.headers.contains_key("content-security-policy"));
    let changed = page.ask("/ui_bg.wasm", &[("if-none-match", "W/\"0\"")]).await;
    assert_eq!(changed.status, StatusCode::OK);

    // An older file put back in place of a newer one is another file.
    let path = page._folder.path().join("ui/boot.js");
    let before = page.get("/boot.js").await.header("etag").to_owned();
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000)).unwrap();
    let since = [("if-none-match", before.as_str()), ("if-modified-since", "Sun, 01 Nov 2026 00:00:00 GMT")];
    assert_eq!(page.ask("/boot.js", &since).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_shrinks_is_compressed_for_those_who_can_read_it() {
    let page = Page::new();
    let gzip = [("accept-encoding", "gzip")];
    for (path, encoding) in [("/ui_bg.wasm", "gzip"), ("/ui.css", "gzip"), ("/fonts/inter.woff2", "")] {
        assert_eq!(page.ask(path, &gzip).await.header("content-encoding"), encoding, "{path}");
        assert_eq!(page.get(path).await.header("content-encoding"), "", "{path}");
    }
    assert_eq!(page.ask("/ui.css", &gzip).await.header("etag"), page.get("/ui.css").await.header("etag"));
}

#[tokio::test]
async fn without_a_page_the_server_says_how_to_get_one() {
    let router = ui_files::router(None);
    let answer = send(&router, Method::GET, "/flags", &[], "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("cargo xtask serve"), "{}", answer.text);
    assert!(answer.headers.contains_key("content-security-policy"));
    let answer = send(&router, Method::GET, "/api/v1/unknown", &[], "").await;
    assert_eq!(answer.json()["error"]["code"], "not_found");
}

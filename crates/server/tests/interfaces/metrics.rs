//! The page of metrics, held against the text format.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::bank::{Bank, send};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use signalbox_server::applications::{self, TrustedProxies};
use signalbox_server::engine::Engine;
use signalbox_server::metrics;

/// A sample: its name, its labels, its value.
#[derive(Debug, Clone, PartialEq)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

/// Reads a page as strictly as the format allows: every family told once, before its samples, which stay together.
fn read(page: &str) -> Vec<Sample> {
    assert!(page.ends_with('\n'), "the last line must end");
    let mut families = BTreeMap::<&str, &str>::new();
    let mut helped = BTreeSet::new();
    let mut current = "";
    let mut samples: Vec<Sample> = Vec::new();
    for line in page.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').expect("a help text");
            assert!(!help.is_empty() && helped.insert(name), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(helped.contains(name) && families.insert(name, kind).is_none(), "{line}");
            current = name;
        } else {
            let sample = sample(line);
            let suffix = sample.name.strip_prefix(current).unwrap_or_else(|| panic!("{line} is not of {current}"));
            match families[current] {
                "histogram" => assert!(["_bucket", "_sum", "_count"].contains(&suffix), "{line}"),
                _ => assert_eq!(suffix, "", "{line}"),
            }
            assert!(!samples.iter().any(|other| other.name == sample.name && other.labels == sample.labels), "{line}");
            samples.push(sample);
        }
    }
    for (family, _) in families.iter().filter(|(_, kind)| **kind == "histogram") {
        assert_histogram(family, &samples);
    }
    samples
}

/// Buckets rise to `+Inf`, which is the count.
fn assert_histogram(family: &str, samples: &[Sample]) {
    let (bucket, count) = (format!("{family}_bucket"), format!("{family}_count"));
    for total in samples.iter().filter(|sample| sample.name == count) {
        let mut buckets = Vec::new();
        for sample in samples.iter().filter(|sample| sample.name == bucket) {
            let mut labels = sample.labels.clone();
            let limit = labels.remove("le").expect("a limit");
            if labels == total.labels {
                buckets.push((
                    if limit == "+Inf" { f64::INFINITY } else { limit.parse().expect("a number") },
                    sample.value,
                ));
            }
        }
        assert!(buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{family}: {buckets:?}");
        assert_eq!(buckets.last(), Some(&(f64::INFINITY, total.value)), "{family}");
    }
}

fn sample(line: &str) -> Sample {
    let end = line.find(['{', ' ']).expect("a value");
    let (name, rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = BTreeMap::new();
    let mut rest = rest;
    if let Some(listed) = rest.strip_prefix('{') {
        rest = listed;
        loop {
            let (label, after) = rest.split_once("=\"").expect("a label");
            assert!(is_name(label) && !label.contains(':'), "{line}");
            let (value, after) = quoted(after);
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            rest = after;
            match rest.split_at(1) {
                (",", after) => rest = after,
                ("}", after) => {
                    rest = after;
                    break;
                }
                _ => panic!("{line}"),
            }
        }
    }
    let value = rest.strip_prefix(' ').expect("one space before the value");
    Sample { name: name.to_owned(), labels, value: value.parse().expect("a number") }
}

/// A label's value up to its quote, with escapes resolved, and what follows.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => match characters.next().map(|(_, escaped)| escaped) {
                Some('n') => value.push('\n'),
                Some(escaped @ ('"' | '\\')) => value.push(escaped),
                other => panic!("unknown escape {other:?}"),
            },
            other => value.push(other),
        }
    }
    panic!("a label without an end: {text}");
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
}

struct Observed {
    bank: Bank,
    router: Router,
}

impl Observed {
    fn new() -> Self {
        let bank = Bank::new();
        let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100)
            .merge(metrics::router(bank.engine.clone()))
            .layer(from_fn_with_state(bank.engine.clone(), counted));
        Self { bank, router }
    }

    async fn samples(&self) -> Vec<Sample> {
        let answer = send(&self.router, Method::GET, "/metrics", &[], "").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        read(&answer.text)
    }

    async fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels: BTreeMap<_, _> = labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        self.samples()
            .await
            .into_iter()
            .find(|sample| sample.name == name && sample.labels == labels)
            .map(|found| found.value)
    }
}

async fn counted(State(engine): State<Arc<Engine>>, request: Request, next: Next) -> Response {
    metrics::count_request(&engine, request, |request| next.run(request)).await
}

#[tokio::test]
async fn the_page_counts_what_happened() {
    let observed = Observed::new();
    observed.bank.boolean("everybody", 100.0);
    observed.bank.boolean("half", 50.0);
    let (_, key) = observed.bank.sdk_key("production");
    let headers = [("x-api-key", key.as_str())];
    for (path, body) in [
        ("/ofrep/v1/evaluate/flags/everybody", "{}"),
        ("/ofrep/v1/evaluate/flags/half", "{}"),
        ("/ofrep/v1/evaluate/flags/unknown", "{}"),
        ("/ofrep/v1/evaluate/flags/half", r#"{"context":{"targetingKey":"ann"}}"#),
        ("/ofrep/v1/evaluate/flags", "{}"),
    ] {
        send(&observed.router, Method::POST, path, &headers, body).await;
    }
    send(&observed.router, Method::POST, "/ofrep/v1/evaluate/flags", &[], "{}").await;

    let evaluations = "signalbox_flag_evaluations_total";
    assert_eq!(observed.value(evaluations, &[("reason", "static")]).await, Some(2.0));
    assert_eq!(observed.value(evaluations, &[("reason", "targeting_key_missing")]).await, Some(2.0));
    assert_eq!(observed.value(evaluations, &[("reason", "flag_not_found")]).await, Some(1.0));
    let requests = "signalbox_http_requests_total";
    for (operation, status, expected) in [
        ("evaluate_flag", "200", 2.0),
        ("evaluate_flag", "400", 1.0),
        ("evaluate_flag", "404", 1.0),
        ("evaluate_flags", "200", 1.0),
        ("evaluate_flags", "401", 1.0),
    ] {
        let counted = observed.value(requests, &[("operation", operation), ("status", status)]).await;
        assert_eq!(counted, Some(expected), "{operation} {status}");
    }
    let sequence = observed.bank.engine.read(|state, _| state.sequence) as f64;
    assert_eq!(observed.value("signalbox_state_sequence", &[]).await, Some(sequence));
    assert_eq!(observed.value("signalbox_events_total", &[]).await, Some(sequence));
    assert_eq!(observed.value("signalbox_commit_duration_seconds_count", &[]).await, Some(sequence));
}

#[tokio::test]
async fn what_is_sent_never_appears_on_the_page() {
    let observed = Observed::new();
    observed.bank.boolean("half", 50.0);
    let (_, key) = observed.bank.sdk_key("production");
    let series = observed.samples().await.len();
    for number in 0..200 {
        let path = format!("/ofrep/v1/evaluate/flags/flag-{number}");
        let body = format!(r#"{{"context":{{"targetingKey":"ann-{number}"}}}}"#);
        send(&observed.router, Method::POST, &path, &[("x-api-key", &key)], body).await;
    }
    let page = send(&observed.router, Method::GET, "/metrics", &[], "").await.text;
    for secret in ["ann-", "flag-1", "half", "bank", &key] {
        assert!(!page.contains(secret), "{secret}");
    }
    // One request counter, and the buckets, sum and count of its durations; likewise for the page itself.
    assert!(read(&page).len() <= series + 2 * 15, "{} after {series}", read(&page).len());
}

#[tokio::test]
async fn stream_readers_are_counted_while_they_read() {
    let observed = Observed::new();
    let readers = async || observed.value("signalbox_stream_readers", &[]).await;
    let (one, other) = (observed.bank.engine.metrics().stream_reader(), observed.bank.engine.metrics().stream_reader());
    assert_eq!(readers().await, Some(2.0));
    drop(one);
    assert_eq!(readers().await, Some(1.0));
    drop(other);
    assert_eq!(readers().await, Some(0.0));
}

#[test]
fn the_page_is_well_formed_before_anything_happened() {
    let metrics = metrics::Metrics::default();
    metrics.committed(3, Duration::from_secs(5));
    let samples = read(&metrics.page(7, 2));
    let value = |name: &str| samples.iter().find(|sample| sample.name == name).map(|sample| sample.value);
    assert_eq!(value("signalbox_state_sequence"), Some(7.0));
    assert_eq!(value("signalbox_commit_duration_seconds_sum"), Some(5.0));
    assert_eq!(value("signalbox_build_info"), Some(1.0));
}

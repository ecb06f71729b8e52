//! Requests as metrics tell of them, and what of it counts.

use axum::http::StatusCode;
use serde_json::{Value, json};
use signalbox_domain::evidence::Stratum;
use signalbox_domain::guard::Source;
use signalbox_server::clock;
use signalbox_server::telemetry::METRICS_PATH;

use crate::shop::Shop;

const CUMULATIVE: u32 = 2;
const DELTA: u32 = 1;
const SECOND: u64 = 1_000_000_000;

fn shop() -> Shop {
    Shop::measuring(&[
        json!({ "kind": "failed_requests" }),
        json!({ "kind": "slow_requests", "longer_than_ms": 500 }),
        json!({ "kind": "request_duration" }),
    ])
}

fn now() -> u64 {
    u64::try_from(clock::now().millis()).expect("after 1970") * 1_000_000
}

/// Attributes of requests with a variant, tagged as those of an evaluation are.
fn tags(shop: &Shop, variant: &str, more: &[(&str, Value)]) -> Value {
    let own = [
        ("feature_flag.key", json!({ "stringValue": "checkout" })),
        ("feature_flag.result.variant", json!({ "stringValue": variant })),
        ("feature_flag.result.reason", json!({ "stringValue": "split" })),
        ("feature_flag.version", json!({ "stringValue": shop.version().to_string() })),
    ];
    own.iter().chain(more).map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

/// Durations in seconds, up to 0.1, to 0.5, to 1 and beyond.
fn point(attributes: Value, begun: u64, at: u64, counts: [u64; 4], sum: f64) -> Value {
    json!({ "attributes": attributes, "startTimeUnixNano": begun.to_string(), "timeUnixNano": at.to_string(),
        "count": counts.iter().sum::<u64>().to_string(), "sum": sum, "explicitBounds": [0.1, 0.5, 1.0],
        "bucketCounts": counts.map(|count| count.to_string()) })
}

fn report(temporality: u32, points: &[Value]) -> String {
    let histogram = json!({ "aggregationTemporality": temporality, "dataPoints": points });
    let metric = json!({ "name": "http.server.request.duration", "unit": "s", "histogram": histogram });
    json!({ "resourceMetrics": [{ "scopeMetrics": [{ "metrics": [metric] }] }] }).to_string()
}

async fn take(shop: &Shop, report: String) -> Value {
    let answer = shop.post(METRICS_PATH, report).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

/// Requests, and the sum of what is measured, without the feature and with it.
fn sums(shop: &Shop, metric: &str) -> [(f64, f64); 2] {
    let Stratum { control, treated } = shop.gathered_from(Source::Nobody, metric);
    [control, treated].map(|arm| (arm.total.weight, arm.total.sum))
}

#[tokio::test]
async fn what_came_between_two_reports_is_put_down_to_its_variant() {
    let shop = shop();
    let (begun, status) = (now() - 90 * SECOND, |code: i64| ("http.response.status_code", json!({ "intValue": code })));
    let tell = |at: u64, counts: [u64; 4], sum: f64| {
        let fine = point(tags(&shop, "on", &[status(200)]), begun, at, counts, sum);
        let broken = point(tags(&shop, "on", &[status(503)]), begun, at, [counts[0] / 10, 0, 0, 0], 0.0);
        let without = point(tags(&shop, "off", &[status(200)]), begun, at, counts, sum);
        report(CUMULATIVE, &[fine, broken, without])
    };
    let first = tell(now(), [1_000, 0, 0, 0], 50.0);
    assert_eq!(take(&shop, first.clone()).await, json!({}));
    assert_eq!(sums(&shop, "m0"), [(0.0, 0.0); 2], "since when that came, nobody knows");
    let second = tell(now() + 2 * SECOND, [1_100, 20, 30, 5], 120.0);
    take(&shop, second.clone()).await;
    take(&shop, second).await;
    take(&shop, first).await;
    assert_eq!(sums(&shop, "m0"), [(155.0, 0.0), (165.0, 10.0)], "once, though it was sent twice");
    assert_eq!(sums(&shop, "m1"), [(155.0, 35.0), (165.0, 35.0)], "from half a second on");
    assert_eq!(sums(&shop, "m2"), [(155.0, 70_000.0), (165.0, 70_000.0)], "in milliseconds");
    assert_eq!(shop.gathered("m0"), Stratum::default(), "none of it is of people");
}

#[tokio::test]
async fn parts_count_once_and_powers_of_two_are_ranges_too() {
    let shop = shop();
    let at = now() + SECOND;
    let part = report(DELTA, &[point(tags(&shop, "on", &[]), at - SECOND, at, [5, 0, 0, 2], 4.0)]);
    take(&shop, part.clone()).await;
    take(&shop, part).await;
    assert_eq!(sums(&shop, "m1")[1], (7.0, 2.0));
    // Ranges of scale 0: from 1/4, 1/2 and 1 second on; 3 took no time at all.
    let powers = json!({ "attributes": tags(&shop, "off", &[]), "startTimeUnixNano": (at - SECOND).to_string(),
        "timeUnixNano": at.to_string(), "count": "16", "sum": 7.5, "scale": 0, "zeroCount": "3",
        "positive": { "offset": -2, "bucketCounts": ["6", "4", "3"] } });
    let histogram = json!({ "aggregationTemporality": DELTA, "dataPoints": [powers] });
    let metric = json!({ "name": "rpc.server.call.duration", "unit": "s", "exponentialHistogram": histogram });
    let report = json!({ "resourceMetrics": [{ "scopeMetrics": [{ "metrics": [metric] }] }] });
    take(&shop, report.to_string()).await;
    assert_eq!(sums(&shop, "m1")[0], (16.0, 7.0));
    assert_eq!(sums(&shop, "m2")[0], (16.0, 7_500.0));
}

#[tokio::test]
async fn what_does_not_fit_is_told_and_leaves_nothing_behind() {
    let shop = shop();
    let at = now();
    let tagged = |flag: &str, variant: &str, reason: &str| -> Value {
        let own = [
            ("feature_flag.key", flag),
            ("feature_flag.result.variant", variant),
            ("feature_flag.result.reason", reason),
        ];
        own.iter().map(|(key, value)| json!({ "key": key, "value": { "stringValue": value } })).collect()
    };
    let told = |attributes: Value| report(DELTA, &[point(attributes, at - SECOND, at, [9, 0, 0, 0], 1.0)]);
    let warned = take(&shop, told(tagged("nothing", "on", "split"))).await;
    let message = "flag evaluations not counted: 1 name a flag that is not in the environment of this key";
    assert_eq!(warned["partialSuccess"]["errorMessage"], message);
    let warned = take(&shop, told(tagged("checkout", "purple", "split"))).await;
    assert!(warned["partialSuccess"]["errorMessage"].as_str().is_some_and(|told| told.contains("no variant")));
    // Chance did not decide, or it is not known when; the flag could not be evaluated; no flag at all.
    for attributes in [tagged("checkout", "on", "targeting_match"), tagged("checkout", "on", "error"), json!([])] {
        assert_eq!(take(&shop, told(attributes)).await, json!({}));
    }
    // Without its version, what came within a minute of the change may be of before.
    assert_eq!(take(&shop, told(tagged("checkout", "on", "split"))).await, json!({}));
    for (name, unit) in [("http.server.request.duration", "furlong"), ("http.server.request.body.size", "s")] {
        let histogram = json!({ "aggregationTemporality": DELTA, "dataPoints": [point(tags(&shop, "on", &[]), at, at, [1; 4], 1.0)] });
        let metric = json!({ "name": name, "unit": unit, "histogram": histogram });
        let report = json!({ "resourceMetrics": [{ "scopeMetrics": [{ "metrics": [metric] }] }] });
        assert_eq!(take(&shop, report.to_string()).await, json!({}));
    }
    assert_eq!(sums(&shop, "m0"), [(0.0, 0.0); 2]);
    let malformed = shop.post(METRICS_PATH, r#"{"resourceMetrics":7}"#).await;
    assert_eq!(malformed.status, StatusCode::BAD_REQUEST, "{}", malformed.text);
}

//! How requests went, as metrics tell it: durations of requests by flag and variant, and whether they failed.
//!
//! There is no convention for flags in metrics; what is taken are histograms of durations whose attributes name a flag
//! as those of evaluations do, such as `http.server.request.duration` with `feature_flag.key`,
//! `feature_flag.result.variant` and `feature_flag.result.reason`. Nobody says whose requests they were, so that they
//! may hold a rollout and never let it go on or take it back.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ExponentialHistogramDataPoint, HistogramDataPoint, Metric,
};
use prost::Message as _;
use signalbox_domain::access::SdkKeyKind;
use xxhash_rust::xxh64::xxh64;

use super::reported::{Reported, Taken, moment};
use crate::clock;
use crate::engine::Engine;
use crate::evaluation_sets::EvaluationSet;
use crate::evidence::{Followed, MOST_RANGES, Requests, Slice, Sums};

/// What names of histograms of durations of requests end with: `http.server.request.duration`,
/// `rpc.server.call.duration`, `traces.span.metrics.duration`.
const DURATION: &str = "duration";

/// Takes in every measurement that a rollout under way asks for.
pub fn take(report: &ExportMetricsServiceRequest, set: &EvaluationSet, kind: SdkKeyKind, engine: &Engine) -> Taken {
    let mut taken = Taken::default();
    // What browsers tell of nobody in particular anybody could have made up.
    if kind == SdkKeyKind::Client {
        return taken;
    }
    for resource in &report.resource_metrics {
        let named = resource.resource.as_ref().map_or(0, |resource| xxh64(&resource.encode_to_vec(), 0));
        for scope in &resource.scope_metrics {
            let scoped = scope.scope.as_ref().map_or(named, |scope| xxh64(&scope.encode_to_vec(), named));
            for metric in &scope.metrics {
                let Some((points, is_cumulative)) = points_of(metric) else { continue };
                let told_by = xxh64(metric.name.as_bytes(), scoped);
                for point in points {
                    take_point(&point, told_by, is_cumulative, set, engine, &mut taken);
                }
            }
        }
    }
    taken
}

/// A point of a histogram, whichever kind it is of.
struct Point<'a> {
    attributes: &'a [KeyValue],
    sums: Sums,
    /// From which duration on each range is, in milliseconds.
    from_millis: Vec<f64>,
}

/// The points of a histogram of durations, in milliseconds, and whether they are sums since the start of the program.
fn points_of(metric: &Metric) -> Option<(Vec<Point<'_>>, bool)> {
    if !metric.name.ends_with(DURATION) {
        return None;
    }
    let scale = match metric.unit.as_str() {
        "s" => 1_000.0,
        "ms" => 1.0,
        "us" => 0.001,
        "ns" => 0.000_001,
        _ => return None,
    };
    let (points, temporality): (Vec<_>, _) = match metric.data.as_ref()? {
        Data::Histogram(histogram) => {
            let points = histogram.data_points.iter().filter_map(|point| explicit(point, scale));
            (points.collect(), histogram.aggregation_temporality())
        }
        Data::ExponentialHistogram(histogram) => {
            let points = histogram.data_points.iter().filter_map(|point| exponential(point, scale));
            (points.collect(), histogram.aggregation_temporality())
        }
        _ => return None,
    };
    let is_cumulative = match temporality {
        AggregationTemporality::Cumulative => true,
        AggregationTemporality::Delta => false,
        AggregationTemporality::Unspecified => return None,
    };
    Some((points, is_cumulative))
}

fn explicit(point: &HistogramDataPoint, scale: f64) -> Option<Point<'_>> {
    let ranges = point.bucket_counts.len();
    // A histogram without ranges tells how many there were and how long they took together.
    if ranges > MOST_RANGES || (ranges > 0 && ranges != point.explicit_bounds.len() + 1) {
        return None;
    }
    let from = [0.0].into_iter().chain(point.explicit_bounds.iter().map(|bound| bound * scale));
    Some(Point {
        attributes: &point.attributes,
        from_millis: from.take(ranges).collect(),
        sums: Sums {
            from: moment(point.start_time_unix_nano).or(moment(point.time_unix_nano))?,
            at: moment(point.time_unix_nano)?,
            count: float(point.count),
            sum: point.sum.map(|sum| sum * scale).filter(|sum| sum.is_finite()),
            ranges: point.bucket_counts.iter().copied().map(float).collect(),
        },
    })
}

/// Ranges of an exponential histogram begin at powers of 2^(2^−scale) (OpenTelemetry, metrics data model,
/// "`ExponentialHistogram`"); those of negative durations are none.
/// Where ranges begin moves when a program sees longer durations; what came just then is not known.
fn exponential(point: &ExponentialHistogramDataPoint, scale: f64) -> Option<Point<'_>> {
    let nothing = Buckets::default();
    let positive = point.positive.as_ref().unwrap_or(&nothing);
    if positive.bucket_counts.len() >= MOST_RANGES {
        return None;
    }
    let base = 2.0_f64.powf(2.0_f64.powi(-point.scale.clamp(-10, 20)));
    let from = (0_i32..).take(positive.bucket_counts.len()).map(|index| {
        let power = positive.offset.saturating_add(index);
        base.powi(power) * scale
    });
    let zero = [float(point.zero_count)].into_iter();
    Some(Point {
        attributes: &point.attributes,
        from_millis: [0.0].into_iter().chain(from).collect(),
        sums: Sums {
            from: moment(point.start_time_unix_nano).or(moment(point.time_unix_nano))?,
            at: moment(point.time_unix_nano)?,
            count: float(point.count),
            sum: point.sum.map(|sum| sum * scale).filter(|sum| sum.is_finite()),
            ranges: zero.chain(positive.bucket_counts.iter().copied().map(float)).collect(),
        },
    })
}

fn take_point(
    point: &Point<'_>,
    told_by: u64,
    is_cumulative: bool,
    set: &EvaluationSet,
    engine: &Engine,
    taken: &mut Taken,
) {
    let Some(reported) = Reported::of_request(point.attributes) else { return };
    let Some((watched, variant)) = taken.watched(&reported, set, engine) else { return };
    // Where ranges begin is a part of what a series is.
    let bounds: Vec<u8> = point.from_millis.iter().flat_map(|from| from.to_le_bytes()).collect();
    let tagged = point.attributes.iter().fold(told_by, |hash, attribute| xxh64(&attribute.encode_to_vec(), hash));
    let series = xxh64(&bounds, tagged);
    let watch = engine.watch();
    let came = if is_cumulative {
        match watch.series.follow(series, point.sums.clone(), clock::now()) {
            Followed::Came(came) => came,
            Followed::Nothing => return,
            Followed::NoRoom => return taken.not_followed(),
        }
    } else if watch.repeats.is_new(&series.to_le_bytes(), &point.sums.at.millis().to_le_bytes()) {
        point.sums.clone()
    } else {
        return;
    };
    let at_least: Vec<_> = point.from_millis.iter().copied().zip(came.ranges.iter().copied()).collect();
    let requests =
        Requests { count: came.count, failed: failed(point.attributes), millis: came.sum, at_least: &at_least };
    // Requests that failed and those that did not are told of apart, and belong together.
    let slice = Slice::of_report(told_by, came.at);
    watched.nameless(reported.evaluation(variant, came.at), came.from, slice, requests);
}

/// Whether requests with these attributes failed, by the conventions of HTTP and RPC, and of connectors that make metrics
/// of spans.
fn failed(attributes: &[KeyValue]) -> bool {
    attributes.iter().any(|KeyValue { key, value, .. }| {
        let Some(AnyValue { value: Some(value) }) = value else { return false };
        match (key.as_str(), value) {
            ("error.type", Any::StringValue(kind)) => !kind.is_empty(),
            ("http.response.status_code" | "http.status_code", Any::IntValue(code)) => *code >= 500,
            ("http.response.status_code" | "http.status_code", Any::StringValue(code)) => {
                code.parse().is_ok_and(|code: i64| code >= 500)
            }
            ("status.code", Any::StringValue(code)) => code.ends_with("ERROR"),
            ("otel.status_code", Any::StringValue(code)) => code == "ERROR",
            _ => false,
        }
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests")]
const fn float(count: u64) -> f64 {
    count as f64
}

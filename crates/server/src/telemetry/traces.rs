//! Evaluations in traces, each with the request in which it was asked.

use std::collections::{HashMap, HashSet};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use super::reported::{EVALUATION, OLDER_EVALUATION, Reported};
use crate::evidence::{Repeats, Request};

/// Spans that are gone up through at most, from an evaluation to the request that it is part of.
const MOST_ANCESTORS: usize = 64;

/// Every evaluation in a report: an event of a span, or a span of its own. Spans that were taken before are left out.
pub fn reported<'report>(request: &'report ExportTraceServiceRequest, repeats: &Repeats) -> Vec<Reported<'report>> {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    let spans: Vec<_> = scopes.flat_map(|scope| &scope.spans).collect();
    let evaluating: Vec<_> = spans.iter().copied().filter(|span| has_evaluation(span)).collect();
    if evaluating.is_empty() {
        return Vec::new();
    }
    let by_id: HashMap<_, _> = spans.iter().map(|span| ((&*span.trace_id, &*span.span_id), *span)).collect();
    let mut found = Vec::new();
    // A request that asks for a flag again and again is one request.
    let mut told = HashSet::new();
    for span in evaluating.into_iter().filter(|span| repeats.is_new(&span.trace_id, &span.span_id)) {
        let whole = whole_request(span, &by_id);
        for mut reported in of_span(span) {
            if let Some(whole) = whole
                && told.insert((&*whole.trace_id, &*whole.span_id, reported.flag()))
            {
                reported.request = Some(request_of(whole));
            }
            found.push(reported);
        }
    }
    found
}

fn is_evaluation(name: &str) -> bool {
    name == EVALUATION || name == OLDER_EVALUATION
}

fn has_evaluation(span: &Span) -> bool {
    is_evaluation(&span.name) || span.events.iter().any(|event| is_evaluation(&event.name))
}

fn of_span(span: &Span) -> impl Iterator<Item = Reported<'_>> {
    let itself = is_evaluation(&span.name).then(|| Reported::of(&span.attributes)).flatten();
    let itself = itself.map(|reported| reported.at(span.end_time_unix_nano));
    let events = span.events.iter().filter(move |event| is_evaluation(&event.name));
    let events = events.filter_map(|event| Some(Reported::of(&event.attributes)?.at(event.time_unix_nano)));
    itself.into_iter().chain(events)
}

/// The span of the request in which a span is: the first one above it that another process, or a queue, asked for. One
/// that is not in this report is not waited for: then it is the topmost that is. A span that is nothing but an
/// evaluation is no request.
fn whole_request<'report>(
    span: &'report Span,
    by_id: &HashMap<(&[u8], &[u8]), &'report Span>,
) -> Option<&'report Span> {
    let mut above = Some(span);
    let mut topmost = None;
    for _ in 0..MOST_ANCESTORS {
        let Some(here) = above else { break };
        if !is_evaluation(&here.name) {
            topmost = Some(here);
        }
        if matches!(here.kind(), SpanKind::Server | SpanKind::Consumer) {
            break;
        }
        above = by_id.get(&(&*here.trace_id, &*here.parent_span_id)).copied();
    }
    topmost
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a request")]
fn request_of(span: &Span) -> Request {
    let nanos = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano);
    let failed = span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error);
    Request { failed, millis: nanos as f64 / 1e6 }
}

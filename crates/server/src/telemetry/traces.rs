//! Evaluations in traces.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::reported::{EVALUATION, OLDER_EVALUATION, Reported};

/// Every evaluation in a report: an event of a span, or a span of its own.
pub fn reported(request: &ExportTraceServiceRequest) -> Vec<Reported<'_>> {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| &scope.spans).flat_map(of_span).collect()
}

fn of_span(span: &Span) -> impl Iterator<Item = Reported<'_>> {
    let is_evaluation = |name: &str| name == EVALUATION || name == OLDER_EVALUATION;
    let itself = is_evaluation(&span.name).then(|| Reported::of(&span.attributes)).flatten();
    let events = span.events.iter().filter(move |event| is_evaluation(&event.name));
    itself.into_iter().chain(events.filter_map(|event| Reported::of(&event.attributes)))
}

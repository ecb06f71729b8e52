//! Evaluations in logs.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::reported::{EVALUATION, Reported};
use crate::evidence::Repeats;

/// Every evaluation in a report: a record that is the event of this name.
pub fn reported<'report>(request: &'report ExportLogsServiceRequest, _: &Repeats) -> Vec<Reported<'report>> {
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    let records = scopes.flat_map(|scope| &scope.log_records).filter(|record| is_evaluation(record));
    let reported = records.filter_map(|record| {
        let told = if record.time_unix_nano == 0 { record.observed_time_unix_nano } else { record.time_unix_nano };
        Some(Reported::of(&record.attributes)?.at(told))
    });
    reported.collect()
}

/// Before records had a name of their own, it stood among the attributes.
fn is_evaluation(record: &LogRecord) -> bool {
    let older = || {
        let named = record.attributes.iter().find(|attribute| attribute.key == "event.name");
        let value = named.and_then(|attribute| attribute.value.as_ref()?.value.as_ref());
        matches!(value, Some(Any::StringValue(name)) if name == EVALUATION)
    };
    record.event_name == EVALUATION || (record.event_name.is_empty() && older())
}

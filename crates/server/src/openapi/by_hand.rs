//! What is not an endpoint of the list: the live stream, flag evaluation, and what those who run the server ask.

use serde_json::{Map, Value, json};
use signalbox_protocol::ErrorCode;

use super::insert;
use super::operation::error;
use crate::applications::{EXPOSURES_PATH, FLAGS_DOCUMENT_PATH, MOST_EXPOSURES, MOST_OUTCOMES, TRACK_PATH};
use crate::http::STREAM_PATH;
use crate::{ofrep, telemetry};

/// Adds the paths. `stream` are the parameters of the live stream's query.
pub fn add(paths: &mut Map<String, Value>, stream: Vec<Value>) {
    insert(paths, STREAM_PATH, "get", live_stream(stream));
    insert(paths, &ofrep::SINGLE_PATH.replace("{*key}", "{key}"), "post", evaluate_flag());
    insert(paths, ofrep::BULK_PATH, "post", evaluate_flags());
    insert(paths, ofrep::events::PATH, "get", evaluation_events());
    insert(paths, EXPOSURES_PATH, "post", report_exposures());
    insert(paths, TRACK_PATH, "post", track());
    insert(paths, telemetry::TRACES_PATH, "post", export("export_traces", "Send traces by OTLP"));
    insert(paths, telemetry::LOGS_PATH, "post", export("export_logs", "Send logs by OTLP"));
    insert(paths, FLAGS_DOCUMENT_PATH, "get", flags_document());
    insert(paths, "/api/openapi.json", "get", plain("get_openapi", "This document", "application/json"));
    insert(paths, "/healthz", "get", empty("get_health", "Whether the process runs"));
    let mut ready =
        empty("get_readiness", "Whether changes are taken: not while stopping, nor after a fault of the disk");
    ready["responses"]["503"] = error(503, &[ErrorCode::Unavailable]);
    insert(paths, "/readyz", "get", ready);
    insert(
        paths,
        "/metrics",
        "get",
        plain("get_metrics", "What the server counts of itself, for Prometheus", "text/plain"),
    );
}

fn empty(operation: &str, summary: &str) -> Value {
    let mut operation = plain(operation, summary, "text/plain");
    operation["responses"]["200"] = json!({ "description": "Yes." });
    operation
}

fn plain(operation: &str, summary: &str, media_type: &str) -> Value {
    json!({
        "operationId": operation,
        "tags": ["operation"],
        "summary": summary,
        "security": [],
        "responses": { "200": { "description": "Yes, or the text.", "content": { media_type: {} } } },
    })
}

fn live_stream(query: Vec<Value>) -> Value {
    let mut parameters = query;
    parameters.push(json!({
        "name": "Last-Event-ID", "in": "header", "required": false,
        "description": "Only changes after this sequence; stands above `after`. Browsers send it when they connect again.",
        "schema": { "type": "integer", "minimum": 0 },
    }));
    json!({
        "operationId": "get_stream",
        "tags": ["live"],
        "summary": "Every change as it happens",
        "description": "Server-sent events. First everything after the given sequence (without one: nothing), each \
            resource once; then `live`; then changes as they are committed. Events: `change` with a `Change` as data \
            and its sequence as id; `heartbeat` every second; `live`; `reset` when too much happened since, or \
            something was erased: take a new snapshot and go on from there. The stream ends after a reset, when the \
            token is revoked, and when the server stops. Gaps in `seq` are normal.\n\nNeeds the role `viewer`.",
        "parameters": parameters,
        "security": [{ "token": [] }, { "session": [] }],
        "responses": {
            "200": {
                "description": "The stream, until it ends.",
                "content": { "text/event-stream": { "schema": { "$ref": "#/components/schemas/Change" } } },
            },
            "400": error(400, &[ErrorCode::MalformedRequest]),
            "401": error(401, &[ErrorCode::Unauthenticated]),
            "403": error(403, &[ErrorCode::Forbidden]),
            "408": error(408, &[ErrorCode::TimedOut]),
            "422": error(422, &[ErrorCode::InvalidField]),
            "429": error(429, &[ErrorCode::TooManyRequests]),
            "431": error(431, &[ErrorCode::HeadersTooLarge]),
        },
    })
}

fn evaluation(operation: &str, summary: &str, parameters: Value, success: Value, failure: Value) -> Value {
    let context = json!({
        "type": "object",
        "properties": {
            "context": {
                "type": "object",
                "description": "Who asks; other attributes are welcome.",
                "properties": { "targetingKey": { "type": "string" } },
            },
        },
    });
    let failed = |description: &str| json!({ "description": description, "content": { "application/json": { "schema": failure } } });
    json!({
        "operationId": operation,
        "tags": ["evaluation"],
        "summary": summary,
        "parameters": parameters,
        "security": [{ "sdk_key": [] }, { "sdk_key_header": [] }],
        "requestBody": { "required": false, "content": { "application/json": { "schema": context } } },
        "responses": {
            "200": { "description": "Evaluated.", "content": { "application/json": { "schema": success } } },
            "400": failed("The body or the context is not acceptable, or the targeting key is missing."),
            "401": failed("No SDK key, or one that does not work."),
            "403": failed("The server is not called by this name."),
            "408": failed("The request took too long to arrive."),
            "413": failed("The body is too large."),
            "429": {
                "description": "Too many SDK keys that do not work, or too many requests with a client key, came from this address.",
                "headers": { "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer" } } },
                "content": { "application/json": { "schema": failure } },
            },
            "431": failed("The headers are too large."),
        },
    })
}

fn evaluated() -> Value {
    json!({
        "type": "object",
        "required": ["key", "value", "reason", "variant", "metadata"],
        "properties": {
            "key": { "type": "string" },
            "value": { "description": "Of the flag's kind." },
            "reason": { "enum": ["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED"] },
            "variant": { "type": "string" },
            "metadata": metadata(),
        },
    })
}

fn metadata() -> Value {
    json!({
        "type": "object",
        "properties": { "flagSetId": { "type": "string" }, "version": { "type": "string" } },
    })
}

fn failed(required: &[&str]) -> Value {
    json!({
        "type": "object",
        "required": required,
        "properties": {
            "key": { "type": "string" },
            "errorCode": {
                "enum": ["FLAG_NOT_FOUND", "PARSE_ERROR", "INVALID_CONTEXT", "TARGETING_KEY_MISSING", "GENERAL"],
            },
            "errorDetails": { "type": "string" },
            "metadata": metadata(),
        },
    })
}

fn evaluate_flag() -> Value {
    let key = json!([{ "name": "key", "in": "path", "required": true, "schema": { "type": "string" } }]);
    let failure = failed(&["key", "errorCode", "errorDetails"]);
    let mut operation = evaluation("evaluate_flag", "Evaluate one flag", key, evaluated(), failure.clone());
    operation["responses"]["404"] = json!({
        "description": "There is no such flag.", "content": { "application/json": { "schema": failure } },
    });
    operation
}

fn evaluate_flags() -> Value {
    let success = json!({
        "type": "object",
        "required": ["flags"],
        "properties": {
            "flags": {
                "type": "array",
                "items": { "anyOf": [evaluated(), failed(&["key", "errorCode", "errorDetails"])] },
            },
            "metadata": metadata(),
        },
    });
    let failure = failed(&["errorCode", "errorDetails"]);
    let known = json!([{
        "name": "If-None-Match", "in": "header", "required": false,
        "description": "The `ETag` of the result that the client has.",
        "schema": { "type": "string" },
    }]);
    let mut operation = evaluation("evaluate_flags", "Evaluate all flags of the environment", known, success, failure);
    operation["responses"]["200"]["headers"] = json!({
        "ETag": { "description": "Names the evaluated result.", "schema": { "type": "string" } },
    });
    operation["responses"]["304"] = json!({ "description": "The client has this result already." });
    operation
}

fn evaluation_events() -> Value {
    let failure = failed(&["key", "errorCode", "errorDetails"]);
    json!({
        "operationId": "get_evaluation_events",
        "tags": ["evaluation"],
        "summary": "Hear that flags changed",
        "description": "Server-sent events `message`, with `{\"type\":\"refetchEvaluation\",\"etag\",\"lastModified\"}` as \
            data: evaluate again. The address, with its pass, is in `eventStreams` of an answer for all flags.",
        "security": [],
        "parameters": [
            { "name": "t", "in": "query", "required": true, "description": "The pass.", "schema": { "type": "string" } },
            { "name": "Last-Event-ID", "in": "header", "required": false,
                "description": "The last message that the client has.", "schema": { "type": "string" } },
        ],
        "responses": {
            "200": { "description": "The stream, until it ends.", "content": { "text/event-stream": {} } },
            "401": {
                "description": "No pass, or one that does not work any more.",
                "content": { "application/json": { "schema": failure.clone() } },
            },
            "503": {
                "description": "Too many streams are open.",
                "headers": { "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer" } } },
                "content": { "application/json": { "schema": failure } },
            },
        },
    })
}

fn flags_document() -> Value {
    json!({
        "operationId": "get_flags_document",
        "tags": ["evaluation"],
        "summary": "The flags of the environment as a flagd document",
        "description": "For applications that evaluate by themselves. Flags that flagd's model cannot say are left out, \
            and named with the reason in `$signalbox.leftOut`.",
        "security": [{ "sdk_key": [] }, { "sdk_key_header": [] }],
        "parameters": [{
            "name": "If-None-Match", "in": "header", "required": false,
            "description": "The `ETag` of the document that the client has.",
            "schema": { "type": "string" },
        }],
        "responses": {
            "200": {
                "description": "The document.",
                "headers": { "ETag": { "description": "Names the document.", "schema": { "type": "string" } } },
                "content": { "application/json": { "schema": { "type": "object", "required": ["flags"] } } },
            },
            "304": { "description": "The client has this document already." },
            "401": error(401, &[ErrorCode::Unauthenticated]),
            "403": error(403, &[ErrorCode::Forbidden]),
            "429": error(429, &[ErrorCode::TooManyRequests]),
        },
    })
}

fn export(operation: &str, summary: &str) -> Value {
    let content = || {
        json!({
            "application/x-protobuf": { "schema": { "type": "string", "format": "binary" } },
            "application/json": { "schema": { "type": "object" } },
        })
    };
    let refused = |description: &str| json!({ "description": description, "content": content() });
    json!({
        "operationId": operation,
        "tags": ["telemetry"],
        "summary": summary,
        "description": "OpenTelemetry's own protocol, version 1.11, with its own messages, packed by gzip or not. Events \
            named `feature_flag.evaluation` are counted as exposures; what names no flag that the key may see, or no \
            variant of it, is not, and said in `partialSuccess`. An error is a `google.rpc.Status`.",
        "security": [{ "sdk_key": [] }, { "sdk_key_header": [] }],
        "requestBody": { "required": true, "content": content() },
        "responses": {
            "200": { "description": "Taken.", "content": content() },
            "400": refused("It is no report."),
            "401": refused("The SDK key does not work."),
            "408": refused("It did not arrive in time."),
            "413": refused("It is too large; smaller batches are taken."),
            "415": refused("It is neither protobuf nor JSON, or packed by anything but gzip."),
            "429": refused("Too many requests with a client key; `Retry-After` says when to come back."),
            "431": refused("Its headers are too large."),
        },
    })
}

fn report_exposures() -> Value {
    let exposure = json!({
        "type": "object",
        "required": ["flag", "variant"],
        "properties": {
            "flag": { "type": "string" },
            "variant": { "type": "string" },
            "targetingKey": { "type": "string", "description": "Who it was; only a hash of it is counted." },
        },
    });
    let refused = json!({
        "type": "object",
        "required": ["index", "why"],
        "properties": {
            "index": { "type": "integer", "minimum": 0 },
            "why": { "enum": ["unknown_flag", "unknown_variant"] },
        },
    });
    let taken = json!({
        "type": "object",
        "required": ["taken", "refused"],
        "properties": { "taken": { "type": "integer", "minimum": 0 }, "refused": { "type": "array", "items": refused } },
    });
    let report = json!({
        "type": "object",
        "required": ["exposures"],
        "properties": { "exposures": { "type": "array", "minItems": 1, "maxItems": MOST_EXPOSURES, "items": exposure } },
    });
    let description = "Counted by flag and variant. What names no flag that the key may see, or no variant of it, is not \
        counted, and said back by its place.";
    reporting("report_exposures", "Report whom an application showed which variant", description, report, taken)
}

fn track() -> Value {
    let outcome = json!({
        "type": "object",
        "required": ["targetingKey", "event"],
        "properties": {
            "targetingKey": { "type": "string", "minLength": 1, "description": "Who it was; only a hash of it is kept." },
            "event": { "type": "string", "description": "What happened: `payment_completed`." },
            "value": { "type": "number", "description": "How much, where that is asked." },
            "at": { "type": "string", "format": "date-time", "description": "When, at most a day ago; absent: now." },
        },
    });
    let several = json!({
        "type": "object",
        "required": ["outcomes"],
        "properties": { "outcomes": { "type": "array", "minItems": 1, "maxItems": MOST_OUTCOMES, "items": outcome } },
    });
    let counted = json!({ "type": "integer", "minimum": 0 });
    let taken = json!({
        "type": "object",
        "required": ["counted", "not_asked"],
        "properties": { "counted": counted, "not_asked": counted },
    });
    let description = "Put down to the variants that the person was shown before, in every rollout under way whose metrics \
        ask for it. What no rollout asks for leaves nothing behind.";
    let body = json!({ "oneOf": [outcome, several] });
    reporting("track", "Report what people did", description, body, taken)
}

fn reporting(operation: &str, summary: &str, description: &str, body: Value, taken: Value) -> Value {
    json!({
        "operationId": operation,
        "tags": ["evaluation"],
        "summary": summary,
        "description": description,
        "security": [{ "sdk_key": [] }, { "sdk_key_header": [] }],
        "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
        "responses": {
            "200": { "description": "Taken.", "content": { "application/json": { "schema": taken } } },
            "400": error(400, &[ErrorCode::MalformedRequest]),
            "401": error(401, &[ErrorCode::Unauthenticated]),
            "403": error(403, &[ErrorCode::Forbidden]),
            "408": error(408, &[ErrorCode::TimedOut]),
            "413": error(413, &[ErrorCode::TooLarge]),
            "422": error(422, &[ErrorCode::InvalidField]),
            "429": error(429, &[ErrorCode::TooManyRequests]),
            "431": error(431, &[ErrorCode::HeadersTooLarge]),
        },
    })
}

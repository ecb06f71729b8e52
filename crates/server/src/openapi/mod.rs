//! The OpenAPI 3.1 document, made from the one list of endpoints and the types of their requests and answers.

mod by_hand;
mod operation;

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use signalbox_protocol::stream::{Change, StreamQuery};
use signalbox_protocol::{ErrorBody, endpoint, for_each_endpoint};

use crate::http::COOKIE;
use operation::{Described, Describer};

/// Serves `GET /api/openapi.json`.
pub async fn serve() -> Response {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ([content_type], TEXT.clone()).into_response()
}

macro_rules! describe {
    ($($endpoint:ident)*) => {
        fn describe_all(describer: &mut Describer) {
            $(describer.describe::<endpoint::$endpoint>();)*
        }
    };
}
for_each_endpoint!(describe);

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut describer = Describer::new(settings.into_generator());
    describe_all(&mut describer);
    let stream = describer.parameters::<StreamQuery>("query");
    describer.generator().subschema_for::<ErrorBody>();
    describer.generator().subschema_for::<Change>();
    let Described { mut paths, schemas, errors } = describer.finish();
    by_hand::add(&mut paths, stream);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Signalbox",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Release control by feature flags: the management API, the live stream, and flag evaluation.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": errors,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "An access token." },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": COOKIE,
                    "description": "The session of a browser. Requests that change something must come from the same origin.",
                },
                "sdk_key": { "type": "http", "scheme": "bearer", "description": "An SDK key; it decides the environment." },
                "sdk_key_header": { "type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An SDK key." },
            },
        },
    })
}

fn tags() -> Value {
    let tags = [
        ("session", "Who is asking, and browser sessions."),
        ("live", "Everything in short, and every change as it happens."),
        ("projects", "Projects."),
        ("environments", "Where applications run."),
        ("access", "Access tokens, SDK keys and erasure of personal values."),
        ("flags", "Flags."),
        ("configuration", "What a flag gives in an environment."),
        ("rollouts", "Letting a feature out step by step."),
        ("segments", "Named groups of people that rules and rollouts refer to."),
        ("plans", "Templates of stages."),
        ("audit", "Who changed what, when and why."),
        ("evaluation", "Flag evaluation for applications: the OpenFeature Remote Evaluation Protocol 0.3."),
        ("telemetry", "What applications report of themselves by OpenTelemetry."),
        ("operation", "For those who run the server."),
    ];
    tags.into_iter().map(|(name, description)| json!({ "name": name, "description": description })).collect()
}

/// Adds an operation to the paths.
fn insert(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let item = paths.entry(path).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(item) = item {
        item.insert(method.to_lowercase(), operation);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_endpoint_is_described_once() {
        let document = document();
        for meta in endpoint::ALL {
            let operation = &document["paths"][meta.path][meta.method.as_str().to_lowercase()];
            assert_eq!(operation["operationId"], meta.operation);
            for error in meta.errors {
                let status = error.status().to_string();
                let response = operation["responses"][&status]["$ref"].as_str().unwrap();
                let code = serde_json::to_value(error).unwrap();
                assert!(response.contains(code.as_str().unwrap()), "{} {status}: {response}", meta.operation);
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
        let document = document();
        let text = document.to_string();
        for reference in text.split("\"#").skip(1) {
            let (pointer, _) = reference.split_once('"').unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
        let items = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
        let names: Vec<_> = items.map(|operation| operation["operationId"].as_str().unwrap()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}

//! One operation of the document, from an endpoint of the list.

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use signalbox_protocol::endpoint::{Access, Meta, Method, Precondition};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::{Endpoint, ErrorCode};

use super::insert;

/// Describes endpoints, one after the other.
pub struct Describer {
    generator: SchemaGenerator,
    paths: Map<String, Value>,
    errors: Map<String, Value>,
}

/// What came of it.
pub struct Described {
    pub paths: Map<String, Value>,
    /// The schemas that the paths refer to.
    pub schemas: Map<String, Value>,
    /// The error answers that the paths refer to.
    pub errors: Map<String, Value>,
}

impl Describer {
    pub fn new(generator: SchemaGenerator) -> Self {
        Self { generator, paths: Map::new(), errors: Map::new() }
    }

    pub fn generator(&mut self) -> &mut SchemaGenerator {
        &mut self.generator
    }

    pub fn finish(mut self) -> Described {
        let schemas = self.generator.take_definitions(true);
        Described { paths: self.paths, schemas, errors: self.errors }
    }

    /// Adds an endpoint.
    pub fn describe<E>(&mut self)
    where
        E: Endpoint,
        E::At: JsonSchema,
        E::Query: JsonSchema,
        E::Body: JsonSchema,
        E::Response: JsonSchema,
    {
        let meta = E::META;
        let mut parameters = self.parameters::<E::At>("path");
        parameters.extend(self.parameters::<E::Query>("query"));
        parameters.extend(headers(&meta));

        let has_version = self.properties::<E::Response>().contains_key("version");
        let mut responses = Map::new();
        responses.insert(meta.success.to_string(), self.success::<E::Response>(&meta, has_version));
        for (status, codes) in errors(&meta, is::<E::Body, Empty>()) {
            let name = codes.iter().map(|code| name(*code)).collect::<Vec<_>>().join("_or_");
            responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
            self.errors.entry(name).or_insert_with(|| error(status, &codes));
        }

        let (summary, description) = summary_and_description(&meta);
        let mut operation = json!({
            "operationId": meta.operation,
            "tags": [tag(meta.path)],
            "summary": summary,
            "description": description,
            "parameters": parameters,
            "responses": responses,
            "security": match meta.access {
                Access::Open => json!([]),
                Access::Role(_) => json!([{ "token": [] }, { "session": [] }]),
            },
        });
        if !is::<E::Body, Empty>() {
            let properties = self.generator_schema::<E::Body>();
            let required = properties.get("required").is_some();
            let schema = self.generator.subschema_for::<E::Body>();
            operation["requestBody"] =
                json!({ "required": required, "content": { "application/json": { "schema": schema } } });
        }
        insert(&mut self.paths, meta.path, meta.method.as_str(), operation);
    }

    /// The fields of a type, as parameters in the path or the query.
    pub fn parameters<Fields: JsonSchema>(&mut self, place: &str) -> Vec<Value> {
        let schema = self.generator_schema::<Fields>();
        let required: Vec<_> = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let parameter = |(name, mut schema): (String, Value)| {
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter = json!({
                "name": name,
                "in": place,
                "required": required.contains(&Value::from(name.as_str())),
                "schema": not_null(schema),
            });
            if let Some(description) = description {
                parameter["description"] = description;
            }
            parameter
        };
        self.properties::<Fields>().into_iter().map(parameter).collect()
    }

    fn properties<Fields: JsonSchema>(&mut self) -> Map<String, Value> {
        self.generator_schema::<Fields>().get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
    }

    /// The schema of a type in full, where a reference would stand otherwise.
    fn generator_schema<Type: JsonSchema>(&mut self) -> Map<String, Value> {
        Type::json_schema(&mut self.generator).as_object().cloned().unwrap_or_default()
    }

    fn success<Body: JsonSchema>(&mut self, meta: &Meta, has_version: bool) -> Value {
        if meta.success == 204 {
            return json!({ "description": "Done." });
        }
        let schema = self.generator.subschema_for::<Body>();
        let description = if meta.success == 201 { "Made." } else { "As it is now." };
        let mut response =
            json!({ "description": description, "content": { "application/json": { "schema": schema } } });
        if has_version {
            response["headers"]["ETag"] = json!({
                "description": "The version, for If-Match.", "schema": { "type": "string", "examples": ["\"12\""] },
            });
            if meta.success == 201 {
                response["headers"]["Location"] =
                    json!({ "description": "The path of what was made.", "schema": { "type": "string" } });
            }
        }
        response
    }
}

/// A path or a query has no null: what may be absent is just not there.
fn not_null(mut schema: Value) -> Value {
    let is_null = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "null");
    if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
        let mut choices = choices.iter().filter(|choice| !is_null(choice));
        if let (Some(only), None) = (choices.next(), choices.next()) {
            return only.clone();
        }
    }
    if let Some(kinds) = schema.get("type").and_then(Value::as_array) {
        let kind = kinds.iter().find(|kind| **kind != "null").cloned();
        schema["type"] = kind.unwrap_or_default();
    }
    schema
}

fn is<One: JsonSchema, Other: JsonSchema>() -> bool {
    One::schema_id() == Other::schema_id()
}

/// The first sentence, and all of them with who may call.
fn summary_and_description(meta: &Meta) -> (String, String) {
    let text = meta.summary.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(['.', ';', ':']).unwrap_or(text.len());
    let who = match meta.access {
        Access::Open => "Open to anybody.".to_owned(),
        Access::Role(role) => {
            let role = serde_json::to_value(role).unwrap_or_default();
            format!("Needs the role `{}`.", role.as_str().unwrap_or_default())
        }
    };
    (text[..end].to_owned(), format!("{text}\n\n{who}"))
}

fn tag(path: &str) -> &'static str {
    let families = [
        ("/stream", "live"),
        ("/snapshot", "live"),
        ("/sdk-keys", "access"),
        ("/tokens", "access"),
        ("/erasures", "access"),
        ("/audit", "audit"),
        ("/plans", "plans"),
        ("/segments", "segments"),
        ("/import", "import and export"),
        ("/export", "import and export"),
        ("/kept-apart", "import and export"),
        ("/explain", "configuration"),
        ("/rollout", "rollouts"),
        ("/flags/{flag}/environments", "configuration"),
        ("/flags", "flags"),
        ("/environments", "environments"),
        ("/projects", "projects"),
    ];
    families.iter().find(|(part, _)| path.contains(part)).map_or("session", |(_, tag)| tag)
}

fn headers(meta: &Meta) -> Vec<Value> {
    let mut headers = Vec::new();
    if meta.precondition == Precondition::Versioned {
        headers.push(json!({
            "name": "If-Match", "in": "header", "required": true,
            "description": "The version that this change is made against, as `ETag` or `version` of an answer gave it.",
            "schema": { "type": "string", "pattern": "^([0-9]{1,18}|\"[0-9]{1,18}\")$", "examples": ["\"12\""] },
        }));
    }
    let remembered = meta.method == Method::Post && meta.precondition != Precondition::Always;
    if remembered && meta.access != Access::Open {
        headers.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same request with the same key, by the same token, is done once: within 24 hours, and \
                until the server restarts, it is answered with the first good answer and `Idempotency-Replayed: true`.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
        }));
    }
    headers
}

/// All codes that an endpoint answers with, by status.
fn errors(meta: &Meta, without_body: bool) -> BTreeMap<u16, Vec<ErrorCode>> {
    let mut codes = vec![
        ErrorCode::MalformedRequest,
        ErrorCode::Forbidden,
        ErrorCode::TimedOut,
        ErrorCode::TooLarge,
        ErrorCode::HeadersTooLarge,
        ErrorCode::UnsupportedMediaType,
        ErrorCode::Internal,
    ];
    if without_body && meta.method.is_safe() {
        codes.retain(|code| !matches!(code, ErrorCode::TooLarge | ErrorCode::UnsupportedMediaType));
    }
    if !without_body {
        codes.push(ErrorCode::InvalidField);
    }
    if meta.access != Access::Open {
        codes.extend([ErrorCode::Unauthenticated, ErrorCode::TooManyRequests]);
    }
    if !meta.method.is_safe() {
        codes.push(ErrorCode::Unavailable);
    }
    if meta.precondition == Precondition::Versioned {
        codes.extend([ErrorCode::VersionStale, ErrorCode::VersionMissing]);
    }
    if meta.method == Method::Post && meta.access != Access::Open {
        codes.push(ErrorCode::IdempotencyKeyReused);
    }
    codes.extend(meta.errors);
    let mut by_status = BTreeMap::<u16, Vec<ErrorCode>>::new();
    for code in ErrorCode::ALL.into_iter().filter(|code| codes.contains(code)) {
        by_status.entry(code.status()).or_default().push(code);
    }
    by_status
}

/// A code as it stands in answers.
fn name(code: ErrorCode) -> String {
    serde_json::to_value(code).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The answer with one of these codes.
pub fn error(status: u16, codes: &[ErrorCode]) -> Value {
    let names: Vec<_> = codes.iter().map(|code| format!("`{}`", name(*code))).collect();
    let mut response = json!({
        "description": names.join(" or "),
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/ErrorBody" } } },
    });
    if matches!(status, 429 | 503) {
        response["headers"]["Retry-After"] =
            json!({ "description": "Seconds to wait.", "schema": { "type": "integer" } });
    }
    response
}

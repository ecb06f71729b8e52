//! From an endpoint and its arguments to the request that a transport carries.

use signalbox_protocol::Endpoint;
use signalbox_protocol::desktop::Request;
use signalbox_protocol::endpoint::Method;

/// The request for a call of an endpoint.
pub fn build<E: Endpoint>(
    at: &E::At,
    query: &E::Query,
    body: &E::Body,
    version: Option<u64>,
    idempotency_key: Option<String>,
) -> Request {
    let mut path = E::path(at);
    if let Ok(query) = serde_urlencoded::to_string(query)
        && !query.is_empty()
    {
        path = format!("{path}?{query}");
    }
    let has_body = matches!(E::META.method, Method::Post | Method::Put | Method::Patch);
    Request {
        method: E::META.method.as_str().to_owned(),
        path,
        body: has_body.then(|| serde_json::to_value(body).ok()).flatten(),
        version,
        idempotency_key: idempotency_key.filter(|_| E::META.method == Method::Post),
        ..Request::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey};
    use signalbox_protocol::endpoint::{AdvanceRollout, AtPlace, AtProject, DiscardRollout, ListFlags};
    use signalbox_protocol::wire::flag::FlagQuery;
    use signalbox_protocol::wire::{Empty, Why};

    fn place() -> AtPlace {
        AtPlace {
            project: ProjectKey::new("bank").unwrap(),
            flag: FlagKey::new("card").unwrap(),
            environment: EnvironmentKey::new("prod").unwrap(),
        }
    }

    #[test]
    fn a_write_carries_body_version_and_idempotency_key() {
        let why = Why { reason: Some("it is well".into()) };
        let request = build::<AdvanceRollout>(&place(), &Empty {}, &why, Some(7), Some("abc".into()));
        assert_eq!(request.method, "POST");
        assert_eq!(request.path, "/api/v1/projects/bank/flags/card/environments/prod/rollout/advance");
        assert_eq!(request.body, Some(json!({"reason": "it is well"})));
        assert_eq!((request.version, request.idempotency_key.as_deref()), (Some(7), Some("abc")));
    }

    #[test]
    fn a_query_is_encoded_and_absent_parts_left_out() {
        let at = AtProject { project: ProjectKey::new("bank").unwrap() };
        let query = FlagQuery { search: Some("card & cash".into()), limit: Some(5), ..FlagQuery::default() };
        let request = build::<ListFlags>(&at, &query, &Empty {}, None, Some("abc".into()));
        assert_eq!(request.path, "/api/v1/projects/bank/flags?search=card+%26+cash&limit=5");
        assert_eq!((request.body, request.idempotency_key), (None, None));
    }

    #[test]
    fn a_delete_has_no_body() {
        let request = build::<DiscardRollout>(&place(), &Empty {}, &Empty {}, Some(3), None);
        assert_eq!((request.method.as_str(), request.body), ("DELETE", None));
    }
}

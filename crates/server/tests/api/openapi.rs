//! The document that describes the API, held to what it was: a change of it is a change of the API.

use crate::server::Server;

#[tokio::test]
async fn the_document_is_served_and_changes_only_on_purpose() {
    let server = Server::start().await;
    let answer = server.ask_openly(axum::http::Method::GET, "/api/openapi.json").send().await;
    assert_eq!(answer.header("content-type"), "application/json");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_json_snapshot!("openapi", answer.body);
    });
}

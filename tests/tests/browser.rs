//! The page in Chromium, signed in to a server of its own: from nothing to a feature that was released and taken
//! back, with stock OpenFeature clients looking on; and flags brought in from a document, found again by a saved view.

use serde_json::json;
use signalbox_tests::browser::Browser;
use signalbox_tests::server::Server;
use signalbox_tests::story;

#[tokio::test]
async fn a_person_releases_a_feature_and_takes_it_back() {
    let server = Server::start();
    let browser = Browser::chromium().await;
    let page = browser.page();
    page.open(&server.url).await;

    page.fill("Access token", "not-a-token").await;
    page.press("Sign in").await;
    page.see("This token does not work").await;
    page.fill("Access token", &server.admin_token).await;
    page.press("Sign in").await;
    page.see("Live").await;

    page.press("Project*").await;
    page.press("New project…").await;
    page.fill("Name", "Fernhill Bank").await;
    page.press("Make project").await;
    page.see("Fernhill Bank is made.").await;

    page.press("Settings").await;
    page.press("New environment").await;
    page.fill("Name", "Production").await;
    page.fill("How many people use it", "many").await;
    page.press("Production: real customers are here*").await;
    page.press("Make environment").await;
    page.see("Must be a whole number").await;
    page.fill("How many people use it", "0").await;
    page.press("Make environment").await;
    page.see("Production is saved.").await;

    story::release_and_take_back(page).await;
    browser.close().await;
}

/// A flag that becomes one of the project, and one whose name cannot.
const DOCUMENT: &str = r#"{"flags":{
"greeting":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"off"},
"odd name":{"state":"ENABLED","variants":{"on":true,"off":false},"defaultVariant":"on"}}}"#;

#[tokio::test]
async fn flags_are_brought_in_after_a_look_and_found_by_a_saved_view() {
    let server = Server::start();
    let api = server.api();
    let production = json!({"key": "prod", "name": "Production", "production": true, "audience": 1000});
    for (path, body) in [
        ("/api/v1/projects", json!({"key": "bank", "name": "Bank"})),
        ("/api/v1/projects/bank/environments", production),
    ] {
        api.post(path, &body).await;
    }
    let browser = Browser::chromium().await;
    let page = browser.page();
    page.open(&server.url).await;
    page.fill("Access token", &server.admin_token).await;
    page.press("Sign in").await;

    page.press("Flags*").await;
    page.press("Import flags").await;
    page.fill("The document", "{").await;
    page.press("See what would happen").await;
    page.see("Line 1, column 1: EOF while parsing an object").await;
    page.fill("The document", DOCUMENT).await;
    page.press("See what would happen").await;
    page.see("1 flag would be new, 1 flag kept apart.").await;
    page.see("Nothing has changed yet").await;
    page.press("Import 2 flags…").await;
    page.press("Import 2 flags").await;
    page.see("Say why in a few words").await;
    page.fill("Why now?*", "They come from flagd.").await;
    page.press("Import 2 flags").await;
    page.see("1 flag is new, 1 flag kept apart.").await;

    page.press("See the flags").await;
    page.press("Kept apart*").await;
    page.see("odd name").await;
    page.press("All*").await;
    page.fill("Search flags", "greet").await;
    page.press("Save view").await;
    page.press("Save view").await;
    page.see("Give it a name.").await;
    page.fill("Name", "Greetings").await;
    page.press("Save view").await;
    page.see("The view is saved on this device.").await;

    // As a link that somebody was sent; the sorting was chosen by the way that led here.
    let address = page.client().current_url().await.expect("the page has an address");
    assert_eq!(address.query(), Some("q=greet&sort=-changed"));
    page.open(&format!("{}/flags", server.url)).await;
    page.see("Sorted by name").await;
    page.press("Greetings*").await;
    page.see("Sorted by change, latest first").await;
    assert_eq!(page.value("Search flags").await.as_deref(), Some("greet"));
    browser.close().await;
}

//! A server that goes away and comes back under an open page.

use std::time::Duration;

use serde_json::json;
use signalbox_tests::api::Api;
use signalbox_tests::browser::Browser;
use signalbox_tests::page::Page;
use signalbox_tests::server::Server;

/// How long a page may take to notice that its server is gone.
const NOTICE: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_browser_says_so_and_comes_back_without_a_click() {
    let server = Server::start();
    make_bank(&server.api()).await;
    let browser = Browser::chromium().await;
    let page = browser.page();
    page.open(&server.url).await;
    page.fill("Access token", &server.admin_token).await;
    page.press("Sign in").await;
    go_offline_and_come_back(page, server).await;
    browser.close().await;
}

#[tokio::test]
async fn the_desktop_app_says_so_and_comes_back_without_a_click() {
    let server = Server::start();
    make_bank(&server.api()).await;
    let home = tempfile::tempdir().expect("a temporary folder");
    let app = Browser::desktop(home.path()).await;
    let page = app.page();
    page.fill("Address", &server.url).await;
    page.fill("Access token", &server.admin_token).await;
    page.press("Connect").await;
    go_offline_and_come_back(page, server).await;
    app.close().await;
}

/// The page is open on a server whose bank has the flag "Card freeze".
async fn go_offline_and_come_back(page: &Page, mut server: Server) {
    page.see("Live").await;
    page.press("Flags*").await;
    page.see("Card freeze").await;
    // What was looked at once can be looked at again without a server.
    page.press("Card freeze*").await;
    page.see("Turn off for everyone").await;
    page.press("Flags*").await;
    assert_eq!(page.can_press("New flag").await, Ok(()));

    server.stop();
    page.see_within("You are offline.", NOTICE).await;
    page.see("Card freeze").await;
    assert_eq!(page.can_press("New flag").await, Err("You are offline. Changes wait until the server answers.".into()));
    page.press("Card freeze*").await;
    page.see("Let people freeze a card themselves").await;
    let refused = page.can_press("Turn off for everyone").await;
    assert_eq!(refused, Err("You are offline. Changes wait until the server answers.".into()));
    page.press("Audit").await;
    page.see("made flag Card freeze").await;
    assert!(page.text().await.contains("Offline"), "the page still says that it is offline");

    // Changes that the page does not see happening.
    server.start_again();
    let admin = server.api();
    admin.post("/api/v1/projects/bank/flags", &flag("travel-notice", "Travel notice", "")).await;
    let place = "/api/v1/projects/bank/flags/card-freeze/environments/prod";
    admin.change("PATCH", &format!("{place}/rule"), place, &json!({ "share": 50, "reason": "Half of them." })).await;

    page.see("made flag Travel notice").await;
    page.see("“Half of them.”").await;
    page.see_gone("You are offline.").await;
    page.see("Live").await;
    page.press("Flags*").await;
    page.see("Travel notice").await;
    page.see("50 %").await;
    assert_eq!(page.can_press("New flag").await, Ok(()));
}

async fn make_bank(admin: &Api) {
    admin.post("/api/v1/projects", &json!({ "key": "bank", "name": "Fernhill Bank" })).await;
    let production = json!({ "key": "prod", "name": "Production", "production": true, "audience": 164_000 });
    admin.post("/api/v1/projects/bank/environments", &production).await;
    let freeze = flag("card-freeze", "Card freeze", "Let people freeze a card themselves");
    admin.post("/api/v1/projects/bank/flags", &freeze).await;
}

fn flag(key: &str, name: &str, description: &str) -> serde_json::Value {
    json!({ "key": key, "name": name, "description": description, "value_kind": "boolean" })
}

//! The page in Chromium, signed in to a server of its own: from nothing to a feature that was released and taken
//! back, with stock OpenFeature clients looking on.

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

//! The desktop app, in a real window on a real embedded server: from the welcome screen to a feature that was
//! released and taken back, with stock OpenFeature clients looking on.

use signalbox_tests::browser::Browser;
use signalbox_tests::story;

#[tokio::test]
async fn a_person_releases_a_feature_and_takes_it_back() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let app = Browser::desktop(home.path()).await;
    let page = app.page();
    page.see("Release a little at a time").await;
    page.fill("Project", "Fernhill Bank").await;
    page.press("Make the project").await;
    page.see("Live").await;
    story::release_and_take_back(page).await;
    app.close().await;
}

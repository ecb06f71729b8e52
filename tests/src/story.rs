//! The story of a release, told through the page: from an empty project to a feature that was let out stage by
//! stage and taken back at once, with what applications see on the way.

use std::collections::BTreeSet;

use crate::clients::{Application, LANGUAGES, assert_share, users};
use crate::page::Page;

/// The flag of the story.
pub const FLAG: &str = "Instant payments";
/// Its key, as it follows from the name.
pub const FLAG_KEY: &str = "instant-payments";

/// How many people the applications ask for.
const PEOPLE: usize = 5_000;
/// As many are enough to see that nobody has it.
const FEW: usize = 500;

const WHY_AUDIENCE: &str = "As many customers signed in last month.";
const WHY_START: &str = "Staff have used it for a week.";
const WHY_TEN: &str = "No errors at one percent.";
const WHY_FIFTY: &str = "Support has heard nothing.";
const WHY_KILL: &str = "Some transfers arrive twice.";

/// Releases a feature in production and takes it back, and reads in the history how it went.
///
/// The page shows a project with a production environment that nobody has stated an audience of.
///
/// # Panics
/// When the page or an application shows anything but what it should.
pub async fn release_and_take_back(page: &Page) {
    state_audience(page).await;
    make_flag(page).await;
    plan(page).await;
    start(page).await;
    advance(page, "10 %", WHY_TEN, "Let about 14,800 more people in").await;
    page.see("Ready for 50 % when you are").await;

    let applications = wire_applications(page).await;
    let people = users(PEOPLE);
    let at_ten = who_has(&applications, &people).await;
    assert_share(at_ten.len(), PEOPLE, 10.0);

    open_flag(page).await;
    advance(page, "50 %", WHY_FIFTY, "Let about 65,600 more people in").await;
    page.see("Ready for 100 % when you are").await;
    let at_fifty = who_has(&applications, &people).await;
    assert_share(at_fifty.len(), PEOPLE, 50.0);
    assert!(at_fifty.is_superset(&at_ten), "{:?} lost it", at_ten.difference(&at_fifty).next());

    turn_off(page).await;
    assert_eq!(who_has(&applications, &people[..FEW]).await, BTreeSet::new(), "turned off, nobody has it");
    say_why(page).await;
    read_history(page).await;
}

/// Says how many people use production, so that shares can be told as people.
async fn state_audience(page: &Page) {
    page.press("Settings").await;
    page.press("Environments").await;
    page.press("Change Production").await;
    page.fill("How many people use it", "164000").await;
    page.fill("Why?*", WHY_AUDIENCE).await;
    page.press("Save environment").await;
    page.see("164,000").await;
}

/// Makes the flag; its page opens.
async fn make_flag(page: &Page) {
    page.press("Flags*").await;
    page.press("New flag").await;
    page.fill("Name", FLAG).await;
    assert_eq!(page.value("Key").await.as_deref(), Some(FLAG_KEY), "the key follows from the name");
    page.press("Make flag").await;
    page.see("Nobody has it yet.").await;
}

/// Plans 1, 10, 50 and 100 percent.
async fn plan(page: &Page) {
    page.press("Plan a rollout").await;
    for (stage, share) in (1..).zip(["1", "10", "50", "100"]) {
        page.fill(&format!("Share of stage {stage} in percent*"), share).await;
    }
    page.press("Save plan").await;
    page.see("Ready to start with 1 %").await;
}

async fn start(page: &Page) {
    page.press("Start rollout").await;
    page.see("Start Instant payments with 1 %?").await;
    // Production insists on a reason, and says so before anything is sent.
    page.press("Let about 1,640 more people in").await;
    page.see("Say why in a few words").await;
    page.fill("Why now?*", WHY_START).await;
    page.press("Let about 1,640 more people in").await;
    page.see("Ready for 10 % when you are").await;
}

async fn advance(page: &Page, to: &str, why: &str, confirm: &str) {
    page.press(&format!("Advance to {to}")).await;
    page.see(&format!("Let Instant payments into {to}?")).await;
    page.fill("Why now?*", why).await;
    page.press(confirm).await;
}

/// Makes an SDK key and gives it, with the address that the page shows, to an application in each language.
async fn wire_applications(page: &Page) -> Vec<Application> {
    page.press("Settings").await;
    page.press("SDK keys").await;
    let copy = page.name("Copy address *").await;
    let url = copy.trim_start_matches("Copy address ").to_owned();
    page.press("New SDK key for Production").await;
    page.fill("For which application", "Mobile app").await;
    page.press("Make SDK key").await;
    page.see("Copy it now: it is not shown again.").await;
    let sdk_key = page.value("Secret").await.expect("the secret is shown");
    page.see(&format!("Bearer {sdk_key}")).await;
    page.press("Done").await;
    page.see_gone("Copy it now").await;
    assert!(!page.text().await.contains(&sdk_key), "the secret is shown once");
    page.see("Mobile app").await;
    LANGUAGES.map(|language| Application { language, url: url.clone(), sdk_key: sdk_key.clone() }).to_vec()
}

/// Who has the flag, as all applications agree.
async fn who_has(applications: &[Application], people: &[String]) -> BTreeSet<String> {
    let [one, other] = applications else { panic!("one application in each language") };
    let (one, other) = tokio::join!(one.who_has(FLAG_KEY, people), other.who_has(FLAG_KEY, people));
    assert_eq!(one, other, "the applications disagree");
    one
}

async fn open_flag(page: &Page) {
    page.press("Flags*").await;
    page.press(&format!("{FLAG}*")).await;
    page.see("Here for").await;
}

/// Turns the flag off; no reason is asked before.
async fn turn_off(page: &Page) {
    page.press("Turn off for everyone").await;
    page.see("Turn Instant payments off for everyone?").await;
    page.press("Turn off for about 82,000 people").await;
    page.see("Why did you stop it?").await;
}

/// Gives the reason afterwards, when the page asks for it.
async fn say_why(page: &Page) {
    page.fill("Reason*", WHY_KILL).await;
    page.press("Keep the reason").await;
    page.see("The reason is in the history.").await;
}

/// Reads in the history what was done, by how much, and why.
async fn read_history(page: &Page) {
    page.press("Audit").await;
    page.see("Chain verified").await;
    for told in [
        "made flag Instant payments",
        "planned a rollout of Instant payments Production After: 1 % → 10 % → 50 % → 100 %",
        "started the rollout of Instant payments Production Before: nobody After: 1 %",
        "advanced Instant payments Production Before: 1 % After: 10 %",
        "advanced Instant payments Production Before: 10 % After: 50 %",
        "turned off Instant payments Production Before: on After: off for everyone",
        "About 1,640 more people.",
        "About 14,800 more people.",
        "About 65,600 more people.",
        "About 82,000 fewer people.",
        "made SDK key Mobile app Production",
    ] {
        page.see(told).await;
    }
    for why in [WHY_AUDIENCE, WHY_START, WHY_TEN, WHY_FIFTY, WHY_KILL] {
        page.see(&format!("“{why}”")).await;
    }
    assert!(!page.text().await.contains("The reason is still to be given"), "every reason was given");

    page.press("Kind: any").await;
    page.press("Advanced").await;
    page.see("2 match").await;
    page.press("Kind: Advanced").await;
    page.press("Any").await;
    page.see_gone("2 match").await;
}

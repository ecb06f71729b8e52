//! Evaluation gives the same answers on the host and in a browser: those of the one file of vectors.

use std::collections::BTreeMap;

use serde_json::json;
use signalbox_tests::browser::Browser;
use signalbox_tests::given;
use signalbox_tests::server::Server;
use signalbox_vectors::{FILE, answers, read};

type Answers = BTreeMap<String, BTreeMap<String, String>>;

#[test]
fn the_host_gives_the_answers_of_the_file() {
    let vectors = read(FILE).expect("the file can be read");
    let answered = answers(&vectors).expect("the file can be answered");
    assert_agree(&answered, &vectors.answers);
    let all: usize = answered.values().map(BTreeMap::len).sum();
    assert!(all >= 1_000, "{all} answers");
}

#[tokio::test]
async fn a_browser_gives_the_answers_of_the_file() {
    let server = Server::with_page(given::vectors_folder());
    let browser = Browser::chromium().await;
    let page = browser.page();
    page.open(&server.url).await;
    let answer = r#"
        const [text, done] = arguments;
        import("/signalbox_vectors.js")
            .then(async (module) => { await module.default({ module_or_path: "/signalbox_vectors_bg.wasm" }); done(module.answer_vectors(text)); })
            .catch((error) => done(String(error)));
    "#;
    let answered = page.client().execute_async(answer, vec![json!(FILE)]).await.expect("the script runs");
    let answered = answered.as_str().expect("a text").to_owned();
    let answered: Answers = serde_json::from_str(&answered).unwrap_or_else(|error| panic!("{error}: {answered}"));
    assert_agree(&answered, &read(FILE).expect("the file can be read").answers);
    browser.close().await;
}

/// Says which answers differ, not all thousand of them.
fn assert_agree(answered: &Answers, expected: &Answers) {
    assert_eq!(answered.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "the same flags");
    for (flag, expected) in expected {
        let differing: Vec<_> = expected
            .iter()
            .filter(|(name, answer)| answered[flag].get(*name) != Some(answer))
            .map(|(name, answer)| format!("{flag} for {name}: expected {answer}, got {:?}", answered[flag].get(name)))
            .collect();
        assert!(differing.is_empty(), "{differing:#?}");
        assert_eq!(answered[flag].len(), expected.len());
    }
}

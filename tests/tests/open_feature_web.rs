//! A web page with the stock OpenFeature web SDK and OFREP web provider hears of changes without asking.

use std::process::Stdio;

use serde_json::{Value, json};
use signalbox_tests::api::Api;
use signalbox_tests::given;
use signalbox_tests::server::Server;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const FLAGS: &str = "/api/v1/projects/bank/flags";
const PLACE: &str = "/api/v1/projects/bank/flags/checkout/environments/live";

/// A page that watches the flag `checkout`.
struct Page {
    lines: Lines<BufReader<ChildStdout>>,
    #[expect(dead_code, reason = "the page ends with its input")]
    input: ChildStdin,
    #[expect(dead_code, reason = "the page ends with the test")]
    child: Child,
}

impl Page {
    async fn open(server: &Server, sdk_key: &str) -> Self {
        let mut command = Command::new(given::node());
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/clients/node/watch.mjs"));
        command.env("SIGNALBOX_NODE_MODULES", given::node_folder());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("Node.js starts");
        let mut input = child.stdin.take().expect("standard input is piped");
        let job = json!({ "url": server.url, "sdk_key": sdk_key, "flag": "checkout", "user": "ann" });
        input.write_all(format!("{job}\n").as_bytes()).await.expect("the page reads its job");
        let lines = BufReader::new(child.stdout.take().expect("standard output is piped")).lines();
        Self { lines, input, child }
    }

    /// What the page tells next.
    async fn next(&mut self) -> Value {
        let line = self.lines.next_line().await.expect("the page tells in UTF-8").expect("the page still runs");
        serde_json::from_str(&line).expect("the page tells in JSON")
    }
}

async fn share(admin: &Api, percent: u32) {
    let change = json!({ "share": percent, "reason": "As planned." });
    admin.change("PATCH", &format!("{PLACE}/rule"), PLACE, &change).await;
}

#[tokio::test]
async fn a_web_page_hears_of_changes_and_fetches_only_what_is_new() {
    let server = Server::start();
    let admin = server.api();
    admin.post("/api/v1/projects", &json!({ "key": "bank", "name": "Bank" })).await;
    let environments = "/api/v1/projects/bank/environments";
    admin.post(environments, &json!({ "key": "live", "name": "Live", "production": true, "audience": 1_000 })).await;
    let key = admin.post(&format!("{environments}/live/sdk-keys"), &json!({ "name": "web" })).await;
    for flag in ["checkout", "other"] {
        let flag = json!({ "key": flag, "name": flag, "value_kind": "boolean", "salt": "pepper" });
        admin.post(FLAGS, &flag).await;
    }

    let mut page = Page::open(&server, key["secret"].as_str().unwrap()).await;
    let ready = page.next().await;
    assert_eq!((&ready["event"], &ready["value"]), (&json!("ready"), &json!(false)));

    share(&admin, 100).await;
    let changed = page.next().await;
    assert_eq!(changed["event"], "PROVIDER_CONFIGURATION_CHANGED");
    assert_eq!((&changed["value"], &changed["flags"]), (&json!(true), &json!(["checkout"])));

    admin.post(&format!("{PLACE}/kill-switch/engage"), &json!({})).await;
    let killed = page.next().await;
    assert_eq!((&killed["value"], &killed["flags"]), (&json!(false), &json!(["checkout"])));

    // What the stream told at the beginning was no news: the answer to that was "not modified".
    let statuses: Vec<u64> = serde_json::from_value(killed["statuses"].clone()).unwrap();
    assert!(statuses.iter().all(|status| [200, 304].contains(status)), "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3, "{statuses:?}");
}

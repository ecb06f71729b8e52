//! A rollout that is measured, and an application that reports to it.

use axum::Router;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use signalbox_domain::command::Command;
use signalbox_domain::evidence::Stratum;
use signalbox_domain::guard::Source;
use signalbox_server::applications::{self, TRACK_PATH, TrustedProxies};
use signalbox_server::telemetry::LOGS_PATH;

use crate::bank::{Answer, Bank, production, send};

/// A rollout to half of everybody, of which this is measured, and an application.
pub struct Shop {
    pub bank: Bank,
    pub router: Router,
    key: String,
}

impl Shop {
    pub fn measuring(measures: &[Value]) -> Self {
        let bank = Bank::new();
        bank.boolean("checkout", 0.0);
        let metrics: Vec<_> = measures
            .iter()
            .enumerate()
            .map(|(number, measure)| {
                json!({ "key": format!("m{number}"), "name": "Metric", "measure": measure, "worse": "less_is_worse",
                    "role": "goal", "margin": 0.1 })
            })
            .collect();
        let guard = serde_json::from_value(json!({ "metrics": metrics })).expect("a guard");
        let stages =
            serde_json::from_value(json!([{ "audience": { "kind": "percentage", "share": 50 } }])).expect("stages");
        bank.place("checkout", |place| Command::DraftRollout { place, rule: None, stages, guard });
        bank.place("checkout", |place| Command::StartRollout { place });
        let (_, key) = bank.sdk_key("production");
        let router = applications::router(bank.engine.clone(), TrustedProxies::default(), 100);
        Self { bank, router, key }
    }

    pub async fn post(&self, path: &str, body: impl Into<String>) -> Answer {
        let authorization = format!("Bearer {}", self.key);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        send(&self.router, Method::POST, path, &headers, body.into()).await
    }

    pub async fn track(&self, outcome: Value) -> Value {
        let answer = self.post(TRACK_PATH, outcome.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// Somebody was shown a variant, as an application tells by a log record.
    pub async fn shown(&self, person: &str, variant: &str, reason: &str, version: Option<u64>) {
        let mut attributes = vec![
            ("feature_flag.key", "checkout".to_owned()),
            ("feature_flag.result.variant", variant.to_owned()),
            ("feature_flag.result.reason", reason.to_owned()),
            ("feature_flag.context.id", person.to_owned()),
        ];
        attributes.extend(version.map(|version| ("feature_flag.version", version.to_string())));
        let attributes: Vec<_> =
            attributes.iter().map(|(key, value)| json!({ "key": key, "value": { "stringValue": value } })).collect();
        let record = json!({ "eventName": "feature_flag.evaluation", "attributes": attributes });
        let report = json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": [record] }] }] });
        assert_eq!(self.post(LOGS_PATH, report.to_string()).await.status, StatusCode::OK);
    }

    pub fn version(&self) -> u64 {
        let place = production("checkout");
        let found = |state: &signalbox_domain::State| {
            state.configuration(&place.project, &place.flag, &place.environment).map(|here| here.version)
        };
        self.bank.engine.read(|state, _| found(state)).expect("a flag")
    }

    /// What of a metric servers told of people in the stratum that is now.
    pub fn gathered(&self, metric: &str) -> Stratum {
        self.gathered_from(Source::Servers, metric)
    }

    /// What of a metric is in the stratum that is now.
    pub fn gathered_from(&self, source: Source, metric: &str) -> Stratum {
        let watched = self.bank.engine.watch().at(&production("checkout")).expect("a rollout that is watched");
        let began = watched.rollout.strata.last().expect("it has started").sequence;
        watched.gathered(source).stratum(began, &metric.parse().expect("a key"))
    }
}

//! The webhook of a project, and what was sent to it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use signalbox_domain::Timestamp;
use signalbox_domain::notice::Notice;

/// Where notices of a project are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Webhook {
    /// Where messages are sent; "(erased)" where it was erased.
    pub address: String,
    /// What is sent.
    pub notices: BTreeSet<Notice>,
    /// Until when messages are signed with the secret before as well, after it was renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub both_secrets_until: Option<Timestamp>,
    /// For `If-Match` of changes.
    pub version: u64,
}

/// What of a webhook people decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetWebhook {
    /// Where messages are sent: `https://`, at most 2,000 bytes; `http://` and addresses of private networks only where
    /// the server was told to allow them.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 2000)))]
    pub address: String,
    /// What is sent, at least one; absent for everything.
    #[serde(default = "everything")]
    pub notices: BTreeSet<Notice>,
}

fn everything() -> BTreeSet<Notice> {
    Notice::ALL.into()
}

/// A webhook with its secret, which is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreatedWebhook {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// What messages are signed with, as libraries of Standard Webhooks take it: `whsec_` and Base64.
    pub secret: String,
}

/// A message to a webhook, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// What stands in `webhook-id`: the same however often it is sent.
    pub message: String,
    /// Which kind of notice it is; absent for a trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// The entry of the audit history that it tells; absent for a trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The same in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// When it was queued.
    pub queued: Timestamp,
    /// How it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt: Option<Timestamp>,
    /// When it was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<Timestamp>,
    /// The HTTP status of the last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_status: Option<u16>,
    /// What went wrong at the last try, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum DeliveryState {
    /// It will be tried again.
    Waiting,
    /// It arrived: the answer was 2xx.
    Delivered,
    /// It did not arrive, and is not tried any more.
    GivenUp,
}

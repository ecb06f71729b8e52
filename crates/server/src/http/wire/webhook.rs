//! The webhook of a project and its messages.

use signalbox_domain::key::ProjectKey;
use signalbox_protocol::wire::webhook::{Delivery, DeliveryState, Webhook};
use signalbox_store::StoredEntry;

use super::View;

impl View<'_> {
    /// The webhook of a project, where it has one.
    #[must_use]
    pub fn webhook(&self, project: &ProjectKey) -> Option<Webhook> {
        let webhook = self.project_state(project)?.webhook.as_ref()?;
        Some(Webhook {
            address: self.person(&webhook.content.address),
            notices: webhook.content.notices.clone(),
            both_secrets_until: webhook.before.as_ref().map(|(_, until)| *until),
            version: webhook.version,
        })
    }

    /// A message, with the event that it tells.
    #[must_use]
    pub fn delivery(&self, delivery: &signalbox_store::Delivery, entry: Option<&StoredEntry>) -> Delivery {
        let signalbox_store::Delivery { new, queued, attempts, next, last, delivered, .. } = delivery;
        Delivery {
            message: new.message.clone(),
            notice: entry.and_then(|entry| entry.envelope.event.notice()),
            sequence: new.sequence,
            words: entry.map(|entry| self.audit_entry(entry).words.sentence()),
            queued: *queued,
            state: match (delivered, next) {
                (true, _) => DeliveryState::Delivered,
                (false, Some(_)) => DeliveryState::Waiting,
                (false, None) => DeliveryState::GivenUp,
            },
            attempts: *attempts,
            next_attempt: *next,
            last_attempt: last.as_ref().map(|last| last.at),
            last_status: last.as_ref().and_then(|last| last.status),
            last_error: last.as_ref().and_then(|last| last.error.clone()),
        }
    }
}

//! Entries of the audit history.

use signalbox_protocol::wire::audit::AuditEntry;
use signalbox_store::StoredEntry;

use super::View;

impl View<'_> {
    /// An entry in words, with the reason that was given with it or afterwards.
    #[must_use]
    pub fn audit_entry(&self, stored: &StoredEntry) -> AuditEntry {
        let StoredEntry { envelope, link, previous_link, later_reason } = stored;
        let later = later_reason.as_ref().map(|(_, reason)| reason);
        let event = &envelope.event;
        AuditEntry {
            sequence: envelope.sequence,
            time: envelope.time,
            actor: envelope.actor.clone(),
            kind: event.kind(),
            words: self.teller().tell(envelope),
            reason: envelope.reason.as_ref().or(later).map(|reason| self.person(reason)),
            reason_awaited: self.state.reasons_awaited.contains_key(&envelope.sequence),
            project: event.project().cloned(),
            flag: event.flag().cloned(),
            environment: event.environment().cloned(),
            previous_link: previous_link.to_string(),
            link: link.to_string(),
        }
    }
}

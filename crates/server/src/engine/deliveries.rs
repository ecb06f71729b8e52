//! Which messages have to be sent to webhooks, and what came of sending them.

use std::sync::PoisonError;

use signalbox_domain::key::ProjectKey;
use signalbox_domain::webhook::Webhook;
use signalbox_domain::{State, Timestamp};
use signalbox_store::{Attempt, Delivery, NewDelivery};

use super::{Engine, SubmitError};

/// Events that are looked through at once.
const AT_ONCE: u32 = 500;

impl Engine {
    /// Queues a message for every event with a notice that a webhook wants and that was not looked at yet. Blocks on
    /// the disk.
    ///
    /// What is told begins with the first time that this is asked: whatever happened before is history.
    ///
    /// # Errors
    /// [`SubmitError::Fault`] when the log cannot be read or nothing can be queued; the next time begins where this one
    /// did.
    pub fn queue_notices(&self, now: Timestamp) -> Result<(), SubmitError> {
        let fault = |error: &dyn std::fmt::Display| SubmitError::Fault(error.to_string());
        let known = self.reader.notices_told().map_err(|error| fault(&error))?;
        let mut told = match known {
            Some(told) => told,
            None => self.read(|state, _| state.sequence),
        };
        loop {
            let events = self.reader.since(told, AT_ONCE).map_err(|error| fault(&error))?;
            let more = events.len() >= AT_ONCE as usize;
            let last = events.last().map_or(told, |envelope| envelope.sequence);
            if last == told && known.is_some() {
                return Ok(());
            }
            let new: Vec<_> = self.read(|state, _| {
                let wanted = events.iter().filter_map(|envelope| {
                    let (notice, project) = (envelope.event.notice()?, envelope.event.project()?);
                    let webhook =
                        webhook_of(state, project).filter(|webhook| webhook.content.notices.contains(&notice))?;
                    let message = message_id(webhook, &envelope.sequence.to_string());
                    Some(NewDelivery { message, project: project.clone(), sequence: Some(envelope.sequence) })
                });
                wanted.collect()
            });
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            counts.queue_deliveries(Some(last), &new, now).map_err(|error| fault(&error))?;
            drop(counts);
            told = last;
            if !more {
                return Ok(());
            }
        }
    }

    /// Queues a message that says that it is a trial; none where the project has no webhook. Blocks on the disk.
    ///
    /// # Errors
    /// [`SubmitError::Fault`] when nothing can be queued.
    pub fn queue_trial(&self, project: &ProjectKey, now: Timestamp) -> Result<Option<Delivery>, SubmitError> {
        let fault = |error: &dyn std::fmt::Display| SubmitError::Fault(error.to_string());
        let name = format!("trial_{}", now.millis());
        let message = self.read(|state, _| Some(message_id(webhook_of(state, project)?, &name)));
        let Some(message) = message else { return Ok(None) };
        let new = [NewDelivery { message: message.clone(), project: project.clone(), sequence: None }];
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.queue_deliveries(None, &new, now).map_err(|error| fault(&error))?;
        drop(counts);
        let newest = self.reader.deliveries_of(project, AT_ONCE).map_err(|error| fault(&error))?;
        Ok(newest.into_iter().find(|delivery| delivery.new.message == message))
    }

    /// Notes that a message was tried, and when it is tried next; without that, it is over. Blocks on the disk.
    ///
    /// # Errors
    /// [`SubmitError::Fault`] when it cannot be noted: the message will be sent once more.
    pub fn note_attempt(&self, number: i64, attempt: &Attempt, next: Option<Timestamp>) -> Result<(), SubmitError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.note_attempt(number, attempt, next).map_err(|error| SubmitError::Fault(error.to_string()))
    }
}

/// The webhook of a project, where it has one.
pub fn webhook_of<'a>(state: &'a State, project: &ProjectKey) -> Option<&'a Webhook> {
    state.projects.get(project)?.webhook.as_ref()
}

/// Names a message to whoever receives it, among the messages of every installation: ids of webhooks are random.
fn message_id(webhook: &Webhook, what: &str) -> String {
    let id = webhook.id.as_str();
    format!("msg_{}_{what}", id.strip_prefix("whk_").unwrap_or(id))
}

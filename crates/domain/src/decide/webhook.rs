//! Where notices of a project are sent.

use std::collections::BTreeSet;

use super::{Desk, Events};
use crate::event::Event;
use crate::key::{ProjectKey, WebhookId};
use crate::notice::Notice;
use crate::refusal::Refusal;
use crate::webhook::{self, Webhook, WebhookContent};

impl<'a> Desk<'a> {
    pub(super) fn create_webhook(&mut self, project: ProjectKey, address: &str, notices: BTreeSet<Notice>) -> Events {
        if self.project(&project)?.webhook.is_some() {
            return Err(Refusal::conflict("this project has a webhook already; change that one"));
        }
        let content = self.webhook_content(address, notices, None)?;
        Ok(vec![Event::WebhookCreated { project, webhook: self.new_webhook_id()?, content }])
    }

    pub(super) fn change_webhook(&mut self, project: ProjectKey, address: &str, notices: BTreeSet<Notice>) -> Events {
        let before = self.webhook(&project)?.content.clone();
        let after = self.webhook_content(address, notices, Some(&before))?;
        if before == after {
            return Ok(Vec::new());
        }
        Ok(vec![Event::WebhookChanged { project, before, after }])
    }

    /// Another secret: it follows from the id, so the webhook gets another one.
    pub(super) fn renew_webhook_secret(&mut self, project: ProjectKey) -> Events {
        let before = self.webhook(&project)?.id.clone();
        Ok(vec![Event::WebhookSecretRenewed { project, before, after: self.new_webhook_id()? }])
    }

    pub(super) fn remove_webhook(&mut self, project: ProjectKey) -> Events {
        let before = self.webhook(&project)?.content.clone();
        Ok(vec![Event::WebhookRemoved { project, before }])
    }

    fn webhook(&self, project: &ProjectKey) -> Result<&'a Webhook, Refusal> {
        let found = self.project(project)?.webhook.as_ref().ok_or_else(|| Refusal::not_found("webhook", project))?;
        self.made_against(found.version)?;
        Ok(found)
    }

    fn webhook_content(
        &mut self,
        address: &str,
        notices: BTreeSet<Notice>,
        known: Option<&WebhookContent>,
    ) -> Result<WebhookContent, Refusal> {
        let address = webhook::address(address).map_err(|error| Refusal::invalid("address", error))?;
        if notices.is_empty() {
            return Err(Refusal::invalid("notices", "must name at least one kind of notice"));
        }
        let known: Vec<_> = known.into_iter().map(|content| content.address.clone()).collect();
        Ok(WebhookContent { address: self.seal_among(address, &known), notices })
    }

    fn new_webhook_id(&mut self) -> Result<WebhookId, Refusal> {
        WebhookId::new(self.entropy.id("whk_")).map_err(|error| Refusal::invalid("id", error))
    }
}

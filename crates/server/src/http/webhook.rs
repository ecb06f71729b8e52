//! Where notices of a project are sent, and what came of it.

use std::sync::Arc;

use signalbox_domain::command::Command;
use signalbox_domain::key::ProjectKey;
use signalbox_domain::{Refusal, State};
use signalbox_protocol::endpoint::{
    ChangeWebhookEndpoint, CreateWebhookEndpoint, GetWebhook, ListDeliveries, RemoveWebhookEndpoint,
    RenewWebhookSecretEndpoint, TryWebhook,
};
use signalbox_protocol::wire::webhook::{CreatedWebhook, Delivery, SetWebhook, Webhook};
use signalbox_protocol::wire::{Empty, List};
use signalbox_store::{Reader, StoredEntry};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::problem::Problem;
use super::projects::whole;
use crate::engine::SubmitError;
use crate::webhooks::Webhooks;

handlers! {
    GetWebhook => get_webhook,
    CreateWebhookEndpoint => create_webhook,
    ChangeWebhookEndpoint => change_webhook,
    RenewWebhookSecretEndpoint => renew_webhook_secret,
    RemoveWebhookEndpoint => remove_webhook,
    TryWebhook => try_webhook,
    ListDeliveries => list_deliveries,
}

/// Messages that are listed, the newest.
const MOST_LISTED: u32 = 100;

impl Api {
    async fn get_webhook(&self, call: Call<GetWebhook>) -> Answered<Webhook> {
        self.webhook(&call.at.project)
    }

    async fn create_webhook(&self, call: Call<CreateWebhookEndpoint>) -> Answered<CreatedWebhook> {
        let terms = call.terms()?;
        let project = call.at.project;
        let SetWebhook { address, notices } = call.body;
        self.reachable(&address)?;
        self.submit(Command::CreateWebhook { project: project.clone(), address, notices }, terms).await?;
        self.with_secret(project).await
    }

    async fn change_webhook(&self, call: Call<ChangeWebhookEndpoint>) -> Answered<Webhook> {
        let terms = call.terms()?;
        let project = call.at.project;
        let SetWebhook { address, notices } = call.body;
        self.reachable(&address)?;
        self.submit(Command::ChangeWebhook { project: project.clone(), address, notices }, terms).await?;
        self.webhook(&project)
    }

    async fn renew_webhook_secret(&self, call: Call<RenewWebhookSecretEndpoint>) -> Answered<CreatedWebhook> {
        let terms = call.terms()?;
        let project = call.at.project;
        self.submit(Command::RenewWebhookSecret { project: project.clone() }, terms).await?;
        self.with_secret(project).await
    }

    async fn remove_webhook(&self, call: Call<RemoveWebhookEndpoint>) -> Answered<Empty> {
        let terms = call.terms()?;
        self.submit(Command::RemoveWebhook { project: call.at.project }, terms).await?;
        Ok(Answer::of(Empty {}))
    }

    async fn try_webhook(&self, call: Call<TryWebhook>) -> Answered<Delivery> {
        let project = call.at.project;
        self.look(|view| known(view.state, &project))?;
        let wanted = project.clone();
        let queued = self.webhook_work(move |webhooks| webhooks.queue_trial(&wanted)).await?;
        let queued = queued.ok_or_else(|| Refusal::not_found("webhook", &project))?;
        Ok(Answer::of(self.look(|view| view.delivery(&queued, None))))
    }

    async fn list_deliveries(&self, call: Call<ListDeliveries>) -> Answered<List<Delivery>> {
        let project = call.at.project;
        self.look(|view| known(view.state, &project))?;
        let found = self.engine().read_log(move |log| told(log, &project)).await?;
        Ok(Answer::of(whole(
            self.look(|view| found.iter().map(|(delivery, entry)| view.delivery(delivery, entry.as_ref())).collect()),
        )))
    }

    /// What the server that sends would refuse; the rest is for `decide`.
    fn reachable(&self, address: &str) -> Result<(), Problem> {
        let Ok(address) = signalbox_domain::webhook::address(address) else { return Ok(()) };
        Ok(self.webhooks().check(&address).map_err(|error| Refusal::invalid("address", error))?)
    }

    fn webhook(&self, project: &ProjectKey) -> Answered<Webhook> {
        self.look(|view| {
            known(view.state, project)?;
            let webhook = view.webhook(project).ok_or_else(|| Refusal::not_found("webhook", project))?;
            let version = webhook.version;
            Ok(Answer::of(webhook).version(version))
        })
    }

    async fn with_secret(&self, project: ProjectKey) -> Answered<CreatedWebhook> {
        let webhook = self.look(|view| view.webhook(&project));
        let wanted = project.clone();
        let secret = self.webhook_work(move |webhooks| webhooks.secret_of(&wanted)).await?;
        let (webhook, secret) = webhook.zip(secret).ok_or_else(|| Refusal::not_found("webhook", &project))?;
        let version = webhook.version;
        Ok(Answer::of(CreatedWebhook { webhook, secret: secret.reveal() }).version(version))
    }

    /// Work that blocks on the disk.
    async fn webhook_work<Done: Send + 'static>(
        &self,
        work: impl FnOnce(&Webhooks) -> Result<Done, SubmitError> + Send + 'static,
    ) -> Result<Done, SubmitError> {
        let webhooks = Arc::clone(self.webhooks());
        let done = tokio::task::spawn_blocking(move || work(&webhooks)).await;
        done.unwrap_or_else(|error| Err(SubmitError::Fault(error.to_string())))
    }
}

fn known(state: &State, project: &ProjectKey) -> Result<(), Refusal> {
    state.projects.get(project).map(drop).ok_or_else(|| Refusal::not_found("project", project))
}

/// The newest messages with the events that they tell.
fn told(
    log: &Reader,
    project: &ProjectKey,
) -> Result<Vec<(signalbox_store::Delivery, Option<StoredEntry>)>, signalbox_store::ReadError> {
    let deliveries = log.deliveries_of(project, MOST_LISTED)?;
    let with_entry = deliveries.into_iter().map(|delivery| {
        let entry = delivery.new.sequence.map(|sequence| log.entry(sequence)).transpose()?.flatten();
        Ok((delivery, entry))
    });
    with_entry.collect()
}

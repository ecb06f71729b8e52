//! Settings: the project with its environments, plans and webhook, keys and tokens, personal data, and this device.

mod appearance;
mod confirm;
mod deliveries;
mod device;
mod documents;
mod environment_dialog;
mod environments;
mod list_card;
mod personal_data;
mod plan_dialog;
mod plans;
mod project;
mod revocable;
mod sdk_key_dialog;
mod sdk_keys;
mod secret;
mod secret_dialog;
mod section;
mod snippet;
mod token_dialog;
mod tokens;
mod webhook;
mod webhook_dialog;
mod webhook_secret;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::ipc;
use crate::components::{Icon, PageHead};
use crate::shell::NoProject;
use crate::state::use_store;

use appearance::Appearance;
use device::Device;
use documents::Documents;
use environments::Environments;
use personal_data::PersonalData;
use plans::Plans;
use project::ProjectCard;
use sdk_keys::SdkKeys;
use section::Section;
use tokens::Tokens;
use webhook::WebhookSection;

/// Settings, one section at a time.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let address = use_params_map();
    let section =
        Memo::new(move |_| Section::of_address(&address.with(|address| address.get("section").unwrap_or_default())));
    let in_app = ipc::is_here();
    let store = use_store();
    let lacks_project = Memo::new(move |_| store.is_known() && store.project().is_none());
    view! {
        <PageHead title="Settings" />
        <div class="grid settings">
            <nav class="nav settings-nav" aria-label="Settings">
                {Section::ALL
                    .into_iter()
                    .map(|one| {
                        view! {
                            <a
                                href=format!("/settings/{}", one.address())
                                aria-current=move || (section.get() == one).then_some("page")
                            >
                                <Icon name=one.icon() />
                                <span>{one.title(in_app)}</span>
                            </a>
                        }
                    })
                    .collect_view()}
            </nav>
            <div class="stack">
                {move || match section.get() {
                    Section::Environments | Section::Plans | Section::Documents | Section::Webhook if lacks_project.get() => {
                        view! { <NoProject /> }.into_any()
                    }
                    Section::Environments => {
                        view! {
                            <ProjectCard />
                            <Environments />
                        }
                            .into_any()
                    }
                    Section::Plans => view! { <Plans /> }.into_any(),
                    Section::Documents => view! { <Documents /> }.into_any(),
                    Section::Webhook => view! { <WebhookSection /> }.into_any(),
                    Section::SdkKeys => view! { <SdkKeys /> }.into_any(),
                    Section::Tokens => view! { <Tokens /> }.into_any(),
                    Section::PersonalData => view! { <PersonalData /> }.into_any(),
                    Section::Device => view! { <Device /> }.into_any(),
                    Section::Appearance => view! { <Appearance /> }.into_any(),
                }}
            </div>
        </div>
    }
}

//! Makes a flag.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use signalbox_domain::flag::{BucketingAlgorithm, Purpose};
use signalbox_domain::key::FlagKey;
use signalbox_domain::value::ValueKind;
use signalbox_protocol::endpoint::{AtProject, CreateFlagEndpoint};
use signalbox_protocol::wire::flag::CreateFlag;

use super::variants::{Drafts, VariantsEditor};
use crate::components::{Dialog, DialogFoot, FieldError, NameAndKey, Select, TextArea, TextField, purpose_words};
use crate::form::{Problem, key_problem};
use crate::state::{ToastKind, use_store};

/// The fields of the form, as the API names them.
const FIELDS: &[&str] = &["name", "key", "description", "owner", "purpose", "value_kind", "variants"];

const PURPOSES: [(Purpose, &str, &str); 5] = [
    (Purpose::Release, "release", "lets a feature out, then goes"),
    (Purpose::Experiment, "experiment", "compares variants, then goes"),
    (Purpose::Operations, "operations", "stays, for emergencies"),
    (Purpose::Permission, "permission", "stays, decides who may"),
    (Purpose::Configuration, "configuration", "stays, carries settings"),
];

const KINDS: [(ValueKind, &str, &str); 5] = [
    (ValueKind::Boolean, "boolean", "On or off"),
    (ValueKind::String, "string", "Text"),
    (ValueKind::Integer, "integer", "Whole number"),
    (ValueKind::Float, "float", "Number"),
    (ValueKind::Json, "json", "JSON"),
];

/// Asks what the flag is, makes it, and opens its page.
#[component]
pub fn CreateFlagDialog(
    /// Called when it is closed, done or not.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let navigate = use_navigate();
    let name = RwSignal::new(String::new());
    let key = RwSignal::new(String::new());
    let purpose = RwSignal::new("release".to_owned());
    let kind_name = RwSignal::new("boolean".to_owned());
    let description = RwSignal::new(String::new());
    let owner = RwSignal::new(store.me.with_untracked(|me| me.as_ref().map(|me| me.name.clone()).unwrap_or_default()));
    let drafts = Drafts::new();
    let busy = RwSignal::new(false);
    let problem = Problem::new();
    let kind = Signal::derive(move || {
        kind_name
            .with(|name| KINDS.iter().find(|(_, key, _)| key == name).map_or(ValueKind::Boolean, |(kind, ..)| *kind))
    });
    let send = move || {
        let Some(project) = untrack(|| store.project()) else { return };
        if busy.get_untracked() {
            return;
        }
        problem.clear();
        let key = match FlagKey::new(key.get_untracked().trim()) {
            Ok(key) => key,
            Err(error) => return problem.set(key_problem(&error)),
        };
        let value_kind = kind.get_untracked();
        let (variants, off_variant) = match value_kind {
            // The usual pair, `on` and `off`.
            ValueKind::Boolean => (None, None),
            _ => match drafts.read(value_kind) {
                Ok((variants, off)) => (Some(variants), Some(off)),
                Err(error) => return problem.set(error),
            },
        };
        let purpose = purpose.with_untracked(|name| {
            PURPOSES.iter().find(|(_, key, _)| key == name).map(|(purpose, ..)| *purpose).unwrap_or_default()
        });
        let owner = owner.get_untracked().trim().to_owned();
        let body = CreateFlag {
            key,
            name: name.get_untracked().trim().to_owned(),
            description: description.get_untracked().trim().to_owned(),
            purpose,
            owner: (!owner.is_empty()).then_some(owner),
            tags: Vec::new(),
            expected_removal: None,
            value_kind,
            variants,
            off_variant,
            salt: None,
            bucketing: BucketingAlgorithm::default(),
        };
        busy.set(true);
        let at = AtProject { project: project.key.clone() };
        let navigate = navigate.clone();
        spawn_local(async move {
            match store.send::<CreateFlagEndpoint>(&at, &body, None).await {
                Ok(flag) => {
                    store.put_flag(&flag);
                    store.toast(ToastKind::Done, format!("{} is made. Nobody has it yet.", flag.details.name));
                    on_close.try_run(());
                    navigate(&format!("/flags/{}", flag.key), Default::default());
                }
                Err(error) => problem.set(error),
            }
            busy.try_set(false);
        });
    };
    let purposes: Vec<_> = PURPOSES
        .into_iter()
        .map(|(purpose, key, note)| (key.to_owned(), format!("{}: {note}", purpose_words(purpose))))
        .collect();
    let kinds: Vec<_> = KINDS.into_iter().map(|(_, key, label)| (key.to_owned(), label.to_owned())).collect();
    let is_boolean = move || kind.get() == ValueKind::Boolean;
    view! {
        <Dialog
            title="New flag"
            subtitle=|| "Nobody has it until you start a rollout or change its rule."
            width=600
            on_close
            on_confirm=Callback::new(move |()| send())
            footer=move || view! { <DialogFoot verb="Make flag" doing="Making…" busy on_close /> }
        >
            <NameAndKey name key placeholder="What people call it: Instant payments" hint="What application code asks for. It never changes." problem=problem />
            <div class="grid g2">
                <Select label="Type" value=purpose options=purposes error=problem.at("purpose") />
                <Select label="Value" value=kind_name options=kinds error=problem.at("value_kind") />
            </div>
            <Show when=move || !is_boolean()>
                <VariantsEditor drafts kind problem />
            </Show>
            <TextArea
                label="What it is for"
                note="Optional"
                value=description
                placeholder="Sends euro transfers in under 10 seconds"
                error=problem.at("description")
            />
            <TextField label="Owner" note="Optional" value=owner error=problem.at("owner") />
            <FieldError error=problem.elsewhere(FIELDS) />
        </Dialog>
    }
}

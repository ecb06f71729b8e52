//! Makes or changes an environment.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::key::EnvironmentKey;
use signalbox_domain::people::grouped;
use signalbox_protocol::endpoint::{AtEnvironment, AtProject, ChangeEnvironmentEndpoint, CreateEnvironmentEndpoint};
use signalbox_protocol::wire::environment::{ChangeEnvironment, CreateEnvironment, Environment};
use signalbox_protocol::{ErrorBody, ErrorCode};

use crate::components::{Checkbox, Dialog, DialogFoot, FieldError, Select, TextArea, TextField};
use crate::count;
use crate::form::{Attempt, key_from_name, key_problem};
use crate::state::{ToastKind, use_store};

/// The fields whose errors stand beside them.
const FIELDS: &[&str] = &["name", "key", "audience", "position", "reason"];

/// What is to be done.
enum Goal {
    Make(EnvironmentKey),
    Change(Arc<Environment>),
}

/// Makes an environment, or changes the one given.
#[component]
pub fn EnvironmentDialog(
    /// The environment to change; nothing for a new one.
    environment: Option<Arc<Environment>>,
    /// Called when it is closed, done or not.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let attempt = Attempt::new();
    let before = environment.clone();
    let name = RwSignal::new(before.as_ref().map(|one| one.name.clone()).unwrap_or_default());
    let key = RwSignal::new(String::new());
    let key_is_own = RwSignal::new(false);
    let production = RwSignal::new(before.as_ref().is_some_and(|one| one.production));
    let audience = RwSignal::new(before.as_ref().map(|one| grouped(one.audience)).unwrap_or_default());
    let position = RwSignal::new(before.as_ref().map_or(0, |one| one.position).to_string());
    let reason = RwSignal::new(String::new());
    let places = untrack(|| store.environments());
    let places: Vec<(String, String)> = (0..places.len()).map(|at| (at.to_string(), ordinal(at))).collect();

    let send = {
        let before = before.clone();
        Callback::new(move |()| {
            let Some(project) = untrack(|| store.project()) else { return };
            let size = match read_audience(&audience.get_untracked()) {
                Ok(size) => size,
                Err(error) => return attempt.problem.set(error),
            };
            let goal = match (&before, EnvironmentKey::new(key.get_untracked())) {
                (Some(before), _) => Goal::Change(Arc::clone(before)),
                (None, Ok(key)) => Goal::Make(key),
                (None, Err(error)) => return attempt.problem.set(key_problem(&error)),
            };
            let typed_reason = reason.get_untracked().trim().to_owned();
            let answer = async move {
                let (name, production) = (name.get_untracked(), production.get_untracked());
                match goal {
                    Goal::Make(key) => {
                        let at = AtProject { project: project.key.clone() };
                        let body = CreateEnvironment { key, name, production, audience: size };
                        store.send::<CreateEnvironmentEndpoint>(&at, &body, None).await
                    }
                    Goal::Change(before) => {
                        let at = AtEnvironment { project: project.key.clone(), environment: before.key.clone() };
                        let body = ChangeEnvironment {
                            name: Some(name),
                            production: Some(production),
                            audience: Some(size),
                            position: position.get_untracked().parse().ok(),
                            reason: (!typed_reason.is_empty()).then_some(typed_reason),
                        };
                        store.send::<ChangeEnvironmentEndpoint>(&at, &body, Some(before.version)).await
                    }
                }
            };
            attempt.send(answer, move |environment: Environment| {
                store.toast(ToastKind::Done, format!("{} is saved.", environment.name));
                on_close.try_run(());
            });
        })
    };
    let asks_why = before.as_ref().is_some_and(|one| one.production);
    let is_new = before.is_none();
    let title = before.as_ref().map_or_else(|| "New environment".into(), |one| format!("Change {}", one.name));
    let disabled = Signal::derive(move || store.can_administer().err());
    view! {
        <Dialog
            title
            width=520
            on_close
            on_confirm=send
            footer=move || {
                let verb = if is_new { "Make environment" } else { "Save environment" };
                view! { <DialogFoot verb doing="Saving…" busy=attempt.busy disabled on_close /> }
            }
        >
            <TextField
                label="Name"
                value=name
                required=true
                autofocus=true
                error=attempt.problem.at("name")
                on_type=move |name: String| {
                    if !key_is_own.get_untracked() {
                        key.set(key_from_name(&name));
                    }
                }
            />
            {is_new
                .then(|| {
                    view! {
                        <TextField
                            label="Key"
                            value=key
                            exact=true
                            required=true
                            hint="Names the environment in the API. It never changes."
                            error=attempt.problem.at("key")
                            on_type=move |_: String| key_is_own.set(true)
                        />
                    }
                })}
            <TextField
                label="How many people use it"
                value=audience
                required=true
                hint="As you know it. Shares are told as people with this number, so they are estimates."
                error=attempt.problem.at("audience")
            />
            <Checkbox value=production>
                "Production: real customers are here, so every change asks for a reason"
            </Checkbox>
            {(!is_new)
                .then(|| {
                    view! {
                        <Select
                            label="Place among the environments"
                            value=position
                            options=places
                            error=attempt.problem.at("position")
                        />
                    }
                })}
            {asks_why
                .then(|| {
                    view! {
                        <TextArea
                            label="Why?"
                            note="Required in production, kept in the history"
                            value=reason
                            required=true
                            error=attempt.problem.at("reason")
                        />
                    }
                })}
            <FieldError error=attempt.problem.elsewhere(FIELDS) />
        </Dialog>
    }
}

/// The size of an audience as it is typed.
fn read_audience(typed: &str) -> Result<u64, ErrorBody> {
    count::parse(typed).map_err(|message| ErrorBody::new(ErrorCode::InvalidField, message).about("audience"))
}

/// "1st", "2nd", "3rd", "4th": a place, counted from 0.
fn ordinal(at: usize) -> String {
    let place = at + 1;
    let ending = match (place % 10, place % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{place}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_ordinals() {
        let told: Vec<_> = [0, 1, 2, 3, 10, 11, 12, 20].into_iter().map(ordinal).collect();
        assert_eq!(told, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st"]);
    }
}

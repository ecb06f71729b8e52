//! Imported flags that cannot be flags of the project: why not, what they say, and a way to remove them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::{EnvironmentKey, ProjectKey};
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::{AtEnvironment, ListKeptApart, RemoveKeptApart};
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::import::{KeptApartFlag, RemoveKeptApartQuery};

use crate::api;
use crate::components::{Button, Column, Empty, Failed, IconName, LinkButton, RowButton, SkeletonRows, Table, Time};
use crate::form::sentence;
use crate::pages::flag::change::confirmation::{self, Confirmation, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::{ConfirmDialog, sending};
use crate::state::{Store, ToastKind, use_store};

/// The kind of the events that change what is kept apart.
const CHANGED: &str = "kept_apart_changed";

/// What is kept apart in the current environment: asked for, not streamed. Copies share the same state.
#[derive(Clone, Copy)]
pub struct KeptApart {
    list: RwSignal<Option<Result<Vec<KeptApartFlag>, ErrorBody>>>,
    attempt: RwSignal<u32>,
}

/// What the list is asked for.
type Wanted = Option<(ProjectKey, EnvironmentKey)>;

impl KeptApart {
    /// Follows the environment that is looked at, and what happens.
    pub fn follow(store: Store) -> Self {
        let (list, attempt) = (RwSignal::new(None), RwSignal::new(0));
        let wanted =
            Memo::new(move |_| -> Wanted { Some((store.project()?.key.clone(), store.environment()?.key.clone())) });
        let latest = Memo::new(move |_| {
            store.audit_entries().iter().find(|entry| entry.kind == CHANGED).map(|entry| entry.sequence)
        });
        let offline = Memo::new(move |_| store.is_offline());
        Effect::new(move |before: Option<Wanted>| {
            let asked = wanted.get();
            latest.track();
            attempt.track();
            // Tries again by itself when the server is back.
            offline.track();
            if before.is_some_and(|before| before != asked) {
                list.set(None);
            }
            if let Some((project, environment)) = asked.clone() {
                let asked = asked.clone();
                spawn_local(async move {
                    let at = AtEnvironment { project, environment };
                    let answer = api::call::<ListKeptApart>(&at, &NoBody {}, &NoBody {}, None).await;
                    let known = list.try_with_untracked(|list| matches!(list, Some(Ok(_)))).unwrap_or_default();
                    // What was overtaken says nothing any more; what is shown stays when no new answer comes.
                    if wanted.try_get_untracked() == Some(asked) && (answer.is_ok() || !known) {
                        list.try_set(Some(answer.map(|list| list.items)));
                    }
                });
            }
            asked
        });
        Self { list, attempt }
    }

    /// How many there are; nothing while that is not known.
    pub fn count(&self) -> Option<usize> {
        self.list.with(|list| list.as_ref()?.as_ref().ok().map(Vec::len))
    }
}

/// Whether every word stands in the key or the reason.
fn answers(flag: &KeptApartFlag, search: &str) -> bool {
    let text = format!("{}\n{}", flag.key, flag.why).to_lowercase();
    search.split_whitespace().all(|word| text.contains(&word.to_lowercase()))
}

/// What the table tells of each.
const COLUMNS: &[Column] = &[
    Column::Words("What applications ask for"),
    Column::Words("Why it is kept apart"),
    Column::Numbers("Changed"),
    Column::Actions,
];

/// The flags kept apart in the current environment.
#[component]
pub fn KeptApartList(
    /// What is kept apart.
    kept: KeptApart,
    /// Words that a key or a reason must hold.
    search: RwSignal<String>,
) -> impl IntoView {
    let store = use_store();
    let removing = RwSignal::new(None::<String>);
    let place = move || store.environment().map(|environment| environment.name.clone()).unwrap_or_default();
    let rows = move |all: &[KeptApartFlag]| {
        let search = search.get();
        all.iter().filter(|flag| answers(flag, &search)).cloned().collect::<Vec<_>>()
    };
    view! {
        <section class="card f-card" aria-label="Flags kept apart">
            <p class="card-note">
                "Imported into " {place}
                ", but no flags of the project: applications get them exactly as the document says. "
                "They have no page, no rollouts and no counts. Import one again, mended, and it becomes a flag of the project."
            </p>
            {move || match kept.list.get() {
                None => view! { <SkeletonRows count=4 /> }.into_any(),
                Some(Err(error)) => {
                    let again = move |()| {
                        kept.list.set(None);
                        kept.attempt.update(|attempt| *attempt += 1);
                    };
                    view! { <Failed title="Could not load the flags kept apart" error on_retry=again /> }.into_any()
                }
                Some(Ok(all)) if all.is_empty() => {
                    view! {
                        <Empty
                            title="None is kept apart here"
                            text="An imported flag is kept apart when it has an odd name, values of several kinds or a broken rule."
                        >
                            <LinkButton href="/settings/import">"Import"</LinkButton>
                        </Empty>
                    }
                        .into_any()
                }
                Some(Ok(all)) => {
                    let rows = rows(&all);
                    if rows.is_empty() {
                        return view! {
                            <Empty title="None fits" text="No flag that is kept apart here fits the search.">
                                <Button on_press=move |()| search.set(String::new())>"Clear search"</Button>
                            </Empty>
                        }
                            .into_any();
                    }
                    view! {
                        <Table columns=COLUMNS class="tbl--kept">
                                {rows.into_iter().map(|flag| view! { <Row flag removing /> }).collect_view()}
                            </Table>
                    }
                        .into_any()
                }
            }}
        </section>
        {move || {
            removing.get().map(|key| view! { <RemoveDialog key on_close=move |()| removing.set(None) /> })
        }}
    }
}

#[component]
fn Row(flag: KeptApartFlag, removing: RwSignal<Option<String>>) -> impl IntoView {
    let store = use_store();
    let KeptApartFlag { key, why, definition, changed, .. } = flag;
    let label = format!("Remove {key}");
    view! {
        <tr>
            <td class="kept-key">
                <code>{key.clone()}</code>
            </td>
            <td class="kept-why">
                {sentence(&why, "")}
                <details>
                    <summary class="fs12 ink3">"What it says"</summary>
                    <pre class="code">{format!("{definition:#}")}</pre>
                </details>
            </td>
            <td class="num fs12 ink2">
                <Time at=changed />
            </td>
            <td class="right">
                <RowButton icon=IconName::Trash label=label disabled=Signal::derive(move || store.can_edit().err()) on_press=move |()| removing.set(Some(key.clone())) />
            </td>
        </tr>
    }
}

/// Says what removing means, and removes.
#[component]
fn RemoveDialog(key: String, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let environment = untrack(|| store.environment());
    let project = untrack(|| store.project());
    let (Some(environment), Some(project)) = (environment, project) else { return ().into_any() };
    let told = of_removal(&key, &environment);
    let at = AtEnvironment { project: project.key.clone(), environment: environment.key.clone() };
    let remove = sending(move |reason| {
        let (at, key) = (at.clone(), key.clone());
        async move {
            let query = RemoveKeptApartQuery { key: key.clone(), reason };
            store.send_with::<RemoveKeptApart>(&at, &query, &NoBody {}, None).await?;
            store.toast(ToastKind::Done, format!("{key} is removed."));
            Ok(())
        }
    });
    view! { <ConfirmDialog confirmation=Signal::stored(told) send=remove on_close /> }.into_any()
}

fn of_removal(key: &str, environment: &Environment) -> Confirmation {
    Confirmation {
        title: format!("Remove “{key}”?"),
        about: "This changes what applications get in",
        place: environment.name.clone(),
        change: None,
        effect: confirmation::Effect::new(
            "Applications that ask for ",
            key,
            " get the value that stands in their code.",
        ),
        facts: vec![
            Fact::new(FactKind::Who, format!("Whoever asks for it in {}.", environment.name)),
            Fact::new(FactKind::NotAffected, "Other environments, and the flags of the project."),
            Fact::new(FactKind::WayBack, "Import the document that it came from again."),
        ],
        reason: if environment.production { Reason::Required } else { Reason::Optional },
        exact: Exact {
            path: format!("{} / {} / kept apart", environment.project, environment.key),
            removed: vec![key.to_owned()],
            added: Vec::new(),
        },
        confirm: "Remove the flag".into(),
        working: "Removing…",
        stops: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn flags_kept_apart_are_found_by_key_and_reason() {
        let flag: KeptApartFlag = serde_json::from_value(json!({
            "key": "Odd name", "why": "its key must be plain", "generation": "flagd-3", "definition": {},
            "changed": "2026-11-01T09:00:00.000Z"
        }))
        .unwrap();
        assert!(answers(&flag, ""));
        assert!(answers(&flag, "odd PLAIN"));
        assert!(!answers(&flag, "odd switched"));
    }

    #[test]
    fn removal_in_production_needs_a_reason() {
        let environment = |production| -> Environment {
            serde_json::from_value(json!({
                "project": "bank", "key": "prod", "name": "Production", "production": production, "audience": 0,
                "position": 0, "version": 1
            }))
            .unwrap()
        };
        assert_eq!(of_removal("odd name", &environment(true)).reason, Reason::Required);
        let told = of_removal("odd name", &environment(false));
        assert_eq!((told.reason, told.exact.removed), (Reason::Optional, vec!["odd name".to_owned()]));
    }
}

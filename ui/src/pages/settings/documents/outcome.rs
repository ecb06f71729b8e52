//! What an import would do, to be confirmed; or what it did.

use leptos::prelude::*;
use signalbox_domain::key::EnvironmentKey;

use super::confirmation::of_import;
use super::import::{Importing, Shown};
use super::outline::{changing, headline};
use super::report::ReportView;
use crate::components::{Button, ButtonKind, LinkButton, Tag, TagKind, Time};
use crate::pages::flag::change::{ConfirmDialog, sending};
use crate::state::use_store;

/// The report, once there is one, and the dialog that confirms.
#[component]
pub fn Outcome(
    /// What is brought in.
    importing: Importing,
) -> impl IntoView {
    let store = use_store();
    let confirming = RwSignal::new(false);
    let import = sending(move |reason| importing.import(reason));
    let locked = Signal::derive(move || store.can_edit().err());
    let name_of = move |key: &EnvironmentKey| {
        let known = store.environments().into_iter().find(|known| known.key == *key);
        known.map_or_else(|| key.to_string(), |known| known.name.clone())
    };
    view! {
        <div id="import-report">
            {move || {
                let Shown { asked, report, done } = importing.shown.get()?;
                let place = name_of(&asked.environment);
                let changes = report.changes_something();
                let what = changing(&report);
                let import_locked = Signal::derive(move || {
                    let stale = (!importing.is_current()).then(|| "You changed something. See what would happen now.".to_owned());
                    let same = (!changes).then(|| "Nothing would change.".to_owned());
                    locked.get().or(stale).or(same)
                });
                Some(view! {
                    <section class="card" aria-labelledby="report">
                        <div class="card-h">
                            <h2 id="report">
                                {if done.is_some() { "What happened" } else { "What would happen" }}
                            </h2>
                            <Tag kind=TagKind::Line>{place.clone()}</Tag>
                            <span class="end">
                                {match done {
                                    Some(at) => view! { "Imported " <Time at /> }.into_any(),
                                    None => {
                                        view! {
                                            {move || {
                                                if importing.is_current() {
                                                    "Nothing has changed yet"
                                                } else {
                                                    "Of what you asked before"
                                                }
                                            }}
                                        }
                                            .into_any()
                                    }
                                }}
                            </span>
                        </div>
                        <p class="card-b fs14 m" role="status" data-testid="import-headline">
                            {headline(&report, done.is_some())}
                        </p>
                        <ReportView report />
                        <div class="card-f row">
                            {if done.is_some() {
                                view! {
                                    <span class="fs12 ink3 grow">"It is in the history, flag by flag."</span>
                                    <LinkButton href="/flags?sort=-changed">"See the flags"</LinkButton>
                                    <Button on_press=move |()| importing.clear()>"Import another"</Button>
                                }
                                    .into_any()
                            } else {
                                view! {
                                    <span class="fs12 ink3 grow" role="status">
                                        {move || import_locked.get().unwrap_or_else(|| "All of it, or nothing.".into())}
                                    </span>
                                    <Button
                                        kind=ButtonKind::Primary
                                        opens="dialog"
                                        disabled=import_locked
                                        on_press=move |()| confirming.set(true)
                                    >
                                        {if changes { format!("Import {what}…") } else { "Import…".to_owned() }}
                                    </Button>
                                }
                                    .into_any()
                            }}
                        </div>
                    </section>
                })
            }}
        </div>
        <Show when=move || confirming.get()>
            {move || {
                let confirmation = Memo::new(move |told| {
                    let Shown { asked, report, .. } = importing.shown.get()?;
                    let all = store.environments();
                    let environment = all.iter().find(|known| known.key == asked.environment)?;
                    let path = format!("{} / {} / import", importing.project(), asked.environment);
                    let fresh = of_import(&report, environment, &path);
                    // What happened is told on the page, not in the dialog that is closing.
                    Some(told.cloned().flatten().filter(|_| importing.shown.with(is_done)).unwrap_or(fresh))
                });
                let first = confirmation.get_untracked()?;
                Some(view! {
                    <ConfirmDialog
                        confirmation=Signal::derive(move || confirmation.get().unwrap_or_else(|| first.clone()))
                        send=import
                        on_close=move |()| confirming.set(false)
                    />
                })
            }}
        </Show>
    }
}

fn is_done(shown: &Option<Shown>) -> bool {
    shown.as_ref().is_some_and(|shown| shown.done.is_some())
}

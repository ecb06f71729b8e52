//! What happened to the flag in this environment, fetched once for the chart and the list of changes.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::EnvironmentKey;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::{AtRoot, ListAudit};
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::audit::{AuditEntry, AuditQuery};

use crate::api;
use crate::components::{ChangeEntry, Failed, SkeletonRows};
use crate::pages::flag::page::{Page, use_page};
use crate::pages::flag::tab::Tab;

/// Most entries that the server gives at once: enough for the course of any rollout that people make.
const MOST: u32 = 500;
/// How many changes the list shows.
const SHOWN: usize = 5;

/// The history of the flag in this environment, newest first; fetched anew whenever something changes.
#[derive(Clone, Copy)]
pub struct History {
    /// The entries, or what went wrong; absent until the server has answered.
    pub entries: RwSignal<Option<Result<Vec<Arc<AuditEntry>>, ErrorBody>>>,
    attempt: RwSignal<u32>,
}

impl History {
    /// Follows the flag of a page.
    pub fn follow(page: Page) -> Self {
        let history = Self { entries: RwSignal::new(None), attempt: RwSignal::new(0) };
        let wanted = Memo::new(move |_| {
            page.scene.with(|scene| Wanted {
                environment: scene.environment.key.clone(),
                version: scene.configuration.version,
                reasons_awaited: scene.configuration.reasons_awaited.len(),
                attempt: history.attempt.get(),
            })
        });
        Effect::new(move |_| {
            let asked = wanted.get();
            let query = page.scene.with_untracked(|scene| AuditQuery {
                limit: Some(MOST),
                project: Some(scene.flag.project.clone()),
                flag: Some(scene.flag.key.clone()),
                environment: Some(scene.environment.key.clone()),
                ..AuditQuery::default()
            });
            spawn_local(async move {
                let answer = api::call::<ListAudit>(&AtRoot {}, &query, &NoBody {}, None).await;
                // An answer that was overtaken says nothing any more.
                if wanted.try_get_untracked() == Some(asked) {
                    let entries = answer.map(|list| list.items.into_iter().map(Arc::new).collect());
                    let known = history.entries.with_untracked(|entries| matches!(entries, Some(Ok(_))));
                    // What was shown stays, when the server cannot be asked again.
                    if entries.is_ok() || !known {
                        history.entries.set(Some(entries));
                    }
                }
            });
        });
        history
    }

    fn try_again(&self) {
        self.entries.set(None);
        self.attempt.update(|attempt| *attempt += 1);
    }
}

/// What a history is fetched for.
#[derive(Clone, PartialEq)]
struct Wanted {
    environment: EnvironmentKey,
    version: u64,
    reasons_awaited: usize,
    attempt: u32,
}

/// The latest changes here, with a link to all.
#[component]
pub fn RecentChanges(history: History) -> impl IntoView {
    let page = use_page();
    let all = page.scene.with_untracked(|scene| Tab::History.address(&scene.flag.key));
    view! {
        <section class="card" aria-labelledby="recent">
            <div class="card-h">
                <h2 id="recent">"Recent changes"</h2>
                <span class="end">
                    <a class="link" href=all>
                        "All changes"
                    </a>
                </span>
            </div>
            {move || match history.entries.get() {
                None => view! { <SkeletonRows count=3 /> }.into_any(),
                Some(Err(error)) => {
                    view! {
                        <Failed title="Could not load the history" error on_retry=move |()| history.try_again() />
                    }
                        .into_any()
                }
                Some(Ok(entries)) if entries.is_empty() => {
                    view! { <p class="card-b fs12 ink2">"Nothing has been changed here yet."</p> }.into_any()
                }
                Some(Ok(entries)) => {
                    view! {
                        <ul class="list">
                            {entries
                                .into_iter()
                                // A reason stands with what it is the reason for, a verdict with what was measured, and what it waits
                                // for with the next step.
                                .filter(|entry| !matches!(entry.kind.as_str(), "reason_given" | "verdict_reached" | "standing_changed"))
                                .take(SHOWN)
                                .map(|entry| view! { <Deed entry /> })
                                .collect_view()}
                        </ul>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

/// One change of this flag here: neither is named again.
#[component]
fn Deed(entry: Arc<AuditEntry>) -> impl IntoView {
    let words = &entry.words;
    let change = match (&words.before, &words.after) {
        // It ends where it stood; "rollout → 25 % for good" says no more.
        (Some(_), Some(after)) if entry.kind == "rollout_finished" => Some(after.clone()),
        (Some(before), Some(after)) => Some(format!("{before} → {after}")),
        (None, after) => after.clone(),
        (before, None) => before.clone(),
    };
    let change = match (change, words.consequence.clone()) {
        (Some(change), Some(consequence)) => Some(format!("{change}, {consequence}")),
        (change, consequence) => change.or(consequence),
    };
    let deed = deed(&entry);
    view! {
        <li>
            <ChangeEntry entry deed change=change.unwrap_or_default() />
        </li>
    }
}

/// What was done, where the flag and the environment go without saying.
fn deed(entry: &AuditEntry) -> String {
    let words = match entry.kind.as_str() {
        "override_set" | "override_removed" => "changed who has their own variant",
        "rule_changed" => "changed what everyone else gets",
        "rules_changed" => "changed the rules",
        "rollout_drafted" => "planned a rollout",
        "rollout_plan_changed" => "changed the plan",
        "rollout_discarded" => "discarded the plan",
        "rollout_started" => "started the rollout",
        "rollout_advanced" => "advanced it",
        "rollout_held" => "held it",
        "rollout_resumed" => "resumed it",
        "rollout_rolled_back" => "rolled it back",
        "rollout_finished" => "finished the rollout",
        "stage_approved" => "approved that it goes on",
        "kill_switch_engaged" => "turned it off for everyone",
        "kill_switch_lifted" => "turned it on again",
        // What this version does not know is told as the server tells it.
        _ => return format!("{} {}", entry.words.action, entry.words.subject),
    };
    words.to_owned()
}

/// The three ways to stop, from gentle to total.
#[component]
pub fn IfSomethingGoesWrong() -> impl IntoView {
    let page = use_page();
    let under_way = Memo::new(move |_| page.scene.with(|scene| scene.rollout_under_way().is_some()));
    view! {
        <section class="card" aria-labelledby="goes-wrong">
            <div class="card-h">
                <h2 id="goes-wrong">"If something goes wrong"</h2>
            </div>
            <dl class="card-b fs12 ways">
                <Show when=move || under_way.get()>
                    <dt>"Hold here"</dt>
                    <dd>"Whoever has it keeps it. Nobody else gets it until somebody resumes."</dd>
                    <dt>"Roll back"</dt>
                    <dd>"Takes it away from those who were let in last, back to the stage you choose."</dd>
                </Show>
                <dt>"Turn off for everyone"</dt>
                <dd>"Takes it away from everyone at once, people named by their key included."</dd>
            </dl>
            <p class="card-b fs12 ink3 ways-note">
                "Holding and turning off ask for no reason first. You say why afterwards."
            </p>
        </section>
    }
}

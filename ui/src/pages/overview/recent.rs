//! The latest changes to flags of the project.

use leptos::prelude::*;
use signalbox_protocol::wire::audit::AuditEntry;

use crate::components::{ChangeEntry, SkeletonRows};
use crate::state::use_store;

/// How many are shown.
const ENTRIES: usize = 7;

/// The latest changes to flags of the project.
#[component]
pub fn Recent() -> impl IntoView {
    let store = use_store();
    let entries = Memo::new(move |_| {
        let project = store.project().map(|project| project.key.clone());
        let mut entries = store.audit_entries();
        entries.retain(|entry| entry.project == project && is_of_a_flag(entry));
        entries.truncate(ENTRIES);
        entries
    });
    view! {
        <section class="card" aria-labelledby="recent">
            <div class="card-h">
                <h2 id="recent">"Recent changes"</h2>
                <span class="end">
                    <a class="link" href="/audit">
                        "All changes"
                    </a>
                </span>
            </div>
            <Show
                when=move || entries.with(|entries| !entries.is_empty())
                fallback=move || {
                    view! {
                        {move || {
                            if store.is_offline() {
                                view! { <p class="card-b ink3 fs12">"Not known while you are offline."</p> }.into_any()
                            } else {
                                view! { <SkeletonRows count=4 /> }.into_any()
                            }
                        }}
                    }
                }
            >
                <ul class="list">
                    <For
                        each=move || entries.get()
                        key=|entry| (entry.sequence, entry.reason.clone())
                        let:entry
                    >
                        <li>
                            <ChangeEntry entry />
                        </li>
                    </For>
                </ul>
            </Show>
        </section>
    }
}

/// Whether something changed about a flag. A reason that came later stands in the entry that it is about; of verdicts,
/// harm alone is news to whoever looks at all flags.
fn is_of_a_flag(entry: &AuditEntry) -> bool {
    let harm = || entry.words.after.as_ref().is_some_and(|after| after.contains(": harm shown"));
    entry.flag.is_some() && entry.kind != "reason_given" && (entry.kind != "verdict_reached" || harm())
}

//! Groups of people, chosen from those of the project.

use leptos::prelude::*;
use signalbox_domain::key::SegmentKey;

use crate::components::{Icon, IconName};
use crate::state::use_store;

/// The groups that are chosen, each with a way to take it out, and a menu of the others.
#[component]
pub fn SegmentPicker(
    /// What they are for, for screen readers.
    #[prop(into)]
    label: String,
    /// The groups that are chosen.
    value: RwSignal<Vec<SegmentKey>>,
    /// A group that cannot be chosen here: the one that is edited.
    #[prop(optional, into)]
    without: Option<SegmentKey>,
) -> impl IntoView {
    let store = use_store();
    let segments = Memo::new(move |_| store.segments());
    let others = move || {
        segments.with(|segments| {
            let free = segments
                .iter()
                .filter(|row| Some(&row.key) != without.as_ref() && value.with(|chosen| !chosen.contains(&row.key)));
            free.map(|row| (row.key.to_string(), row.name.clone())).collect::<Vec<_>>()
        })
    };
    let others = Memo::new(move |_| others());
    let add = move |event: leptos::ev::Event| {
        if let Ok(key) = SegmentKey::new(event_target_value(&event)) {
            value.update(|chosen| chosen.push(key));
        }
    };
    let menu = label.clone();
    view! {
        <div class="picker" role="group" aria-label=label>
            <For each=move || value.get() key=Clone::clone let:key>
                {
                    let name = segments.with_untracked(|segments| segments.called(&key));
                    let label = format!("Take out {name}");
                    view! {
                        <span class="segm segm--out">
                            <Icon name=IconName::Users small=true />
                            {name}
                            <button
                                type="button"
                                aria-label=label
                                on:click=move |_| value.update(|chosen| chosen.retain(|one| *one != key))
                            >
                                <Icon name=IconName::X small=true />
                            </button>
                        </span>
                    }
                }
            </For>
            <Show
                when=move || others.with(|others| !others.is_empty())
                fallback=move || {
                    let none = segments.with(|segments| segments.iter().len() == 0);
                    none.then(|| view! { <a class="link fs12" href="/groups">"No groups yet. Make one"</a> })
                }
            >
                <label class="field picker-add">
                    <span class="sr">{format!("Add to {menu}")}</span>
                    <select on:change=add prop:value=move || value.with(|_| "")>
                        <option value="" selected>
                            "Add a group…"
                        </option>
                        {move || {
                            others.get().into_iter().map(|(key, name)| view! { <option value=key>{name}</option> }).collect_view()
                        }}
                    </select>
                </label>
            </Show>
        </div>
    }
}

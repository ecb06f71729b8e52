//! Search and filters above the list.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey};
use signalbox_domain::people::grouped;

use super::filter::Filter;
use super::filter_menu::FilterMenu;
use super::kind::KINDS;
use super::reader::{Reader, Reading};
use crate::components::{Icon, IconName};
use crate::state::use_store;

/// Search over what is loaded, filters that the server applies, and how many match.
#[component]
pub fn FilterBar(
    /// The filter.
    filter: Memo<Filter>,
    /// What is searched for.
    search: RwSignal<String>,
    /// The history.
    reader: Reader,
) -> impl IntoView {
    let store = use_store();
    let navigate = use_navigate();
    let change = Callback::new(move |filter: Filter| {
        navigate(&filter.address(None), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });

    let actors = Memo::new(move |_| {
        let mut actors: Vec<(String, String)> = Vec::new();
        let mut add = |id: String, name: String| {
            if !actors.iter().any(|(known, _)| *known == id) {
                actors.push((id, name));
            }
        };
        for token in store.tokens() {
            add(token.id.to_string(), token.name.clone());
        }
        for entry in store.audit_entries() {
            add(entry.actor.to_string(), entry.words.actor.clone());
        }
        reader.reading.with(|reading| {
            if let Reading::Ready(history) = reading {
                for entry in history.newest_first() {
                    add(entry.actor.to_string(), entry.words.actor.clone());
                }
            }
        });
        actors.sort_by_key(|(_, name)| name.to_lowercase());
        actors
    });
    let flags = Memo::new(move |_| {
        let mut flags: Vec<_> = store.flag_rows().iter().map(|row| (row.key.to_string(), row.name.clone())).collect();
        flags.sort_by_key(|(_, name)| name.to_lowercase());
        flags
    });
    let environments = Memo::new(move |_| {
        store.environments().iter().map(|one| (one.key.to_string(), one.name.clone())).collect::<Vec<_>>()
    });
    let kinds = KINDS.iter().map(|(kind, words)| ((*kind).to_owned(), (*words).to_owned())).collect::<Vec<_>>();

    let on_actor = move |actor: Option<String>| {
        change.run(Filter { actor: actor.and_then(|actor| ActorId::try_from(actor).ok()), ..filter.get_untracked() });
    };
    let on_flag = move |flag: Option<String>| {
        change.run(Filter { flag: flag.and_then(|key| FlagKey::new(key).ok()), ..filter.get_untracked() });
    };
    let on_environment = move |environment: Option<String>| {
        let environment = environment.and_then(|key| EnvironmentKey::new(key).ok());
        change.run(Filter { environment, ..filter.get_untracked() });
    };
    let on_kind = move |kind: Option<String>| change.run(Filter { kind, ..filter.get_untracked() });
    view! {
        <div class="row wrap filter-bar" role="search">
            <label class="field filter-search">
                <Icon name=IconName::Search small=true class="ink3" />
                <span class="sr">"Search changes"</span>
                <input
                    type="search"
                    class="fs12"
                    placeholder="Search"
                    data-search=""
                    prop:value=move || search.get()
                    on:input=move |event| search.set(event_target_value(&event))
                />
            </label>
            <FilterMenu
                name="Who"
                none="anyone"
                options=actors
                chosen=Signal::derive(move || filter.get().actor.map(String::from))
                on_choose=on_actor
            />
            <FilterMenu
                name="Flag"
                none="any"
                options=flags
                chosen=Signal::derive(move || filter.get().flag.map(|key| key.to_string()))
                on_choose=on_flag
            />
            <FilterMenu
                name="Where"
                none="anywhere"
                options=environments
                chosen=Signal::derive(move || filter.get().environment.map(|key| key.to_string()))
                on_choose=on_environment
            />
            <FilterMenu
                name="Kind"
                none="any"
                options=kinds
                chosen=Signal::derive(move || filter.get().kind)
                on_choose=on_kind
            />
            <span class="end fs12 ink3 num" role="status">
                {move || count(reader, &search.get(), filter.get().is_empty())}
            </span>
        </div>
    }
}

/// "214 match", "3 of the 50 loaded match", "1,204 entries".
fn count(reader: Reader, search: &str, everything: bool) -> String {
    let (loaded, total) = reader.reading.with(|reading| match reading {
        Reading::Ready(history) => (history.len(), history.total()),
        Reading::Loading | Reading::Failed(_) => (0, Some(0)),
    });
    if loaded == 0 {
        return String::new();
    }
    match (search.trim().is_empty(), total) {
        (false, _) => format!("{} of the {} loaded match", reader.found(search), grouped(loaded as u64)),
        (true, Some(total)) if everything => format!("{} entries", grouped(total)),
        (true, Some(total)) => format!("{} match", grouped(total)),
        (true, None) => format!("the latest {} known here", grouped(loaded as u64)),
    }
}

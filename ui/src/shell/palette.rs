//! The command palette: flags, pages and actions by a few letters.

use std::sync::Arc;

use leptos::ev::{Event, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use signalbox_protocol::wire::flag::FlagRow;
use signalbox_protocol::wire::segment::SegmentRow;

use super::{Overlay, use_overlays};
use crate::browser;
use crate::components::{Chip, Icon, IconName, Key};
use crate::state::{Store, use_store};

/// How many flags are listed.
const FLAGS: usize = 8;

/// What is done when an entry is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Goal {
    Address(String),
    NewFlag,
    Keys,
}

/// A line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    group: &'static str,
    icon: IconName,
    title: String,
    detail: String,
    goal: Goal,
    key: Option<&'static str>,
}

/// The command palette.
#[component]
pub fn Palette(
    /// Called when it is closed, with or without a choice.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let store = use_store();
    let overlays = use_overlays();
    let navigate = StoredValue::new(use_navigate());
    let text = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let entries = Memo::new(move |_| text.with(|text| entries(store, text)));
    let dialog = NodeRef::<html::Dialog>::new();
    browser::return_focus();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            let _ = dialog.show_modal();
        }
    });
    let go = move |place: usize| {
        let Some(entry) = entries.with_untracked(|entries| entries.get(place).cloned()) else { return };
        on_close.run(());
        match entry.goal {
            Goal::Address(address) => navigate.with_value(|navigate| navigate(&address, Default::default())),
            Goal::NewFlag => overlays.open(Overlay::NewFlag),
            Goal::Keys => overlays.open(Overlay::Keys),
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let count = entries.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|chosen| *chosen = (*chosen + 1) % count),
            "ArrowUp" => chosen.update(|chosen| *chosen = (*chosen + count - 1) % count),
            "Enter" => go(chosen.get_untracked()),
            _ => return event.stop_propagation(),
        }
        event.stop_propagation();
        event.prevent_default();
        browser::scroll_into_view(&format!("#palette-{}", chosen.get_untracked()));
    };
    let on_cancel = move |event: Event| {
        event.prevent_default();
        on_close.run(());
    };
    view! {
        <dialog class="palette" aria-label="Search and jump" node_ref=dialog on:cancel=on_cancel on:keydown=on_key>
            <div class="palette-away" on:click=move |_| on_close.run(())></div>
            <div class="palette-box">
                <div class="row gap3 palette-head">
                    <Icon name=IconName::Search class="ink3" />
                    <input
                        class="grow fs14"
                        role="combobox"
                        aria-expanded="true"
                        aria-controls="palette-list"
                        aria-activedescendant=move || format!("palette-{}", chosen.get())
                        aria-label="Search flags, pages and actions"
                        placeholder="Search flags, pages and actions"
                        autocomplete="off"
                        spellcheck="false"
                        autofocus
                        prop:value=move || text.get()
                        on:input=move |event| {
                            text.set(event_target_value(&event));
                            chosen.set(0);
                        }
                    />
                    <Key>"Esc"</Key>
                </div>
                <div id="palette-list" class="palette-list" role="listbox" aria-label="Results">
                    {move || {
                        let entries = entries.get();
                        if entries.is_empty() {
                            return view! { <p class="palette-none ink3">"Nothing is called that."</p> }.into_any();
                        }
                        let mut group = "";
                        entries
                            .into_iter()
                            .enumerate()
                            .map(|(place, entry)| {
                                let heading = (entry.group != group).then_some(entry.group);
                                group = entry.group;
                                let selected = move || if chosen.get() == place { "true" } else { "false" };
                                view! {
                                    {heading.map(|heading| view! { <div class="ph" role="presentation">{heading}</div> })}
                                    <div
                                        class="pi"
                                        role="option"
                                        id=format!("palette-{place}")
                                        aria-selected=selected
                                        on:click=move |_| go(place)
                                        on:mousemove=move |_| chosen.set(place)
                                    >
                                        <Icon name=entry.icon class="ink2" />
                                        <span class="m">{marked(&entry.title, &text.get_untracked())}</span>
                                        <span class="ink3 fs12 trunc grow">{entry.detail}</span>
                                        {entry.key.map(|key| view! { <Key>{key}</Key> })}
                                    </div>
                                }
                            })
                            .collect_view()
                            .into_any()
                    }}
                </div>
                <div class="row gap4 fs11 ink3 palette-foot">
                    <span class="row gap1">
                        <Key>"↑"</Key>
                        <Key>"↓"</Key>
                        "move"
                    </span>
                    <span class="row gap1">
                        <Key>"↵"</Key>
                        "open"
                    </span>
                </div>
            </div>
        </dialog>
    }
}

/// The title with the part that was asked for marked.
fn marked(title: &str, text: &str) -> impl IntoView + use<> {
    let (before, hit, after) = split_at_hit(title, text);
    view! {
        {before}
        {(!hit.is_empty()).then(|| view! { <mark>{hit}</mark> })}
        {after}
    }
}

/// What is before, in and after the first place where `text` stands in `title`, whatever the case.
fn split_at_hit(title: &str, text: &str) -> (String, String, String) {
    let (title_low, text_low) = (title.to_lowercase(), text.trim().to_lowercase());
    // Where lower case is of another length, the places do not fit: then nothing is marked.
    let hit = (title_low.len() == title.len() && !text_low.is_empty()).then(|| title_low.find(&text_low)).flatten();
    let parts = hit.and_then(|start| {
        let end = start + text_low.len();
        Some((title.get(..start)?, title.get(start..end)?, title.get(end..)?))
    });
    let (before, hit, after) = parts.unwrap_or((title, "", ""));
    (before.to_owned(), hit.to_owned(), after.to_owned())
}

/// How well a title and a key answer what was typed: the less the better; nothing when they do not.
fn rank(title: &str, key: &str, text: &str) -> Option<usize> {
    let text = text.trim().to_lowercase();
    let title = title.to_lowercase();
    if text.is_empty() || title.starts_with(&text) {
        return Some(0);
    }
    if title.split_whitespace().any(|word| word.starts_with(&text)) {
        return Some(1);
    }
    if key.to_lowercase().contains(&text) {
        return Some(2);
    }
    title.contains(&text).then_some(3)
}

/// What answers the text: flags, pages and actions, the group with the best answer first.
fn entries(store: Store, text: &str) -> Vec<Entry> {
    let mut groups =
        [flags(store, text), segments(store, text), matching(pages(), text), matching(actions(store), text)];
    // The sort is stable: where groups answer equally well, flags stay first.
    groups.sort_by_key(|group| group.first().map_or(usize::MAX, |(rank, _)| *rank));
    groups.into_iter().flatten().map(|(_, entry)| entry).collect()
}

/// The flags that answer best, by rank and name.
fn flags(store: Store, text: &str) -> Vec<(usize, Entry)> {
    let environment = store.environment();
    let mut flags: Vec<_> = store
        .flag_rows()
        .into_iter()
        .filter(|row| row.archived.is_none())
        .filter_map(|row| Some((rank(&row.name, row.key.as_str(), text)?, row)))
        .collect();
    flags.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.name.cmp(&other.name)));
    flags.truncate(FLAGS);
    let entry = |(rank, row): (usize, Arc<FlagRow>)| {
        let state = environment.as_ref().and_then(|environment| row.environments.get(&environment.key));
        let note = state.map(|state| format!(" · {}", Chip::of(state).note)).unwrap_or_default();
        let goal = Goal::Address(format!("/flags/{}", row.key));
        let detail = format!("{}{note}", row.key);
        (rank, Entry { group: "Flags", icon: IconName::Flag, title: row.name.clone(), detail, goal, key: None })
    };
    flags.into_iter().map(entry).collect()
}

/// The groups of people that answer, where something was typed: few look for a group without knowing its name.
fn segments(store: Store, text: &str) -> Vec<(usize, Entry)> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let segments = store.segments();
    let mut found: Vec<_> =
        segments.iter().filter_map(|row| Some((rank(&row.name, row.key.as_str(), text)?, row))).collect();
    found.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.name.cmp(&other.name)));
    found.truncate(FLAGS);
    let entry = |(rank, row): (usize, &Arc<SegmentRow>)| {
        let goal = Goal::Address(format!("/groups/{}", row.key));
        let (title, detail) = (row.name.clone(), row.words.clone());
        (rank, Entry { group: "Groups", icon: IconName::Users, title, detail, goal, key: None })
    };
    found.into_iter().map(entry).collect()
}

fn pages() -> Vec<Entry> {
    let page = |icon, title: &str, address: &str, key| Entry {
        group: "Go to",
        icon,
        title: title.into(),
        detail: String::new(),
        goal: Goal::Address(address.into()),
        key,
    };
    vec![
        page(IconName::LayoutDashboard, "Overview", "/", Some("G O")),
        page(IconName::Flag, "Flags", "/flags", Some("G F")),
        page(IconName::Users, "Groups", "/groups", Some("G G")),
        page(IconName::History, "Audit", "/audit", Some("G A")),
        page(IconName::Settings, "Settings", "/settings", None),
    ]
}

fn actions(store: Store) -> Vec<Entry> {
    let act = |icon, title: &str, goal, key| Entry {
        group: "Do",
        icon,
        title: title.into(),
        detail: String::new(),
        goal,
        key: Some(key),
    };
    let new_flag = (store.can_edit().is_ok() && store.project().is_some())
        .then(|| act(IconName::Plus, "New flag…", Goal::NewFlag, "N"));
    new_flag.into_iter().chain([act(IconName::Keyboard, "List of keys", Goal::Keys, "?")]).collect()
}

/// Those that answer the text, the best first.
fn matching(entries: Vec<Entry>, text: &str) -> Vec<(usize, Entry)> {
    let mut found: Vec<_> =
        entries.into_iter().filter_map(|entry| Some((rank(&entry.title, "", text)?, entry))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_so_come_first() {
        assert_eq!(rank("Instant payments", "payments-instant", "ins"), Some(0));
        assert_eq!(rank("Payee check for instant", "payee-check", "INS"), Some(1));
        assert_eq!(rank("Card freeze", "card-ins", "ins"), Some(2));
        assert_eq!(rank("Against", "against", "gai"), Some(2));
        assert_eq!(rank("Against", "x", "gai"), Some(3));
        assert_eq!(rank("Card freeze", "card", "ins"), None);
        assert_eq!(rank("Card freeze", "card", " "), Some(0));
    }

    #[test]
    fn pages_are_found_by_their_name() {
        let titles: Vec<_> = matching(pages(), "aud").into_iter().map(|(_, entry)| entry.title).collect();
        assert_eq!(titles, ["Audit"]);
        assert_eq!(matching(pages(), "").len(), 5);
    }

    #[test]
    fn the_hit_is_marked() {
        let check = |title, text, expect: (&str, &str, &str)| {
            let (before, hit, after) = split_at_hit(title, text);
            assert_eq!((before.as_str(), hit.as_str(), after.as_str()), expect);
        };
        check("Instant payments", "ins", ("", "Ins", "tant payments"));
        check("Scheduled instant", "INS", ("Scheduled ", "ins", "tant"));
        check("Card", "ins", ("Card", "", ""));
        check("Card", "", ("Card", "", ""));
        check("Überweisung", "weis", ("Über", "weis", "ung"));
    }
}

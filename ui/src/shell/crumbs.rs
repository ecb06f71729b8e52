//! Where the reader is: the path of the page in words, and the title of the window.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use signalbox_domain::key::{FlagKey, SegmentKey};

use crate::state::use_store;

/// One step of the path: its words, and its address where it is not the page itself.
type Crumb = (String, Option<&'static str>);

/// The path of the page in words.
#[component]
pub fn Crumbs() -> impl IntoView {
    let store = use_store();
    let path = use_location().pathname;
    let crumbs = Memo::new(move |_| {
        let flag = |key: &str| store.flag_row(&FlagKey::new(key).ok()?).map(|row| row.name.clone());
        let group = |key: &str| store.segments().get(&SegmentKey::new(key).ok()?).map(|row| row.name.clone());
        path.with(|path| crumbs(path, flag, group))
    });
    Effect::new(move |_| {
        let page = crumbs.with(|crumbs| crumbs.last().map(|(words, _)| words.clone()).unwrap_or_default());
        document().set_title(&format!("{page} · Signalbox"));
    });
    view! {
        <nav class="crumb" aria-label="Breadcrumb">
            {move || {
                crumbs
                    .get()
                    .into_iter()
                    .map(|(words, address)| match address {
                        Some(address) => {
                            view! {
                                <a href=address>{words}</a>
                                <span aria-hidden="true">"/"</span>
                            }
                                .into_any()
                        }
                        None => {
                            view! {
                                <b class="trunc" aria-current="page">
                                    {words}
                                </b>
                            }
                                .into_any()
                        }
                    })
                    .collect_view()
            }}
        </nav>
    }
}

/// The crumbs of a path; `flag` and `group` know the names of flags and groups.
fn crumbs(path: &str, flag: impl Fn(&str) -> Option<String>, group: impl Fn(&str) -> Option<String>) -> Vec<Crumb> {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let page = |words: &str| vec![(words.to_owned(), None)];
    match (parts.next(), parts.next()) {
        (Some("flags"), None) => page("Flags"),
        (Some("flags"), Some(key)) => {
            vec![("Flags".into(), Some("/flags")), (flag(key).unwrap_or_else(|| key.to_owned()), None)]
        }
        (Some("groups"), None) => page("Groups"),
        (Some("groups"), Some(key)) => {
            vec![("Groups".into(), Some("/groups")), (group(key).unwrap_or_else(|| key.to_owned()), None)]
        }
        (Some("audit"), _) => page("Audit"),
        (Some("settings"), _) => page("Settings"),
        (None, _) => page("Overview"),
        (Some(_), _) => page("No such page"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_crumbs() {
        let name = |key: &str| (key == "card-freeze").then(|| "Card freeze".to_owned());
        let group = |key: &str| (key == "staff").then(|| "Staff".to_owned());
        let check = |path: &str, expect: &[&str]| {
            let words: Vec<_> = crumbs(path, name, group).into_iter().map(|(words, _)| words).collect();
            assert_eq!(words, expect, "{path}");
        };
        check("/", &["Overview"]);
        check("/flags", &["Flags"]);
        check("/flags/card-freeze/history", &["Flags", "Card freeze"]);
        check("/flags/unknown", &["Flags", "unknown"]);
        check("/groups", &["Groups"]);
        check("/groups/staff", &["Groups", "Staff"]);
        check("/settings/tokens", &["Settings"]);
        check("/nowhere", &["No such page"]);
    }
}

//! A filter that lets through one of several things, or all of them.

use leptos::prelude::*;

use crate::components::{Icon, IconName, Menu, MenuItem, TextField};
use crate::words::capitalised;

/// From how many options on they can be searched.
const MANY: usize = 12;
/// How many options are shown at once; who has more searches.
const SHOWN: usize = 100;

/// A chip that opens a menu of what to let through. `options` are values with their labels.
#[component]
pub fn FilterMenu(
    /// What is filtered by.
    name: &'static str,
    /// What the chip says while everything is let through.
    none: &'static str,
    /// Values and labels.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// The value that is let through; nothing for all.
    #[prop(into)]
    chosen: Signal<Option<String>>,
    /// Called with another choice.
    #[prop(into)]
    on_choose: Callback<Option<String>>,
) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let Some(chosen) = chosen.get() else { return none.to_owned() };
        // What is not listed here, such as a flag of another project, goes by its key.
        options
            .with(|options| options.iter().find(|(value, _)| *value == chosen).map(|(_, label)| label.clone()))
            .unwrap_or(chosen)
    });
    let search = RwSignal::new(String::new());
    view! {
        <div class="filter-menu" class:is-on=move || chosen.get().is_some()>
            <Menu
                label=Signal::derive(move || format!("{name}: {}", shown.get()))
                class="fchip"
                left=true
                trigger=move || {
                    view! {
                        {name}
                        <span class="c trunc">{move || shown.get()}</span>
                        <Icon name=IconName::ChevronDown small=true />
                    }
                }
            >
                <MenuItem
                    checked=Signal::derive(move || chosen.get().is_none())
                    on_press=move |()| on_choose.run(None)
                >
                    {capitalised(none)}
                </MenuItem>
                {move || {
                    (options.with(Vec::len) > MANY)
                        .then(|| {
                            view! {
                                <div class="filter-menu-search">
                                    <TextField
                                        label=format!("Find in {}", name.to_lowercase())
                                        hide_label=true
                                        kind="search"
                                        placeholder="Find"
                                        icon=IconName::Search
                                        value=search
                                    />
                                </div>
                            }
                        })
                }}
                {move || {
                    let wanted = search.get().trim().to_lowercase();
                    options
                        .get()
                        .into_iter()
                        .filter(|(value, label)| {
                            label.to_lowercase().contains(&wanted) || value.to_lowercase().contains(&wanted)
                        })
                        .take(SHOWN)
                        .map(|(value, label)| {
                            let this = value.clone();
                            view! {
                                <MenuItem
                                    checked=Signal::derive(move || chosen.with(|chosen| chosen.as_ref() == Some(&this)))
                                    on_press=move |()| on_choose.run(Some(value.clone()))
                                >
                                    {label}
                                </MenuItem>
                            }
                        })
                        .collect_view()
                }}
            </Menu>
        </div>
    }
}

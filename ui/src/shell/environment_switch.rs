//! Which environment the pages are about.

use leptos::prelude::*;
use signalbox_domain::key::EnvironmentKey;

use crate::components::{Icon, IconName, Menu, MenuItem, Segmented};
use crate::state::use_store;

/// As many stand side by side; more go into a menu.
const SIDE_BY_SIDE: usize = 4;

/// Which environment the pages are about.
#[component]
pub fn EnvironmentSwitch() -> impl IntoView {
    let store = use_store();
    let options = Memo::new(move |_| -> Vec<(EnvironmentKey, String)> {
        store.environments().iter().map(|one| (one.key.clone(), one.name.clone())).collect()
    });
    let value = Memo::new(move |_| store.environment().map(|one| one.key.clone()));
    let name = move || store.environment().map(|one| one.name.clone()).unwrap_or_default();
    view! {
        {move || match options.with(Vec::len) {
            0 | 1 => ().into_any(),
            2..=SIDE_BY_SIDE => {
                view! {
                    <Segmented
                        label="Environment"
                        options
                        value
                        on_choose=move |key: EnvironmentKey| store.choose_environment(&key)
                    />
                }
                    .into_any()
            }
            _ => {
                view! {
                    <Menu
                        label=Signal::derive(move || format!("Environment {}", name()))
                        class="btn"
                        trigger=move || {
                            view! {
                                {name}
                                <Icon name=IconName::ChevronDown small=true class="ink3" />
                            }
                        }
                    >
                        <For each=move || options.get() key=Clone::clone let:option>
                            {
                                let (key, name) = option;
                                let this = key.clone();
                                let checked = Signal::derive(move || value.with(|value| value.as_ref() == Some(&this)));
                                view! {
                                    <MenuItem checked on_press=move |()| store.choose_environment(&key)>
                                        {name}
                                    </MenuItem>
                                }
                            }
                        </For>
                    </Menu>
                }
                    .into_any()
            }
        }}
    }
}

//! The frame around every page: the rail, the top bar, the keyboard, and what opens over pages.

mod crumbs;
mod density;
mod environment_switch;
mod keyboard;
mod keys_dialog;
mod new_project;
mod offline;
mod palette;
mod rail;
mod theme;
mod top_bar;

use leptos::html;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_location;

use crate::pages::flags::CreateFlagDialog;
use crate::state::use_store;

pub use density::Density;
pub use keyboard::letters_are_on;
pub use new_project::NoProject;
pub use theme::{Theme, ThemeButton};

/// What is open over the page.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The command palette.
    Palette,
    /// The list of keys.
    Keys,
    /// The dialog that makes a flag.
    NewFlag,
    /// The dialog that makes a project.
    NewProject,
}

/// What is open over the page; one thing at a time.
#[derive(Clone, Copy)]
pub struct Overlays(RwSignal<Overlay>);

impl Overlays {
    /// Opens something in place of what was open.
    pub fn open(&self, overlay: Overlay) {
        self.0.set(overlay);
    }

    /// Closes what is open.
    pub fn close(&self) {
        self.0.set(Overlay::None);
    }

    fn is_closed(&self) -> bool {
        self.0.get_untracked() == Overlay::None
    }
}

/// What is open over the page.
///
/// # Panics
/// Outside the tree of [`Shell`], which provides it.
pub fn use_overlays() -> Overlays {
    expect_context()
}

/// The frame around every page.
#[component]
pub fn Shell() -> impl IntoView {
    let store = use_store();
    let overlays = Overlays(RwSignal::new(Overlay::None));
    provide_context(overlays);
    keyboard::listen(store, overlays);

    let main = NodeRef::<html::Main>::new();
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        // A new page begins at its top, and so does whoever reads it by ear or keyboard.
        if before.is_some_and(|before| before != now)
            && let Some(main) = main.get_untracked()
        {
            main.set_scroll_top(0);
            let _ = main.focus();
        }
        now
    });

    view! {
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        <div class="shell">
            <rail::Rail />
            <top_bar::TopBar />
            <main class="main" id="main" tabindex="-1" node_ref=main>
                <div class="inner">
                    <offline::OfflineBanner />
                    <Outlet />
                </div>
            </main>
        </div>
        {move || {
            let close = Callback::new(move |()| overlays.close());
            match overlays.0.get() {
                Overlay::None => ().into_any(),
                Overlay::Palette => view! { <palette::Palette on_close=close /> }.into_any(),
                Overlay::Keys => view! { <keys_dialog::KeysDialog on_close=close /> }.into_any(),
                Overlay::NewFlag => view! { <CreateFlagDialog on_close=close /> }.into_any(),
                Overlay::NewProject => view! { <new_project::NewProjectDialog on_close=close /> }.into_any(),
            }
        }}
    }
}

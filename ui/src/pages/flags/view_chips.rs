//! Saved views among the filters: chosen again, saved, renamed, removed, shared.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::EnvironmentKey;
use signalbox_protocol::desktop::PlaceKind;

use super::list;
use super::look::Look;
use super::saved_views::{LONGEST_NAME, MOST_VIEWS, SavedView, SavedViews};
use crate::browser;
use crate::components::{Dialog, DialogFoot, Icon, IconName, Menu, MenuItem, TextField};
use crate::state::{Store, ToastKind, use_store};

/// The views of this person in this project. Copies share the same state.
#[derive(Clone, Copy)]
pub struct Views {
    store: Store,
    /// Where they are remembered.
    kept_at: Memo<String>,
    list: RwSignal<SavedViews>,
}

impl Views {
    /// Those of whoever reads now.
    pub fn new(store: Store) -> Self {
        let kept_at = Memo::new(move |_| {
            // In the app, all servers share one storage; the addresses of those inside it change with every start.
            let place = store.place.with(|place| {
                place.as_ref().map_or_else(String::new, |place| match place.kind {
                    PlaceKind::Embedded => "embedded".into(),
                    PlaceKind::Demo => "demo".into(),
                    PlaceKind::Remote => place.url.clone(),
                })
            });
            let person = store.me.with(|me| me.as_ref().map(|me| me.name.clone())).unwrap_or_default();
            let project = store.project().map(|project| project.key.to_string()).unwrap_or_default();
            format!("signalbox-views {place} {project} {person}")
        });
        let list = RwSignal::new(SavedViews::default());
        Effect::new(move |_| list.set(recall(&kept_at.get())));
        Self { store, kept_at, list }
    }

    /// Changes the views, from how they are kept now: another window may have changed them.
    fn change<Outcome>(&self, change: impl FnOnce(&mut SavedViews) -> Outcome) -> Outcome {
        let kept_at = self.kept_at.get_untracked();
        let mut views = recall(&kept_at);
        let outcome = change(&mut views);
        if !browser::remember(&kept_at, &views.to_text()) {
            let words = "This browser keeps nothing for the page, so the view is gone when you leave.";
            self.store.toast(ToastKind::Problem, words);
        }
        self.list.set(views);
        outcome
    }
}

fn recall(kept_at: &str) -> SavedViews {
    browser::remembered(kept_at).map(|text| SavedViews::from_text(&text)).unwrap_or_default()
}

/// What a dialog for a name is open for.
#[derive(Clone, PartialEq)]
enum Naming {
    New,
    Rename(String),
}

/// The saved views, and a way to save what is looked at now.
#[component]
pub fn ViewChips(
    /// What is looked at.
    look: Memo<Look>,
) -> impl IntoView {
    let store = use_store();
    let views = Views::new(store);
    let naming = RwSignal::new(None::<Naming>);
    let is_new = Memo::new(move |_| {
        let look = look.get();
        let environment = environment_key(store);
        !look.is_plain() && views.list.with(|views| views.showing(&look, environment.as_ref()).is_none())
    });
    let full = Signal::derive(move || {
        views.list.with(SavedViews::is_full).then(|| format!("At most {MOST_VIEWS} views. Remove one first."))
    });
    view! {
        <For
            each=move || views.list.with(|views| views.iter().cloned().collect::<Vec<_>>())
            key=|view| serde_json::to_string(view).unwrap_or_default()
            let:view
        >
            <ViewChip view look views naming />
        </For>
        <Show when=move || is_new.get()>
            <button
                type="button"
                class="fchip fchip--add"
                aria-haspopup="dialog"
                aria-disabled=move || full.with(Option::is_some).then_some("true")
                title=move || full.get()
                on:click=move |_| {
                    if full.with_untracked(Option::is_none) {
                        naming.set(Some(Naming::New));
                    }
                }
            >
                <Icon name=IconName::Plus small=true />
                "Save view"
            </button>
        </Show>
        {move || {
            naming.get().map(|what| view! { <NameDialog what look views on_close=move |()| naming.set(None) /> })
        }}
    }
}

/// A saved view: a link to what it shows, and what can be done with it while it is shown.
#[component]
fn ViewChip(view: SavedView, look: Memo<Look>, views: Views, naming: RwSignal<Option<Naming>>) -> impl IntoView {
    let store = use_store();
    let shows = view.look();
    let address = shows.address();
    let is_shown = Memo::new({
        let view = view.clone();
        move |_| look.with(|look| view.shows(look, environment_key(store).as_ref()))
    });
    let of = StoredValue::new(view.environment().cloned());
    let go_there = move |_| {
        if let Some(environment) = of.get_value() {
            store.choose_environment(&environment);
        }
    };
    let count = Memo::new(move |_| {
        let environment = of.get_value().or_else(|| environment_key(store));
        let Look { search, filter, sorting } = &shows;
        // Those kept apart are no rows of the table; how many fit, the list itself says.
        (*filter != list::Filter::KeptApart)
            .then(|| list::select(&store.flag_rows(), search, *filter, *sorting, environment.as_ref()).len())
    });
    let name = StoredValue::new(view.name.clone());
    let href = address.clone();
    let copy = Callback::new(move |()| {
        let link = format!("{}{}", shared_origin(store), address);
        spawn_local(async move {
            if browser::copy_text(&link).await {
                store.toast(ToastKind::Done, "The link is on the clipboard. Whoever opens it sees the same filters.");
            } else {
                let words = "The browser does not let the page copy; copy the address of this page.";
                store.toast(ToastKind::Problem, words);
            }
        });
    });
    let remove = move |()| {
        let name = name.get_value();
        views.change(|views| views.remove(&name));
        store.toast(ToastKind::Done, format!("The view “{name}” is removed. What it showed stays as it is."));
        browser::focus("[data-search]");
    };
    view! {
        <span class="fview" class:fview--shown=move || is_shown.get()>
            <a class="fchip" href=href on:click=go_there aria-current=move || is_shown.get().then_some("true")>
                <span class="trunc">{view.name}</span>
                {move || count.get().map(|count| view! { <span class="c">{count}</span> })}
            </a>
            <Show when=move || is_shown.get()>
                <Menu
                    label=Signal::derive(move || format!("More for the view {}", name.get_value()))
                    class="btn btn--q btn--s btn--i"
                    left=true
                    trigger=|| view! { <Icon name=IconName::Ellipsis small=true /> }
                >
                    <MenuItem
                        icon=IconName::Pencil
                        on_press=move |()| naming.set(Some(Naming::Rename(name.get_value())))
                    >
                        "Rename…"
                    </MenuItem>
                    {can_be_shared(store)
                        .then(|| {
                            view! {
                                <MenuItem icon=IconName::Link on_press=copy>
                                    "Copy link"
                                </MenuItem>
                            }
                        })}
                    <MenuItem icon=IconName::Trash on_press=remove>
                        "Remove the view"
                    </MenuItem>
                </Menu>
            </Show>
        </span>
    }
}

fn environment_key(store: Store) -> Option<EnvironmentKey> {
    store.environment().map(|environment| environment.key.clone())
}

/// Whether others reach the server that the page is connected to: not the one inside the app.
fn can_be_shared(store: Store) -> bool {
    store.place.with(|place| place.as_ref().is_none_or(|place| place.kind == PlaceKind::Remote))
}

fn shared_origin(store: Store) -> String {
    let of_server = store.place.with_untracked(|place| place.as_ref().map(|place| place.url.clone()));
    of_server.unwrap_or_else(|| window().location().origin().unwrap_or_default()).trim_end_matches('/').to_owned()
}

/// Asks for the name of a view.
#[component]
fn NameDialog(what: Naming, look: Memo<Look>, views: Views, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let store = use_store();
    let old = match &what {
        Naming::New => String::new(),
        Naming::Rename(old) => old.clone(),
    };
    let is_new = what == Naming::New;
    let name = RwSignal::new(old.clone());
    let wrong = RwSignal::new(None::<String>);
    let of_environment = untrack(|| {
        let asks = look.with(|look| look.filter.asks_of_environment());
        store.environment().filter(|_| asks).map_or_else(String::new, |of| format!(", in {}", of.name))
    });
    let save = move |()| {
        let typed = name.get_untracked();
        let outcome = views.change(|views| match is_new {
            true => views.save(&typed, &look.get_untracked(), untrack(|| environment_key(store)).as_ref()),
            false => views.rename(&old, &typed),
        });
        match outcome {
            Ok(()) => {
                let words = if is_new { "The view is saved on this device." } else { "The view has its new name." };
                store.toast(ToastKind::Done, words);
                on_close.run(());
            }
            Err(sentence) => {
                wrong.set(Some(sentence));
                browser::focus("dialog input");
            }
        }
    };
    view! {
        <Dialog
            title=if is_new { "Save this view" } else { "Rename the view" }
            subtitle=move || {
                let environment = if is_new { of_environment.clone() } else { String::new() };
                format!("Search, filter and order{environment}, to be chosen again. Only you see it, on this device.")
            }
            width=440
            on_close
            on_confirm=save
            footer=move || {
                let verb = if is_new { "Save view" } else { "Rename view" };
                view! { <DialogFoot verb on_close /> }
            }
        >
            <TextField
                label="Name"
                value=name
                required=true
                autofocus=true
                hint=format!("At most {LONGEST_NAME} characters")
                error=wrong
                on_type=move |_: String| wrong.set(None)
            />
        </Dialog>
    }
}

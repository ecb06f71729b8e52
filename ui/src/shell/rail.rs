//! The rail: whose project it is, where to go, which rollouts are under way, who the reader is.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use signalbox_domain::access::Role;
use signalbox_domain::rollout::RolloutStatus;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::desktop::{Place, PlaceKind};

use super::{Overlay, use_overlays};
use crate::api::ipc;
use crate::browser;
use crate::components::{Aspect, AspectGlyph, Avatar, Brand, Icon, IconName, Menu, MenuItem, initials, reach};
use crate::form::sentence;
use crate::pages::overview::needs;
use crate::state::{Store, ToastKind, use_store};

/// How many rollouts the rail names; the overview has all of them.
const LINES: usize = 8;

/// The rail.
#[component]
pub fn Rail() -> impl IntoView {
    view! {
        <aside class="side" aria-label="Main">
            <div class="side-brand">
                <Brand />
                <span>"SIGNALBOX"</span>
            </div>
            <ProjectMenu />
            <Sections />
            <Lines />
            <div class="side-foot nav">
                <A href="/settings" attr:title="Settings">
                    <Icon name=IconName::Settings />
                    <span>"Settings"</span>
                </A>
                <Person />
            </div>
        </aside>
    }
}

/// The sections, each with how much is in it.
#[component]
fn Sections() -> impl IntoView {
    let store = use_store();
    let need = Memo::new(move |_| needs::of_store(store).len());
    let flags = Memo::new(move |_| store.flag_rows().iter().filter(|row| row.archived.is_none()).count());
    let groups = Memo::new(move |_| store.segments().iter().len());
    view! {
        <nav class="nav" aria-label="Sections">
            <A href="/" exact=true attr:title="Overview">
                <Icon name=IconName::LayoutDashboard />
                <span>"Overview"</span>
                {move || {
                    (need.get() > 0)
                        .then(|| {
                            let label = if need.get() == 1 { "1 needs you".into() } else { format!("{} need you", need.get()) };
                            view! {
                                <span class="count count--me" aria-label=label>
                                    {need.get()}
                                </span>
                            }
                        })
                }}
            </A>
            <A href="/flags" attr:title="Flags">
                <Icon name=IconName::Flag />
                <span>"Flags"</span>
                {move || {
                    (flags.get() > 0)
                        .then(|| {
                            view! {
                                <span class="count hide-n" aria-label=format!("{} in total", flags.get())>
                                    {flags.get()}
                                </span>
                            }
                        })
                }}
            </A>
            <A href="/groups" attr:title="Groups">
                <Icon name=IconName::Users />
                <span>"Groups"</span>
                {move || {
                    (groups.get() > 0)
                        .then(|| {
                            view! {
                                <span class="count hide-n" aria-label=format!("{} in total", groups.get())>
                                    {groups.get()}
                                </span>
                            }
                        })
                }}
            </A>
            <A href="/audit" attr:title="Audit">
                <Icon name=IconName::History />
                <span>"Audit"</span>
            </A>
        </nav>
    }
}

/// A rollout under way, as the rail names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Line {
    flag: String,
    name: String,
    share: String,
    held: bool,
}

impl Line {
    fn in_words(&self) -> String {
        format!("{}, {}{}", self.name, self.share, if self.held { ", held" } else { "" })
    }
}

/// The rollouts under way in the current environment, held ones first.
#[component]
fn Lines() -> impl IntoView {
    let store = use_store();
    let lines = Memo::new(move |_| lines(store));
    view! {
        <Show when=move || lines.with(|lines| !lines.is_empty())>
            <div class="side-h">
                <span>"In rollout"</span>
            </div>
            <nav class="nav pins" aria-label="Rollouts under way">
                <For each=move || lines.get() key=Clone::clone let:line>
                    <LineLink line />
                </For>
            </nav>
        </Show>
    }
}

/// A rollout under way, with a link to its flag.
#[component]
fn LineLink(line: Line) -> impl IntoView {
    let title = line.in_words();
    let Line { flag, name, share, held } = line;
    view! {
        <A href=format!("/flags/{flag}") attr:title=title>
            {if held {
                view! { <AspectGlyph aspect=Aspect::Danger label="Held" /> }.into_any()
            } else {
                view! {
                    <span class="mt pin-here" role="img" aria-label="Under way">
                        <i class="h"></i>
                    </span>
                }
                    .into_any()
            }}
            <span class="trunc">{name}</span>
            <span class=if held { "pc" } else { "pc pc--alone" }>{share}</span>
        </A>
    }
}

fn lines(store: Store) -> Vec<Line> {
    let Some(environment) = store.environment() else { return Vec::new() };
    let mut lines: Vec<_> = store
        .flag_rows()
        .iter()
        .filter(|row| row.archived.is_none())
        .filter_map(|row| {
            let state = row.environments.get(&environment.key)?;
            let held = match state.rollout.as_ref()?.status {
                RolloutStatus::Held => true,
                RolloutStatus::Running => false,
                RolloutStatus::Draft | RolloutStatus::Finished => return None,
            };
            let share = reach(state);
            Some(Line { flag: row.key.to_string(), name: row.name.clone(), share, held })
        })
        .collect();
    lines.sort_by_key(|line| !line.held);
    lines.truncate(LINES);
    lines
}

/// Which project, where; a menu where there is a choice.
#[component]
fn ProjectMenu() -> impl IntoView {
    let store = use_store();
    let overlays = use_overlays();
    let name = Memo::new(move |_| match store.project() {
        Some(project) => project.name.clone(),
        None if store.is_known() => "No project yet".into(),
        None => String::new(),
    });
    let place = move || store.place.with(|place| place_words(place.as_ref(), store.is_demo()));
    let face = move || {
        view! {
            <span class="ava ava--square" aria-hidden="true">
                {move || initials(&name.get())}
            </span>
            <span class="txt grow">
                <b class="fs12 trunc">{move || name.get()}</b>
                <span class="fs11 ink3 trunc">{place}</span>
            </span>
        }
    };
    let has_choice =
        move || store.projects().len() > 1 || store.me.with(|me| me.as_ref().is_some_and(|me| me.role == Role::Admin));
    view! {
        <Show
            when=has_choice
            fallback=move || view! { <div class="side-proj side-proj--plain">{face()}</div> }
        >
            <Menu
                label=Signal::derive(move || format!("Project {}", name.get()))
                class="side-proj"
                left=true
                trigger=move || {
                    view! {
                        {face()}
                        <Icon name=IconName::ChevronsUpDown small=true class="ink3" />
                    }
                }
            >
                <For each=move || store.projects() key=|project| (project.key.clone(), project.version) let:project>
                    {
                        let key = project.key.clone();
                        let this = project.key.clone();
                        let checked = Signal::derive(move || store.project().is_some_and(|project| project.key == this));
                        view! {
                            <MenuItem checked on_press=move |()| store.choose_project(&key)>
                                {project.name.clone()}
                            </MenuItem>
                        }
                    }
                </For>
                <div class="menu-sep"></div>
                <MenuItem
                    icon=IconName::Plus
                    disabled=Signal::derive(move || store.can_administer().err())
                    on_press=move |()| overlays.open(Overlay::NewProject)
                >
                    "New project…"
                </MenuItem>
            </Menu>
        </Show>
    }
}

/// Where the page is connected, in a few words.
fn place_words(place: Option<&Place>, demo: bool) -> String {
    match place {
        _ if demo => "Demo, made up".into(),
        Some(Place { kind: PlaceKind::Remote, url, .. }) => {
            url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned()
        }
        Some(_) => "On this computer".into(),
        None => browser::host(),
    }
}

/// Who the reader is, and the ways out.
#[component]
fn Person() -> impl IntoView {
    let store = use_store();
    let name = Memo::new(move |_| store.me.with(|me| me.as_ref().map(|me| me.name.clone()).unwrap_or_default()));
    let role = move || store.me.with(|me| me.as_ref().map_or("", |me| role_words(me.role)));
    let tell = move |answer: Result<(), ErrorBody>| {
        if let Err(error) = answer {
            store.toast(ToastKind::Problem, sentence(&error.error.message, ""));
        }
    };
    view! {
        <Menu
            label=Signal::derive(move || format!("{}, {}", name.get(), role()))
            class="me"
            up=true
            left=true
            trigger=move || {
                view! {
                    <Avatar name />
                    <span class="txt grow">
                        <b class="fs12 m trunc">{move || name.get()}</b>
                        <span class="fs11 ink3">{role}</span>
                    </span>
                }
            }
        >
            {if ipc::is_here() {
                view! {
                    <MenuItem
                        icon=IconName::Unplug
                        on_press=move |()| spawn_local(async move { tell(store.leave().await) })
                    >
                        "Leave, to the welcome screen"
                    </MenuItem>
                }
                    .into_any()
            } else {
                view! {
                    <MenuItem
                        icon=IconName::LogOut
                        on_press=move |()| spawn_local(async move { tell(store.sign_out().await) })
                    >
                        "Sign out"
                    </MenuItem>
                }
                    .into_any()
            }}
        </Menu>
    }
}

/// A role in words.
pub fn role_words(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Editor => "Editor",
        Role::Admin => "Administrator",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_protocol::desktop::TokenKeeper;

    #[test]
    fn a_place_is_named_in_a_few_words() {
        let place = |kind, url: &str| Place { kind, url: url.into(), token_kept_in: TokenKeeper::Keyring };
        let remote = place(PlaceKind::Remote, "https://signalbox.example.org/");
        assert_eq!(place_words(Some(&remote), false), "signalbox.example.org");
        let embedded = place(PlaceKind::Embedded, "http://127.0.0.1:4000");
        assert_eq!(place_words(Some(&embedded), false), "On this computer");
        assert_eq!(place_words(Some(&embedded), true), "Demo, made up");
    }
}

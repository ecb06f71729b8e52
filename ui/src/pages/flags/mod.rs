//! All flags of the project: search, filter, sort, make one.

mod create;
mod kept_apart;
mod list;
mod look;
mod row;
mod saved_views;
mod variants;
mod view_chips;

use std::sync::Arc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use signalbox_protocol::wire::environment::Environment;

use self::kept_apart::{KeptApart, KeptApartList};
use self::list::{Column, Filter, Sorting};
use self::look::Look;
use self::row::Row;
use self::view_chips::ViewChips;
use crate::components::{Button, ButtonKind, Empty, FilterChip, Icon, IconName, LinkButton, PageHead, SkeletonRows};
use crate::shell::{NoProject, Overlay, use_overlays};
use crate::state::use_store;

pub use create::CreateFlagDialog;

/// How many rows are drawn before more are asked for.
const ROWS: usize = 100;
/// How long typing must pause before the address follows, in milliseconds: browsers bound how often it may change.
const PAUSE: u32 = 300;

/// All flags of the project, where there is one.
#[component]
pub fn FlagsPage() -> impl IntoView {
    let store = use_store();
    let lacks_project = Memo::new(move |_| store.is_known() && store.project().is_none());
    move || {
        if lacks_project.get() {
            view! {
                <PageHead title="Flags" />
                <NoProject />
            }
            .into_any()
        } else {
            view! { <AllFlags /> }.into_any()
        }
    }
}

/// What stands below the filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Loading,
    Empty,
    NoneFits,
    Listed,
    KeptApart,
}

/// Search, filters and the table.
#[component]
fn AllFlags() -> impl IntoView {
    let store = use_store();
    let overlays = use_overlays();
    let (look, search) = follow_address();
    let filter = Memo::new(move |_| look.with(|look| look.filter));
    let sorting = Memo::new(move |_| look.with(|look| look.sorting));
    let go = go_to();
    let show = move |filter| go.run(Look { filter, ..look.get_untracked() });
    let kept = KeptApart::follow(store);
    let most = RwSignal::new(ROWS);

    let environment = Memo::new(move |_| store.environment().map(|environment| environment.key.clone()));
    let found = Memo::new(move |_| {
        let environment = environment.get();
        let rows = store.flag_rows();
        search.with(|search| list::select(&rows, search, filter.get(), sorting.get(), environment.as_ref()))
    });
    let counts = Memo::new(move |_| list::counts(&store.flag_rows(), environment.get().as_ref()));
    let total = move || counts.with(|counts| counts[0].1);
    let known = Memo::new(move |_| store.is_known());
    let is_filtered = move || filter.get() != Filter::All || search.with(|search| !search.trim().is_empty());
    let stage = Memo::new(move |_| match (filter.get(), known.get(), found.with(Vec::is_empty)) {
        (Filter::KeptApart, ..) => Stage::KeptApart,
        (_, false, _) => Stage::Loading,
        (_, true, true) if is_filtered() => Stage::NoneFits,
        (_, true, true) => Stage::Empty,
        (_, true, false) => Stage::Listed,
    });
    let clear = move || {
        search.set(String::new());
        go.run(Look { sorting: sorting.get_untracked(), ..Look::default() });
    };
    let sentence = move || match (known.get(), store.project()) {
        (true, Some(project)) => format!("{} in {}", total(), project.name),
        _ => String::new(),
    };
    let disabled = Signal::derive(move || store.can_edit().err());
    let new_flag = move || {
        view! {
            <Button
                kind=ButtonKind::Primary
                icon=IconName::Plus
                key="N"
                opens="dialog"
                disabled
                on_press=move |()| overlays.open(Overlay::NewFlag)
            >
                "New flag"
            </Button>
        }
    };
    view! {
        <PageHead title="Flags" sentence=Signal::derive(sentence)>
            <LinkButton href="/settings/import" kind=ButtonKind::Quiet icon=IconName::Download>
                "Import"
            </LinkButton>
            {new_flag()}
        </PageHead>
        <div class="row wrap f-tools">
            <label class="field f-search">
                <Icon name=IconName::Search class="ink3" />
                <span class="sr">"Search flags"</span>
                <input
                    type="search"
                    data-search=""
                    placeholder="Name, key, owner or purpose"
                    prop:value=move || search.get()
                    on:input=move |event| search.set(event_target_value(&event))
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            search.set(String::new());
                        }
                    }
                />
            </label>
            <div class="row f-chips" role="group" aria-label="Show">
                {Filter::ALL
                    .into_iter()
                    .map(|one| {
                        let count = Signal::derive(move || {
                            counts.with(|counts| counts.iter().find(|(filter, _)| *filter == one).map(|(_, count)| *count))
                        });
                        view! {
                            <FilterChip
                                label=one.label()
                                count
                                pressed=Signal::derive(move || filter.get() == one)
                                on_press=move |()| show(one)
                            />
                        }
                    })
                    .collect_view()}
                <Show when=move || filter.get() == Filter::KeptApart || kept.count().is_some_and(|count| count > 0)>
                    <FilterChip
                        label=Filter::KeptApart.label()
                        count=Signal::derive(move || kept.count())
                        pressed=Signal::derive(move || filter.get() == Filter::KeptApart)
                        on_press=move |()| show(Filter::KeptApart)
                    />
                </Show>
                <ViewChips look />
            </div>
        </div>
        {move || match stage.get() {
            Stage::KeptApart => view! { <KeptApartList kept search /> }.into_any(),
            Stage::Loading => {
                view! {
                    <div class="card">
                        <SkeletonRows count=10 />
                    </div>
                }
                    .into_any()
            }
            Stage::NoneFits => {
                view! {
                    <div class="card">
                        <Empty title="No flag fits" text="No flag of this project fits the search and the filter.">
                            <Button on_press=move |()| clear()>"Clear filters"</Button>
                        </Empty>
                    </div>
                }
                    .into_any()
            }
            Stage::Empty => {
                view! {
                    <div class="card">
                        <Empty
                            title="No flags yet"
                            text="A flag lets a feature out a little at a time. Application code asks for it by its key."
                        >
                            {new_flag()}
                            <LinkButton href="/settings/import" icon=IconName::Download>
                                "Import flags"
                            </LinkButton>
                        </Empty>
                    </div>
                }
                    .into_any()
            }
            Stage::Listed => {
                view! {
                    <Table found sorting most on_sort=move |sorting| go.run(Look { sorting, ..look.get_untracked() }) />
                    <div class="row fs12 ink3 f-foot">
                        <span class="num" role="status">
                            {move || {
                                let shown = found.with(Vec::len).min(most.get());
                                let of = match filter.get() {
                                    Filter::Archived => counts.with(|counts| {
                                        counts.iter().find(|(one, _)| *one == Filter::Archived).map_or(0, |(_, count)| *count)
                                    }),
                                    _ => total(),
                                };
                                format!("{shown} of {of} shown")
                            }}
                        </span>
                        <Show when=move || { found.with(Vec::len) > most.get() }>
                            <Button kind=ButtonKind::Quiet on_press=move |()| most.update(|most| *most += ROWS)>
                                "Show more"
                            </Button>
                        </Show>
                        <span class="end">{move || sorting.get().in_words()}</span>
                    </div>
                }
                    .into_any()
            }
        }}
    }
}

/// What is looked at, and the search as it is typed: the address follows when typing pauses, and leads.
fn follow_address() -> (Memo<Look>, RwSignal<String>) {
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(|query| Look::from_address(|name| query.get(name))));
    let in_address = Memo::new(move |_| address.with(|look| look.search.clone()));
    let search = RwSignal::new(in_address.get_untracked());
    let written = StoredValue::new(in_address.get_untracked());
    let pause = StoredValue::new_local(None::<Timeout>);
    let go = go_to();
    Effect::new(move |_| {
        let led = in_address.get();
        if written.get_value() != led {
            written.set_value(led.clone());
            search.set(led);
        }
    });
    Effect::new(move |_| {
        let typed = search.get();
        // Each letter begins the pause anew: dropping a timeout cancels it.
        let timeout = (written.get_value() != typed).then(|| {
            Timeout::new(PAUSE, move || {
                written.set_value(typed.clone());
                go.run(Look { search: typed, ..address.get_untracked() });
            })
        });
        pause.set_value(timeout);
    });
    on_cleanup(move || {
        pause.try_update_value(Option::take);
    });
    let look = Memo::new(move |_| Look { search: search.get(), ..address.get() });
    (look, search)
}

/// Goes to what is to be looked at, in place of what is looked at now.
fn go_to() -> Callback<Look> {
    let navigate = use_navigate();
    Callback::new(move |look: Look| {
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&look.address(), options);
    })
}

/// The table itself.
#[component]
fn Table(
    found: Memo<Vec<list::FlagItem>>,
    sorting: Memo<Sorting>,
    most: RwSignal<usize>,
    #[prop(into)] on_sort: Callback<Sorting>,
) -> impl IntoView {
    let store = use_store();
    let environments: Memo<Vec<Arc<Environment>>> = Memo::new(move |_| store.environments());
    let current = Memo::new(move |_| store.environment().map(|environment| environment.key.clone()));
    let head = move |column: Column, class: &'static str| {
        view! {
                   <th class=class aria-sort=move || sorting.get().aria(column)>
                       <button type="button" class="sort" on:click=move |_| {
        let mut pressed = sorting.get_untracked(); pressed.press(column); on_sort.run(pressed); }>
                           {column.label()}
                           <Show when=move || sorting.get().column == column>
                               <Icon
                                   name=Signal::derive(move || {
                                       if sorting.get().descending { IconName::ArrowDown } else { IconName::ArrowUp }
                                   })
                                   small=true
                               />
                           </Show>
                       </button>
                   </th>
               }
    };
    view! {
        <div class="card f-card">
            <table class="tbl tbl--f">
                <thead>
                    <tr>
                        {head(Column::Name, "f-name")} {head(Column::Type, "hide-n")}
                        {move || {
                            environments
                                .get()
                                .into_iter()
                                .map(|environment| {
                                    let name = environment.name.clone();
                                    view! { <th class="envs">{name}</th> }
                                })
                                .collect_view()
                        }} <th class="f-track">"Rollout"</th> {head(Column::Owner, "")} {head(Column::Age, "")}
                        {head(Column::Changed, "num hide-n")}
                    </tr>
                </thead>
                <tbody>
                    <For
                        each=move || found.with(|found| found.iter().take(most.get()).cloned().collect::<Vec<_>>())
                        key=|item| (item.0.key.clone(), item.0.version, item.people())
                        let:item
                    >
                        <Row flag=item.0 environments current />
                    </For>
                </tbody>
            </table>
        </div>
    }
}

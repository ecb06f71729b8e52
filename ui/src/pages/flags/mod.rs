//! All flags of the project: search, filter, sort, make one.

mod create;
mod list;
mod row;
mod variants;

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_protocol::wire::environment::Environment;

use self::list::{Column, Filter, Sorting};
use self::row::Row;
use crate::components::{Button, ButtonKind, Empty, FilterChip, Icon, IconName, PageHead, SkeletonRows};
use crate::shell::{NoProject, Overlay, use_overlays};
use crate::state::use_store;

pub use create::CreateFlagDialog;

/// How many rows are drawn before more are asked for.
const ROWS: usize = 100;

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

/// Search, filters and the table.
#[component]
fn AllFlags() -> impl IntoView {
    let store = use_store();
    let overlays = use_overlays();
    let search = RwSignal::new(String::new());
    let filter = RwSignal::new(Filter::All);
    let sorting = RwSignal::new(Sorting::default());
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
    let clear = move || {
        search.set(String::new());
        filter.set(Filter::All);
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
                                on_press=move |()| filter.set(one)
                            />
                        }
                    })
                    .collect_view()}
            </div>
        </div>
        {move || match (known.get(), found.with(Vec::is_empty), is_filtered()) {
            (false, ..) => {
                view! {
                    <div class="card">
                        <SkeletonRows count=10 />
                    </div>
                }
                    .into_any()
            }
            (true, true, true) => {
                view! {
                    <div class="card">
                        <Empty title="No flag fits" text="No flag of this project fits the search and the filter.">
                            <Button on_press=move |()| clear()>"Clear filters"</Button>
                        </Empty>
                    </div>
                }
                    .into_any()
            }
            (true, true, false) => {
                view! {
                    <div class="card">
                        <Empty
                            title="No flags yet"
                            text="A flag lets a feature out a little at a time. Application code asks for it by its key."
                        >
                            {new_flag()}
                        </Empty>
                    </div>
                }
                    .into_any()
            }
            (true, false, _) => {
                view! {
                    <Table found sorting most />
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

/// The table itself.
#[component]
fn Table(found: Memo<Vec<list::FlagItem>>, sorting: RwSignal<Sorting>, most: RwSignal<usize>) -> impl IntoView {
    let store = use_store();
    let environments: Memo<Vec<Arc<Environment>>> = Memo::new(move |_| store.environments());
    let current = Memo::new(move |_| store.environment().map(|environment| environment.key.clone()));
    let head = move |column: Column, class: &'static str| {
        view! {
            <th class=class aria-sort=move || sorting.get().aria(column)>
                <button type="button" class="sort" on:click=move |_| sorting.update(|sorting| sorting.press(column))>
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

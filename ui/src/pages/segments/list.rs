//! All groups of the project.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::people::grouped;
use signalbox_protocol::wire::segment::SegmentRow;

use super::create::CreateSegmentDialog;
use super::uses::count_words;
use crate::components::{Button, ButtonKind, Column, Empty, Icon, IconName, PageHead, SkeletonRows, Table};
use crate::shell::NoProject;
use crate::state::use_store;

/// What the table tells of each.
const COLUMNS: &[Column] =
    &[Column::Words("Group"), Column::Words("Who is in it"), Column::Numbers("People"), Column::Numbers("Used in")];

/// All groups: who is in each, how many that are, and where it is used.
#[component]
pub fn SegmentsPage() -> impl IntoView {
    let store = use_store();
    let making = RwSignal::new(false);
    let search = RwSignal::new(String::new());
    let lacks_project = Memo::new(move |_| store.is_known() && store.project().is_none());
    let all = Memo::new(move |_| store.segments());
    let found = Memo::new(move |_| {
        let text = search.with(|text| text.trim().to_lowercase());
        let fits = |row: &&Arc<SegmentRow>| {
            [row.name.as_str(), row.key.as_str(), row.description.as_str()]
                .iter()
                .any(|part| part.to_lowercase().contains(&text))
        };
        let mut rows: Vec<_> = all.with(|all| all.iter().filter(fits).cloned().collect());
        rows.sort_by_key(|row| row.name.to_lowercase());
        rows
    });
    let disabled = Signal::derive(move || store.can_edit().err());
    let new_group = move || {
        view! {
            <Button
                kind=ButtonKind::Primary
                icon=IconName::Plus
                opens="dialog"
                disabled
                on_press=move |()| making.set(true)
            >
                "New group"
            </Button>
        }
    };
    let sentence = move || match (store.is_known(), store.project(), all.with(|all| all.iter().len())) {
        (true, Some(project), count) => format!("{count} in {}", project.name),
        _ => String::new(),
    };
    view! {
        <PageHead title="Groups" sentence=Signal::derive(sentence)>
            {new_group()}
        </PageHead>
        {move || {
            if lacks_project.get() {
                return view! { <NoProject /> }.into_any();
            }
            if !store.is_known() {
                return view! {
                    <div class="card">
                        <SkeletonRows count=6 />
                    </div>
                }
                    .into_any();
            }
            if all.with(|all| all.iter().len() == 0) {
                return view! {
                    <div class="card">
                        <Empty
                            title="No groups yet"
                            text="A group is a set of people that many rules can name, such as staff or testers."
                        >
                            {new_group()}
                        </Empty>
                    </div>
                }
                    .into_any();
            }
            view! {
                <div class="row wrap f-tools">
                    <label class="field f-search">
                        <Icon name=IconName::Search class="ink3" />
                        <span class="sr">"Search groups"</span>
                        <input
                            type="search"
                            data-search=""
                            placeholder="Name, key or purpose"
                            prop:value=move || search.get()
                            on:input=move |event| search.set(event_target_value(&event))
                        />
                    </label>
                </div>
                <Show
                    when=move || found.with(|found| !found.is_empty())
                    fallback=move || {
                        view! {
                            <div class="card">
                                <Empty title="No group fits" text="No group of this project fits the search.">
                                    <Button on_press=move |()| search.set(String::new())>"Clear search"</Button>
                                </Empty>
                            </div>
                        }
                    }
                >
                    <div class="card f-card">
                        <Table columns=COLUMNS class="tbl--groups">
                                <For
                                    each=move || found.get()
                                    key=|row| (row.key.clone(), row.version, row.used_by.len())
                                    let:row
                                >
                                    <Row row />
                                </For>
                            </Table>
                    </div>
                </Show>
            }
                .into_any()
        }}
        <Show when=move || making.get()>
            <CreateSegmentDialog on_close=move |()| making.set(false) />
        </Show>
    }
}

#[component]
fn Row(row: Arc<SegmentRow>) -> impl IntoView {
    view! {
        <tr>
            <td class="g-name">
                <a class="fl" href=format!("/groups/{}", row.key) data-row="">
                    <span class="m trunc">{row.name.clone()}</span>
                    <span class="fs12 ink3 trunc">{row.description.clone()}</span>
                </a>
            </td>
            <td class="fs12 ink2 g-words">{row.words.clone()}</td>
            <td class="num">{row.size.map_or_else(|| "–".to_owned(), grouped)}</td>
            <td class="num ink2">{count_words(row.used_by.len())}</td>
        </tr>
    }
}

//! Where flags are configured: the environments of the project.

use std::sync::Arc;

use leptos::prelude::*;
use signalbox_domain::people;
use signalbox_protocol::wire::environment::Environment;

use super::environment_dialog::EnvironmentDialog;
use super::list_card::ListCard;
use crate::components::{Column, Empty, IconName, RowButton, SkeletonRows, Table, Tag, TagKind};
use crate::state::use_store;

/// What the dialog is open for.
#[derive(Clone, PartialEq)]
enum Open {
    New,
    Change(Arc<Environment>),
}

/// What the table tells of each.
const COLUMNS: &[Column] = &[
    Column::Words("Name"),
    Column::Words("Key"),
    Column::Words("Kind"),
    Column::Numbers("People, as stated"),
    Column::Actions,
];

/// The environments of the project, in their order.
#[component]
pub fn Environments() -> impl IntoView {
    let store = use_store();
    let open = RwSignal::new(None::<Open>);
    let close = Callback::new(move |()| open.set(None));
    let environments = Memo::new(move |_| store.environments());
    let disabled = Signal::derive(move || store.can_administer().err());
    view! {
        <ListCard
            id="environments"
            title="Environments"
            make="New environment"
            disabled
            on_make=move |()| open.set(Some(Open::New))
            note="A place where applications run, such as a test system or the app that customers use. \
                Each has its own share, rollout and kill switch of every flag. \
                In production every change asks for a reason."
        >
            {move || {
                if !store.is_known() {
                    return view! { <SkeletonRows count=3 /> }.into_any();
                }
                if environments.with(Vec::is_empty) {
                    return view! {
                        <Empty
                            title="No environment yet"
                            text="Flags need at least one environment to be released in."
                        />
                    }
                        .into_any();
                }
                view! {
                    <Table columns=COLUMNS>
                            <For each=move || environments.get() key=|one| (one.key.clone(), one.version) let:environment>
                                <Row environment disabled open />
                            </For>
                        </Table>
                }
                    .into_any()
            }}
        </ListCard>
        {move || {
            open.get()
                .map(|open| {
                    let environment = match open {
                        Open::New => None,
                        Open::Change(environment) => Some(environment),
                    };
                    view! { <EnvironmentDialog environment on_close=close /> }
                })
        }}
    }
}

#[component]
fn Row(environment: Arc<Environment>, disabled: Signal<Option<String>>, open: RwSignal<Option<Open>>) -> impl IntoView {
    let change = format!("Change {}", environment.name);
    let audience = people::grouped(environment.audience);
    let for_dialog = Arc::clone(&environment);
    view! {
        <tr>
            <td class="m">{environment.name.clone()}</td>
            <td>
                <code class="ink2">{environment.key.to_string()}</code>
            </td>
            <td>
                {if environment.production {
                    view! { <Tag kind=TagKind::Accent>"Production"</Tag> }.into_any()
                } else {
                    view! { <span class="ink3">"Not production"</span> }.into_any()
                }}
            </td>
            <td class="num">{audience}</td>
            <td class="right">
                <RowButton icon=IconName::Pencil label=change disabled=disabled on_press=move |()| open.set(Some(Open::Change(Arc::clone(&for_dialog)))) />
            </td>
        </tr>
    }
}

//! What was sent to the webhook, and what came of it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::ProjectKey;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::{AtProject, ListDeliveries};
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::webhook::{Delivery, DeliveryState};

use crate::api;
use crate::browser;
use crate::components::{Aspect, AspectText, Column, Empty, Failed, SkeletonRows, Table, Time};
use crate::state::use_store;

/// How often it is asked for while somebody looks, in milliseconds.
const EVERY_MILLIS: i64 = 5_000;
/// What the table tells of each.
const COLUMNS: &[Column] =
    &[Column::Words("Message"), Column::Words("Queued"), Column::Words("State"), Column::Numbers("Tries")];

/// The newest messages, newest first.
#[component]
pub fn Deliveries(
    /// The project.
    project: ProjectKey,
    /// Counts what was changed beside it.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let store = use_store();
    let known = RwSignal::new(None::<Result<Vec<Delivery>, ErrorBody>>);
    let tick = Memo::new(move |last: Option<&i64>| {
        let tick = store.now.get().millis().div_euclid(EVERY_MILLIS);
        if browser::is_hidden() { last.copied().unwrap_or(tick) } else { tick }
    });
    Effect::new(move |_| {
        tick.track();
        changes.track();
        if store.is_offline() {
            return;
        }
        let at = AtProject { project: project.clone() };
        spawn_local(async move {
            let answer = api::call::<ListDeliveries>(&at, &NoBody {}, &NoBody {}, None).await;
            known.try_update(|known| {
                let answer = answer.map(|list| list.items);
                // What is shown stays while nothing newer can be fetched.
                if answer.is_ok() || !matches!(known, Some(Ok(_))) {
                    *known = Some(answer);
                }
            });
        });
    });
    view! {
        <section class="card" aria-labelledby="deliveries">
            <div class="card-h">
                <h2 id="deliveries">"Messages"</h2>
            </div>
            {move || match known.get() {
                None => view! { <SkeletonRows count=3 /> }.into_any(),
                Some(Err(error)) => {
                    let again = move |()| changes.update(|changes| *changes += 1);
                    view! { <Failed title="Messages cannot be shown" error on_retry=again /> }.into_any()
                }
                Some(Ok(list)) if list.is_empty() => {
                    view! {
                        <Empty
                            title="Nothing was sent yet"
                            text="The next notice is. Send a trial to see whether messages arrive."
                        />
                    }
                        .into_any()
                }
                Some(Ok(list)) => {
                    view! {
                        <Table columns=COLUMNS>
                            {list.into_iter().map(|delivery| view! { <Row delivery /> }).collect_view()}
                        </Table>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

#[component]
fn Row(delivery: Delivery) -> impl IntoView {
    let Delivery { words, notice, state, attempts, last_error, next_attempt, queued, .. } = delivery;
    let title = notice.map_or("A trial", |notice| notice.title());
    let (aspect, said) = match state {
        DeliveryState::Delivered => (Aspect::Clear, "Arrived"),
        DeliveryState::Waiting if attempts == 0 => (Aspect::Off, "On its way"),
        DeliveryState::Waiting => (Aspect::Caution, "Not yet"),
        DeliveryState::GivenUp => (Aspect::Danger, "Given up"),
    };
    view! {
        <tr>
            <td>
                <div class="m">{title}</div>
                {words.map(|words| view! { <div class="ink3 fs12">{words}</div> })}
            </td>
            <td>
                <Time at=queued />
            </td>
            <td>
                <AspectText aspect>{said}</AspectText>
                {last_error.map(|error| view! { <div class="ink3 fs12">{capitalised_sentence(&error)}</div> })}
                {next_attempt
                    .filter(|_| attempts > 0)
                    .map(|next| view! { <div class="ink3 fs12">"Next try " <Time at=next /></div> })}
            </td>
            <td class="num">{attempts}</td>
        </tr>
    }
}

/// "it answered 500" as a sentence.
fn capitalised_sentence(words: &str) -> String {
    format!("{}.", crate::words::capitalised(words))
}

//! How far a stop has come: which clients have it, and whether anybody still shows what was before.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::people::grouped;
use signalbox_domain::rollout::HeldBecause;
use signalbox_protocol::endpoint::GetArrival;
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::arrival::Arrival;

use crate::api;
use crate::browser;
use crate::pages::flag::scene::Scene;
use crate::state::Store;

/// How often it is asked for while somebody looks, in milliseconds.
const EVERY_MILLIS: i64 = 5_000;

/// How far what stopped it has come; nothing while nothing was stopped.
#[component]
pub fn ArrivalNote(
    /// Where the page has its data from.
    store: Store,
    /// What the page is about.
    scene: Memo<Arc<Scene>>,
) -> impl IntoView {
    let known = RwSignal::new(None::<Arrival>);
    let tick = Memo::new(move |last: Option<&i64>| {
        let tick = store.now.get().millis().div_euclid(EVERY_MILLIS);
        if browser::is_hidden() { last.copied().unwrap_or(tick) } else { tick }
    });
    let about = Memo::new(move |_| scene.with(|scene| is_stopped(scene).then(|| scene.at_place())));
    Effect::new(move |_| {
        tick.track();
        let at = about.get().filter(|_| !store.is_offline());
        let Some(at) = at else { return known.set(None) };
        spawn_local(async move {
            let answer = api::call::<GetArrival>(&at, &NoBody {}, &NoBody {}, None).await;
            known.try_set(answer.ok());
        });
    });
    view! {
        {move || {
            known
                .get()
                .filter(|_| about.with(Option::is_some))
                .map(|arrival| {
                    view! {
                        <p class="card-note arrival" role="status">
                            {clients(&arrival)}
                            " "
                            {exposures(&arrival)}
                        </p>
                    }
                })
        }}
    }
}

/// Whether people lost the feature by what happened last.
fn is_stopped(scene: &Scene) -> bool {
    let rolled_back = scene.rollout_under_way().and_then(|rollout| rollout.held_because) == Some(HeldBecause::RollBack);
    rolled_back || scene.configuration.killed.is_some()
}

/// Who has it.
fn clients(arrival: &Arrival) -> String {
    let Arrival { listening, told, fetched, .. } = *arrival;
    let rest = "Applications that ask for every evaluation have it at once.";
    if listening == 0 {
        return format!("No client listens for changes now. {rest}");
    }
    let one = if listening == 1 { "client that listens" } else { "clients that listen" };
    let has = if fetched == 1 { "has" } else { "have" };
    let delivered = match told.saturating_sub(fetched) {
        0 => String::new(),
        more => format!(", {} more were told and have not asked yet", grouped(more)),
    };
    format!("{} of {} {one} surely {has} it{delivered}. {rest}", grouped(fetched), grouped(listening))
}

/// Whether anybody still shows what was before.
fn exposures(arrival: &Arrival) -> String {
    let Arrival { exposures_of_now: now, exposures_of_before: before, exposures_unknown: unknown, .. } = *arrival;
    match (now + before, unknown) {
        (0, 0) => "Nobody reported since what people were shown.".into(),
        (0, unknown) => format!("{} exposures were reported since, without saying of which version.", grouped(unknown)),
        (all, _) => {
            #[expect(clippy::cast_precision_loss, reason = "counts of exposures, shown with one decimal")]
            let part = before as f64 * 100.0 / all as f64;
            format!(
                "Of {} exposures reported since, {} ({part:.1} %) were still of before.",
                grouped(all),
                grouped(before)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(counts: [u64; 6]) -> Arrival {
        let [listening, told, fetched, exposures_of_now, exposures_of_before, exposures_unknown] = counts;
        Arrival {
            project: "bank".parse().unwrap(),
            flag: "pay".parse().unwrap(),
            environment: "production".parse().unwrap(),
            version: 7,
            since: signalbox_domain::Timestamp::from_millis(0),
            listening,
            told,
            fetched,
            exposures_of_now,
            exposures_of_before,
            exposures_unknown,
        }
    }

    #[test]
    fn what_is_sure_is_told_apart_from_what_was_only_delivered() {
        let at_once = "Applications that ask for every evaluation have it at once.";
        assert_eq!(clients(&arrival([0; 6])), format!("No client listens for changes now. {at_once}"));
        let some = clients(&arrival([1_200, 1_200, 1_150, 0, 0, 0]));
        assert!(some.starts_with("1,150 of 1,200 clients that listen surely have it, 50 more were told"), "{some}");
        let all = clients(&arrival([1, 1, 1, 0, 0, 0]));
        assert!(all.starts_with("1 of 1 client that listens surely has it. "), "{all}");
        assert_eq!(exposures(&arrival([0; 6])), "Nobody reported since what people were shown.");
        assert_eq!(
            exposures(&arrival([0, 0, 0, 990, 10, 5])),
            "Of 1,000 exposures reported since, 10 (1.0 %) were still of before."
        );
        assert!(exposures(&arrival([0, 0, 0, 0, 0, 5])).contains("without saying"));
    }
}

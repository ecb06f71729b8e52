//! Fetches the evidence while the page is looked at: every ten seconds, and after every change.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::rollout::{Position, RolloutStatus};
use signalbox_protocol::endpoint::{AtPlace, GetEvidence};
use signalbox_protocol::wire::Empty as NoBody;

use crate::api;
use crate::browser;
use crate::pages::flag::evidence::Evidenced;
use crate::pages::flag::scene::Scene;
use crate::state::Store;

const TEN_SECONDS_MILLIS: i64 = 10_000;

/// What evidence is fetched for.
#[derive(Debug, Clone, PartialEq)]
struct Wanted {
    at: AtPlace,
    /// What it is about: of another place on the line it says nothing.
    about: About,
    version: u64,
    tick: i64,
}

/// Where a rollout stands, and how it is watched there.
#[derive(Debug, Clone, PartialEq)]
struct About {
    at: AtPlace,
    rollout: String,
    position: Position,
    status: RolloutStatus,
    epoch: u32,
}

/// The evidence about the rollout of the scene, kept up to date as long as the caller's component lives.
pub fn follow(store: Store, scene: Memo<Arc<Scene>>) -> Signal<Evidenced> {
    let known = RwSignal::new(Evidenced::Nothing);
    let offline = Memo::new(move |_| store.is_offline());
    // Nobody looks at a page that is hidden; the last tick stays until it is seen again.
    let tick = Memo::new(move |last: Option<&i64>| {
        let tick = store.now.get().millis().div_euclid(TEN_SECONDS_MILLIS);
        if browser::is_hidden() { last.copied().unwrap_or(tick) } else { tick }
    });
    let wanted = Memo::new(move |_| {
        let (at, about, version) =
            scene.with(|scene| Some((scene.at_place(), about(scene)?, scene.configuration.version)))?;
        Some(Wanted { at, about, version, tick: tick.get() })
    });
    Effect::new(move |before: Option<Option<About>>| {
        let asked = wanted.get();
        let about = asked.as_ref().map(|asked| asked.about.clone());
        if offline.get() {
            known.set(if asked.is_some() { Evidenced::Offline } else { Evidenced::Nothing });
            return about;
        }
        let Some(asked) = asked else {
            known.set(Evidenced::Nothing);
            return None;
        };
        let is_known = known.with_untracked(|known| matches!(known, Evidenced::Here(_)));
        if !is_known || before.is_none_or(|before| before != about) {
            known.set(Evidenced::Loading);
        }
        spawn_local(async move {
            let answer = api::call::<GetEvidence>(&asked.at, &NoBody {}, &NoBody {}, None).await;
            // An answer that was overtaken says nothing any more; the next one is under way.
            if wanted.try_get_untracked().flatten().as_ref() != Some(&asked) {
                return;
            }
            known.try_set(match answer {
                Ok(evidence) => Evidenced::Here(Arc::new(evidence)),
                Err(error) => Evidenced::Failed(error),
            });
        });
        about
    });
    known.into()
}

fn about(scene: &Scene) -> Option<About> {
    let rollout = scene.rollout_under_way()?;
    Some(About {
        at: scene.at_place(),
        rollout: rollout.id.to_string(),
        position: rollout.position,
        status: rollout.status,
        epoch: rollout.epoch,
    })
}

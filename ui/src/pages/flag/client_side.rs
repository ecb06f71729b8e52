//! Whether browsers may ask for the flag.

use leptos::prelude::*;
use signalbox_protocol::endpoint::ChangeClientSideEndpoint;
use signalbox_protocol::wire::flag::ChangeClientSide;

use crate::components::Switch;
use crate::pages::flag::change::confirmation::{Confirmation, Effect, Exact, Fact, FactKind, Reason};
use crate::pages::flag::change::{Confirming, sending};
use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;
use crate::state::{ToastKind, use_store};

/// The switch, and what it means.
#[component]
pub fn ClientSideCard() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let scene = page.scene;
    let allowed = Memo::new(move |_| scene.with(|scene| scene.flag.client_side));
    let asking = RwSignal::new(None::<bool>);
    // A switch that moved before it was confirmed shows again what is so.
    let shown = Signal::derive(move || asking.get().unwrap_or_else(|| allowed.get()));
    let change = sending(move |reason| async move {
        let client_side = asking.get_untracked().unwrap_or_default();
        let (at, version) = scene.with_untracked(|scene| (scene.at_flag(), Some(scene.flag.version)));
        let body = ChangeClientSide { client_side, reason };
        let flag = store.send::<ChangeClientSideEndpoint>(&at, &body, version).await?;
        page.put_flag(&flag);
        let words =
            if client_side { "Browsers may ask for the flag." } else { "Browsers do not know the flag any more." };
        store.toast(ToastKind::Done, words);
        Ok(())
    });
    let says = move |client_side: &bool| scene.with(|scene| told(scene, *client_side, page.touches_production()));
    view! {
        <section class="card" aria-labelledby="client-side">
            <div class="card-h">
                <h2 id="client-side">"Browsers"</h2>
            </div>
            <div class="card-b sheet">
                <p class="ink2">
                    "With a client key, web pages and apps evaluate only flags that allow it. Whoever opens a page can then see the flag's key and what it gives them; never its rules."
                </p>
                {move || match page.locked() {
                    Some(reason) => {
                        view! {
                            <p>
                                {if allowed.get() { "Browsers may ask for this flag. " } else { "Only servers may ask for this flag. " }}
                                <span class="ink3 fs12">{reason}</span>
                            </p>
                        }
                            .into_any()
                    }
                    None => {
                        view! {
                            <Switch on=shown on_change=move |on| asking.set(Some(on))>
                                "Browsers may ask for this flag"
                            </Switch>
                        }
                            .into_any()
                    }
                }}
            </div>
        </section>
        <Confirming asked=asking send=change told=says />
    }
}

/// What the dialog says before browsers may ask, or may not any more.
fn told(scene: &Scene, client_side: bool, production: bool) -> Confirmation {
    let name = &scene.flag.details.name;
    let state = |client_side: bool| format!("client_side: {client_side}");
    let (title, effect, facts, confirm, working) = if client_side {
        (
            format!("Let browsers ask for {name}?"),
            Effect::new(
                "",
                "Everybody who opens a page can see its key",
                " and what it gives them, in all environments that have a client key.",
            ),
            vec![
                Fact::new(FactKind::NotAffected, "Who has the feature stays as it is; rules are never shown."),
                Fact::new(FactKind::WayBack, "Turn it off again: browsers no longer know the flag."),
            ],
            "Let browsers ask",
            "Allowing…",
        )
    } else {
        (
            format!("Stop browsers asking for {name}?"),
            Effect::new("", "Browsers no longer know it", " and use the value in their own code, in all environments."),
            vec![
                Fact::new(FactKind::NotAffected, "Servers ask for it as before."),
                Fact::new(FactKind::WayBack, "Turn it on again at any time."),
            ],
            "Stop browsers asking",
            "Stopping…",
        )
    };
    Confirmation {
        title,
        about: "This changes what people see in",
        place: "all environments".into(),
        change: None,
        effect,
        facts,
        reason: if production { Reason::Required } else { Reason::Optional },
        exact: Exact {
            path: scene.flag.key.to_string(),
            removed: vec![state(!client_side)],
            added: vec![state(client_side)],
        },
        confirm: confirm.into(),
        working,
        stops: !client_side,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;

    #[test]
    fn both_ways_say_what_they_change_and_ask_why_where_there_is_production() {
        let scene = fixture::scene(fixture::nobody());
        let (allow, stop) = (told(&scene, true, true), told(&scene, false, false));
        assert_eq!((allow.reason, stop.reason), (Reason::Required, Reason::Optional));
        assert!(!allow.stops && stop.stops);
        assert_eq!(allow.exact.added, ["client_side: true"]);
    }
}

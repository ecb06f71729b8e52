//! What needs the reader now, rollouts in motion, recent changes.

mod give_reason;
mod motion;
mod need_card;
pub mod needs;
mod recent;

use leptos::prelude::*;

use self::give_reason::GiveReasonDialog;
use self::motion::Motion;
use self::need_card::NeedCard;
use self::needs::Need;
use self::recent::Recent;
use crate::components::{Aspect, Banner, Button, ButtonKind, Empty, LinkButton, PageHead, SkeletonRows};
use crate::shell::{NoProject, Overlay, use_overlays};
use crate::state::use_store;
use crate::time;

/// How many cards are shown before the rest is asked for: two rows.
const CARDS: usize = 6;

/// What needs the reader now, rollouts in motion, recent changes.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let store = use_store();
    let needs = Memo::new(move |_| needs::of_store(store));
    let today = Memo::new(move |_| {
        let now = time::local(store.now.get());
        format!("{}, {}", time::long_day(&now), time::clock(&now))
    });
    let title = move || {
        let as_of = store.is_offline().then(|| store.as_of.get()).flatten();
        let now = time::local(store.now.get());
        heading(needs.with(Vec::len), as_of.map(|at| time::short(&time::local(at), &now)).as_deref())
    };
    let known = Memo::new(move |_| store.is_known());
    let has_project = Memo::new(move |_| store.project().is_some());
    let has_flags = Memo::new(move |_| !store.flag_rows().is_empty());
    let has_environments = Memo::new(move |_| !store.environments().is_empty());
    view! {
        {move || match (known.get(), has_environments.get(), has_flags.get()) {
            (true, ..) if !has_project.get() => {
                view! {
                    <PageHead title="Overview" />
                    <NoProject />
                }
                    .into_any()
            }
            (false, ..) => {
                view! {
                    <PageHead title="Overview" />
                    <div class="card">
                        <SkeletonRows />
                    </div>
                }
                    .into_any()
            }
            (true, false, _) => {
                view! {
                    <PageHead title="Overview" />
                    <div class="card">
                        <NoEnvironments />
                    </div>
                }
                    .into_any()
            }
            (true, true, false) => {
                view! {
                    <PageHead title="Overview" />
                    <div class="card">
                        <NoFlags />
                    </div>
                }
                    .into_any()
            }
            (true, true, true) => {
                view! {
                    <DemoBanner />
                    <PageHead title=Signal::derive(title) sentence=today />
                    <Needs needs />
                    <div class="grid g-rail">
                        <Motion />
                        <div class="stack railcol railcol--one">
                            <Recent />
                        </div>
                    </div>
                }
                    .into_any()
            }
        }}
    }
}

/// The cards, the most urgent first.
#[component]
fn Needs(needs: Memo<Vec<Need>>) -> impl IntoView {
    let all = RwSignal::new(false);
    // Here, not in the card: the card goes as soon as the reason is there.
    let asking = RwSignal::new(None::<Need>);
    let shown = move || {
        let mut needs = needs.get();
        if !all.get() {
            needs.truncate(CARDS);
        }
        needs
    };
    let more = move || needs.with(Vec::len).saturating_sub(CARDS);
    view! {
        <Show when=move || needs.with(|needs| !needs.is_empty())>
            <ul
                class=move || if needs.with(Vec::len) == 4 { "grid g2 needs" } else { "grid g3 needs" }
                aria-label="Needs you now"
            >
                <For each=shown key=Clone::clone let:need>
                    <NeedCard need on_reason=move |need| asking.set(Some(need)) />
                </For>
            </ul>
            <Show when=move || { more() > 0 && !all.get() }>
                <p class="needs-more">
                    <Button kind=ButtonKind::Quiet on_press=move |()| all.set(true)>
                        {move || format!("Show {} more", more())}
                    </Button>
                </p>
            </Show>
        </Show>
        {move || {
            let need = asking.get()?;
            let sequence = need.reason_awaited?;
            Some(view! { <GiveReasonDialog sequence subject=need.title on_close=move |()| asking.set(None) /> })
        }}
    }
}

/// Says that nothing here is real.
#[component]
fn DemoBanner() -> impl IntoView {
    let store = use_store();
    let name = move || store.project().map(|project| project.name.clone()).unwrap_or_default();
    view! {
        <Show when=move || store.is_demo()>
            <div class="above">
                <Banner aspect=Aspect::Off>
                    <span>
                        <b>"This is the demo. "</b>
                        {name}
                        " is made up, and so are its customers. Try anything: nothing here reaches real people."
                    </span>
                </Banner>
            </div>
        </Show>
    }
}

#[component]
fn NoEnvironments() -> impl IntoView {
    view! {
        <Empty
            title="No environments yet"
            text="An environment is where an application runs, such as staging or production. Flags are set in each of them."
        >
            <LinkButton href="/settings/environments">"Add an environment"</LinkButton>
        </Empty>
    }
}

#[component]
fn NoFlags() -> impl IntoView {
    let store = use_store();
    let overlays = use_overlays();
    view! {
        <Empty
            title="No flags yet"
            text="A flag lets a feature out a little at a time. Make one, plan its rollout, and let the first people in."
        >
            <Button
                kind=ButtonKind::Primary
                disabled=Signal::derive(move || store.can_edit().err())
                on_press=move |()| overlays.open(Overlay::NewFlag)
            >
                "New flag…"
            </Button>
        </Empty>
    }
}

/// "3 things need you", "1 thing needed you at 14:29", "Nothing needs you".
fn heading(needs: usize, as_of: Option<&str>) -> String {
    match (needs, as_of) {
        (0, None) => "Nothing needs you".into(),
        (1, None) => "1 thing needs you".into(),
        (needs, None) => format!("{needs} things need you"),
        (0, Some(at)) => format!("Nothing needed you at {at}"),
        (1, Some(at)) => format!("1 thing needed you at {at}"),
        (needs, Some(at)) => format!("{needs} things needed you at {at}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_counts_what_needs_the_reader() {
        let check = |needs, as_of, expect: &str| assert_eq!(heading(needs, as_of), expect);
        check(0, None, "Nothing needs you");
        check(1, None, "1 thing needs you");
        check(3, None, "3 things need you");
        check(3, Some("14:29"), "3 things needed you at 14:29");
        check(1, Some("14:29"), "1 thing needed you at 14:29");
    }
}

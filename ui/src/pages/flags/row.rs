//! One flag in the table.

use std::sync::Arc;

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use signalbox_domain::flag::Purpose;
use signalbox_domain::key::EnvironmentKey;
use signalbox_domain::rollout::RolloutStatus;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::flag::FlagRow;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent};

use crate::components::{Avatar, EnvironmentChip, MiniTrack, PurposeTag, Time};
use crate::state::use_store;
use crate::time;

/// One flag in the table; pressing anywhere in it opens the flag.
#[component]
pub fn Row(
    /// The flag.
    flag: Arc<FlagRow>,
    /// The environments of the project, first to last.
    environments: Memo<Vec<Arc<Environment>>>,
    /// The environment whose rollout is drawn.
    current: Memo<Option<EnvironmentKey>>,
) -> impl IntoView {
    let store = use_store();
    let href = format!("/flags/{}", flag.key);
    let navigate = use_navigate();
    let address = href.clone();
    let open = move |event: MouseEvent| {
        let on_control = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|element| element.closest("a, button").is_ok_and(|found| found.is_some()));
        // A link goes its own way, with all that browsers know about links.
        if !on_control && !event.ctrl_key() && !event.meta_key() {
            navigate(&address, Default::default());
        }
    };
    let rollout = {
        let flag = Arc::clone(&flag);
        move || {
            let state = flag.environments.get(&current.get()?)?;
            state.rollout.clone().filter(|rollout| rollout.status != RolloutStatus::Finished)
        }
    };
    let archived = flag.archived.is_some();
    let chips = {
        let flag = Arc::clone(&flag);
        move || {
            environments
                .get()
                .into_iter()
                .map(|environment| {
                    let state = flag.environments.get(&environment.key).cloned();
                    view! {
                        <td class="envs">
                            {match state {
                                // Applications do not know it, whatever its rule would say.
                                _ if archived => view! { <span class="ink3" title="In the archive">"–"</span> }.into_any(),
                                Some(state) => {
                                    view! { <EnvironmentChip state environment=environment.name.clone() /> }.into_any()
                                }
                                None => ().into_any(),
                            }}
                        </td>
                    }
                })
                .collect_view()
        }
    };
    let age = Signal::derive({
        let (created, purpose, removal) = (flag.created, flag.purpose, flag.expected_removal);
        move || {
            let now = store.now.get();
            let today = time::local(now).date_naive();
            (time::age(created, now), limit(time::local(created).date_naive(), removal, today, purpose))
        }
    });
    let changed = flag.changed;
    view! {
        <tr on:click=open>
            <td class="f-name">
                <a href=href class="fl" data-row="">
                    <span class="row base">
                        <span class="m trunc">{flag.name.clone()}</span>
                        <code class="ink3 fs11 trunc">{flag.key.to_string()}</code>
                    </span>
                    <span class="fs12 ink3 trunc">{flag.description.clone()}</span>
                </a>
            </td>
            <td class="hide-n">
                <PurposeTag purpose=flag.purpose />
            </td>
            {chips}
            <td class="f-track">
                {move || match rollout() {
                    Some(rollout) => view! { <MiniTrack rollout /> }.into_any(),
                    None => {
                        view! {
                            <span class="ink3">
                                <span aria-hidden="true">"–"</span>
                                <span class="sr">"No rollout"</span>
                            </span>
                        }
                            .into_any()
                    }
                }}
            </td>
            <td>
                {match flag.owner.clone() {
                    Some(owner) => {
                        let (title, initials) = (owner.clone(), owner.clone());
                        view! {
                            <span class="row fs12 ink2 f-owner" title=title>
                                <Avatar name=initials />
                                <span class="trunc f-owner-name">{owner}</span>
                            </span>
                        }
                            .into_any()
                    }
                    None => view! { <span class="fs12 ink3">"Nobody"</span> }.into_any(),
                }}
            </td>
            <td class="fs12 nowrap">
                <span class="num">{move || age.get().0}</span>
                {move || {
                    let (text, over) = age.get().1?;
                    Some(view! { <span class=if over { "fs11 f-over" } else { "fs11 ink3" }>" "{text}</span> })
                }}
            </td>
            <td class="num fs12 ink2 hide-n">
                <Time at=changed />
            </td>
        </tr>
    }
}

/// How long a flag should live: "of 90", "over by 12", "stays"; and whether it is over.
fn limit(created: NaiveDate, removal: Option<NaiveDate>, today: NaiveDate, purpose: Purpose) -> Option<(String, bool)> {
    match removal {
        Some(removal) if today > removal => Some((format!("over by {}", (today - removal).num_days()), true)),
        Some(removal) => Some((format!("of {}", (removal - created).num_days()), false)),
        None => match purpose {
            Purpose::Operations | Purpose::Permission | Purpose::Configuration => Some(("stays".into(), false)),
            Purpose::Release | Purpose::Experiment => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_says_how_long_it_should_live() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let check = |removal: Option<&str>, purpose, expect: Option<(&str, bool)>| {
            let found = limit(date("2026-09-01"), removal.map(date), date("2026-11-19"), purpose);
            assert_eq!(found.as_ref().map(|(text, over)| (text.as_str(), *over)), expect);
        };
        check(Some("2026-11-30"), Purpose::Release, Some(("of 90", false)));
        check(Some("2026-11-07"), Purpose::Release, Some(("over by 12", true)));
        check(None, Purpose::Release, None);
        check(None, Purpose::Permission, Some(("stays", false)));
    }
}

//! Who asked for the flag here: counted by the server, fetched anew every minute while it is looked at.

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::{EnvironmentKey, RuleId};
use signalbox_domain::people::{grouped, rounded};
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::{AtPlace, GetUsage};
use signalbox_protocol::wire::Empty as NoBody;
use signalbox_protocol::wire::usage::{Estimate, People, PeopleOfRule, Usage};

use crate::api;
use crate::components::{Failed, SkeletonRows, Time};
use crate::pages::flag::page::use_page;
use crate::pages::flag::scene::Scene;
use crate::state::use_store;

const MINUTE_MILLIS: i64 = 60_000;

/// Evaluations and exposures of the last hour, and how many people got the feature.
#[component]
pub fn UsageCard() -> impl IntoView {
    let page = use_page();
    let store = use_store();
    let usage = RwSignal::new(None::<Result<Usage, ErrorBody>>);
    let attempt = RwSignal::new(0_u32);
    let wanted = Memo::new(move |_| Wanted {
        environment: page.scene.with(|scene| scene.environment.key.clone()),
        minute: store.now.get().millis().div_euclid(MINUTE_MILLIS),
        attempt: attempt.get(),
    });
    Effect::new(move |before: Option<EnvironmentKey>| {
        let asked = wanted.get();
        let environment = asked.environment.clone();
        if before.is_some_and(|before| before != environment) {
            usage.set(None);
        }
        let at = page.scene.with_untracked(|scene| AtPlace {
            project: scene.flag.project.clone(),
            flag: scene.flag.key.clone(),
            environment: environment.clone(),
        });
        spawn_local(async move {
            let answer = api::call::<GetUsage>(&at, &NoBody {}, &NoBody {}, None).await;
            let known = usage.try_with_untracked(|usage| matches!(usage, Some(Ok(_)))).unwrap_or_default();
            // An answer that was overtaken says nothing any more; what was shown stays when no new one comes.
            if wanted.try_get_untracked() == Some(asked) && (answer.is_ok() || !known) {
                usage.try_set(Some(answer));
            }
        });
        environment
    });
    view! {
        <section class="card" aria-labelledby="usage">
            <div class="card-h">
                <h2 id="usage">"Who asks"</h2>
                <span class="end">"Last hour"</span>
            </div>
            {move || match usage.get() {
                None => view! { <SkeletonRows count=3 /> }.into_any(),
                Some(Err(error)) => {
                    let again = move |()| {
                        usage.set(None);
                        attempt.update(|attempt| *attempt += 1);
                    };
                    view! { <Failed title="Could not load who asks" error on_retry=again /> }.into_any()
                }
                Some(Ok(usage)) => {
                    let people = page.scene.with(|scene| people_rows(scene, &usage.people));
                    view! { <Figures usage people /> }.into_any()
                }
            }}
        </section>
    }
}

/// What usage is fetched for.
#[derive(Clone, PartialEq)]
struct Wanted {
    environment: EnvironmentKey,
    minute: i64,
    attempt: u32,
}

#[component]
fn Figures(usage: Usage, people: Vec<(String, String)>) -> impl IntoView {
    let Usage { evaluations, exposures, last_hour, counting_since, .. } = usage;
    let count = |reported: bool, count: u64| if reported { grouped(count) } else { "not reported".into() };
    let unseen = (!evaluations.reported).then(|| {
        view! {
            <p class="card-note">
                "No application has asked this server for the flag since " <Time at=counting_since />
                ". Those that evaluate by themselves are not seen unless they report exposures."
            </p>
        }
    });
    view! {
        <dl class="dl card-b">
            <dt>"Evaluations"</dt>
            <dd class="num">{count(evaluations.reported, last_hour.evaluations())}</dd>
            <dt>"Exposures"</dt>
            <dd class="num">{count(exposures.reported, last_hour.exposures)}</dd>
            {evaluations
                .last
                .map(|last| {
                    view! {
                        <dt>"Last asked for"</dt>
                        <dd>
                            <Time at=last />
                        </dd>
                    }
                })}
            {people
                .into_iter()
                .map(|(name, figure)| {
                    view! {
                        <dt>{name}</dt>
                        <dd class="num">{figure}</dd>
                    }
                })
                .collect_view()}
        </dl>
        {unseen}
    }
}

/// Those who got the feature, by the rule that gave it, where anybody asked by it.
fn people_rows(scene: &Scene, people: &[PeopleOfRule]) -> Vec<(String, String)> {
    let rows = people.iter().filter_map(|people| {
        let week = people.last_7_days.filter(|week| week.asked.about > 0)?;
        Some((rule_name(scene, people.rule.as_ref()), figure(people.today, week)))
    });
    rows.collect()
}

fn rule_name(scene: &Scene, rule: Option<&RuleId>) -> String {
    let Some(id) = rule else { return "People reached (estimate)".into() };
    let rules = scene.configuration.rules.iter().map(|rule| &rule.rule);
    let found = rules.enumerate().find(|(_, rule)| rule.id == *id);
    let name = found.map_or_else(
        || "a rule that is gone".to_owned(),
        |(place, rule)| rule.name.clone().unwrap_or_else(|| format!("rule {}", place + 1)),
    );
    format!("Reached by {name} (estimate)")
}

/// "about 1,240 today, 8,310 in 7 days", "nobody today, about 30 in 7 days".
fn figure(today: Option<People>, week: People) -> String {
    let about = |Estimate { about, .. }: Estimate| if about < 10 { about.to_string() } else { rounded(about) };
    let in_week = about(week.reached);
    match today {
        _ if week.reached.about == 0 => "nobody in 7 days".into(),
        Some(today) if today.reached.about == 0 => format!("nobody today, about {in_week} in 7 days"),
        Some(today) => format!("about {} today, {in_week} in 7 days", about(today.reached)),
        None => format!("not counted today, about {in_week} in 7 days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;

    #[test]
    fn people_are_told_where_anybody_asked() {
        let estimate = |about| Estimate { about, standard_error: 0.016 };
        let people = |reached, asked| People { reached: estimate(reached), asked: estimate(asked), exposed: None };
        let of = |rule: Option<&str>, today, week| PeopleOfRule {
            rule: rule.map(|id| RuleId::new(id).unwrap()),
            today,
            last_7_days: week,
        };
        let scene = fixture::scene(fixture::running(1));
        let rows = people_rows(
            &scene,
            &[
                of(None, Some(people(1_240, 5_000)), Some(people(8_310, 9_000))),
                of(Some("rule_gone"), None, Some(people(3, 4))),
                of(Some("rule_idle"), Some(people(0, 0)), Some(people(30, 40))),
                of(Some("rule_strict"), Some(people(0, 5)), Some(people(0, 40))),
                of(Some("rule_quiet"), Some(people(0, 0)), Some(people(0, 0))),
            ],
        );
        let told: Vec<_> = rows.iter().map(|(name, figure)| (name.as_str(), figure.as_str())).collect();
        assert_eq!(
            told,
            [
                ("People reached (estimate)", "about 1,240 today, 8,310 in 7 days"),
                ("Reached by a rule that is gone (estimate)", "not counted today, about 3 in 7 days"),
                ("Reached by a rule that is gone (estimate)", "nobody today, about 30 in 7 days"),
                ("Reached by a rule that is gone (estimate)", "nobody in 7 days"),
            ]
        );
    }
}

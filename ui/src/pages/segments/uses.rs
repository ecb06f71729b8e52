//! Where a segment is used, in words and with a way there.

use leptos::prelude::*;
use signalbox_domain::key::{EnvironmentKey, RuleId};
use signalbox_domain::segment_use::SegmentUse;
use signalbox_protocol::wire::segment::SegmentRow;

use crate::state::{Store, use_store};

/// A place that refers to a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What it belongs to: the name of a flag, a plan or a group.
    pub name: String,
    /// How it refers to the segment: "rule 2, “Staff first”, in Production".
    pub how: String,
    /// Where it is changed.
    pub address: String,
    /// The environment to look at there.
    pub environment: Option<EnvironmentKey>,
}

/// A place in words, by the names of the project.
pub fn place(used_by: &SegmentUse, store: Store) -> Place {
    let flag_name = |key| store.flag_row(key).map_or_else(|| key.to_string(), |row| row.name.clone());
    let environment_name = |key: &EnvironmentKey| {
        let known = store.environments().into_iter().find(|environment| environment.key == *key);
        known.map_or_else(|| key.to_string(), |environment| environment.name.clone())
    };
    match used_by {
        SegmentUse::Rule { flag, environment, rule, place, name } => Place {
            name: flag_name(flag),
            how: format!("{} in {}", rule_words(rule, *place, name.as_deref()), environment_name(environment)),
            address: format!("/flags/{flag}/targeting"),
            environment: Some(environment.clone()),
        },
        SegmentUse::Default { flag, environment } => Place {
            name: flag_name(flag),
            how: format!("for everyone else in {}", environment_name(environment)),
            address: format!("/flags/{flag}/targeting"),
            environment: Some(environment.clone()),
        },
        SegmentUse::Rollout { flag, environment } => Place {
            name: flag_name(flag),
            how: format!("its rollout in {}", environment_name(environment)),
            address: format!("/flags/{flag}"),
            environment: Some(environment.clone()),
        },
        SegmentUse::Plan { plan } => {
            let known = store.plans().into_iter().find(|known| known.key == *plan);
            Place {
                name: known.map_or_else(|| plan.to_string(), |known| known.name.clone()),
                how: "a stage of this plan".into(),
                address: "/settings/plans".into(),
                environment: None,
            }
        }
        SegmentUse::Segment { segment } => Place {
            name: store.segments().called(segment),
            how: "names this group".into(),
            address: format!("/groups/{segment}"),
            environment: None,
        },
    }
}

/// "rule 2, “Staff first”,", "rule 2"; servers of an older version say only which rule it is.
fn rule_words(id: &RuleId, place: usize, name: Option<&str>) -> String {
    match (place, name) {
        (0, _) => format!("rule {id}"),
        (place, Some(name)) => format!("rule {place}, “{name}”,"),
        (place, None) => format!("rule {place}"),
    }
}

/// "3 places", "nowhere"
pub fn count_words(count: usize) -> String {
    match count {
        0 => "nowhere".into(),
        1 => "1 place".into(),
        many => format!("{many} places"),
    }
}

/// Whether real customers notice when the segment changes: a flag in use refers to it in production, or to a segment
/// that names it.
pub fn is_used_in_production(row: &SegmentRow, store: Store) -> bool {
    let notices = |used_by: &SegmentUse| {
        used_by.place().is_some_and(|(flag, environment)| {
            store.environments().iter().any(|known| known.key == *environment && known.production)
                && store.flag_row(flag).is_some_and(|flag| flag.archived.is_none())
        })
    };
    let segments = store.segments();
    row.used_by.iter().any(|used_by| match used_by {
        SegmentUse::Segment { segment } => segments.get(segment).is_some_and(|outer| outer.used_by.iter().any(notices)),
        other => notices(other),
    })
}

/// The places where a segment is used, each with a link.
#[component]
pub fn UsesList(
    /// The places.
    #[prop(into)]
    uses: Signal<Vec<SegmentUse>>,
) -> impl IntoView {
    let store = use_store();
    let places = Memo::new(move |_| uses.get().iter().map(|used_by| place(used_by, store)).collect::<Vec<_>>());
    view! {
        <ul class="list fs12">
            {move || {
                places
                    .get()
                    .into_iter()
                    .map(|Place { name, how, address, environment }| {
                        let look = move |_| {
                            if let Some(environment) = &environment {
                                store.choose_environment(environment);
                            }
                        };
                        view! {
                            <li class="row">
                                <a class="m" href=address on:click=look>
                                    {name}
                                </a>
                                <span class="end ink3 right">{how}</span>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_go_by_their_place_and_name() {
        let id = RuleId::new("r_7").unwrap();
        assert_eq!(rule_words(&id, 2, Some("Staff first")), "rule 2, “Staff first”,");
        assert_eq!(rule_words(&id, 3, None), "rule 3");
        assert_eq!(rule_words(&id, 0, None), "rule r_7");
    }
}

//! What the gate of a stage asks, one by one.

use leptos::prelude::*;
use signalbox_domain::Timestamp;
use signalbox_domain::guard::Wanted;
use signalbox_domain::people::{grouped, rounded};
use signalbox_protocol::wire::evidence::{Check, CheckState, Demand, Evidence};

use crate::components::{Aspect, AspectGlyph};
use crate::state::use_store;
use crate::time;

/// What the gate asks, each with how it stands.
#[component]
pub fn GateChecks(evidence: Signal<Option<Evidence>>) -> impl IntoView {
    move || {
        let evidence = evidence.get()?;
        let checks = evidence.checks.clone();
        (!checks.is_empty()).then(|| {
            view! {
                <ul class="gates" aria-label="Checks" data-testid="gate-checks">
                    {checks.iter().map(|check| view! { <OneCheck check=check.clone() evidence=evidence.clone() /> }).collect_view()}
                </ul>
            }
        })
    }
}

#[component]
fn OneCheck(check: Check, evidence: Evidence) -> impl IntoView {
    let (aspect, spoken) = match check.state {
        CheckState::Passed => (Aspect::Clear, "Passed"),
        CheckState::Waiting => (Aspect::Caution, "Not yet"),
        CheckState::Failed => (Aspect::Danger, "Broken"),
        CheckState::NoData => (Aspect::Dark, "No data"),
    };
    let detail = match &check.demand {
        Demand::Window { opens: Some(opens) } => view! { "opens " <Opens at=*opens /> }.into_any(),
        demand => detail(demand, &evidence).into_any(),
    };
    view! {
        <li class="row top gate">
            <AspectGlyph aspect label=spoken />
            <span>
                <span class="m fs12">{title(&check.demand)}</span>
                <br />
                <span class="fs11 ink3 num">{detail}</span>
            </span>
        </li>
    }
}

/// "Mon 23 Nov, 09:00", in full on hover.
#[component]
fn Opens(at: Timestamp) -> impl IntoView {
    let store = use_store();
    view! {
        <time datetime=at.to_string() title=time::full(&time::local(at))>
            {move || time::ahead(&time::local(at), &time::local(store.now.get()))}
        </time>
    }
}

/// What a demand is called.
const fn title(demand: &Demand) -> &'static str {
    match demand {
        Demand::Soak { .. } => "Soak time",
        Demand::People { .. } => "Samples",
        Demand::Guardrails { .. } => "Guardrails",
        Demand::Approval { .. } => "Approval",
        Demand::Window { .. } => "Change window",
    }
}

/// "77 of 72 h", "3 of 3 shown safe".
fn detail(demand: &Demand, evidence: &Evidence) -> String {
    match demand {
        Demand::Soak { wanted_seconds, passed_seconds } => soak(*wanted_seconds, *passed_seconds),
        Demand::People { wanted, has_control: true } => {
            format!("{} of {} in each group", rounded(fewest(evidence, true)), grouped(*wanted))
        }
        Demand::People { wanted, has_control: false } => {
            format!("{} of {} people", rounded(fewest(evidence, false)), grouped(*wanted))
        }
        Demand::Guardrails { wanted, passed, of } => {
            let shown = if *wanted == Wanted::NotHarmful { "without harm" } else { "shown safe" };
            format!("{passed} of {of} {shown}")
        }
        Demand::Approval { by } => by.clone().unwrap_or_else(|| "not given yet".into()),
        Demand::Window { opens: _ } => "open now".into(),
    }
}

/// "77 of 72 h", "12 of 30 min": in the unit in which the whole is a round number.
fn soak(wanted: i64, passed: i64) -> String {
    let (unit, name) = match wanted {
        ..7_200 => (60, "min"),
        wanted if wanted % 86_400 == 0 && wanted >= 7 * 86_400 => (86_400, "d"),
        _ => (3_600, "h"),
    };
    let left = wanted - passed;
    let rest = if left > 0 { format!(", {} left", time::span(left * 1_000)) } else { String::new() };
    format!("{} of {} {name}{rest}", passed / unit, (wanted + unit - 1) / unit)
}

/// People seen, in the smaller group where two are compared.
const fn fewest(evidence: &Evidence, has_control: bool) -> u64 {
    let seen = evidence.people;
    if has_control && seen.control < seen.treated { seen.control } else { seen.treated }
}

/// What is missing of a check, for a sentence; nothing where it holds.
pub fn missing(check: &Check, evidence: &Evidence) -> Option<String> {
    if check.state == CheckState::Passed {
        return None;
    }
    Some(match &check.demand {
        Demand::Soak { wanted_seconds, passed_seconds } => {
            format!("{} of soak time", time::span((wanted_seconds - passed_seconds) * 1_000))
        }
        Demand::People { .. } if check.state == CheckState::NoData => "anybody seen in both groups".into(),
        Demand::People { wanted, has_control } => {
            let more = wanted.saturating_sub(fewest(evidence, *has_control));
            if more == 1 { "1 person".into() } else { format!("{} people", grouped(more)) }
        }
        Demand::Guardrails { .. } if check.state == CheckState::NoData => "anything measured by guardrails".into(),
        Demand::Guardrails { passed, of, .. } => format!("{} of {of} guardrails", of - passed),
        Demand::Approval { .. } => "approval".into(),
        Demand::Window { .. } => "the change window".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soak_time_is_told_in_its_own_unit() {
        assert_eq!(soak(259_200, 277_200), "77 of 72 h");
        assert_eq!(soak(259_200, 241_200), "67 of 72 h, 5 h left");
        assert_eq!(soak(1_800, 725), "12 of 30 min, 17 min left");
        assert_eq!(soak(604_800, 259_200), "3 of 7 d, 4 d left");
        assert_eq!(soak(5_430, 0), "0 of 91 min, 1 h 30 min left");
    }
}

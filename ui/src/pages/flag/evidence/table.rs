//! The table of what was measured: control, with the change, the difference, and what it comes to.

use leptos::prelude::*;
use signalbox_domain::guard::MetricRole;
use signalbox_protocol::wire::evidence::Evidence;

use crate::components::{Aspect, AspectGlyph, AspectText, Time};
use crate::pages::flag::evidence::range::RangeDrawing;
use crate::pages::flag::evidence::row::{Row, forecast};
use crate::pages::flag::evidence::verdict::{asks_less, wanted};

/// What was measured, one row for each metric; nothing where nothing is to be measured.
#[component]
pub fn EvidenceTable(evidence: Signal<Option<Evidence>>) -> impl IntoView {
    move || {
        let evidence = evidence.get()?;
        let asked = wanted(&evidence);
        let rows: Vec<_> = evidence.metrics.iter().map(|metric| Row::new(metric, asked)).collect();
        (!rows.is_empty()).then(|| {
            let notes = notes(&evidence);
            let ahead: Vec<_> = evidence
                .metrics
                .iter()
                .filter(|metric| metric.role == MetricRole::Guardrail)
                .filter_map(forecast)
                .collect();
            view! {
                <div class="evidence-scroll">
                    <table class="tbl tbl--g" data-testid="evidence">
                        <thead>
                            <tr>
                                <th>"Guardrail"</th>
                                <th class="num">"Control"</th>
                                <th class="num">"With change"</th>
                                <th class="num">"Difference"</th>
                                <th>"Range"</th>
                                <th class="num">"Allowed"</th>
                                <th>"People"</th>
                                <th>"Verdict"</th>
                            </tr>
                        </thead>
                        <tbody>{rows.into_iter().map(|row| view! { <MetricRow row /> }).collect_view()}</tbody>
                    </table>
                </div>
                {(!ahead.is_empty())
                    .then(|| {
                        view! {
                            <ul class="evidence-ahead fs12 ink2 num" aria-label="Until safety is shown">
                                {ahead.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
                            </ul>
                        }
                    })}
                <p class="evidence-note fs11 ink3">
                    {notes.join(" ")}
                    {evidence.last_reported.map(|at| view! { " Last reported " <Time at /> "." })}
                </p>
            }
        })
    }
}

#[component]
fn MetricRow(row: Row) -> impl IntoView {
    let Row { name, about, control, treated, difference, interval, allowed, allowed_kind, .. } = row.clone();
    let Row { people, to_go, come, aspect, verdict, is_against_limit, .. } = row.clone();
    view! {
        <tr>
            <th scope="row">
                <span class="m">{name}</span>
                <br />
                <span class="fs11 ink3">{about}</span>
            </th>
            <td class="num ink2">{control}</td>
            <td class="num m">{treated}</td>
            <td class="num">
                {if difference.is_empty() {
                    view! { <span class="ink3">"–"</span> }.into_any()
                } else {
                    view! {
                        <span class="m">{difference}</span>
                        <br />
                        <span class="fs11 ink3">{interval}</span>
                        {is_against_limit.then(|| view! { <span class="fs11 ink3">" from the limit"</span> })}
                    }
                        .into_any()
                }}
            </td>
            <td>
                <RangeDrawing row />
            </td>
            <td class="num">
                <span class="ink2">{allowed}</span>
                <br />
                <span class="fs11 ink3">{allowed_kind}</span>
            </td>
            <td class="evidence-people">
                <span class="fs12 num">{people}</span>
                {to_go
                    .zip(come)
                    .map(|(more, come)| {
                        view! {
                            <div class="meter" aria-hidden="true">
                                <i style:width=format!("{come:.1}%")></i>
                            </div>
                            <span class="fs11 ink3 num">{more}</span>
                        }
                    })}
            </td>
            <td>
                {match aspect {
                    Aspect::Off => view! { <span class="sig fs12 ink2"><AspectGlyph aspect />{verdict}</span> }.into_any(),
                    aspect => view! { <AspectText aspect>{verdict}</AspectText> }.into_any(),
                }}
            </td>
        </tr>
    }
}

/// What must be known to read the table.
fn notes(evidence: &Evidence) -> Vec<String> {
    let named = |role| {
        let metrics = evidence.metrics.iter().filter(move |metric| metric.role == role);
        metrics.map(|metric| metric.name.as_str()).collect::<Vec<_>>()
    };
    let mut notes = vec!["Intervals stay honest however often you look; in ranges right is better.".to_owned()];
    let (signals, goals) = (named(MetricRole::Signal), named(MetricRole::Goal));
    let watched: Vec<_> = signals.iter().chain(&goals).copied().collect();
    if !watched.is_empty() {
        let (are, verb) = if watched.len() == 1 { ("is", "informs") } else { ("are", "inform") };
        let it = if watched.len() == 1 { "it" } else { "they" };
        let does = if watched.len() == 1 { "does" } else { "do" };
        notes.push(format!("{} {are} watch-only: {it} {verb}, {it} {does} not let it go on.", watched.join(", ")));
    }
    if asks_less(evidence) {
        notes.push("This stage asks only that no harm was shown, which is less than safety.".into());
    }
    if evidence.metrics.iter().any(|metric| metric.limit.is_some()) {
        notes.push(
            "Nobody is drawn to be without the feature here, so there is no control: keeping a limit proves no safety."
                .into(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::fixture;
    use serde_json::json;

    #[test]
    fn the_note_says_what_only_informs_and_what_is_asked() {
        let evidence = fixture::evidence(&json!({
            "metrics": [{"name": "Errors"}, {"name": "Paid", "role": "goal"}],
            "checks": [{"kind": "guardrails", "state": "no_data", "wanted": "not_harmful", "passed": 0, "of": 1}],
        }));
        assert_eq!(
            notes(&evidence).join(" "),
            "Intervals stay honest however often you look; in ranges right is better. Paid is watch-only: it informs, it does not let it go on. \
             This stage asks only that no harm was shown, which is less than safety."
        );
        assert_eq!(notes(&fixture::evidence(&json!({}))).len(), 1);
    }
}

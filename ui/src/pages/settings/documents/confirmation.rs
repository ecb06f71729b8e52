//! What is said before a document is brought in.

use signalbox_domain::import::{Change, Report};
use signalbox_protocol::wire::environment::Environment;

use super::outline::changing;
use crate::pages::flag::change::confirmation::{Confirmation, Effect, Exact, Fact, FactKind, Reason};

/// Most lines of the exact change.
const MOST_LINES: usize = 200;

/// What bringing a document into an environment means, by what the server says would happen.
pub fn of_import(report: &Report, environment: &Environment, path: &str) -> Confirmation {
    let what = changing(report);
    Confirmation {
        title: format!("Import into {}?", environment.name),
        about: "This changes what people get in",
        place: environment.name.clone(),
        change: None,
        effect: Effect::new("", what.clone(), " will be as the document says."),
        facts: vec![
            Fact::new(FactKind::Who, format!("Whoever asks for these flags in {}.", environment.name)),
            Fact::new(FactKind::NotAffected, "Other environments, and flags that the document does not name."),
            Fact::new(FactKind::WayBack, way_back(report)),
        ],
        reason: if report.reason_required { Reason::Required } else { Reason::Optional },
        exact: Exact { path: path.to_owned(), removed: Vec::new(), added: lines(report) },
        confirm: format!("Import {what}"),
        working: "Importing…",
        stops: false,
    }
}

/// How it is undone: an import takes nothing away, so what is new must be put away by hand.
fn way_back(report: &Report) -> &'static str {
    match (report.changed.is_empty(), report.created.is_empty() && report.kept_apart.is_empty()) {
        (true, _) => "What is new can be archived, and what is kept apart removed.",
        (false, true) => "Export what is there now first; importing that brings it back.",
        (false, false) => {
            "Export what is there now first; importing that brings back what is changed. What is new can be archived."
        }
    }
}

fn lines(report: &Report) -> Vec<String> {
    let kept = report.kept_apart.iter().filter(|kept| kept.change != Change::Unchanged);
    let mut lines: Vec<_> = (report.created.iter().map(|name| format!("new: {name}")))
        .chain(report.changed.iter().map(|name| format!("changed: {name}")))
        .chain(kept.map(|kept| format!("kept apart: {}", kept.key)))
        .collect();
    if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        lines.truncate(MOST_LINES);
        lines.push(format!("and {more} more"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reason_is_asked_for_where_the_server_insists() {
        let environment: Environment = serde_json::from_value(json!({
            "project": "bank", "key": "prod", "name": "Production", "production": true, "audience": 0,
            "position": 0, "version": 1
        }))
        .unwrap();
        let report = Report {
            created: vec!["pay".into()],
            changed: vec!["card".into()],
            reason_required: true,
            ..Report::default()
        };
        let told = of_import(&report, &environment, "POST /import");
        assert_eq!(told.reason, Reason::Required);
        assert_eq!((told.effect.figure.as_str(), told.confirm.as_str()), ("2 flags", "Import 2 flags"));
        assert_eq!(told.exact.added, ["new: pay", "changed: card"]);
        let free = Report { reason_required: false, ..report };
        assert_eq!(of_import(&free, &environment, "").reason, Reason::Optional);
    }

    #[test]
    fn the_exact_change_ends_somewhere() {
        let report = Report { created: (0..250).map(|number| format!("f{number}")).collect(), ..Report::default() };
        let lines = lines(&report);
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (201, Some("and 50 more")));
    }
}

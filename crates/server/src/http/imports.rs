//! Documents brought in and carried out, and the flags that are kept apart.

use axum::http::{HeaderName, HeaderValue};
use serde_json::Value;
use signalbox_domain::Refusal;
use signalbox_domain::command::Command;
use signalbox_domain::export::{flagd_document, signalbox_document};
use signalbox_domain::flagd::Generation;
use signalbox_domain::flagd::document::{Document, Unreadable};
use signalbox_domain::import::{Format, Import, ImportContent};
use signalbox_domain::key::{EnvironmentKey, ProjectKey};
use signalbox_domain::project::Project;
use signalbox_protocol::endpoint::{AtEnvironment, ExportDocument, ImportDocument, ListKeptApart, RemoveKeptApart};
use signalbox_protocol::wire::import::{ExportQuery, ImportQuery, ImportReport, KeptApartFlag, RemoveKeptApartQuery};
use signalbox_protocol::wire::{Empty, List};
use signalbox_protocol::{ErrorBody, ErrorCode};

use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::problem::Problem;
use super::projects::whole;
use super::wire::View;
use super::{Api, json};

/// How many flags a flagd document leaves out; which, and why, is in the document.
const NOT_REPRESENTABLE: HeaderName = HeaderName::from_static("signalbox-not-representable");

handlers! {
    ImportDocument => import_document,
    ExportDocument => export_document,
    ListKeptApart => list_kept_apart,
    RemoveKeptApart => remove_kept_apart,
}

impl Api {
    async fn import_document(&self, call: Call<ImportDocument>) -> Answered<ImportReport> {
        let terms = call.terms()?;
        let ImportQuery { format, environment, generation, dry_run, reason, version } = call.query;
        let terms = terms.against(version);
        let content = match format {
            Format::Flagd => ImportContent::Flagd {
                document: Document::read(call.body).map_err(unreadable)?,
                generation: generation.unwrap_or(Generation::Flagd3),
            },
            Format::Signalbox => ImportContent::Signalbox(Box::new(json::read(&call.body)?)),
        };
        let command = Command::Import(Box::new(Import { project: call.at.project, environment, content }));
        let report = if dry_run {
            self.engine().rehearse(command, terms).await?.report
        } else {
            self.submit(command, terms.because(reason)).await?.report
        };
        let report = report.ok_or_else(|| Problem::fault("an import made no report"))?;
        Ok(Answer::of(ImportReport { dry_run, report }))
    }

    async fn export_document(&self, call: Call<ExportDocument>) -> Answered<Value> {
        let ExportQuery { format, environment } = call.query;
        self.look(|view| {
            let project = environment_of(view, &call.at.project, &environment)?;
            match format {
                Format::Flagd => {
                    let export = flagd_document(project, &environment);
                    let left_out = export.not_representable.len();
                    let answer = Answer::of(export.into_document());
                    Ok(answer.header(NOT_REPRESENTABLE, HeaderValue::from(left_out)))
                }
                Format::Signalbox => {
                    let document = signalbox_document(project, &environment, view.vault);
                    let document =
                        serde_json::to_value(document).map_err(|error| Problem::fault(&error.to_string()))?;
                    Ok(Answer::of(document))
                }
            }
        })
    }

    async fn list_kept_apart(&self, call: Call<ListKeptApart>) -> Answered<List<KeptApartFlag>> {
        let AtEnvironment { project, environment } = call.at;
        self.look(|view| {
            let project = environment_of(view, &project, &environment)?;
            let kept = project.kept_apart.get(&environment).into_iter().flat_map(|kept| &kept.flags);
            let kept = kept.map(|(key, here)| KeptApartFlag {
                key: key.clone(),
                why: here.flag.why.clone(),
                generation: here.flag.generation,
                definition: here.flag.definition.clone(),
                changed: here.changed,
            });
            Ok(Answer::of(whole(kept.collect())))
        })
    }

    async fn remove_kept_apart(&self, call: Call<RemoveKeptApart>) -> Answered<Empty> {
        let RemoveKeptApartQuery { key, reason } = call.query.clone();
        let terms = call.terms()?.because(reason);
        let AtEnvironment { project, environment } = call.at;
        self.submit(Command::RemoveKeptApart { project, environment, key }, terms).await?;
        Ok(Answer::of(Empty {}))
    }
}

/// The project, which has this environment.
fn environment_of<'a>(
    view: View<'a>,
    project: &ProjectKey,
    environment: &EnvironmentKey,
) -> Result<&'a Project, Problem> {
    let known = view.project_state(project).ok_or_else(|| Refusal::not_found("project", project))?;
    known.environment(environment).ok_or_else(|| Refusal::not_found("environment", environment))?;
    Ok(known)
}

/// A document that is none of flagd's.
fn unreadable(error: Unreadable) -> ErrorBody {
    let body = ErrorBody::new(ErrorCode::MalformedRequest, error.to_string());
    match error {
        Unreadable::Flags => body.about("flags"),
        Unreadable::Json(_) | Unreadable::NotAnObject => body,
    }
}

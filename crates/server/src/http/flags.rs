//! Flags: rows of lists, detail on demand, and changes to the flag itself.

use signalbox_domain::Refusal;
use signalbox_domain::command::{Command, NewFlag};
use signalbox_domain::flag::FlagDetails;
use signalbox_domain::key::{FlagKey, ProjectKey};
use signalbox_protocol::Endpoint;
use signalbox_protocol::endpoint::{
    ArchiveFlag, AtFlag, ChangeClientSideEndpoint, ChangeFlagEndpoint, ChangeVariantsEndpoint, CreateFlagEndpoint,
    GetFlag, ListFlags, RestoreFlag,
};
use signalbox_protocol::wire::List;
use signalbox_protocol::wire::flag::{ChangeFlag, CreateFlag, Flag, FlagQuery, FlagRow};

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::wire::View;
use crate::engine::Terms;

/// Rows of a page when the query does not say.
const USUAL_ROWS: u32 = 1_000;
/// Most rows of a page.
const MOST_ROWS: u32 = 10_000;

handlers! {
    ListFlags => list_flags,
    CreateFlagEndpoint => create_flag,
    GetFlag => get_flag,
    ChangeFlagEndpoint => change_flag,
    ChangeVariantsEndpoint => change_variants,
    ChangeClientSideEndpoint => change_client_side,
    ArchiveFlag => archive_flag,
    RestoreFlag => restore_flag,
}

impl Api {
    async fn list_flags(&self, call: Call<ListFlags>) -> Answered<List<FlagRow>> {
        let page = self.look(|view| page_of_flags(view, &call.at.project, &call.query))?;
        Ok(Answer::of(page))
    }

    async fn create_flag(&self, call: Call<CreateFlagEndpoint>) -> Answered<Flag> {
        let terms = call.terms()?;
        let project = call.at.project;
        let CreateFlag {
            key,
            name,
            description,
            purpose,
            owner,
            tags,
            expected_removal,
            value_kind,
            variants,
            off_variant,
            salt,
            bucketing,
        } = call.body;
        let details = FlagDetails { name, description, purpose, owner, tags, expected_removal };
        let flag = NewFlag { key: key.clone(), details, value_kind, variants, off_variant, salt, bucketing };
        let at = AtFlag { project: project.clone(), flag: key };
        let made = self.change(&at, Command::CreateFlag { project, flag: Box::new(flag) }, terms).await?;
        Ok(made.location(&GetFlag::path(&at)))
    }

    async fn get_flag(&self, call: Call<GetFlag>) -> Answered<Flag> {
        self.flag(&call.at.project, &call.at.flag)
    }

    async fn change_flag(&self, call: Call<ChangeFlagEndpoint>) -> Answered<Flag> {
        let terms = call.terms()?;
        let AtFlag { project, flag } = call.at.clone();
        let ChangeFlag { name, description, purpose, owner, tags, expected_removal } = call.body;
        let details = Box::new(FlagDetails { name, description, purpose, owner, tags, expected_removal });
        self.change(&call.at, Command::ChangeFlag { project, flag, details }, terms).await
    }

    async fn change_variants(&self, call: Call<ChangeVariantsEndpoint>) -> Answered<Flag> {
        let terms = call.terms()?.because(call.body.reason);
        let AtFlag { project, flag } = call.at.clone();
        let (variants, off_variant) = (call.body.variants, call.body.off_variant);
        self.change(&call.at, Command::ChangeVariants { project, flag, variants, off_variant }, terms).await
    }

    async fn change_client_side(&self, call: Call<ChangeClientSideEndpoint>) -> Answered<Flag> {
        let terms = call.terms()?.because(call.body.reason);
        let AtFlag { project, flag } = call.at.clone();
        let client_side = call.body.client_side;
        self.change(&call.at, Command::ChangeClientSide { project, flag, client_side }, terms).await
    }

    async fn archive_flag(&self, call: Call<ArchiveFlag>) -> Answered<Flag> {
        let terms = call.terms()?.because(call.body.reason);
        let AtFlag { project, flag } = call.at.clone();
        self.change(&call.at, Command::ArchiveFlag { project, flag }, terms).await
    }

    async fn restore_flag(&self, call: Call<RestoreFlag>) -> Answered<Flag> {
        let terms = call.terms()?.because(call.body.reason);
        let AtFlag { project, flag } = call.at.clone();
        self.change(&call.at, Command::RestoreFlag { project, flag }, terms).await
    }

    async fn change(&self, at: &AtFlag, command: Command, terms: Terms) -> Answered<Flag> {
        self.submit(command, terms).await?;
        self.flag(&at.project, &at.flag)
    }

    fn flag(&self, project: &ProjectKey, key: &FlagKey) -> Answered<Flag> {
        self.look(|view| {
            view.project_state(project).ok_or_else(|| Refusal::not_found("project", project))?;
            let flag = view.flag(project, key).ok_or_else(|| Refusal::not_found("flag", key))?;
            let version = flag.version;
            Ok(Answer::of(flag).version(version))
        })
    }
}

/// One page of the flags that match.
fn page_of_flags(view: View<'_>, project: &ProjectKey, query: &FlagQuery) -> Result<List<FlagRow>, Refusal> {
    let limit = query.limit.unwrap_or(USUAL_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(Refusal::invalid("limit", format!("must be a whole number from 1 to {MOST_ROWS}")));
    }
    let archived = query.archived.unwrap_or_default();
    let search = query.search.as_deref().unwrap_or_default().trim().to_lowercase();
    let rows = view.flag_rows(project).ok_or_else(|| Refusal::not_found("project", project))?;
    let matching: Vec<_> = rows.filter(|row| row.archived.is_some() == archived && matches(row, &search)).collect();

    let total = matching.len() as u64;
    let mut rest =
        matching.into_iter().skip_while(|row| query.after.as_deref().is_some_and(|after| row.key.as_str() <= after));
    let items: Vec<_> = rest.by_ref().take(limit as usize).collect();
    let next = rest.next().and(items.last()).map(|last| last.key.to_string());
    Ok(List { items, total, next })
}

fn matches(row: &FlagRow, search: &str) -> bool {
    let texts = [row.key.as_str(), &row.name, &row.description].into_iter();
    let texts = texts.chain(row.owner.as_deref()).chain(row.tags.iter().map(String::as_str));
    search.is_empty() || texts.into_iter().any(|text| text.to_lowercase().contains(search))
}

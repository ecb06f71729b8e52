//! The audit history.

use signalbox_domain::Refusal;
use signalbox_domain::command::Command;
use signalbox_protocol::endpoint::{GetAuditEntry, GiveReasonEndpoint, ListAudit, VerifyChain};
use signalbox_protocol::wire::List;
use signalbox_protocol::wire::audit::{AuditEntry, AuditQuery, ChainReport};
use signalbox_store::EntryFilter;

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use crate::clock;

/// Entries of a page when the query does not say.
const USUAL_ENTRIES: u32 = 50;
/// Most entries of a page.
const MOST_ENTRIES: u32 = 500;

handlers! {
    ListAudit => list_audit,
    GetAuditEntry => get_audit_entry,
    GiveReasonEndpoint => give_reason,
    VerifyChain => verify_chain,
}

impl Api {
    async fn list_audit(&self, call: Call<ListAudit>) -> Answered<List<AuditEntry>> {
        let AuditQuery { before, after, limit, project, flag, environment, actor, kind } = call.query;
        let limit = limit.unwrap_or(USUAL_ENTRIES);
        if !(1..=MOST_ENTRIES).contains(&limit) {
            return Err(Refusal::invalid("limit", format!("must be a whole number from 1 to {MOST_ENTRIES}")).into());
        }
        // One more than asked for says whether there is a next page.
        let filter = EntryFilter { before, after, limit: Some(limit + 1), project, flag, environment, actor, kind };
        let mut page = self.engine().read_log(move |log| log.entries(&filter)).await?;
        let is_last = page.entries.len() <= limit as usize;
        page.entries.truncate(limit as usize);
        let next = page.entries.last().filter(|_| !is_last).map(|last| last.envelope.sequence.to_string());
        let items = self.look(|view| page.entries.iter().map(|entry| view.audit_entry(entry)).collect());
        Ok(Answer::of(List { items, total: page.total, next }))
    }

    async fn get_audit_entry(&self, call: Call<GetAuditEntry>) -> Answered<AuditEntry> {
        self.audit_entry(call.at.sequence).await
    }

    async fn give_reason(&self, call: Call<GiveReasonEndpoint>) -> Answered<AuditEntry> {
        let terms = call.terms()?.because(call.body.reason);
        let about = call.at.sequence;
        self.submit(Command::GiveReason { about }, terms).await?;
        self.audit_entry(about).await
    }

    async fn verify_chain(&self, _: Call<VerifyChain>) -> Answered<ChainReport> {
        let report = self.engine().read_log(signalbox_store::Reader::verify).await?;
        Ok(Answer::of(ChainReport {
            entries: report.entries,
            link: report.link.to_string(),
            broken_at: report.broken_at,
            checked: clock::now(),
        }))
    }

    async fn audit_entry(&self, sequence: u64) -> Answered<AuditEntry> {
        let entry = self.engine().read_log(move |log| log.entry(sequence)).await?;
        let entry = entry.ok_or_else(|| Refusal::not_found("audit entry", sequence))?;
        Ok(Answer::of(self.look(|view| view.audit_entry(&entry))))
    }
}

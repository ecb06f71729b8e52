//! Everything that the caller may see, in short: where the live stream goes on from.

use signalbox_protocol::endpoint::GetSnapshot;
use signalbox_protocol::stream::Snapshot;
use signalbox_store::EntryFilter;

use super::Api;
use super::answer::{Answer, Answered};
use super::call::{Call, handlers};
use super::resources::{Resource, audit_entry};

/// Entries of the audit history in a snapshot; older ones are listed on demand.
const ENTRIES: u32 = 50;

handlers! {
    GetSnapshot => get_snapshot,
}

impl Api {
    async fn get_snapshot(&self, call: Call<GetSnapshot>) -> Answered<Snapshot> {
        let role = call.caller()?.role;
        let (seq, mut resources) = self.look(|view| {
            let seq = view.state.sequence;
            let visible =
                Resource::all_in_short(view.state).into_iter().filter(|resource| resource.is_visible_to(role));
            (seq, visible.map(|resource| resource.now(view, seq)).collect::<Vec<_>>())
        });
        // Entries after `seq` come with the stream.
        let filter = EntryFilter { before: Some(seq + 1), limit: Some(ENTRIES), ..EntryFilter::default() };
        let page = self.engine().read_log(move |log| log.entries(&filter)).await?;
        resources
            .extend(self.look(|view| page.entries.iter().map(|entry| audit_entry(view, entry)).collect::<Vec<_>>()));
        Ok(Answer::of(Snapshot { seq, resources }))
    }
}

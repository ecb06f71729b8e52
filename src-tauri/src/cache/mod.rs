//! The last known state of a place: in memory while the window is open, and in a file for the next time.
//!
//! Nothing in a cache is precious: a file that cannot be used is set aside and filled anew from the
//! server, and where nothing can be written the app goes on without.

mod file;

use std::io;
use std::path::Path;

use serde_json::Value;
use signalbox_domain::Timestamp;
use signalbox_protocol::resource::{self, ResourceName};
use signalbox_protocol::stream::{Change, Changed, Content, Snapshot};
use signalbox_protocol::wire::audit::AuditEntry;
use signalbox_protocol::wire::flag::Flag;
use signalbox_protocol::wire::session::Me;

use file::{CacheFile, Facts};

/// How many audit entries are kept; older ones are fetched when somebody looks at them.
const HISTORY: usize = 500;

/// The last known state of a place.
#[derive(Debug)]
pub struct Cache {
    facts: Facts,
    copy: resource::Copy,
    /// None once a write has failed: what is on disk then stays as it was, and is caught up from there.
    file: Option<CacheFile>,
}

impl Cache {
    /// The cache of the place of this name, as it was left; empty when there is none that can be used.
    #[must_use]
    pub fn open(path: &Path, place: &str) -> Self {
        match file::open(path, place) {
            Ok((file, stored)) => {
                let copy = resource::Copy::new(Snapshot { seq: 0, resources: stored.resources });
                Self { facts: stored.facts, copy, file: Some(file) }
            }
            Err(error) => {
                tracing::warn!(file = %path.display(), %error, "there is no cache; the state is not kept for the next start");
                Self { facts: Facts::default(), copy: resource::Copy::default(), file: None }
            }
        }
    }

    /// Deletes the file of a cache, with what was set aside.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn delete(path: &Path) -> io::Result<()> {
        file::delete(path)
    }

    /// Sequence up to which the state is known; none when nothing is.
    #[must_use]
    pub const fn seq(&self) -> Option<u64> {
        self.facts.seq
    }

    /// When the server last said that this is the state.
    #[must_use]
    pub const fn as_of(&self) -> Option<Timestamp> {
        self.facts.as_of
    }

    /// Who the person is there.
    #[must_use]
    pub const fn me(&self) -> Option<&Me> {
        self.facts.me.as_ref()
    }

    /// Everything that is known, details and history included.
    #[must_use]
    pub fn snapshot(&self) -> Option<Snapshot> {
        let resources = self.copy.within("").map(|(name, version, body)| Changed {
            resource: name.clone(),
            version,
            content: Content::Body(body.clone()),
        });
        Some(Snapshot { seq: self.facts.seq?, resources: resources.collect() })
    }

    /// Replaces everything by a snapshot of the server.
    pub fn replace(&mut self, snapshot: Snapshot, now: Timestamp) {
        self.facts.seq = Some(snapshot.seq);
        self.facts.as_of = Some(now);
        self.copy = resource::Copy::new(snapshot);
        let copy = &self.copy;
        let facts = &self.facts;
        write(&mut self.file, |file| file.replace(facts, copy.within("")));
    }

    /// Applies a change of the stream.
    pub fn apply(&mut self, change: Change, now: Timestamp) {
        let names: Vec<_> = change.changed.iter().map(|changed| changed.resource.clone()).collect();
        self.facts.seq = Some(self.facts.seq.unwrap_or_default().max(change.seq));
        self.facts.as_of = Some(now);
        self.copy.apply(change);
        let dropped = self.drop_history(HISTORY);
        self.keep(names.into_iter().chain(dropped));
    }

    /// Everything up to `seq` has arrived.
    pub fn caught_up(&mut self, seq: u64, now: Timestamp) {
        self.facts.seq = Some(self.facts.seq.unwrap_or_default().max(seq));
        self.heard(now);
        self.keep([]);
    }

    /// The server is there and nothing has changed. Not written at once: see [`Self::lost`].
    pub const fn heard(&mut self, now: Timestamp) {
        self.facts.as_of = Some(now);
    }

    /// The server is not heard any more: what was known last is written.
    pub fn lost(&mut self) {
        self.keep([]);
    }

    /// Takes over who the person is. What somebody else saw is forgotten.
    pub fn set_me(&mut self, me: Me) {
        let same = self.facts.me.as_ref().is_none_or(|known| known.token == me.token);
        if !same {
            self.facts = Facts::default();
            self.copy = resource::Copy::default();
        }
        self.facts.me = Some(me);
        let facts = &self.facts;
        if same {
            write(&mut self.file, |file| file.update(facts, []));
        } else {
            write(&mut self.file, |file| file.replace(facts, std::iter::empty()));
        }
    }

    /// Takes over a flag that the server answered with.
    pub fn put_flag(&mut self, flag: &Flag) {
        // The version of the resource is that of the last event that changed anything of it.
        let configurations = flag.configurations.values().map(|configuration| configuration.version);
        let version = configurations.chain([flag.version]).max().unwrap_or_default();
        if let Ok(body) = serde_json::to_value(flag) {
            self.put(ResourceName::flag(&flag.project, &flag.key), version, body);
        }
    }

    /// Takes over the latest audit entries, newest first, that the server answered with. Older ones that
    /// are known are dropped, so that there is no gap.
    pub fn put_history(&mut self, entries: &[AuditEntry]) {
        for entry in entries {
            if let Ok(body) = serde_json::to_value(entry) {
                self.put(ResourceName::audit_entry(entry.sequence), entry.sequence, body);
            }
        }
        let dropped = self.drop_history(entries.len().min(HISTORY));
        self.keep(dropped);
    }

    fn put(&mut self, resource: ResourceName, version: u64, body: Value) {
        // Before the first snapshot there is nothing that it could be a part of.
        if self.facts.seq.is_none() {
            return;
        }
        self.copy.put(Changed { resource: resource.clone(), version, content: Content::Body(body) });
        self.keep([resource]);
    }

    /// Drops all but the newest audit entries from the copy, and gives their names.
    fn drop_history(&mut self, kept: usize) -> Vec<ResourceName> {
        let mut names: Vec<_> = self.copy.within("audit/").map(|(name, ..)| name.clone()).collect();
        names.truncate(names.len().saturating_sub(kept));
        for name in &names {
            self.copy.put(Changed { resource: name.clone(), version: u64::MAX, content: Content::Gone(true) });
        }
        names
    }

    /// Writes the resources of these names, and what else is known, as they are now.
    fn keep(&mut self, names: impl IntoIterator<Item = ResourceName>) {
        let copy = &self.copy;
        let facts = &self.facts;
        let resources = names.into_iter().map(|name| {
            let found = copy.within(name.as_str()).next().filter(|(found, ..)| **found == name);
            let found = found.map(|(_, version, body)| (version, body.clone()));
            (name, found)
        });
        write(&mut self.file, |file| file.update(facts, resources));
    }
}

fn write(file: &mut Option<CacheFile>, write: impl FnOnce(&mut CacheFile) -> rusqlite::Result<()>) {
    if let Some(open) = file
        && let Err(error) = write(open)
    {
        tracing::warn!(%error, "the cache cannot be written; what is on disk stays as it was");
        *file = None;
    }
}

#[cfg(test)]
mod tests;

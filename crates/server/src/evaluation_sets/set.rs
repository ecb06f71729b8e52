//! The flags of one environment at one moment.

use std::collections::BTreeSet;
use std::sync::Arc;

use signalbox_domain::evaluation::CompiledFlag;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::targeting::CompiledSegments;

use super::flag_list::FlagList;
use super::memory::{Answered, Memory};
use super::seen_since::SeenSince;
use super::source::Source;
use crate::counting::{Batch, FlagCounts, PersonHash, Uncounted, Waiting};
use crate::ofrep::{Fragments, KeptApartFlags};

/// A flag as applications ask for it. Two pointers, so that those of a set lie together and evaluating all of them
/// follows one for each.
#[derive(Clone)]
pub struct ServedFlag {
    /// What it gives.
    pub compiled: Arc<CompiledFlag>,
    /// What is looked at once that is known.
    pub told: Arc<Told>,
}

/// What of a flag is written and counted.
pub struct Told {
    /// What applications ask for.
    pub key: FlagKey,
    /// What of its answers is known beforehand.
    pub fragments: Fragments,
    /// How often it gave what.
    pub counts: FlagCounts,
    /// Whether applications still show what it gave before.
    pub seen: SeenSince,
    /// Whether browsers may ask for it.
    pub client_side: bool,
}

/// The flags of one environment at one moment; archived ones are not among them.
pub struct EvaluationSet {
    /// Project and environment, as telemetry names the set: `fernhill/production`.
    pub id: String,
    /// Sequence of the last event that changed a flag in it, its description included, or that erased personal
    /// values, since the log does not say whom that touched; 0 without either.
    pub version: u64,
    flags: FlagList,
    segments: Arc<CompiledSegments>,
    kept_apart: Arc<KeptApartFlags>,
    tells_rules: bool,
    uncounted: Batch,
    memory: Memory,
}

impl EvaluationSet {
    /// The flag of this key, as it is served.
    #[must_use]
    pub fn served(&self, key: &str) -> Option<&ServedFlag> {
        self.flags.get(key)
    }

    /// How many flags there are.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.flags.len()
    }

    /// All flags, by key.
    pub fn flags(&self) -> impl Iterator<Item = &ServedFlag> {
        self.flags.iter()
    }

    /// The segments of the project, which flags are asked with.
    #[must_use]
    pub fn segments(&self) -> &CompiledSegments {
        &self.segments
    }

    /// The flags that are kept apart; none has the key of one of the others.
    #[must_use]
    pub fn kept_apart(&self) -> &KeptApartFlags {
        &self.kept_apart
    }

    /// Whether any flag looks at more of whoever asks than the targeting key.
    #[must_use]
    pub fn reads_attributes(&self) -> bool {
        self.flags.reads_attributes() || !self.kept_apart.is_empty()
    }

    /// Whether answers say which rule decided; to a browser they do not.
    #[must_use]
    pub const fn tells_rules(&self) -> bool {
        self.tells_rules
    }

    /// How long the answer with all flags is at most, in bytes.
    #[must_use]
    pub const fn answer_bytes(&self) -> usize {
        self.flags.answer_bytes()
    }

    /// The same for sets of which everything that is known before anybody asks is the same.
    #[must_use]
    pub const fn digest(&self) -> u64 {
        self.flags.digest()
    }

    /// Counts what all flags gave to one person, [`super::Given::BYTES`] of each; now or a little later.
    pub fn count(&self, given: &[u8], person: Option<PersonHash>) {
        self.uncounted.add(given, person, |waiting| self.count_waiting(waiting));
    }

    /// What this very request for all flags came to, if it is remembered.
    #[must_use]
    pub fn recall(&self, request: &[u8]) -> Option<Arc<Answered>> {
        self.memory.recall(request)
    }

    /// Remembers what a request came to that comes to the same at any other time.
    pub fn remember(&self, request: &[u8], answered: &Arc<Answered>) {
        // What is kept apart writes its answers anew for everybody.
        if self.kept_apart.is_empty() {
            self.memory.remember(request, answered);
        }
    }

    fn count_waiting(&self, waiting: &Waiting) {
        for (place, flag) in self.flags().enumerate() {
            flag.told.counts.evaluated_in_bulk(waiting.of_flag(place));
        }
    }

    /// The flags that wait for what this one gives.
    pub(super) fn waiting_for(&self, flag: &FlagKey) -> impl Iterator<Item = &FlagKey> {
        self.flags.waiting_for(flag)
    }

    /// What a project's environment is before anything is compiled.
    pub(super) fn empty(project: &ProjectKey, environment: &EnvironmentKey) -> Self {
        Self {
            id: format!("{project}/{environment}"),
            version: 0,
            flags: FlagList::default(),
            segments: Arc::default(),
            kept_apart: Arc::default(),
            tells_rules: true,
            uncounted: Batch::default(),
            memory: Memory::new(&Arc::default(), 0),
        }
    }

    /// This set with the flags of these keys compiled anew. A flag for which others wait comes before them.
    pub(super) fn with(
        &self,
        from: Source<'_>,
        environment: &EnvironmentKey,
        segments: &Arc<CompiledSegments>,
        touched: &BTreeSet<&FlagKey>,
    ) -> Self {
        let mut flags = self.flags.clone();
        let mut version = self.version.max(from.last_erasure());
        let waits = |key: &&FlagKey| from.waits(key, environment);
        let (last, first): (Vec<_>, Vec<_>) = touched.iter().copied().partition(waits);
        for key in first.into_iter().chain(last) {
            let flag = from.compile(key, environment, &self.id, &flags);
            version = version.max(from.version_of(key, environment));
            version = version.max(flag.as_ref().map_or(0, |flag| flag.compiled.version()));
            flags.set(key.as_str(), flag);
        }
        let kept_apart = KeptApartFlags::following(&self.kept_apart, from.kept_apart(environment));
        Self {
            id: self.id.clone(),
            version: version.max(kept_apart.version()),
            memory: Memory::new(from.room, flags.len()),
            flags,
            segments: Arc::clone(segments),
            kept_apart,
            tells_rules: true,
            uncounted: Batch::default(),
        }
    }

    /// This set, which is for browsers, with the flags of these keys as they are in `whole`, where browsers may ask
    /// for them. Browsers are told nothing of other flags, not even that one changed.
    pub(super) fn with_those_of(
        &self,
        whole: &Self,
        from: Source<'_>,
        environment: &EnvironmentKey,
        touched: &BTreeSet<&FlagKey>,
    ) -> Self {
        let mut flags = self.flags.clone();
        let mut version = self.version.max(from.last_erasure());
        for key in touched.iter().copied() {
            let flag = whole.flags.get(key.as_str()).filter(|flag| flag.told.client_side);
            version = version.max(from.version_for_browsers_of(key, environment));
            version = version.max(flag.map_or(0, |flag| flag.compiled.version()));
            flags.set(key.as_str(), flag.cloned());
        }
        Self {
            id: self.id.clone(),
            version,
            memory: Memory::new(from.room, flags.len()),
            flags,
            segments: Arc::clone(&whole.segments),
            // Nothing that is kept apart is marked for browsers.
            kept_apart: Arc::default(),
            tells_rules: false,
            uncounted: Batch::default(),
        }
    }
}

impl Uncounted for EvaluationSet {
    fn settle(&self) {
        self.uncounted.settle(|waiting| self.count_waiting(waiting));
    }
}

impl Drop for EvaluationSet {
    fn drop(&mut self) {
        self.settle();
    }
}

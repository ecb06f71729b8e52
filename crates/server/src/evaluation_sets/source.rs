//! What sets are compiled from.

use std::collections::BTreeSet;
use std::sync::Arc;

use signalbox_domain::State;
use signalbox_domain::evaluation::{CompiledFlag, Environs};
use signalbox_domain::event::Place;
use signalbox_domain::flag::{Configuration, Flag};
use signalbox_domain::kept_apart::KeptApart;
use signalbox_domain::key::{EnvironmentKey, FlagKey, SegmentKey};
use signalbox_domain::personal::Vault;
use signalbox_domain::project::Project;
use signalbox_domain::targeting::{CompiledSegment, CompiledSegments};

use super::flag_list::FlagList;
use super::memory::Room;
use super::seen_since::SeenSince;
use super::set::{ServedFlag, Told};
use crate::counting::Counting;
use crate::ofrep::Fragments;

/// A project as it is now, and all that its flags are compiled with.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub state: &'a State,
    pub project: &'a Project,
    pub vault: &'a Vault,
    pub counting: &'a Counting,
    pub room: &'a Arc<Room>,
}

impl<'a> Source<'a> {
    /// A flag as it is served in an environment, beside `others`; none where it is archived or not there.
    pub fn compile(
        self,
        key: &FlagKey,
        environment: &EnvironmentKey,
        set: &str,
        others: &FlagList,
    ) -> Option<ServedFlag> {
        let (flag, configuration) = self.configured(key, environment)?;
        if flag.archived.is_some() {
            return None;
        }
        let environs = Environs {
            vault: self.vault,
            segments: &self.project.segments,
            flag: &|other| Some(Arc::clone(&others.get(other.as_str())?.compiled)),
        };
        let mut compiled = CompiledFlag::new(flag, configuration, environs);
        // Whom an erasure touched is not recorded, so whatever names people may give something else since.
        if self.state.last_erasure > compiled.version() && configuration.names_people(&self.project.segments) {
            compiled = compiled.not_before(self.state.last_erasure);
        }
        let fragments = Fragments::of(set, key, &compiled);
        let place = Place { project: self.project.key.clone(), flag: key.clone(), environment: environment.clone() };
        let variants = compiled.variants().map(|(key, _)| key.clone());
        let counts = self.counting.attach(place, variants, compiled.off_variant(), compiled.rules().cloned());
        let told = Told {
            key: key.clone(),
            fragments,
            counts,
            seen: SeenSince::default(),
            client_side: flag.client_side.allowed,
        };
        Some(ServedFlag { compiled: Arc::new(compiled), told: Arc::new(told) })
    }

    /// Whether the flag waits for others.
    pub fn waits(self, key: &FlagKey, environment: &EnvironmentKey) -> bool {
        self.configured(key, environment).is_some_and(|(_, here)| !here.prerequisites.is_empty())
    }

    /// Sequence of the last event that changed the flag here. Archived flags count: a set from which one was taken is
    /// another set.
    pub fn version_of(self, key: &FlagKey, environment: &EnvironmentKey) -> u64 {
        self.configured(key, environment).map_or(0, |(flag, here)| flag.version.max(here.version))
    }

    /// As [`Self::version_of`], of what browsers can see of it.
    pub fn version_for_browsers_of(self, key: &FlagKey, environment: &EnvironmentKey) -> u64 {
        self.configured(key, environment).map_or(0, |(flag, here)| {
            let changed = if flag.client_side.allowed { flag.version.max(here.version) } else { 0 };
            flag.client_side.version.max(changed)
        })
    }

    /// Sequence of the last event that erased personal values.
    pub const fn last_erasure(self) -> u64 {
        self.state.last_erasure
    }

    /// The flags that are kept apart in an environment.
    pub fn kept_apart(self, environment: &EnvironmentKey) -> Option<&'a KeptApart> {
        self.project.kept_apart.get(environment)
    }

    /// The segments, of which all but those touched are taken from `shared` where it has them.
    pub fn segments(self, shared: &CompiledSegments, touched: &BTreeSet<&SegmentKey>) -> CompiledSegments {
        let known = self.project.segments.iter();
        known
            .map(|(key, known)| match shared.get(key) {
                Some(compiled) if !touched.contains(key) => Arc::clone(compiled),
                _ => Arc::new(CompiledSegment::new(&known.segment, |person| self.vault.reveal(person))),
            })
            .collect()
    }

    fn configured(self, key: &FlagKey, environment: &EnvironmentKey) -> Option<(&'a Flag, &'a Configuration)> {
        let flag = self.project.flags.get(key)?;
        Some((flag, flag.configurations.get(environment)?))
    }
}

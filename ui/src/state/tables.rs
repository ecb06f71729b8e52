//! The reader's copy of resources, read into their types: one signal for each kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use serde::de::DeserializeOwned;
use signalbox_domain::key::ProjectKey;
use signalbox_protocol::resource::{Copy as Resources, ResourceName};
use signalbox_protocol::wire::access::{SdkKey, Token};
use signalbox_protocol::wire::audit::AuditEntry;
use signalbox_protocol::wire::environment::Environment;
use signalbox_protocol::wire::flag::{Flag, FlagRow};
use signalbox_protocol::wire::plan::Plan;
use signalbox_protocol::wire::project::Project;
use signalbox_protocol::wire::segment::{Segment, SegmentRow};

/// All resources of one kind, by name.
pub struct Table<Resource: 'static>(RwSignal<BTreeMap<ResourceName, Arc<Resource>>>);

impl<Resource> Clone for Table<Resource> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Resource> Copy for Table<Resource> {}

impl<Resource: DeserializeOwned + Send + Sync + 'static> Table<Resource> {
    fn new() -> Self {
        Self(RwSignal::new(BTreeMap::new()))
    }

    /// One resource.
    pub fn get(&self, name: &ResourceName) -> Option<Arc<Resource>> {
        self.0.with(|rows| rows.get(name).cloned())
    }

    /// All resources whose name starts with `prefix`, by name.
    pub fn within(&self, prefix: &str) -> Vec<Arc<Resource>> {
        self.0.with(|rows| {
            rows.range(ResourceName::from_stored(prefix.to_owned())..)
                .take_while(|(name, _)| name.as_str().starts_with(prefix))
                .map(|(_, resource)| Arc::clone(resource))
                .collect()
        })
    }

    /// Reads the resources of these names anew.
    fn refresh(&self, resources: &Resources, names: &[&ResourceName]) {
        if names.is_empty() {
            return;
        }
        self.0.update(|rows| {
            for name in names {
                match resources.get(name) {
                    Some(resource) => rows.insert((*name).clone(), Arc::new(resource)),
                    None => rows.remove(*name),
                };
            }
        });
    }

    fn keep(&self, kept: impl Fn(&ResourceName) -> bool) {
        if self.0.with_untracked(|rows| rows.keys().any(|name| !kept(name))) {
            self.0.update(|rows| rows.retain(|name, _| kept(name)));
        }
    }
}

/// Which table a resource stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Project,
    Environment,
    Plan,
    SegmentRow,
    Segment,
    FlagRow,
    Flag,
    SdkKey,
    Token,
    Audit,
}

impl Kind {
    /// By name; nothing for kinds that this version does not know.
    fn of(name: &ResourceName) -> Option<Self> {
        let parts: Vec<_> = name.as_str().split('/').collect();
        match parts[..] {
            ["projects", _] => Some(Self::Project),
            ["projects", _, "environments", _] => Some(Self::Environment),
            ["projects", _, "plans", _] => Some(Self::Plan),
            ["projects", _, "segment-rows", _] => Some(Self::SegmentRow),
            ["projects", _, "segments", _] => Some(Self::Segment),
            ["projects", _, "flag-rows", _] => Some(Self::FlagRow),
            ["projects", _, "flags", _] => Some(Self::Flag),
            ["projects", _, "sdk-keys", _, _] => Some(Self::SdkKey),
            ["tokens", _] => Some(Self::Token),
            ["audit", _] => Some(Self::Audit),
            _ => None,
        }
    }
}

/// One table for each kind of resource.
#[derive(Clone, Copy)]
pub struct Tables {
    pub projects: Table<Project>,
    pub environments: Table<Environment>,
    pub plans: Table<Plan>,
    pub segment_rows: Table<SegmentRow>,
    pub segments: Table<Segment>,
    pub flag_rows: Table<FlagRow>,
    pub flags: Table<Flag>,
    pub sdk_keys: Table<SdkKey>,
    pub tokens: Table<Token>,
    pub audit: Table<AuditEntry>,
}

impl Tables {
    pub fn new() -> Self {
        Self {
            projects: Table::new(),
            environments: Table::new(),
            plans: Table::new(),
            segment_rows: Table::new(),
            segments: Table::new(),
            flag_rows: Table::new(),
            flags: Table::new(),
            sdk_keys: Table::new(),
            tokens: Table::new(),
            audit: Table::new(),
        }
    }

    /// The environments of a project, first to last.
    pub fn environments_of(&self, project: &ProjectKey) -> Vec<Arc<Environment>> {
        let mut environments = self.environments.within(&format!("projects/{project}/environments/"));
        environments.sort_by_key(|environment| environment.position);
        environments
    }

    /// Reads the resources of these names anew, each into its table.
    pub fn refresh(&self, resources: &Resources, names: &[ResourceName]) {
        let of = |kind| -> Vec<_> { names.iter().filter(|name| Kind::of(name) == Some(kind)).collect() };
        self.projects.refresh(resources, &of(Kind::Project));
        self.environments.refresh(resources, &of(Kind::Environment));
        self.plans.refresh(resources, &of(Kind::Plan));
        self.segment_rows.refresh(resources, &of(Kind::SegmentRow));
        self.segments.refresh(resources, &of(Kind::Segment));
        self.flag_rows.refresh(resources, &of(Kind::FlagRow));
        self.flags.refresh(resources, &of(Kind::Flag));
        self.sdk_keys.refresh(resources, &of(Kind::SdkKey));
        self.tokens.refresh(resources, &of(Kind::Token));
        self.audit.refresh(resources, &of(Kind::Audit));
    }

    /// Forgets audit entries before this sequence: what is known of them may have changed meanwhile.
    pub fn forget_audit_before(&self, sequence: u64) {
        let first = ResourceName::audit_entry(sequence);
        self.audit.keep(|name| *name >= first);
    }

    /// Forgets everything.
    pub fn forget(&self) {
        let none = |_: &ResourceName| false;
        self.projects.keep(none);
        self.environments.keep(none);
        self.plans.keep(none);
        self.segment_rows.keep(none);
        self.segments.keep(none);
        self.flag_rows.keep(none);
        self.flags.keep(none);
        self.sdk_keys.keep(none);
        self.tokens.keep(none);
        self.audit.keep(none);
    }

    /// Takes everything over from a new copy. What a snapshot does not hold, details of flags and
    /// segments and the history, stays as it was.
    pub fn replace(&self, resources: &Resources) {
        let names: Vec<_> = resources.within("").map(|(name, _, _)| name.clone()).collect();
        let known = |name: &ResourceName| names.binary_search(name).is_ok();
        self.projects.keep(known);
        self.environments.keep(known);
        self.plans.keep(known);
        self.segment_rows.keep(known);
        self.flag_rows.keep(known);
        self.sdk_keys.keep(known);
        self.tokens.keep(known);
        self.refresh(resources, &names);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_their_kind() {
        let check = |name: &str, expect| assert_eq!(Kind::of(&ResourceName::from_stored(name.into())), expect);
        check("projects/bank", Some(Kind::Project));
        check("projects/bank/flag-rows/a", Some(Kind::FlagRow));
        check("projects/bank/flags/a", Some(Kind::Flag));
        check("projects/bank/sdk-keys/prod/k", Some(Kind::SdkKey));
        check("audit/00000000000000000007", Some(Kind::Audit));
        check("projects/bank/segment-rows/staff", Some(Kind::SegmentRow));
        check("projects/bank/segments/staff", Some(Kind::Segment));
        check("projects/bank/lines/staff", None);
        check("", None);
    }
}

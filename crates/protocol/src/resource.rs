//! Names of resources, and a reader's copy of them.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use signalbox_domain::key::{EnvironmentKey, FlagKey, PlanKey, ProjectKey, SdkKeyId, SegmentKey, TokenId};

use crate::stream::{Change, Changed, Content, Snapshot};

/// Names a resource: `projects/bank/flag-rows/payments-instant`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transparent))]
pub struct ResourceName(String);

impl ResourceName {
    /// A [`Project`](crate::wire::project::Project).
    #[must_use]
    pub fn project(project: &ProjectKey) -> Self {
        Self(format!("projects/{project}"))
    }

    /// An [`Environment`](crate::wire::environment::Environment).
    #[must_use]
    pub fn environment(project: &ProjectKey, environment: &EnvironmentKey) -> Self {
        Self(format!("projects/{project}/environments/{environment}"))
    }

    /// A [`Plan`](crate::wire::plan::Plan).
    #[must_use]
    pub fn plan(project: &ProjectKey, plan: &PlanKey) -> Self {
        Self(format!("projects/{project}/plans/{plan}"))
    }

    /// A [`SegmentRow`](crate::wire::segment::SegmentRow).
    #[must_use]
    pub fn segment_row(project: &ProjectKey, segment: &SegmentKey) -> Self {
        Self(format!("projects/{project}/segment-rows/{segment}"))
    }

    /// A [`Segment`](crate::wire::segment::Segment).
    #[must_use]
    pub fn segment(project: &ProjectKey, segment: &SegmentKey) -> Self {
        Self(format!("projects/{project}/segments/{segment}"))
    }

    /// A [`FlagRow`](crate::wire::flag::FlagRow).
    #[must_use]
    pub fn flag_row(project: &ProjectKey, flag: &FlagKey) -> Self {
        Self(format!("projects/{project}/flag-rows/{flag}"))
    }

    /// A [`Flag`](crate::wire::flag::Flag).
    #[must_use]
    pub fn flag(project: &ProjectKey, flag: &FlagKey) -> Self {
        Self(format!("projects/{project}/flags/{flag}"))
    }

    /// An [`SdkKey`](crate::wire::access::SdkKey).
    #[must_use]
    pub fn sdk_key(project: &ProjectKey, environment: &EnvironmentKey, key: &SdkKeyId) -> Self {
        Self(format!("projects/{project}/sdk-keys/{environment}/{key}"))
    }

    /// A [`Token`](crate::wire::access::Token).
    #[must_use]
    pub fn token(token: &TokenId) -> Self {
        Self(format!("tokens/{token}"))
    }

    /// An [`AuditEntry`](crate::wire::audit::AuditEntry); the number is padded, so that names sort by sequence.
    #[must_use]
    pub fn audit_entry(sequence: u64) -> Self {
        Self(format!("audit/{sequence:020}"))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From a name that was read back from a cache.
    #[must_use]
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }
}

/// A reader's copy of resources; applies the stream, keeps the newest version of each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Copy {
    seq: u64,
    resources: BTreeMap<ResourceName, (u64, Value)>,
}

impl Copy {
    /// A copy that starts from a snapshot.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        let mut copy = Self { seq: snapshot.seq, resources: BTreeMap::new() };
        for changed in snapshot.resources {
            copy.put(changed);
        }
        copy
    }

    /// Sequence of the last change that is in it.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Applies a change of the stream; one that is older than the copy changes nothing.
    pub fn apply(&mut self, change: Change) {
        self.seq = self.seq.max(change.seq);
        for changed in change.changed {
            self.put(changed);
        }
    }

    /// Puts one resource in place, unless a newer version is there.
    pub fn put(&mut self, changed: Changed) {
        let Changed { resource, version, content } = changed;
        let newer = self.resources.get(&resource).is_none_or(|(known, _)| version >= *known);
        match content {
            Content::Body(body) if newer => {
                self.resources.insert(resource, (version, body));
            }
            Content::Gone(_) if newer => {
                self.resources.remove(&resource);
            }
            _ => {}
        }
    }

    /// One resource, when it is known and of this type.
    #[must_use]
    pub fn get<Resource: DeserializeOwned>(&self, name: &ResourceName) -> Option<Resource> {
        let (_, body) = self.resources.get(name)?;
        Resource::deserialize(body).ok()
    }

    /// All resources whose name starts with `prefix`, by name.
    #[must_use]
    pub fn list<Resource: DeserializeOwned>(&self, prefix: &str) -> Vec<Resource> {
        self.within(prefix).filter_map(|(_, _, body)| Resource::deserialize(body).ok()).collect()
    }

    /// Names, versions and bodies of all resources whose name starts with `prefix`.
    pub fn within<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a ResourceName, u64, &'a Value)> {
        self.resources
            .range(ResourceName(prefix.to_owned())..)
            .take_while(move |(name, _)| name.as_str().starts_with(prefix))
            .map(|(name, (version, body))| (name, *version, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changed(name: &str, version: u64, content: Content) -> Changed {
        Changed { resource: ResourceName(name.into()), version, content }
    }

    #[test]
    fn a_copy_keeps_the_newest_version() {
        let mut copy =
            Copy::new(Snapshot { seq: 4, resources: vec![changed("projects/a", 4, Content::Body(json!("new")))] });
        let stale = Change {
            seq: 3,
            words: String::new(),
            kind: String::new(),
            notice: None,
            changed: vec![changed("projects/a", 3, Content::Body(json!("old")))],
        };
        copy.apply(stale);
        assert_eq!(copy.seq(), 4);
        assert_eq!(copy.list::<String>("projects/"), ["new"]);
        copy.put(changed("projects/a", 5, Content::Gone(true)));
        assert_eq!(copy.list::<String>("projects/"), Vec::<String>::new());
    }

    #[test]
    fn a_change_has_the_published_shape() {
        let change = Change {
            seq: 9,
            words: "Ann advanced X".into(),
            kind: "rollout_advanced".into(),
            notice: None,
            changed: vec![changed("a", 9, Content::Body(json!({}))), changed("b", 9, Content::Gone(true))],
        };
        assert_eq!(
            serde_json::to_value(change).unwrap(),
            json!({"seq": 9, "words": "Ann advanced X", "kind": "rollout_advanced", "changed": [
                {"resource": "a", "version": 9, "body": {}}, {"resource": "b", "version": 9, "gone": true}]})
        );
    }
}

//! Groups of people in short: what they are called and how many people they are. On screen a segment is a group.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use signalbox_domain::key::{ProjectKey, SegmentKey};
use signalbox_domain::targeting::SegmentNames;
use signalbox_protocol::ErrorBody;
use signalbox_protocol::endpoint::{AtSegment, GetSegment};
use signalbox_protocol::resource::ResourceName;
use signalbox_protocol::stream::{Changed, Content};
use signalbox_protocol::wire::Empty;
use signalbox_protocol::wire::segment::{Segment, SegmentRow};

use super::Store;
use super::detail::DetailView;
use crate::api;

/// The segments of a project, by key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Segments(BTreeMap<SegmentKey, Arc<SegmentRow>>);

impl Segments {
    /// The segment of this key, if there is one.
    pub fn get(&self, key: &SegmentKey) -> Option<&Arc<SegmentRow>> {
        self.0.get(key)
    }

    /// All of them, by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<SegmentRow>> {
        self.0.values()
    }

    /// What people call a segment: its name, or its key where there is none of this key.
    pub fn called(&self, key: &SegmentKey) -> String {
        self.name_of(key).unwrap_or(key.as_str()).to_owned()
    }

    /// How many people these segments are, as their teams stated it; unknown where one did not.
    pub fn people_in<'a>(&self, keys: impl IntoIterator<Item = &'a SegmentKey>) -> Option<u64> {
        keys.into_iter().try_fold(0_u64, |sum, key| Some(sum.saturating_add(self.0.get(key)?.size?)))
    }
}

impl FromIterator<Arc<SegmentRow>> for Segments {
    fn from_iter<I: IntoIterator<Item = Arc<SegmentRow>>>(rows: I) -> Self {
        Self(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
    }
}

impl SegmentNames for Segments {
    fn name_of(&self, key: &SegmentKey) -> Option<&str> {
        self.0.get(key).map(|row| row.name.as_str())
    }
}

impl Store {
    /// The segments of the current project.
    pub fn segments(&self) -> Segments {
        let rows = self.within_project("segment-rows").map(|prefix| self.tables.segment_rows.within(&prefix));
        rows.unwrap_or_default().into_iter().collect()
    }

    /// Those segments of the current project of which everything is at hand already.
    pub fn segments_at_hand(&self) -> Vec<Arc<Segment>> {
        self.within_project("segments").map(|prefix| self.tables.segments.within(&prefix)).unwrap_or_default()
    }

    /// A segment of the current project with everything about it, kept up to date. Call it once in the component
    /// that shows it; it fetches what is not in the copy.
    pub fn segment(&self, key: Signal<SegmentKey>) -> DetailView<Segment> {
        let fetch = |store: Self, project: ProjectKey, segment: SegmentKey| async move {
            store.fetch_segment(project, segment).await
        };
        self.detail(key, self.tables.segments, ResourceName::segment, fetch)
    }

    /// Fetches those of these segments of which not everything is at hand.
    pub fn want_segments(&self, keys: &[SegmentKey]) {
        let Some(project) = untrack(|| self.project_key()) else { return };
        let here = untrack(|| self.segments_at_hand());
        for key in keys.iter().filter(|key| here.iter().all(|segment| segment.key != **key)) {
            let (store, project, key) = (*self, project.clone(), key.clone());
            spawn_local(async move {
                // What does not come is said where it is missed.
                let _ = store.fetch_segment(project, key).await;
            });
        }
    }

    /// Puts a segment that the server has just answered with in place, before the stream brings it.
    pub fn put_segment(&self, segment: &Segment) {
        if let Ok(body) = serde_json::to_value(segment) {
            let resource = ResourceName::segment(&segment.project, &segment.key);
            self.put(vec![Changed { resource, version: segment.version, content: Content::Body(body) }]);
        }
    }

    async fn fetch_segment(self, project: ProjectKey, segment: SegmentKey) -> Result<(), ErrorBody> {
        let at = AtSegment { project, segment };
        let segment = api::call::<GetSegment>(&at, &Empty {}, &Empty {}, None).await?;
        self.put_segment(&segment);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(key: &str, size: Option<u64>) -> Arc<SegmentRow> {
        let mut row = json!({
            "project": "bank", "key": key, "name": key.to_uppercase(), "description": "", "words": "", "included": 0,
            "excluded": 0, "used_by": [], "changed": "2026-11-01T09:00:00.000Z", "version": 1,
        });
        row["size"] = json!(size);
        Arc::new(serde_json::from_value(row).unwrap())
    }

    #[test]
    fn people_are_counted_as_far_as_they_were_stated() {
        let segments: Segments = [row("a", Some(3)), row("b", Some(4)), row("c", None)].into_iter().collect();
        let count = |keys: &[&str]| {
            let keys: Vec<_> = keys.iter().map(|key| SegmentKey::new(*key).unwrap()).collect();
            segments.people_in(&keys)
        };
        assert_eq!(count(&[]), Some(0));
        assert_eq!(count(&["a", "b"]), Some(7));
        assert_eq!(count(&["a", "c"]), None);
        assert_eq!(count(&["gone"]), None);
        assert_eq!(segments.called(&SegmentKey::new("a").unwrap()), "A");
        assert_eq!(segments.called(&SegmentKey::new("gone").unwrap()), "gone");
    }
}

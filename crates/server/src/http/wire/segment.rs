//! Segments: as rows, and with everything about them.

use signalbox_domain::key::{ProjectKey, SegmentKey};
use signalbox_domain::project::SegmentInProject;
use signalbox_protocol::wire::segment::{Segment, SegmentRow};

use super::View;

impl View<'_> {
    /// A segment with everything about it.
    #[must_use]
    pub fn segment(&self, project: &ProjectKey, key: &SegmentKey) -> Option<Segment> {
        let known = self.project_state(project)?;
        let SegmentInProject { segment, changed, version } = known.segments.get(key)?;
        Some(Segment {
            project: project.clone(),
            key: segment.key.clone(),
            name: segment.name.clone(),
            description: segment.description.clone(),
            people: segment.people,
            groups: segment.groups.clone(),
            included: self.people(&segment.included),
            excluded: self.people(&segment.excluded),
            words: segment.words(&known.segments),
            used_by: known.uses_of(key),
            changed: *changed,
            version: *version,
        })
    }

    /// A segment as a row of a list.
    #[must_use]
    pub fn segment_row(&self, project: &ProjectKey, key: &SegmentKey) -> Option<SegmentRow> {
        let known = self.project_state(project)?;
        let SegmentInProject { segment, changed, version } = known.segments.get(key)?;
        Some(SegmentRow {
            project: project.clone(),
            key: segment.key.clone(),
            name: segment.name.clone(),
            description: segment.description.clone(),
            words: segment.words(&known.segments),
            size: segment.size(),
            included: segment.included.len() as u64,
            excluded: segment.excluded.len() as u64,
            used_by: known.uses_of(key),
            changed: *changed,
            version: *version,
        })
    }

    /// All segments of a project as rows, by key.
    #[must_use]
    pub fn segment_rows(&self, project: &ProjectKey) -> Option<Vec<SegmentRow>> {
        let keys = self.project_state(project)?.segments.keys();
        Some(keys.filter_map(|key| self.segment_row(project, key)).collect())
    }
}

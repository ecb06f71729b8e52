//! Segments: making, changing, removing.

use std::collections::{BTreeMap, HashSet};

use super::{Desk, Events};
use crate::event::{Event, PeopleChange};
use crate::key::{ProjectKey, SegmentKey};
use crate::personal::Commitment;
use crate::project::{Project, SegmentInProject};
use crate::refusal::Refusal;
use crate::targeting::Segment;
use crate::targeting::limits::MOST_SEGMENT_PEOPLE;

impl Desk<'_> {
    pub(super) fn create_segment(&mut self, project: ProjectKey, segment: Segment<String>) -> Events {
        let known = self.project(&project)?;
        if known.segments.contains_key(&segment.key) {
            return Err(Refusal::exists("segment", segment.key));
        }
        let segment = self.accept_segment(known, segment, None)?;
        Ok(vec![Event::SegmentCreated { project, segment }])
    }

    pub(super) fn change_segment(&mut self, project_key: ProjectKey, wanted: Segment<String>) -> Events {
        let project = self.project(&project_key)?;
        let known = project.segments.get(&wanted.key).ok_or_else(|| Refusal::not_found("segment", &wanted.key))?;
        self.made_against(known.version)?;
        let before = &known.segment;
        let after = self.accept_segment(project, wanted, Some(before))?;
        let (included, excluded) =
            (change(&before.included, &after.included), change(&before.excluded, &after.excluded));
        if before.content() == after.content() && included.is_empty() && excluded.is_empty() {
            return Ok(Vec::new());
        }
        // Its name, description and stated size decide nothing for anybody.
        let moves = before.groups != after.groups || !included.is_empty() || !excluded.is_empty();
        self.reason_if(moves && project.is_used_in_production(&after.key))?;
        Ok(vec![Event::SegmentChanged {
            project: project_key,
            segment: after.key.clone(),
            before: before.content(),
            after: after.content(),
            included,
            excluded,
        }])
    }

    pub(super) fn remove_segment(&mut self, project_key: ProjectKey, segment: SegmentKey) -> Events {
        let project = self.project(&project_key)?;
        let known = project.segments.get(&segment).ok_or_else(|| Refusal::not_found("segment", &segment))?;
        self.made_against(known.version)?;
        if let Some(user) = project.uses_of(&segment).first() {
            return Err(Refusal::conflict(format!("this segment is used by {user}; take it out there first")));
        }
        let before = known.segment.content();
        Ok(vec![Event::SegmentRemoved { project: project_key, segment, before }])
    }

    /// A segment in its stored form, sealed; people whom it named before keep their commitments.
    fn accept_segment(
        &mut self,
        project: &Project,
        segment: Segment<String>,
        before: Option<&Segment<Commitment>>,
    ) -> Result<Segment<Commitment>, Refusal> {
        let mut segment = segment.accept()?;
        let others: BTreeMap<_, _> =
            project.segments.iter().map(|(key, SegmentInProject { segment, .. })| (key, segment)).collect();
        segment.check_references(&others)?;
        let known = |people: fn(&Segment<Commitment>) -> &[Commitment]| before.map_or(&[][..], people);
        let (included, excluded) = (std::mem::take(&mut segment.included), std::mem::take(&mut segment.excluded));
        let included =
            self.accept_so_many_people(included, MOST_SEGMENT_PEOPLE, "included", known(|one| &one.included))?;
        let excluded =
            self.accept_so_many_people(excluded, MOST_SEGMENT_PEOPLE, "excluded", known(|one| &one.excluded))?;
        let nobody = segment.try_map_people(|_, _| Err(Refusal::conflict("nobody is left to name")))?;
        Ok(Segment { included, excluded, ..nobody })
    }
}

/// Who came and who went.
fn change(before: &[Commitment], after: &[Commitment]) -> PeopleChange {
    let missing = |from: &[Commitment], here: &[Commitment]| {
        let here: HashSet<_> = here.iter().collect();
        from.iter().filter(|person| !here.contains(person)).cloned().collect()
    };
    PeopleChange { added: missing(after, before), removed: missing(before, after) }
}

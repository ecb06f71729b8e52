//! Stages of plans and rollouts, checked and sealed.

use super::Desk;
use crate::key::SegmentKey;
use crate::personal::Commitment;
use crate::project::Project;
use crate::refusal::Refusal;
use crate::rollout::{MOST_STAGES, Stage, StageAudience};
use crate::share::Share;
use crate::targeting::check_rings;
use crate::text;

impl Desk<'_> {
    /// Stages in their stored form: 1 to [`MOST_STAGES`], each letting in more people than the ones before.
    ///
    /// Shares must grow from `floor`, the share that people have before the first stage.
    pub(super) fn accept_stages(
        &mut self,
        project: &Project,
        stages: Vec<Stage<String>>,
        known: &[Stage<Commitment>],
        floor: Share,
    ) -> Result<Vec<Stage<Commitment>>, Refusal> {
        if stages.is_empty() || stages.len() > MOST_STAGES {
            return Err(Refusal::invalid("stages", format!("must list 1 to {MOST_STAGES} stages")));
        }
        let known_people = people_of(known);
        let mut accepted = Vec::with_capacity(stages.len());
        for (index, stage) in stages.into_iter().enumerate() {
            let field = |name: &str| format!("stages[{index}].{name}");
            let name = stage
                .name
                .map(|name| text::name(&name).map_err(|error| Refusal::invalid(field("name"), error)))
                .transpose()?;
            let audience = match stage.audience {
                StageAudience::Percentage { share } => StageAudience::Percentage { share },
                StageAudience::Segments { segments } => {
                    accept_rings(project, &segments, &field("audience.segments"))?;
                    StageAudience::Segments { segments }
                }
                StageAudience::People { people } if people.is_empty() => {
                    return Err(Refusal::invalid(field("audience.people"), "must name at least one person"));
                }
                StageAudience::People { people } => StageAudience::People {
                    people: self.accept_people(people, &field("audience.people"), &known_people)?,
                },
            };
            stage.gate.check(&field("gate"))?;
            accepted.push(Stage { name, audience, gate: stage.gate });
        }
        shares_grow(&accepted, floor)?;
        Ok(accepted)
    }
}

/// Segments that a stage lets in whole: at least one, and each says how many people it is.
fn accept_rings(project: &Project, segments: &[SegmentKey], field: &str) -> Result<(), Refusal> {
    if segments.is_empty() {
        return Err(Refusal::invalid(field, "must list at least one segment"));
    }
    check_rings(segments, field)?;
    for (index, key) in segments.iter().enumerate() {
        let field = format!("{field}[{index}]");
        let Some(known) = project.segments.get(key) else {
            return Err(Refusal::invalid(field, format!("must be a segment of the project; there is no \"{key}\"")));
        };
        if known.segment.size().is_none() {
            return Err(Refusal::invalid(
                field,
                format!("must be a segment that states in \"people\" about how many are in it; \"{key}\" does not"),
            ));
        }
    }
    Ok(())
}

/// Each percentage must be larger than the one before it, so that no stage takes the feature away.
pub(super) fn shares_grow(stages: &[Stage<Commitment>], floor: Share) -> Result<(), Refusal> {
    let mut least = floor;
    for (index, stage) in stages.iter().enumerate() {
        if let StageAudience::Percentage { share } = stage.audience {
            if share <= least {
                return Err(Refusal::invalid(
                    format!("stages[{index}].audience.share"),
                    format!("must be more than {least}, which people have before this stage"),
                ));
            }
            least = share;
        }
    }
    Ok(())
}

fn people_of(stages: &[Stage<Commitment>]) -> Vec<Commitment> {
    let named = stages.iter().filter_map(|stage| match &stage.audience {
        StageAudience::People { people } => Some(people),
        StageAudience::Segments { .. } | StageAudience::Percentage { .. } => None,
    });
    named.flatten().cloned().collect()
}

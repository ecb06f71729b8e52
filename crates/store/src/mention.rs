//! Which personal values an event speaks of.

use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Event;
use signalbox_domain::personal::Commitment;
use signalbox_domain::rollout::{Stage, StageAudience};

/// Every commitment that an event speaks of, but for those that it says were erased.
///
/// The match names every kind, so that a new one cannot be forgotten here.
pub(crate) fn mentioned(envelope: &Envelope) -> Vec<&Commitment> {
    let mut found = Vec::new();
    found.extend(&envelope.reason);
    match &envelope.event {
        Event::TokenCreated { name, .. } => found.push(name),
        Event::WebhookCreated { content, .. } => found.push(&content.address),
        Event::WebhookChanged { before, after, .. } => found.extend([&before.address, &after.address]),
        Event::WebhookRemoved { before, .. } => found.push(&before.address),
        Event::FlagCreated { details, .. } => found.extend(&details.owner),
        Event::FlagDetailsChanged { before, after, .. } => found.extend(before.owner.iter().chain(&after.owner)),
        Event::OverrideSet { person, .. } | Event::OverrideRemoved { person, .. } => found.push(person),
        Event::RuleChanged { before, after, .. } => {
            found.extend(before.audience.people.iter().chain(&after.audience.people));
        }
        Event::RulesChanged { before, after, .. } => {
            found.extend(before.iter().chain(after).flat_map(|rule| &rule.people));
        }
        Event::SegmentCreated { segment, .. } => found.extend(segment.included.iter().chain(&segment.excluded)),
        Event::SegmentChanged { included, excluded, .. } => {
            let changes = [included, excluded].into_iter();
            found.extend(changes.flat_map(|change| change.added.iter().chain(&change.removed)));
        }
        Event::PlanCreated { stages, .. } | Event::RolloutDrafted { stages, .. } => found.extend(people(stages)),
        Event::PlanChanged { before, after, .. } => found.extend(people(&before.stages).chain(people(&after.stages))),
        Event::RolloutPlanChanged { before, after, .. } => found.extend(people(before).chain(people(after))),
        Event::RolloutFinished { audience, .. } => found.extend(&audience.people),
        Event::ProjectCreated { .. }
        | Event::ProjectRenamed { .. }
        | Event::EnvironmentCreated { .. }
        | Event::EnvironmentChanged { .. }
        | Event::TokenRevoked { .. }
        | Event::SdkKeyCreated { .. }
        | Event::SdkKeyRevoked { .. }
        | Event::WebhookSecretRenewed { .. }
        | Event::FlagVariantsChanged { .. }
        | Event::FlagClientSideChanged { .. }
        | Event::PrerequisitesChanged { .. }
        | Event::SegmentRemoved { .. }
        | Event::KeptApartChanged { .. }
        | Event::FlagArchived { .. }
        | Event::FlagRestored { .. }
        | Event::PlanRemoved { .. }
        | Event::RolloutDiscarded { .. }
        | Event::RolloutStarted { .. }
        | Event::RolloutAdvanced { .. }
        | Event::StageApproved { .. }
        | Event::VerdictReached { .. }
        | Event::StandingChanged { .. }
        | Event::RolloutHeld { .. }
        | Event::RolloutResumed { .. }
        | Event::RolloutRolledBack { .. }
        | Event::KillSwitchEngaged { .. }
        | Event::KillSwitchLifted { .. }
        | Event::ReasonGiven { .. }
        | Event::PersonalValuesErased { .. }
        | Event::Skipped { .. } => {}
    }
    found
}

fn people(stages: &[Stage<Commitment>]) -> impl Iterator<Item = &Commitment> {
    stages.iter().flat_map(|stage| match &stage.audience {
        StageAudience::People { people } => people.as_slice(),
        StageAudience::Segments { .. } | StageAudience::Percentage { .. } => &[],
    })
}

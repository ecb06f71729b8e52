//! Lines of stages to begin a plan from.

use signalbox_domain::Share;
use signalbox_domain::guard::{MeasureKind, Reaction, Wanted};
use signalbox_domain::key::SegmentKey;

use super::gate_draft::{GateDraft, SoakUnit};
use super::guard_draft::{GuardDraft, MetricDraft};
use super::rows::{Floor, LetsIn, StageRow};

/// A line of stages to begin from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// 1, 5, 25, 50 and 100 percent, each on evidence.
    Canary,
    /// Group by group, then everybody.
    Rings,
    /// Everybody at once, and back at once.
    BlueGreen,
    /// Half of people, for a comparison.
    HalfAndHalf,
}

impl Start {
    /// As they are offered.
    pub const ALL: [Self; 4] = [Self::Canary, Self::Rings, Self::BlueGreen, Self::HalfAndHalf];

    /// "Canary"
    pub const fn name(self) -> &'static str {
        match self {
            Self::Canary => "Canary",
            Self::Rings => "Rings",
            Self::BlueGreen => "Blue-green",
            Self::HalfAndHalf => "A/B, 50/50",
        }
    }

    /// What it is, on hover.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Canary => {
                "1, 5, 25, 50 and 100 %, each after a day: 1 % is left if no harm is shown, the others once they are shown safe"
            }
            Self::Rings => "Group by group, a day each, then everybody",
            Self::BlueGreen => "Everybody at once; on harm back at once",
            Self::HalfAndHalf => "Half of people have it for two weeks, to be compared with the other half",
        }
    }

    /// Its stages, as far as they are above the floor, and how they are watched: as before, where something is measured.
    pub fn begin(self, floor: Floor, guard: &GuardDraft, groups: &[SegmentKey]) -> (Vec<StageRow>, GuardDraft) {
        let rows = match self {
            Self::Canary => shares(&[1, 5, 25, 50, 100], floor)
                .into_iter()
                .map(|row| StageRow { gate: canary(&row.share), ..row })
                .collect(),
            Self::Rings => rings(floor, groups),
            Self::BlueGreen => shares(&[100], floor)
                .into_iter()
                .map(|row| StageRow { gate: soak("1", SoakUnit::Hours), ..row })
                .collect(),
            Self::HalfAndHalf => shares(&[50], floor)
                .into_iter()
                .map(|row| StageRow { gate: soak("14", SoakUnit::Days), ..row })
                .collect(),
        };
        let on_harm = if self == Self::BlueGreen { Reaction::Start } else { guard.on_harm };
        let mut guard = GuardDraft { on_harm, ..guard.clone() };
        if self == Self::Canary && guard.metrics.is_empty() {
            for kind in [MeasureKind::FailedRequests, MeasureKind::SlowRequests] {
                guard.metrics.extend(MetricDraft::new(kind, &guard.metrics));
            }
        }
        (rows, guard)
    }
}

fn shares(percents: &[u32], floor: Floor) -> Vec<StageRow> {
    let shares = percents.iter().filter_map(|percent| Share::from_buckets(percent * 1_000).ok());
    shares.filter(|share| *share > floor.share).map(StageRow::of_share).collect()
}

fn soak(time: &str, unit: SoakUnit) -> GateDraft {
    GateDraft { soak: time.into(), soak_unit: unit, ..GateDraft::default() }
}

/// At 1 % safety is seldom in reach, and at 100 % nobody is left to compare with.
fn canary(share: &str) -> GateDraft {
    match share {
        "1" => GateDraft { evidence: Wanted::NotHarmful, ..soak("1", SoakUnit::Days) },
        "100" => GateDraft::default(),
        _ => GateDraft { evidence: Wanted::Safe, ..soak("1", SoakUnit::Days) },
    }
}

/// Staff, testers and a region, by the groups that are named so, as far as there are any; then everybody.
fn rings(floor: Floor, groups: &[SegmentKey]) -> Vec<StageRow> {
    let ring = |name: &str, word: &str| {
        let groups = groups.iter().filter(|key| key.as_str().contains(word)).take(1).cloned().collect();
        StageRow {
            name: name.into(),
            lets_in: LetsIn::Groups,
            groups,
            gate: soak("1", SoakUnit::Days),
            ..StageRow::of_share(Share::NOBODY)
        }
    };
    let mut rows = vec![ring("Staff", "staff"), ring("Beta", "beta"), ring("Region", "region")];
    rows.extend(shares(&[100], floor));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const NOBODY: Floor = Floor { share: Share::NOBODY, named: 0 };

    #[test]
    fn a_canary_asks_for_evidence_where_there_can_be_some() {
        let (rows, guard) = Start::Canary.begin(NOBODY, &GuardDraft::default(), &[]);
        let told: Vec<_> = rows.iter().map(|row| (row.share.as_str(), row.gate.evidence)).collect();
        assert_eq!(
            told,
            [
                ("1", Wanted::NotHarmful),
                ("5", Wanted::Safe),
                ("25", Wanted::Safe),
                ("50", Wanted::Safe),
                ("100", Wanted::Nothing)
            ]
        );
        let mut problems = BTreeMap::new();
        let read = guard.read(&mut problems);
        assert_eq!((read.guardrails().count(), problems.len()), (2, 0));
        let above = Floor { share: Share::from_percent(25.0).unwrap(), named: 0 };
        assert_eq!(Start::Canary.begin(above, &guard, &[]).0.len(), 2);
        assert_eq!(Start::Canary.begin(NOBODY, &guard, &[]).1.metrics.len(), 2, "what is measured stays");
    }

    #[test]
    fn rings_are_the_groups_of_the_project() {
        let groups = ["beta-testers", "staff"].map(|key| SegmentKey::new(key).unwrap());
        let (rows, _) = Start::Rings.begin(NOBODY, &GuardDraft::default(), &groups);
        let told: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.groups.len(), row.share.as_str())).collect();
        assert_eq!(told, [("Staff", 1, "0"), ("Beta", 1, "0"), ("Region", 0, "0"), ("", 0, "100")]);
    }
}

//! The stages of a plan while they are edited: what was typed, what is wrong with it, what it comes to.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::guard::{Gate, Guard, NeverShown};
use signalbox_domain::key::SegmentKey;
use signalbox_domain::rollout::{MOST_PEOPLE, MOST_RINGS, MOST_STAGES, Stage, StageAudience};
use signalbox_domain::{Share, text};

use crate::pages::flag::crowd::Crowd;
use crate::pages::flag::percent;
use crate::pages::flag::rollout::plan::gate_draft::GateDraft;
use crate::pages::flag::rollout::plan::guard_draft::GuardDraft;
use crate::state::Segments;
use crate::words::capitalised;

/// A stage as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageRow {
    /// What people call it; empty for none.
    pub name: String,
    /// Whom it lets in.
    pub lets_in: LetsIn,
    /// The share in percent, for a stage that lets in a share.
    pub share: String,
    /// One key on each line, for a stage that lets in named people.
    pub people: String,
    /// Groups, for a stage that lets in whole groups.
    pub groups: Vec<SegmentKey>,
    /// What must hold before the rollout leaves it.
    pub gate: GateDraft,
    /// The stage as it stands, where it was passed and must stay.
    pub passed: Option<Stage<String>>,
}

/// Whom a stage lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LetsIn {
    /// A share of everybody.
    #[default]
    Share,
    /// People named by their key.
    Named,
    /// Whole groups.
    Groups,
}

/// The stages before which a plan begins: who has the feature then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// Share of everybody.
    pub share: Share,
    /// How many are named one by one, or in groups that are let in whole.
    pub named: u64,
}

/// What typed stages come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The stages, when nothing is wrong with them.
    pub stages: Option<Vec<Stage<String>>>,
    /// How the rollout is watched, as far as it can be read.
    pub guard: Guard,
    /// What is wrong, by the path that the server would give it: `stages[1].audience.share`.
    pub problems: BTreeMap<String, String>,
    /// How many people have the feature in each stage; absent where it cannot be told.
    pub people: Vec<Option<u64>>,
}

impl StageRow {
    /// A new stage that lets in a share.
    pub fn of_share(share: Share) -> Self {
        Self::from(Stage { name: None, audience: StageAudience::Percentage { share }, gate: Gate::default() })
    }

    /// The stage that was passed, as it must stay.
    pub fn passed(stage: Stage<String>) -> Self {
        Self { passed: Some(stage.clone()), ..Self::from(stage) }
    }

    /// The keys that were typed, one on each line; empty lines are no keys.
    fn keys(&self) -> Vec<String> {
        self.people.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    fn stage(&self, index: usize, guard: &Guard, problems: &mut BTreeMap<String, String>) -> Option<Stage<String>> {
        if let Some(passed) = &self.passed {
            return Some(passed.clone());
        }
        let mut wrong = |field: &str, message: String| {
            problems.insert(format!("stages[{index}].{field}"), message);
        };
        let name = match self.name.trim() {
            "" => Some(None),
            typed => text::name(typed)
                .map(Some)
                .map_err(|error| wrong("name", format!("{}.", capitalised(&error.to_string()))))
                .ok(),
        };
        let audience = match self.lets_in {
            LetsIn::Share => percent::parse(&self.share)
                .map(|share| StageAudience::Percentage { share })
                .map_err(|message| wrong("audience.share", message))
                .ok(),
            LetsIn::Named => named(self.keys())
                .map(|people| StageAudience::People { people })
                .map_err(|message| wrong("audience.people", message))
                .ok(),
            LetsIn::Groups => match self.groups.len() {
                0 => {
                    wrong("audience.segments", "Choose at least one group.".into());
                    None
                }
                1..=MOST_RINGS => Some(StageAudience::Segments { segments: self.groups.clone() }),
                many => {
                    wrong("audience.segments", format!("Choose at most {MOST_RINGS} groups; these are {many}."));
                    None
                }
            },
        };
        let gate = self.gate.read(guard, &mut |field, message| wrong(&format!("gate.{field}"), message));
        Some(Stage { name: name?, audience: audience?, gate: gate? })
    }
}

impl From<Stage<String>> for StageRow {
    fn from(stage: Stage<String>) -> Self {
        let Stage { name, audience, gate } = stage;
        let name = name.unwrap_or_default();
        let blank = |lets_in| Self {
            name,
            lets_in,
            share: String::new(),
            people: String::new(),
            groups: Vec::new(),
            gate: GateDraft::from(gate),
            passed: None,
        };
        match audience {
            StageAudience::Percentage { share } => Self { share: percent::typed(share), ..blank(LetsIn::Share) },
            StageAudience::People { people } => Self { people: people.join("\n"), ..blank(LetsIn::Named) },
            StageAudience::Segments { segments } => Self { groups: segments, ..blank(LetsIn::Groups) },
        }
    }
}

/// Keys that the server would accept.
fn named(keys: Vec<String>) -> Result<Vec<String>, String> {
    if keys.is_empty() {
        return Err("Name at least one person, one key on each line.".into());
    }
    if keys.len() > MOST_PEOPLE {
        return Err(format!("Name at most {MOST_PEOPLE} people; these are {}.", keys.len()));
    }
    let mut seen = BTreeSet::new();
    for (index, key) in keys.iter().enumerate() {
        if let Err(error) = text::person(key) {
            return Err(format!("Person {}: {error}.", index + 1));
        }
        if !seen.insert(key) {
            return Err(format!("“{key}” is named twice."));
        }
    }
    Ok(keys)
}

/// The usual careful line: 1, 10, 50 and 100 percent, as far as they are above the floor.
pub fn usual(floor: Floor) -> Vec<StageRow> {
    [1, 10, 50, 100]
        .into_iter()
        .filter_map(|percent| Share::from_buckets(percent * 1_000).ok())
        .filter(|share| *share > floor.share)
        .map(StageRow::of_share)
        .collect()
}

/// The next stage to suggest after these: twice the largest share, at most everybody.
pub fn suggested(rows: &[StageRow], floor: Floor) -> StageRow {
    let largest = rows
        .iter()
        .filter(|row| row.lets_in == LetsIn::Share)
        .filter_map(|row| percent::parse(&row.share).ok())
        .fold(floor.share, Share::max);
    let doubled = Share::from_buckets((largest.buckets() * 2).clamp(1_000, Share::EVERYBODY.buckets()));
    StageRow::of_share(doubled.unwrap_or(Share::EVERYBODY))
}

/// Checks stages as the server does, and counts the people of each.
pub fn check(rows: &[StageRow], guard: &GuardDraft, floor: Floor, crowd: Crowd, segments: &Segments) -> Checked {
    let mut problems = BTreeMap::new();
    let guard = guard.read(&mut problems);
    if rows.is_empty() {
        problems.insert("stages".into(), "Add at least one stage.".into());
    }
    if rows.len() > MOST_STAGES {
        problems.insert("stages".into(), format!("A plan has at most {MOST_STAGES} stages."));
    }
    let (mut share, mut named) = (floor.share, floor.named);
    let mut known = true;
    let mut people = Vec::with_capacity(rows.len());
    let mut stages = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let stage = row.stage(index, &guard, &mut problems);
        match stage.as_ref().map(|stage| &stage.audience) {
            Some(StageAudience::Percentage { share: next }) => {
                if *next <= share {
                    let message = match share {
                        Share::EVERYBODY => "Everybody has it before this stage; remove it.".into(),
                        share => format!("Must be more than {share}, which people have before this stage."),
                    };
                    problems.insert(format!("stages[{index}].audience.share"), message);
                }
                share = share.max(*next);
            }
            Some(StageAudience::People { people }) => named += people.len() as u64,
            Some(StageAudience::Segments { segments: keys }) => match segments.people_in(keys) {
                Some(people) => named = named.saturating_add(people),
                None => known = false,
            },
            None => known = false,
        }
        if let Some(never) = stage.as_ref().and_then(|stage| stage.gate.never_shown(share, &guard)) {
            problems.insert(format!("stages[{index}].gate.evidence"), beyond_reach(never));
        }
        people.push(if known { crowd.reached(share, named) } else { None });
        stages.extend(stage);
    }
    Checked { stages: problems.is_empty().then_some(stages), guard, problems, people }
}

/// Why the evidence that a stage asks can never be there, if so, in words of this page. The server refuses the same.
fn beyond_reach(never: NeverShown<'_>) -> String {
    match never {
        NeverShown::NoGuardrail => "Measure a guardrail first; there is none.".into(),
        NeverShown::NoControl => {
            "Nobody is drawn to be without the feature here, so safety cannot be shown. Ask for less.".into()
        }
        NeverShown::NoLimit(metric) => format!(
            "Nobody is drawn to be without the feature here; give “{}” a limit by itself, or ask nothing.",
            metric.name
        ),
    }
}

/// The path under which a form shows a problem of the server: a person or group of a stage belongs to the whole list.
pub fn shown_at(path: &str) -> String {
    if let Some((stage, _)) = path.split_once(".gate.window.days[") {
        return format!("{stage}.gate.window.days");
    }
    let list = ["people", "segments"].into_iter().find_map(|list| {
        let (stage, _) = path.split_once(&format!("].audience.{list}["))?;
        Some(format!("{stage}].audience.{list}"))
    });
    list.unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::flag::rollout::plan::figure::Figure;
    use crate::pages::flag::rollout::plan::guard_draft::MetricDraft;
    use signalbox_domain::guard::{MeasureKind, Wanted};

    const NOBODY: Floor = Floor { share: Share::NOBODY, named: 0 };

    fn share(typed: &str) -> StageRow {
        StageRow { share: typed.into(), ..StageRow::of_share(Share::NOBODY) }
    }

    fn people(typed: &str) -> StageRow {
        StageRow { lets_in: LetsIn::Named, people: typed.into(), ..StageRow::of_share(Share::NOBODY) }
    }

    fn problems(rows: &[StageRow], floor: Floor) -> Vec<String> {
        let checked = check(rows, &GuardDraft::default(), floor, Crowd::new(1_000), &Segments::default());
        assert_eq!(checked.stages.is_some(), checked.problems.is_empty());
        checked.problems.into_iter().map(|(field, message)| format!("{field}: {message}")).collect()
    }

    #[test]
    fn a_good_plan_is_counted_in_people() {
        let rows = [people("ann\n\n ben \n"), share("1"), share("12.5 %"), share("100")];
        let checked = check(&rows, &GuardDraft::default(), NOBODY, Crowd::new(164_000), &Segments::default());
        assert_eq!(checked.people, [Some(2), Some(1_640), Some(20_500), Some(164_000)]);
        let titles: Vec<_> = checked.stages.unwrap().iter().map(|stage| stage.in_words(&Segments::default())).collect();
        assert_eq!(titles, ["2 named people", "1 %", "12.5 %", "100 %"]);
    }

    #[test]
    fn what_is_wrong_stands_where_the_server_would_put_it() {
        assert_eq!(problems(&[], NOBODY), ["stages: Add at least one stage."]);
        assert_eq!(
            problems(&[share("10"), share("5"), share("x")], NOBODY),
            [
                "stages[1].audience.share: Must be more than 10 %, which people have before this stage.",
                "stages[2].audience.share: Must be a number from 0 to 100 with at most three decimals."
            ]
        );
        assert_eq!(
            problems(&[share("25")], Floor { share: Share::EVERYBODY, named: 0 }),
            ["stages[0].audience.share: Everybody has it before this stage; remove it."]
        );
        assert_eq!(
            problems(&[people(""), people("ann\nann")], NOBODY),
            [
                "stages[0].audience.people: Name at least one person, one key on each line.",
                "stages[1].audience.people: “ann” is named twice."
            ]
        );
        let long = StageRow { name: "x".repeat(121), ..share("10") };
        assert_eq!(problems(&[long], NOBODY), ["stages[0].name: Must be at most 120 characters."]);
        let many: Vec<_> = (1..=31).map(|percent| share(&percent.to_string())).collect();
        assert_eq!(problems(&many, NOBODY), ["stages: A plan has at most 30 stages."]);
    }

    #[test]
    fn evidence_that_can_never_be_there_is_not_asked() {
        let asks = |percent: &str, evidence| {
            let gate = GateDraft { evidence, ..GateDraft::default() };
            StageRow { gate, ..share(percent) }
        };
        let evidence = |rows: &[StageRow], guard: &GuardDraft| {
            let checked = check(rows, guard, NOBODY, Crowd::new(1_000), &Segments::default());
            checked.problems.into_keys().collect::<Vec<_>>()
        };
        let errors = MetricDraft::new(MeasureKind::FailedRequests, &[]).unwrap();
        let limited = MetricDraft { limit: Figure::Typed("2".into()), ..errors.clone() };
        let (measured, limited) = (
            GuardDraft { metrics: vec![errors], ..GuardDraft::default() },
            GuardDraft { metrics: vec![limited], ..GuardDraft::default() },
        );
        let line = [asks("10", Wanted::Safe), asks("100", Wanted::NotHarmful)];
        assert_eq!(evidence(&line, &GuardDraft::default()), ["stages[0].gate.evidence", "stages[1].gate.evidence"]);
        assert_eq!(evidence(&line, &measured), ["stages[1].gate.evidence"]);
        assert_eq!(evidence(&line, &limited), Vec::<String>::new());
        assert_eq!(evidence(&[asks("100", Wanted::Safe)], &limited), ["stages[0].gate.evidence"]);
    }

    #[test]
    fn after_a_stage_that_is_wrong_nothing_is_counted() {
        let checked = check(
            &[share("1"), share("x"), share("50")],
            &GuardDraft::default(),
            NOBODY,
            Crowd::new(1_000),
            &Segments::default(),
        );
        assert_eq!(checked.people, [Some(10), None, None]);
    }

    #[test]
    fn passed_stages_stay_as_they_are() {
        let stage = Stage {
            name: Some(" Staff ".into()),
            audience: StageAudience::People { people: vec![" a".into()] },
            gate: Gate::default(),
        };
        let rows = [StageRow::passed(stage.clone()), share("1")];
        assert_eq!(
            check(&rows, &GuardDraft::default(), NOBODY, Crowd::new(1_000), &Segments::default()).stages.unwrap()[0],
            stage
        );
    }

    #[test]
    fn whole_groups_are_let_in() {
        let row = StageRow {
            lets_in: LetsIn::Groups,
            groups: vec![SegmentKey::new("staff").unwrap()],
            ..StageRow::of_share(Share::NOBODY)
        };
        let checked =
            check(&[row.clone(), share("10")], &GuardDraft::default(), NOBODY, Crowd::new(1_000), &Segments::default());
        assert_eq!(checked.people, [None, None], "nobody stated how many are in it");
        assert!(checked.stages.is_some());
        let none = StageRow { groups: Vec::new(), ..row };
        assert_eq!(problems(&[none], NOBODY), ["stages[0].audience.segments: Choose at least one group."]);
    }

    #[test]
    fn suggestions_are_above_what_people_have() {
        let typed = |rows: Vec<StageRow>| rows.into_iter().map(|row| row.share).collect::<Vec<_>>();
        assert_eq!(typed(usual(NOBODY)), ["1", "10", "50", "100"]);
        assert_eq!(typed(usual(Floor { share: Share::from_percent(10.0).unwrap(), named: 0 })), ["50", "100"]);
        assert_eq!(suggested(&[share("25")], NOBODY).share, "50");
        assert_eq!(suggested(&[share("80")], NOBODY).share, "100");
        assert_eq!(suggested(&[], NOBODY).share, "1");
    }

    #[test]
    fn a_person_of_a_stage_belongs_to_the_whole_list() {
        assert_eq!(shown_at("stages[1].audience.people[3]"), "stages[1].audience.people");
        assert_eq!(shown_at("stages[1].audience.segments[0]"), "stages[1].audience.segments");
        assert_eq!(shown_at("stages[1].audience.share"), "stages[1].audience.share");
    }
}

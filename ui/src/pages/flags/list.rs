//! Which flags are listed, in which order.

use std::cmp::Ordering;
use std::sync::Arc;

use signalbox_domain::key::EnvironmentKey;
use signalbox_domain::rollout::RolloutStatus;
use signalbox_protocol::wire::flag::{FlagInEnvironment, FlagRow};

use crate::components::purpose_words;

/// A flag in the list; equal when nothing of it has changed.
#[derive(Debug, Clone)]
pub struct FlagItem(pub Arc<FlagRow>);

impl FlagItem {
    /// People in all environments together; they change with an environment's audience, the version does not.
    pub fn people(&self) -> u64 {
        self.0.environments.values().map(|state| state.people).sum()
    }
}

impl PartialEq for FlagItem {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// Which flags are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// All in use.
    #[default]
    All,
    /// With a rollout under way in the current environment.
    InRollout,
    /// With a rollout held in the current environment.
    Held,
    /// Turned off for everyone in the current environment.
    TurnedOff,
    /// In the archive.
    Archived,
    /// Imported flags that are none of the project; they are listed by themselves.
    KeptApart,
}

impl Filter {
    /// The filters of the project's flags, in the order of their chips.
    pub const ALL: [Self; 5] = [Self::All, Self::InRollout, Self::Held, Self::TurnedOff, Self::Archived];

    /// What its chip says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::InRollout => "In rollout",
            Self::Held => "Held",
            Self::TurnedOff => "Off for everyone",
            Self::Archived => "Archived",
            Self::KeptApart => "Kept apart",
        }
    }

    /// Whether it asks how a flag stands in the current environment.
    pub const fn asks_of_environment(self) -> bool {
        matches!(self, Self::InRollout | Self::Held | Self::TurnedOff | Self::KeptApart)
    }

    fn lets_through(self, flag: &FlagRow, environment: Option<&EnvironmentKey>) -> bool {
        let state = environment.and_then(|environment| flag.environments.get(environment));
        match self {
            Self::Archived => flag.archived.is_some(),
            Self::KeptApart => false,
            _ if flag.archived.is_some() => false,
            Self::All => true,
            Self::InRollout => {
                matches!(status(state), Some(RolloutStatus::Running | RolloutStatus::Held))
            }
            Self::Held => status(state) == Some(RolloutStatus::Held),
            Self::TurnedOff => state.is_some_and(|state| state.killed.is_some()),
        }
    }
}

fn status(state: Option<&FlagInEnvironment>) -> Option<RolloutStatus> {
    Some(state?.rollout.as_ref()?.status)
}

/// A column that the list may be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Column {
    /// By name.
    #[default]
    Name,
    /// By what it is for.
    Type,
    /// By who looks after it.
    Owner,
    /// By when it was made.
    Age,
    /// By when it was last changed.
    Changed,
}

impl Column {
    /// Its heading.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Flag",
            Self::Type => "Type",
            Self::Owner => "Owner",
            Self::Age => "Age",
            Self::Changed => "Changed",
        }
    }
}

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sorting {
    /// By this column.
    pub column: Column,
    /// The largest, oldest or latest first.
    pub descending: bool,
}

impl Sorting {
    /// The heading of a column was pressed: sort by it, or turn the order around.
    pub fn press(&mut self, column: Column) {
        // Whoever sorts by change or age wants to see the latest change and the oldest flag.
        let natural = matches!(column, Column::Changed | Column::Age);
        self.descending = if self.column == column { !self.descending } else { natural };
        self.column = column;
    }

    /// For `aria-sort` of a column.
    pub fn aria(self, column: Column) -> &'static str {
        match (self.column == column, self.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    /// "Sorted by change, latest first".
    pub fn in_words(self) -> &'static str {
        match (self.column, self.descending) {
            (Column::Name, false) => "Sorted by name",
            (Column::Name, true) => "Sorted by name, from the end",
            (Column::Type, false) => "Sorted by type",
            (Column::Type, true) => "Sorted by type, from the end",
            (Column::Owner, false) => "Sorted by owner",
            (Column::Owner, true) => "Sorted by owner, from the end",
            (Column::Age, true) => "Sorted by age, oldest first",
            (Column::Age, false) => "Sorted by age, youngest first",
            (Column::Changed, true) => "Sorted by change, latest first",
            (Column::Changed, false) => "Sorted by change, longest ago first",
        }
    }

    fn compare(self, one: &FlagRow, other: &FlagRow) -> Ordering {
        let by_name = || one.name.to_lowercase().cmp(&other.name.to_lowercase()).then_with(|| one.key.cmp(&other.key));
        let ordering = match self.column {
            Column::Name => by_name(),
            Column::Type => purpose_words(one.purpose).cmp(purpose_words(other.purpose)),
            // Without an owner: last, whichever way the others go.
            Column::Owner => match (&one.owner, &other.owner) {
                (Some(one), Some(other)) => one.to_lowercase().cmp(&other.to_lowercase()),
                (Some(_), None) => return Ordering::Less,
                (None, Some(_)) => return Ordering::Greater,
                (None, None) => Ordering::Equal,
            },
            // The older a flag, the larger its age.
            Column::Age => other.created.cmp(&one.created),
            Column::Changed => one.changed.cmp(&other.changed),
        };
        let ordering = if self.descending { ordering.reverse() } else { ordering };
        ordering.then_with(by_name)
    }
}

/// The flags that search and filter let through, in order.
pub fn select(
    flags: &[Arc<FlagRow>],
    search: &str,
    filter: Filter,
    sorting: Sorting,
    environment: Option<&EnvironmentKey>,
) -> Vec<FlagItem> {
    let words: Vec<_> = search.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<_> =
        flags.iter().filter(|flag| filter.lets_through(flag, environment) && answers(flag, &words)).cloned().collect();
    found.sort_by(|one, other| sorting.compare(one, other));
    found.into_iter().map(FlagItem).collect()
}

/// How many flags each filter lets through.
pub fn counts(flags: &[Arc<FlagRow>], environment: Option<&EnvironmentKey>) -> [(Filter, usize); 5] {
    Filter::ALL.map(|filter| (filter, flags.iter().filter(|flag| filter.lets_through(flag, environment)).count()))
}

/// Whether every word stands somewhere in name, key, description, owner, tags or type.
fn answers(flag: &FlagRow, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let text = [
        flag.name.as_str(),
        flag.key.as_str(),
        flag.description.as_str(),
        flag.owner.as_deref().unwrap_or_default(),
        purpose_words(flag.purpose),
        &flag.tags.join(" "),
    ]
    .join("\n")
    .to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn flag(key: &str, name: &str, more: Value) -> Arc<FlagRow> {
        let mut row = json!({
            "project": "bank", "key": key, "name": name, "description": "", "purpose": "release",
            "value_kind": "boolean", "tags": [], "created": "2026-11-01T09:00:00Z", "changed": "2026-11-19T09:00:00Z",
            "environments": {}, "version": 7
        });
        for (field, value) in more.as_object().unwrap() {
            row[field] = value.clone();
        }
        Arc::new(serde_json::from_value(row).unwrap())
    }

    fn in_prod(status: &str, killed: bool) -> Value {
        let mut state = json!({"share": 50, "named": 0, "overrides": 0, "people": 5, "version": 7,
            "changed": "2026-11-19T09:00:00Z",
            "rollout": {"status": status, "position": {"stage": 0}, "stages": ["50 %"]}});
        if killed {
            state["killed"] = json!("2026-11-19T09:00:00Z");
        }
        json!({"prod": state})
    }

    fn keys(found: &[FlagItem]) -> Vec<&str> {
        found.iter().map(|item| item.0.key.as_str()).collect()
    }

    fn flags() -> Vec<Arc<FlagRow>> {
        vec![
            flag("z-first", "apple", json!({"owner": "Zoe", "created": "2026-01-01T00:00:00Z"})),
            flag("running", "Banana", json!({"environments": in_prod("running", false), "tags": ["fruit"]})),
            flag("held", "cherry", json!({"environments": in_prod("held", true), "owner": "adam"})),
            flag("old", "Date", json!({"archived": "2026-11-19T09:00:00Z", "changed": "2026-11-20T09:00:00Z"})),
        ]
    }

    #[test]
    fn filters_let_through_what_they_say() {
        let prod = EnvironmentKey::new("prod").unwrap();
        let check = |filter, expect: &[&str]| {
            let found = select(&flags(), "", filter, Sorting::default(), Some(&prod));
            assert_eq!(keys(&found), expect, "{filter:?}");
        };
        check(Filter::All, &["z-first", "running", "held"]);
        check(Filter::InRollout, &["running", "held"]);
        check(Filter::Held, &["held"]);
        check(Filter::TurnedOff, &["held"]);
        check(Filter::Archived, &["old"]);
        assert_eq!(counts(&flags(), Some(&prod)).map(|(_, count)| count), [3, 2, 1, 1, 1]);
        assert_eq!(counts(&flags(), None).map(|(_, count)| count), [3, 0, 0, 0, 1]);
    }

    #[test]
    fn every_word_of_a_search_must_be_found() {
        let check = |search, expect: &[&str]| {
            let found = select(&flags(), search, Filter::All, Sorting::default(), None);
            assert_eq!(keys(&found), expect, "{search}");
        };
        check("APP", &["z-first"]);
        check("fruit banana", &["running"]);
        check("fruit apple", &[]);
        check("release", &["z-first", "running", "held"]);
        check("  ", &["z-first", "running", "held"]);
    }

    #[test]
    fn columns_sort_both_ways() {
        let mut sorting = Sorting::default();
        let mut check = |column, expect: &[&str]| {
            sorting.press(column);
            assert_eq!(keys(&select(&flags(), "", Filter::All, sorting, None)), expect, "{sorting:?}");
        };
        check(Column::Name, &["held", "running", "z-first"]);
        check(Column::Owner, &["held", "z-first", "running"]);
        check(Column::Owner, &["z-first", "held", "running"]);
        check(Column::Age, &["z-first", "running", "held"]);
        check(Column::Age, &["running", "held", "z-first"]);
    }
}

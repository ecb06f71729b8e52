//! The part of the history that is at hand: pages that the server sent, and what happened since.

use std::collections::BTreeMap;
use std::sync::Arc;

use signalbox_protocol::wire::List;
use signalbox_protocol::wire::audit::AuditEntry;

/// Entries without gaps, as one filter lets them through.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    entries: BTreeMap<u64, Arc<AuditEntry>>,
    /// How many match in all, loaded or not; unknown when the server could not be asked.
    total: Option<u64>,
    /// Up to which sequence every matching entry is here.
    covered: u64,
    /// Before which sequence the next older page begins.
    older: Option<u64>,
}

impl History {
    /// Begins with the newest page; `known` is the sequence that was known when it was asked for.
    pub fn begin(page: List<AuditEntry>, known: u64) -> Self {
        let newest = page.items.first().map_or(0, |entry| entry.sequence);
        let mut history = Self { covered: known.max(newest), total: Some(page.total), ..Self::default() };
        history.add_older(page);
        history
    }

    /// What can be shown when the server does not answer: the latest entries that are known here.
    pub fn without_server<'a>(latest: impl IntoIterator<Item = &'a Arc<AuditEntry>>) -> Self {
        let entries = latest.into_iter().map(|entry| (entry.sequence, Arc::clone(entry))).collect();
        Self { entries, ..Self::default() }
    }

    /// Takes in the next older page.
    pub fn add_older(&mut self, page: List<AuditEntry>) {
        self.older = page.next.and_then(|next| next.parse().ok());
        self.entries.extend(page.items.into_iter().map(|entry| (entry.sequence, Arc::new(entry))));
    }

    /// Takes in what the stream has brought: new entries that `admits` lets through, and reasons given since.
    ///
    /// `latest` are the newest entries of all, newest first and without gaps. Returns false when more has
    /// happened than they hold: then the history must begin anew.
    #[must_use]
    pub fn take_in(&mut self, latest: &[Arc<AuditEntry>], admits: impl Fn(&AuditEntry) -> bool) -> bool {
        let (Some(newest), Some(oldest)) = (latest.first(), latest.last()) else { return true };
        if self.is_from_server() && oldest.sequence > self.covered + 1 {
            return false;
        }
        for entry in latest {
            let known = self.entries.contains_key(&entry.sequence);
            let is_new = entry.sequence > self.covered && admits(entry);
            if is_new && !known {
                self.total = self.total.map(|total| total + 1);
            }
            if is_new || known {
                self.entries.insert(entry.sequence, Arc::clone(entry));
            }
        }
        self.covered = self.covered.max(newest.sequence);
        true
    }

    /// Puts one entry in place of what was known of it.
    pub fn put(&mut self, entry: AuditEntry) {
        if let Some(known) = self.entries.get_mut(&entry.sequence) {
            *known = Arc::new(entry);
        }
    }

    /// The entries, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Arc<AuditEntry>> {
        self.entries.values().rev()
    }

    /// One entry, when it is at hand.
    pub fn get(&self, sequence: u64) -> Option<&Arc<AuditEntry>> {
        self.entries.get(&sequence)
    }

    /// How many are at hand.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many match in all; nothing when the server could not be asked.
    pub const fn total(&self) -> Option<u64> {
        self.total
    }

    /// Before which sequence the next older page begins; nothing when all are at hand.
    pub const fn older(&self) -> Option<u64> {
        self.older
    }

    /// Whether the server was asked; else only what is known here is shown.
    pub const fn is_from_server(&self) -> bool {
        self.total.is_some()
    }
}

/// Whether an entry's words hold what is searched for, whatever the case.
pub fn holds(entry: &AuditEntry, search: &str) -> bool {
    let search = search.trim().to_lowercase();
    let reason = entry.reason.as_deref().unwrap_or_default();
    let consequence = entry.words.consequence.as_deref().unwrap_or_default();
    search.is_empty()
        || [&entry.words.sentence(), reason, consequence].iter().any(|text| text.to_lowercase().contains(&search))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::entry;
    use super::*;

    fn page(sequences: &[u64], total: u64, next: Option<u64>) -> List<AuditEntry> {
        let items = sequences.iter().map(|sequence| entry(*sequence, "rollout_held", "tok_1", None)).collect();
        List { items, total, next: next.map(|next| next.to_string()) }
    }

    fn latest(sequences: &[u64]) -> Vec<Arc<AuditEntry>> {
        page(sequences, 0, None).items.into_iter().map(Arc::new).collect()
    }

    fn sequences(history: &History) -> Vec<u64> {
        history.newest_first().map(|entry| entry.sequence).collect()
    }

    #[test]
    fn pages_follow_each_other() {
        let mut history = History::begin(page(&[9, 7, 4], 5, Some(4)), 10);
        assert_eq!((sequences(&history), history.older(), history.total()), (vec![9, 7, 4], Some(4), Some(5)));
        history.add_older(page(&[3, 1], 5, None));
        assert_eq!((sequences(&history), history.older()), (vec![9, 7, 4, 3, 1], None));
    }

    #[test]
    fn new_entries_come_on_top_and_are_counted_once() {
        let mut history = History::begin(page(&[9, 7], 2, None), 10);
        let even = |entry: &AuditEntry| entry.sequence.is_multiple_of(2);
        assert!(history.take_in(&latest(&[13, 12, 11, 10, 9, 8]), even));
        assert_eq!((sequences(&history), history.total()), (vec![12, 9, 7], Some(3)));
        assert!(history.take_in(&latest(&[14, 13, 12, 11]), even));
        assert_eq!((sequences(&history), history.total()), (vec![14, 12, 9, 7], Some(4)));
    }

    #[test]
    fn an_entry_that_came_with_the_first_page_is_not_counted_again() {
        let mut history = History::begin(page(&[12, 9], 2, None), 10);
        assert!(history.take_in(&latest(&[12, 11, 10]), |_| true));
        assert_eq!((sequences(&history), history.total()), (vec![12, 9], Some(2)));
    }

    #[test]
    fn a_reason_given_since_is_taken_over() {
        let mut history = History::begin(page(&[9, 7], 2, None), 9);
        let mut told = entry(7, "rollout_held", "tok_1", None);
        told.reason = Some("Errors rose.".into());
        assert!(history.take_in(&[Arc::new(told)], |_| false));
        assert_eq!(history.get(7).unwrap().reason.as_deref(), Some("Errors rose."));
        assert_eq!(history.total(), Some(2));
    }

    #[test]
    fn a_gap_is_noticed() {
        let mut history = History::begin(page(&[9], 1, None), 10);
        assert!(!history.take_in(&latest(&[20, 19, 18]), |_| true));
        assert_eq!(sequences(&history), [9]);
        assert!(history.take_in(&latest(&[12, 11]), |_| true));
    }

    #[test]
    fn without_a_server_the_latest_entries_are_shown() {
        let known = latest(&[5, 4]);
        let mut history = History::without_server(&known);
        assert_eq!((sequences(&history), history.total(), history.is_from_server()), (vec![5, 4], None, false));
        assert!(history.take_in(&latest(&[30]), |_| true), "it begins anew as soon as the server answers");
    }

    #[test]
    fn a_search_looks_at_words_reason_and_consequence() {
        let mut told = entry(7, "rollout_held", "tok_1", Some(("a", "prod")));
        told.reason = Some("Errors rose in Graz.".into());
        for (search, expect) in [
            ("", true),
            ("instant PAY", true),
            ("graz", true),
            ("24,600", true),
            ("in Production", true),
            ("moon", false),
        ] {
            assert_eq!(holds(&told, search), expect, "{search}");
        }
    }
}

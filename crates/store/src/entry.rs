//! Entries of the audit history: stored events with their links, filtered and paged.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use signalbox_domain::chain::Link;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::personal::Commitment;

use crate::{ReadError, event};

/// Which entries to list; what is `None` does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryFilter {
    /// Only entries before this sequence.
    pub before: Option<u64>,
    /// Only entries after this sequence.
    pub after: Option<u64>,
    /// At most so many, the newest ones; all when absent.
    pub limit: Option<u32>,
    /// Only about this project.
    pub project: Option<ProjectKey>,
    /// Only about this flag.
    pub flag: Option<FlagKey>,
    /// Only about this environment.
    pub environment: Option<EnvironmentKey>,
    /// Only by this actor.
    pub actor: Option<ActorId>,
    /// Only of this kind, such as `rollout_advanced`.
    pub kind: Option<String>,
}

/// A stored event with its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    /// The event.
    pub envelope: Envelope,
    /// Its link.
    pub link: Link,
    /// The link before it; [`Link::FIRST`] before the first event.
    pub previous_link: Link,
    /// The reason that was given for it afterwards, with the sequence of the event that gave it.
    pub later_reason: Option<(u64, Commitment)>,
}

/// Some entries of many.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The entries, newest first.
    pub entries: Vec<StoredEntry>,
    /// How many entries fit the filter on all pages together: `before`, `after` and `limit` do not narrow it.
    pub total: u64,
}

const SELECT: &str = "
    SELECT entry.bytes, entry.link, previous.link, given.bytes
    FROM events AS entry
    LEFT JOIN events AS previous ON previous.sequence = entry.sequence - 1
    LEFT JOIN events AS given ON given.about = entry.sequence";

/// Conditions joined by AND, with the values that they compare to.
#[derive(Clone, Default)]
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition when there is something to compare to.
    fn narrow(&mut self, condition: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
            self.sql.push_str(condition);
            self.values.push(value.into());
        }
    }

    /// What is listed at all, on whichever page.
    fn of(filter: &EntryFilter) -> Self {
        let mut conditions = Self::default();
        conditions.narrow("entry.project = ?", filter.project.as_ref().map(ToString::to_string));
        conditions.narrow("entry.flag = ?", filter.flag.as_ref().map(ToString::to_string));
        conditions.narrow("entry.environment = ?", filter.environment.as_ref().map(ToString::to_string));
        conditions.narrow("entry.actor = ?", filter.actor.as_ref().map(ToString::to_string));
        conditions.narrow("entry.kind = ?", filter.kind.clone());
        conditions
    }
}

/// One page, newest first.
pub(crate) fn page(connection: &Connection, filter: &EntryFilter) -> Result<Page, ReadError> {
    // One transaction: entries and total are of the same moment.
    let transaction = connection.unchecked_transaction()?;
    let mut conditions = Conditions::of(filter);
    let total = count(&transaction, &conditions)?;
    let bound = |sequence: Option<u64>| sequence.map(|sequence| i64::try_from(sequence).unwrap_or(i64::MAX));
    conditions.narrow("entry.sequence < ?", bound(filter.before));
    conditions.narrow("entry.sequence > ?", bound(filter.after));
    let Conditions { sql, mut values } = conditions;
    // To SQLite a negative limit is none.
    values.push(filter.limit.map_or(-1, i64::from).into());
    let sql = format!("{SELECT}{sql} ORDER BY entry.sequence DESC LIMIT ?");
    let mut select = transaction.prepare_cached(&sql)?;
    let mut rows = select.query(params_from_iter(values))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(read(row)?);
    }
    Ok(Page { entries, total })
}

fn count(connection: &Connection, conditions: &Conditions) -> Result<u64, ReadError> {
    if conditions.values.is_empty() {
        return Ok(event::head(connection)?.sequence);
    }
    let sql = format!("SELECT count(*) FROM events AS entry{}", conditions.sql);
    let mut select = connection.prepare_cached(&sql)?;
    Ok(select.query_row(params_from_iter(&conditions.values), |row| row.get(0))?)
}

/// One entry.
pub(crate) fn find(connection: &Connection, sequence: u64) -> Result<Option<StoredEntry>, ReadError> {
    let Ok(sequence) = i64::try_from(sequence) else { return Ok(None) };
    let mut select = connection.prepare_cached(&format!("{SELECT} WHERE entry.sequence = ?1"))?;
    let mut rows = select.query([sequence])?;
    rows.next()?.map(read).transpose()
}

/// Events after `after`, oldest first.
pub(crate) fn since(connection: &Connection, after: u64, limit: u32) -> Result<Vec<Envelope>, ReadError> {
    let Ok(after) = i64::try_from(after) else { return Ok(Vec::new()) };
    let mut select =
        connection.prepare_cached("SELECT bytes FROM events WHERE sequence > ?1 ORDER BY sequence LIMIT ?2")?;
    let mut rows = select.query((after, limit))?;
    let mut envelopes = Vec::new();
    while let Some(row) = rows.next()? {
        envelopes.push(Envelope::from_bytes(&row.get::<_, Vec<u8>>(0)?)?);
    }
    Ok(envelopes)
}

/// An entry from the columns of [`SELECT`].
fn read(row: &Row<'_>) -> Result<StoredEntry, ReadError> {
    let envelope = Envelope::from_bytes(&row.get::<_, Vec<u8>>(0)?)?;
    let link = Link(row.get(1)?);
    let previous_link = row.get::<_, Option<_>>(2)?.map_or(Link::FIRST, Link);
    let later_reason = match row.get::<_, Option<Vec<u8>>>(3)? {
        Some(bytes) => {
            let given = Envelope::from_bytes(&bytes)?;
            given.reason.map(|reason| (given.sequence, reason))
        }
        None => None,
    };
    Ok(StoredEntry { envelope, link, previous_link, later_reason })
}

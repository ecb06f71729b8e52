//! Proving that the log is whole, from its stored bytes alone.

use rusqlite::Connection;
use signalbox_domain::chain::Link;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::personal::{Commitment, Salt};
use signalbox_domain::{State, fold};

use crate::error::ReadError;

/// What a check of the whole log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// How many entries hold, from the first.
    pub entries: u64,
    /// The link of the last one that holds.
    pub link: Link,
    /// The first entry that does not hold; 0 when it is not an entry but a personal value.
    pub broken_at: Option<u64>,
    /// What does not fit there.
    pub why: Option<String>,
}

impl ChainReport {
    /// Whether everything holds.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.broken_at.is_none()
    }
}

pub(crate) fn check(connection: &Connection) -> Result<ChainReport, ReadError> {
    let mut state = State::default();
    let mut report = ChainReport { entries: 0, link: Link::FIRST, broken_at: None, why: None };
    let mut statement = connection.prepare("SELECT sequence, bytes, link FROM events ORDER BY sequence")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let expected = report.entries + 1;
        let outcome = entry(row, expected, report.link, &mut state);
        match outcome {
            Ok(link) => (report.entries, report.link) = (expected, link),
            Err(why) => {
                report.broken_at = Some(expected);
                report.why = Some(why);
                return Ok(report);
            }
        }
    }
    if let Some(commitment) = false_value(connection)? {
        report.broken_at = Some(0);
        report.why = Some(format!("the personal value of commitment {commitment} is not the one committed to"));
    }
    Ok(report)
}

fn entry(row: &rusqlite::Row<'_>, expected: u64, before: Link, state: &mut State) -> Result<Link, String> {
    let unreadable = |error: rusqlite::Error| error.to_string();
    let sequence: u64 = row.get(0).map_err(unreadable)?;
    if sequence != expected {
        return Err(format!("event {expected} is missing; the next one is {sequence}"));
    }
    let bytes: Vec<u8> = row.get(1).map_err(unreadable)?;
    let link = before.next(&bytes);
    if row.get::<_, [u8; 32]>(2).map_err(unreadable)? != link.0 {
        return Err("its link does not fit its bytes and the link before".into());
    }
    let envelope = Envelope::from_bytes(&bytes).map_err(|error| error.to_string())?;
    fold::apply(state, &envelope).map_err(|error| error.to_string())?;
    Ok(link)
}

/// The first personal value that is not the one its commitment was made for.
fn false_value(connection: &Connection) -> Result<Option<String>, ReadError> {
    let mut statement = connection.prepare("SELECT commitment, salt, value FROM personal_values")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let commitment: String = row.get(0)?;
        let value: String = row.get(2)?;
        if Commitment::to(&value, &Salt(row.get(1)?)).as_str() != commitment {
            return Ok(Some(commitment));
        }
    }
    Ok(None)
}

//! Browser sessions: a cookie that stands for an access token until it expires.

use rusqlite::{Connection, params};
use signalbox_domain::Timestamp;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Event;
use signalbox_domain::key::TokenId;

use crate::schema::Migration;
use crate::{ReadError, WriteError};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112205,
    sql: "
        CREATE TABLE sessions (
            hash    BLOB PRIMARY KEY CHECK (length(hash) = 32),
            token   TEXT NOT NULL REFERENCES credentials (token),
            -- Milliseconds since 1970-01-01T00:00:00Z.
            expires INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX sessions_by_token ON sessions (token);
    ",
}];

/// A browser's session. Its cookie is kept as a SHA-256 hash, like every secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's secret.
    pub hash: [u8; 32],
    /// The token that it was opened with.
    pub token: TokenId,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
}

/// Keeps a session.
pub(crate) fn put(connection: &Connection, session: &Session) -> Result<(), WriteError> {
    let mut insert = connection.prepare_cached("INSERT INTO sessions (hash, token, expires) VALUES (?1, ?2, ?3)")?;
    match insert.execute(params![session.hash, session.token.as_str(), session.expires.millis()]) {
        Ok(_) => Ok(()),
        Err(error) if is_unknown_token(&error) => Err(WriteError::UnknownToken(session.token.clone())),
        Err(error) => Err(error.into()),
    }
}

fn is_unknown_token(error: &rusqlite::Error) -> bool {
    error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

/// Removes the session of this hash, if there is one.
pub(crate) fn remove(connection: &Connection, hash: &[u8; 32]) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
    Ok(())
}

/// Removes the sessions that ended at `now` or before.
pub(crate) fn remove_ended(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM sessions WHERE expires <= ?1", [now.millis()])?;
    Ok(())
}

/// Removes the sessions of tokens that these events revoke.
pub(crate) fn remove_revoked(connection: &Connection, envelopes: &[Envelope]) -> rusqlite::Result<()> {
    for envelope in envelopes {
        if let Event::TokenRevoked { token } = &envelope.event {
            connection.execute("DELETE FROM sessions WHERE token = ?1", [token.as_str()])?;
        }
    }
    Ok(())
}

/// Removes every session.
pub(crate) fn remove_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM sessions", [])?;
    Ok(())
}

/// All sessions.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Session>, ReadError> {
    let mut select = connection.prepare_cached("SELECT hash, token, expires FROM sessions")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
    rows.map(|row| {
        let (hash, token, expires) = row?;
        let token = TokenId::new(token).map_err(|_| ReadError::Malformed("session"))?;
        Ok(Session { hash, token, expires: Timestamp::from_millis(expires) })
    })
    .collect()
}

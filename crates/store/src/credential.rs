//! Secrets as they are stored: only their SHA-256.

use rusqlite::{Connection, params};
use signalbox_domain::Timestamp;
use signalbox_domain::key::{SdkKeyId, TokenId};

use crate::error::ReadError;

/// The secret of a token or SDK key, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it opens.
    pub owner: CredentialOwner,
}

/// What a secret opens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CredentialOwner {
    /// An access token.
    Token(TokenId),
    /// An SDK key.
    SdkKey(SdkKeyId),
}

/// A browser session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's secret.
    pub hash: [u8; 32],
    /// Whose session it is.
    pub token: TokenId,
    /// When it ends by itself.
    pub expires: Timestamp,
}

impl CredentialOwner {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::SdkKey(_) => "sdk_key",
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::Token(id) => id.as_str(),
            Self::SdkKey(id) => id.as_str(),
        }
    }
}

pub(crate) fn insert(connection: &Connection, credential: &Credential) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT INTO credentials (hash, kind, id) VALUES (?1, ?2, ?3)")?.execute(params![
        credential.hash,
        credential.owner.kind(),
        credential.owner.id()
    ])?;
    Ok(())
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Credential>, ReadError> {
    let mut statement = connection.prepare_cached("SELECT hash, kind, id FROM credentials")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))?;
    rows.map(|row| {
        let (hash, kind, id) = row?;
        let malformed = |_| ReadError::Malformed("credential");
        let owner = match kind.as_str() {
            "token" => CredentialOwner::Token(TokenId::new(id).map_err(malformed)?),
            "sdk_key" => CredentialOwner::SdkKey(SdkKeyId::new(id).map_err(malformed)?),
            _ => return Err(ReadError::Malformed("credential")),
        };
        Ok(Credential { hash, owner })
    })
    .collect()
}

pub(crate) fn insert_session(connection: &Connection, session: &Session, now: Timestamp) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM sessions WHERE expires <= ?1", [now.millis()])?;
    connection.execute(
        "INSERT INTO sessions (hash, token, expires) VALUES (?1, ?2, ?3)",
        params![session.hash, session.token.as_str(), session.expires.millis()],
    )?;
    Ok(())
}

pub(crate) fn remove_session(connection: &Connection, hash: &[u8; 32]) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM sessions WHERE hash = ?1", [hash])?;
    Ok(())
}

pub(crate) fn sessions(connection: &Connection) -> Result<Vec<Session>, ReadError> {
    let mut statement = connection.prepare_cached("SELECT hash, token, expires FROM sessions")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
    rows.map(|row| {
        let (hash, token, expires) = row?;
        let token = TokenId::new(token).map_err(|_| ReadError::Malformed("session"))?;
        Ok(Session { hash, token, expires: Timestamp::from_millis(expires) })
    })
    .collect()
}

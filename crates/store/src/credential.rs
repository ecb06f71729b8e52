//! Secrets of access tokens and SDK keys, as SHA-256 hashes: a copy of the file opens no door.

use rusqlite::{Connection, params};
use signalbox_domain::key::{SdkKeyId, TokenId};

use crate::schema::Migration;
use crate::{ReadError, WriteError};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 2026112204,
    sql: "
        CREATE TABLE credentials (
            hash    BLOB PRIMARY KEY CHECK (length(hash) = 32),
            token   TEXT UNIQUE,
            sdk_key TEXT UNIQUE,
            CHECK ((token IS NULL) <> (sdk_key IS NULL))
        ) STRICT, WITHOUT ROWID;
    ",
}];

/// Whose secret it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CredentialOwner {
    /// A person's or program's access token.
    Token(TokenId),
    /// An application's SDK key.
    SdkKey(SdkKeyId),
}

/// A secret as it is kept: its SHA-256 hash, and whose it is. An owner has one secret.
///
/// It stays when its owner is revoked: a secret that opens nothing any more must be told from one that was never
/// handed out, or it could be handed out again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// SHA-256 of the secret. A secret is random and long, so that its hash needs no salt.
    pub hash: [u8; 32],
    /// Whose it is.
    pub owner: CredentialOwner,
}

impl CredentialOwner {
    /// The columns `token` and `sdk_key`.
    fn columns(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Token(token) => (Some(token.as_str()), None),
            Self::SdkKey(sdk_key) => (None, Some(sdk_key.as_str())),
        }
    }

    fn from_columns(token: Option<String>, sdk_key: Option<String>) -> Option<Self> {
        match (token, sdk_key) {
            (Some(token), None) => TokenId::new(token).ok().map(Self::Token),
            (None, Some(sdk_key)) => SdkKeyId::new(sdk_key).ok().map(Self::SdkKey),
            _ => None,
        }
    }
}

/// Keeps secrets that were never handed out before.
pub(crate) fn keep(connection: &Connection, credentials: &[Credential]) -> Result<(), WriteError> {
    let mut insert = connection.prepare_cached("INSERT INTO credentials (hash, token, sdk_key) VALUES (?1, ?2, ?3)")?;
    for Credential { hash, owner } in credentials {
        let (token, sdk_key) = owner.columns();
        match insert.execute(params![hash, token, sdk_key]) {
            Ok(_) => {}
            Err(error) if is_taken(&error) => return Err(WriteError::SecretTaken),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn is_taken(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    matches!(error.sqlite_extended_error_code(), Some(SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE))
}

/// All secrets.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Credential>, ReadError> {
    let mut select = connection.prepare_cached("SELECT hash, token, sdk_key FROM credentials")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.map(|row| {
        let (hash, token, sdk_key) = row?;
        let owner = CredentialOwner::from_columns(token, sdk_key).ok_or(ReadError::Malformed("credential"))?;
        Ok(Credential { hash, owner })
    })
    .collect()
}

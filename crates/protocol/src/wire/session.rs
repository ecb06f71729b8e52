//! Who is asking: the caller, and browser sessions.

use serde::{Deserialize, Serialize};
use signalbox_domain::access::Role;
use signalbox_domain::key::TokenId;

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Me {
    /// Id of the caller's token.
    pub token: TokenId,
    /// The caller's name.
    pub name: String,
    /// What the caller may do.
    pub role: Role,
}

/// A token to exchange for a session cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignIn {
    /// The access token.
    pub token: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SignIn(…)")
    }
}

//! Keys that people choose and ids that machines choose, each its own type.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest key, in bytes (keys are ASCII, so also in characters).
pub const LONGEST_KEY: usize = 100;

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {LONGEST_KEY} characters from A-Z, a-z, 0-9, '.', '_' and '-', starting with a letter or digit")]
pub struct NotAKey;

/// Whether `text` may be a key: `[A-Za-z0-9][A-Za-z0-9._-]{0,99}`.
///
/// The set is that which every OFREP client sends unescaped in a path.
pub fn is_key(text: &str) -> bool {
    text.len() <= LONGEST_KEY
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "schema", schemars(transparent))]
        pub struct $name(
            #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")))]
            String,
        );

        impl $name {
            /// Takes a text that keeps the rule of [`is_key`].
            ///
            /// # Errors
            /// [`NotAKey`] when it does not.
            pub fn new(text: impl Into<String>) -> Result<Self, NotAKey> {
                let text = text.into();
                if is_key(&text) { Ok(Self(text)) } else { Err(NotAKey) }
            }

            /// The key as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAKey;
            fn from_str(text: &str) -> Result<Self, NotAKey> {
                Self::new(text)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

keys! {
    /// Names a project, unique in the installation.
    ProjectKey;
    /// Names an environment, unique in its project.
    EnvironmentKey;
    /// Names a flag, unique in its project; what application code asks for.
    FlagKey;
    /// Names a variant, unique in its flag.
    VariantKey;
    /// Names a plan template, unique in its project.
    PlanKey;
    /// Opaque id of an access token; also the actor of what is done with it.
    TokenId;
    /// Opaque id of an SDK key.
    SdkKeyId;
    /// Opaque id of a rollout, unique in the installation.
    RolloutId;
    /// Names a segment, unique in its project.
    SegmentKey;
    /// Opaque id of a targeting rule, unique in its configuration.
    RuleId;
    /// Names a metric among those of its rollout or plan.
    MetricKey;
    /// Opaque id of a webhook.
    WebhookId;
    /// Names what applications report of people: `payment_completed`.
    OutcomeKey;
}

/// Who did something: an access token, or the system itself (first start, command line on the server's machine).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub enum ActorId {
    /// Signalbox itself, or an operator at the server's command line.
    System,
    /// The holder of this token.
    Token(TokenId),
}

impl TryFrom<String> for ActorId {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        TokenId::new(text).map(|id| if id.as_str() == "system" { Self::System } else { Self::Token(id) })
    }
}

impl From<ActorId> for String {
    fn from(actor: ActorId) -> Self {
        actor.to_string()
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => formatter.write_str("system"),
            Self::Token(id) => id.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_the_rule() {
        let check = |text: &str, expect: bool| assert_eq!(FlagKey::new(text).is_ok(), expect, "{text:?}");
        check("payments-instant", true);
        check("A.b_c-9", true);
        check("9", true);
        check(&"a".repeat(100), true);
        check(&"a".repeat(101), false);
        check("", false);
        check("-a", false);
        check(".a", false);
        check("a b", false);
        check("a/b", false);
        check("zoë", false);
        check("a\n", false);
    }

    #[test]
    fn an_actor_survives_its_text() {
        let token = ActorId::Token(TokenId::new("tok-1").unwrap());
        assert_eq!(ActorId::try_from(String::from(token.clone())).unwrap(), token);
        assert_eq!(ActorId::try_from(String::from(ActorId::System)).unwrap(), ActorId::System);
        assert!(ActorId::try_from("Maren Vogt".to_owned()).is_err());
    }
}

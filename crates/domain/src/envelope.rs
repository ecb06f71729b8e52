//! An event as it is stored: who, when, which, why, and the bytes that the chain covers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::Event;
use crate::key::ActorId;
use crate::personal::Commitment;
use crate::time::Timestamp;

/// An event with who did it, when, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Its place in the order of all events, from 1.
    pub sequence: u64,
    /// When: never before the previous event.
    pub time: Timestamp,
    /// Who.
    pub actor: ActorId,
    /// Why, where a reason was given with it.
    pub reason: Option<Commitment>,
    /// What.
    pub event: Event,
}

/// Why stored bytes are not an event that this version understands.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not what any version wrote.
    #[error("not an event: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Written by a newer version that did not declare it skippable.
    #[error(
        "event {sequence} is of kind \"{kind}\", schema {schema}, which this version does not know; use a newer Signalbox"
    )]
    Unknown {
        /// Its place in the log.
        sequence: u64,
        /// Its kind.
        kind: String,
        /// Its schema version.
        schema: u32,
    },
}

/// The stored form. Field order is the order of the bytes.
#[derive(Serialize, Deserialize)]
struct Stored {
    sequence: u64,
    time: i64,
    actor: ActorId,
    kind: String,
    schema: u32,
    #[serde(default, skip_serializing_if = "is_false")]
    skippable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Commitment>,
    #[serde(default)]
    data: Value,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The schema version in which this version writes an event.
///
/// A kind whose shape changes gets the next number here and a step in [`upcast`]. Where only some events say
/// something new, only those get it: the others stay readable, byte for byte, by the version before.
fn schema_of(kind: &str, data: &Value) -> u32 {
    match kind {
        // A version that knows one kind of key would let one made for browsers see everything.
        "sdk_key_created" if data.get("kind").is_some() => 2,
        // A version that does not know gates, guards or these causes would let a rollout go on that should not.
        "rollout_drafted" | "rollout_plan_changed" | "plan_created" | "plan_changed" if is_guarded(data) => 2,
        "rollout_held" if !matches!(data["because"].as_str(), Some("hold" | "roll_back" | "kill")) => 2,
        _ => 1,
    }
}

/// Whether anything in it says how rollouts are watched.
fn is_guarded(data: &Value) -> bool {
    let has_gate = |stages: &Value| {
        let stages = stages.as_array();
        stages.is_some_and(|stages| stages.iter().any(|stage| stage.get("gate").is_some()))
    };
    let own = |content: &Value| content.get("guard").is_some() || has_gate(&content["stages"]) || has_gate(content);
    own(data) || own(&data["before"]) || own(&data["after"])
}

/// Brings `data` of an older schema version into the current one; stored bytes are never rewritten.
fn upcast(kind: &str, schema: u32, data: Value) -> Option<Value> {
    (schema == schema_of(kind, &data)).then_some(data)
}

impl Envelope {
    /// The bytes to store, JSON in UTF-8.
    ///
    /// # Panics
    /// Never: every event serialises to an object with its kind.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let Ok(Value::Object(mut tagged)) = serde_json::to_value(&self.event) else {
            unreachable!("an event serialises to an object");
        };
        let Some(Value::String(kind)) = tagged.remove("kind") else {
            unreachable!("an event is tagged with its kind");
        };
        let data = tagged.remove("data").unwrap_or_default();
        let stored = Stored {
            sequence: self.sequence,
            time: self.time.millis(),
            actor: self.actor.clone(),
            schema: schema_of(&kind, &data),
            kind,
            skippable: false,
            reason: self.reason.clone(),
            data,
        };
        serde_json::to_vec(&stored).unwrap_or_else(|_| unreachable!("strings, numbers and objects serialise"))
    }

    /// Reads stored bytes back; of any schema version up to this one's.
    ///
    /// # Errors
    /// [`Unreadable`] for bytes that are no event, or an event of a newer version that may not be skipped.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let stored: Stored = serde_json::from_slice(bytes)?;
        let Stored { sequence, time, actor, kind, schema, skippable, reason, data } = stored;
        let known = upcast(&kind, schema, data)
            .and_then(|data| serde_json::from_value(serde_json::json!({ "kind": kind, "data": data })).ok());
        let event = match known {
            Some(event) => event,
            None if skippable => Event::Skipped { kind },
            None => {
                return Err(Unreadable::Unknown { sequence, kind, schema });
            }
        };
        Ok(Self { sequence, time: Timestamp::from_millis(time), actor, reason, event })
    }
}

impl Event {
    /// The name under which the event is stored and filtered, such as `rollout_advanced`.
    #[must_use]
    pub fn kind(&self) -> String {
        if let Self::Skipped { kind } = self {
            return kind.clone();
        }
        match serde_json::to_value(self) {
            Ok(Value::Object(object)) => object.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned(),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::SdkKeyKind;
    use crate::key::{EnvironmentKey, ProjectKey, SdkKeyId};

    fn envelope() -> Envelope {
        Envelope {
            sequence: 3,
            time: Timestamp::from_millis(5),
            actor: ActorId::System,
            reason: None,
            event: Event::ProjectCreated { project: ProjectKey::new("bank").unwrap(), name: "Bank".into() },
        }
    }

    #[test]
    fn stored_bytes_never_change_their_form() {
        assert_eq!(
            String::from_utf8(envelope().to_bytes()).unwrap(),
            r#"{"sequence":3,"time":5,"actor":"system","kind":"project_created","schema":1,"data":{"name":"Bank","project":"bank"}}"#
        );
        assert_eq!(Envelope::from_bytes(&envelope().to_bytes()).unwrap(), envelope());
    }

    #[test]
    fn a_key_for_browsers_is_unreadable_where_only_one_kind_of_key_is_known() {
        let made = |kind: SdkKeyKind| Envelope {
            event: Event::SdkKeyCreated {
                sdk_key: SdkKeyId::new("key_1").unwrap(),
                project: ProjectKey::new("bank").unwrap(),
                environment: EnvironmentKey::new("dev").unwrap(),
                name: "Shop".into(),
                kind,
            },
            ..envelope()
        };
        let check = |kind: SdkKeyKind, expect: &str| {
            let bytes = made(kind).to_bytes();
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(text.contains(expect), "{text}");
            assert_eq!(Envelope::from_bytes(&bytes).unwrap(), made(kind));
        };
        check(
            SdkKeyKind::Server,
            r#""schema":1,"data":{"environment":"dev","name":"Shop","project":"bank","sdk_key":"key_1"}"#,
        );
        check(SdkKeyKind::Client, r#""schema":2,"data":{"environment":"dev","kind":"client","name":"Shop""#);
    }

    #[test]
    fn unknown_events_refuse_the_log_unless_skippable() {
        let unknown = br#"{"sequence":9,"time":5,"actor":"system","kind":"moon_landed","schema":1,"data":{}}"#;
        let message = Envelope::from_bytes(unknown).unwrap_err().to_string();
        assert!(message.contains("moon_landed") && message.contains("event 9"), "{message}");

        let newer = br#"{"sequence":9,"time":5,"actor":"system","kind":"project_created","schema":2,"data":{"name":"B","project":"b"}}"#;
        assert!(matches!(Envelope::from_bytes(newer), Err(Unreadable::Unknown { schema: 2, .. })));

        let skippable =
            br#"{"sequence":9,"time":5,"actor":"system","kind":"moon_landed","schema":1,"skippable":true,"data":{}}"#;
        let read = Envelope::from_bytes(skippable).unwrap();
        assert_eq!(read.event, Event::Skipped { kind: "moon_landed".into() });
        assert!(Envelope::from_bytes(b"{\"sequence\":9").is_err());
    }
}

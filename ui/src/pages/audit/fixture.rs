//! Entries for the tests of this page.

use signalbox_domain::Timestamp;
use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey};
use signalbox_domain::words::Words;
use signalbox_protocol::wire::audit::AuditEntry;

/// An entry of a kind, by an actor, about a flag and an environment of the project `bank`. An hour lies between two.
pub fn entry(sequence: u64, kind: &str, actor: &str, about: Option<(&str, &str)>) -> AuditEntry {
    let words = Words {
        actor: "Maren Vogt".into(),
        action: "advanced".into(),
        subject: "Instant payments".into(),
        environment: about.map(|_| "Production".into()),
        before: Some("10 %".into()),
        after: Some("25 %".into()),
        consequence: Some("about 24,600 more people".into()),
    };
    AuditEntry {
        sequence,
        time: Timestamp::from_millis(i64::try_from(sequence).unwrap() * 3_600_000),
        actor: ActorId::try_from(actor.to_owned()).unwrap(),
        kind: kind.into(),
        words,
        reason: None,
        reason_awaited: false,
        project: about.map(|_| ProjectKey::new("bank").unwrap()),
        flag: about.map(|(flag, _)| FlagKey::new(flag).unwrap()),
        environment: about.map(|(_, environment)| EnvironmentKey::new(environment).unwrap()),
        previous_link: "a".repeat(64),
        link: "b".repeat(64),
    }
}

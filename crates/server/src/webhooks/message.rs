//! What a message says, in the form that Standard Webhooks suggests: what kind it is, when it happened, and the rest.

use serde::Serialize;
use signalbox_domain::envelope::Envelope;
use signalbox_domain::event::Place;
use signalbox_domain::personal::Vault;
use signalbox_domain::words::Teller;
use signalbox_domain::{State, Timestamp};

/// The body of a message.
#[derive(Debug, Serialize)]
pub struct Message<'a> {
    /// `notice.` and the kind of notice, or `trial`.
    #[serde(rename = "type")]
    kind: String,
    /// When it happened.
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Trial {
        title: &'static str,
        text: &'static str,
    },
    Notice {
        /// A few words.
        title: &'static str,
        /// The event in one sentence.
        text: String,
        /// Why, where a reason was given with it.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The entry of the audit history.
        sequence: u64,
        /// Its kind, such as `rollout_rolled_back`.
        event: String,
        project: Named<'a>,
        flag: Named<'a>,
        environment: Named<'a>,
    },
}

/// Something by its key, and as people call it.
#[derive(Debug, Serialize)]
struct Named<'a> {
    key: &'a str,
    name: &'a str,
}

impl<'a> Message<'a> {
    /// Of an event, with the names that things have now; none where it has no notice.
    #[must_use]
    pub fn about(envelope: &'a Envelope, state: &'a State, vault: &Vault) -> Option<Self> {
        let (notice, place) = (envelope.event.notice()?, envelope.event.place()?);
        let teller = Teller { state, vault };
        let kind = serde_json::to_value(notice).ok()?;
        let Place { project, flag, environment } = place;
        let known = state.projects.get(project);
        let flag_name = known.and_then(|known| known.flags.get(flag)).map_or(flag.as_str(), |flag| &flag.details.name);
        let environment_name = known.and_then(|known| known.environment(environment));
        let data = Data::Notice {
            title: notice.title(),
            text: teller.tell(envelope).sentence(),
            reason: envelope.reason.as_ref().map(|reason| teller.person(reason)),
            sequence: envelope.sequence,
            event: envelope.event.kind(),
            project: Named { key: project.as_str(), name: known.map_or(project.as_str(), |known| &known.name) },
            flag: Named { key: flag.as_str(), name: flag_name },
            environment: Named {
                key: environment.as_str(),
                name: environment_name.map_or(environment.as_str(), |known| &known.name),
            },
        };
        Some(Self { kind: format!("notice.{}", kind.as_str()?), timestamp: envelope.time, data })
    }

    /// A message that asks nobody to do anything.
    #[must_use]
    pub fn trial(at: Timestamp) -> Self {
        let data = Data::Trial { title: "A trial", text: "This is a trial: messages of Signalbox arrive here." };
        Self { kind: "trial".to_owned(), timestamp: at, data }
    }
}

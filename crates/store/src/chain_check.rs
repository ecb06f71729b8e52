//! Whether the log holds together, from the stored bytes up.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use rusqlite::Connection;
use signalbox_domain::chain::Link;
use signalbox_domain::envelope::{Envelope, Unreadable};
use signalbox_domain::event::Event;
use signalbox_domain::personal::Commitment;
use signalbox_domain::{State, fold};

use crate::event::{self, Index, StoredEvent};
use crate::mention::mentioned;
use crate::snapshot::{self, Snapshot};
use crate::{ReadError, personal};

/// What a check of the whole log found.
///
/// The chain alone cannot show that somebody replaced all of the log from some event on, and the links with it. Keep
/// `entries` and `link` elsewhere: a log that has another link at that entry later is not this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// How many entries hold, from the first; those before `broken_at`.
    pub entries: u64,
    /// The link of the last one that holds.
    pub link: Link,
    /// The first entry that does not hold; 0 when what does not hold belongs to no entry.
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

    /// What does not hold, as one sentence.
    pub(crate) fn fault(&self) -> Option<String> {
        let why = self.why.as_deref().unwrap_or_default();
        self.broken_at.map(|sequence| format!("at event {sequence}: {why}"))
    }
}

/// Checks the whole log as it is at this moment, whatever is written meanwhile.
pub(crate) fn check(connection: &Connection) -> Result<ChainReport, ReadError> {
    // One transaction: events and personal values are of the same moment.
    let transaction = connection.unchecked_transaction()?;
    let mut walk = Walk {
        entries: 0,
        link: Link::FIRST,
        state: State::default(),
        snapshot: snapshot::load(&transaction)?,
        personal: PersonalCheck::new(&transaction)?,
    };
    let fault = match event::each(&transaction, 0, |stored| walk.step(stored)) {
        Ok(()) => walk.end(event::head(&transaction)?),
        Err(Fault::Broken(why)) => Some((walk.entries + 1, why)),
        Err(Fault::Read(error)) => return Err(error),
    };
    let (broken_at, why) = fault.unzip();
    let mut report = ChainReport { entries: walk.entries, link: walk.link, broken_at, why };
    // What only the end of the log shows may be wrong with an event long before.
    if let Some(before) = broken_at.and_then(|sequence| sequence.checked_sub(1)) {
        report.entries = before.min(walk.entries);
        report.link = event::link(&transaction, report.entries)?.unwrap_or(Link::FIRST);
    }
    Ok(report)
}

/// Why the walk over the log ends early.
enum Fault {
    /// The next event does not fit.
    Broken(String),
    /// It cannot be told.
    Read(ReadError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Read(error.into())
    }
}

fn broken(why: impl Into<String>) -> Fault {
    Fault::Broken(why.into())
}

/// Where the check stands.
struct Walk {
    entries: u64,
    link: Link,
    state: State,
    snapshot: Option<Snapshot>,
    personal: PersonalCheck,
}

impl Walk {
    fn step(&mut self, stored: &StoredEvent) -> Result<(), Fault> {
        if stored.sequence != self.entries + 1 {
            return Err(broken(event::MISSING));
        }
        let link = self.link.next(&stored.bytes);
        if link != stored.link {
            return Err(broken(event::WRONG_LINK));
        }
        let envelope = Envelope::from_bytes(&stored.bytes).map_err(|error| match error {
            Unreadable::Malformed(_) => broken(error.to_string()),
            Unreadable::Unknown { .. } => Fault::Read(error.into()),
        })?;
        fold::apply(&mut self.state, &envelope).map_err(|fold::Impossible { why, .. }| Fault::Broken(why))?;
        if stored.index != Index::of(&envelope) {
            return Err(broken("it is filed under something else than it says"));
        }
        if let Some(snapshot) = self.snapshot.take_if(|snapshot| snapshot.state.sequence == stored.sequence)
            && snapshot.state != self.state
        {
            return Err(broken("the snapshot that was taken here is not what the events amount to"));
        }
        self.personal.step(&envelope)?;
        self.link = link;
        self.entries += 1;
        Ok(())
    }

    /// What does not fit though each event did, and at which entry.
    fn end(&self, head: event::Head) -> Option<(u64, String)> {
        match head.sequence.cmp(&self.entries) {
            Ordering::Greater => {
                Some((self.entries + 1, format!("{}, as are all up to event {}", event::MISSING, head.sequence)))
            }
            Ordering::Less => Some((head.sequence + 1, format!("the log should end with event {}", head.sequence))),
            Ordering::Equal if head.link != self.link => {
                Some((self.entries, "the log should end with another link".into()))
            }
            Ordering::Equal => self.personal.end(),
        }
    }
}

/// Whether the personal values are exactly those that the events speak of and none has erased.
struct PersonalCheck {
    /// Every value that is kept, with whether its commitment stands for it.
    kept: HashMap<Commitment, bool>,
    spoken_of: HashSet<Commitment>,
    erased: HashSet<Commitment>,
    /// Values that are not kept, with the event that first speaks of them.
    absent: HashMap<Commitment, u64>,
}

impl PersonalCheck {
    fn new(connection: &Connection) -> rusqlite::Result<Self> {
        let mut kept = HashMap::new();
        personal::each(connection, |value| {
            let fits = Commitment::to(&value.value, &value.salt) == value.commitment;
            kept.insert(value.commitment, fits);
        })?;
        Ok(Self { kept, spoken_of: HashSet::new(), erased: HashSet::new(), absent: HashMap::new() })
    }

    fn step(&mut self, envelope: &Envelope) -> Result<(), Fault> {
        if let Event::PersonalValuesErased { commitments } = &envelope.event {
            for commitment in commitments {
                if self.kept.contains_key(commitment) {
                    return Err(broken("it erased a personal value that is still there"));
                }
                self.absent.remove(commitment);
                self.erased.insert(commitment.clone());
            }
        }
        for commitment in mentioned(envelope) {
            match self.kept.get(commitment) {
                Some(true) => {
                    self.spoken_of.insert(commitment.clone());
                }
                Some(false) => return Err(broken("a personal value was replaced that it speaks of")),
                None if self.erased.contains(commitment) => {}
                None => {
                    self.absent.entry(commitment.clone()).or_insert(envelope.sequence);
                }
            }
        }
        Ok(())
    }

    fn end(&self) -> Option<(u64, String)> {
        if let Some(sequence) = self.absent.values().min() {
            return Some((*sequence, "a personal value that it speaks of is gone, and no event erased it".into()));
        }
        let strays = self.kept.len() - self.spoken_of.len();
        (strays > 0).then(|| (0, format!("{strays} personal values are kept that no event speaks of")))
    }
}

//! What a confirm dialog says before a change: the consequence in people, the way back, the exact change.

use signalbox_domain::people;
use signalbox_domain::words::difference;

use crate::pages::flag::change::step::Asks;
use crate::pages::flag::crowd::Crowd;
use crate::pages::flag::scene::Side;
use crate::words::capitalised;

/// What a confirm dialog says.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    /// The question: "Let Instant payments into 50 %?".
    pub title: String,
    /// What it is about, before the name of the environment: "This changes what people see in".
    pub about: &'static str,
    /// The name of the environment, or what else it is about.
    pub place: String,
    /// Now and after, where who has it changes.
    pub change: Option<Change>,
    /// The consequence in one sentence.
    pub effect: Effect,
    /// Who, not affected, way back.
    pub facts: Vec<Fact>,
    /// Whether a reason is asked for.
    pub reason: Reason,
    /// The change as a machine would say it.
    pub exact: Exact,
    /// The button, repeating the effect: "Let about 41,000 more people in".
    pub confirm: String,
    /// The button while the change is under way.
    pub working: &'static str,
    /// Whether it takes the feature away or stops it.
    pub stops: bool,
}

/// Who has it now, and after the change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Before the change.
    pub now: Side,
    /// After it.
    pub after: Side,
    /// The part of everybody that has it before and after, in percent.
    pub kept: f64,
    /// The part of everybody that gets or loses it, in percent.
    pub moved: f64,
    /// Whether the moved part gets it.
    pub grows: bool,
}

/// A sentence with its figure in the middle, set in bold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Before the figure.
    pub lead: String,
    /// The figure in people.
    pub figure: String,
    /// After the figure.
    pub rest: String,
}

/// One of the things to know before a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Which of them.
    pub kind: FactKind,
    /// What to know.
    pub text: String,
}

/// The things to know before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// Who is affected.
    Who,
    /// Who is not.
    NotAffected,
    /// How it is undone.
    WayBack,
    /// What follows when harm is shown.
    OnHarm,
    /// What was shown of it, where that is less than one might think.
    Evidence,
}

/// Whether a dialog asks for a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It must be given.
    Required,
    /// It may be given.
    Optional,
    /// It is asked for afterwards: stopping is fast.
    Afterwards,
}

/// The change as a machine would say it, for those who want to see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exact {
    /// What is changed: "production / payments-instant / rollout".
    pub path: String,
    /// Lines that go.
    pub removed: Vec<String>,
    /// Lines that come.
    pub added: Vec<String>,
}

impl Change {
    /// From one side to the other, among these people.
    pub fn new(crowd: Crowd, now: Side, after: Side) -> Self {
        let (before, later) = (crowd.part(now.share, now.people), crowd.part(after.share, after.people));
        Self { kept: before.min(later), moved: (before - later).abs(), grows: later >= before, now, after }
    }

    /// The bar in words.
    pub fn bar_label(&self) -> String {
        let rest = (100.0 - self.kept - self.moved).max(0.0);
        let verb = if self.grows { "join" } else { "lose it" };
        format!(
            "{} percent keep it, {} percent {verb}, {} percent never had it",
            rounded_percent(self.kept),
            rounded_percent(self.moved),
            rounded_percent(rest)
        )
    }
}

/// At most one decimal: the label of a bar needs no more.
fn rounded_percent(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}

impl Effect {
    /// A sentence from its three parts.
    pub fn new(lead: impl Into<String>, figure: impl Into<String>, rest: impl Into<String>) -> Self {
        Self { lead: lead.into(), figure: figure.into(), rest: rest.into() }
    }

    /// How many people gain or lose it between two sides: "About 41,000 more people get it."
    pub fn of(change: &Change) -> Self {
        let (now, after) = (&change.now, &change.after);
        match (now.people, after.people) {
            (Some(now), Some(after)) if after > now => {
                let more = difference(now, after).unwrap_or_default();
                let verb = if after - now == 1 { " gets it." } else { " get it." };
                Self::new("", capitalised(&more), verb)
            }
            (Some(now), Some(after)) if after < now => {
                Self::new("It is taken away from ", people::in_words(now - after), ".")
            }
            _ if now.share == after.share && after.groups.len() > now.groups.len() => {
                let joining: Vec<_> =
                    after.groups.iter().filter(|group| !now.groups.contains(group)).map(String::as_str).collect();
                Self::new("Whoever is in ", joining.join(", "), " has it as well.")
            }
            _ if now.share == after.share && after.groups.len() < now.groups.len() => {
                let leaving: Vec<_> =
                    now.groups.iter().filter(|group| !after.groups.contains(group)).map(String::as_str).collect();
                Self::new("It is taken away from ", leaving.join(", "), ", as far as the share does not let them in.")
            }
            (Some(_), Some(_)) if after.named > now.named => {
                let named = after.named - now.named;
                Self::new("At most ", named_people(named), " more, named by their key, get it.")
            }
            (Some(_), Some(_)) => Self::new("", "Nobody", " gains or loses it."),
            _ => Self::new(
                "It goes from ",
                format!("{} to {} of people", now.share, after.share),
                "; how many use this environment was not stated.",
            ),
        }
    }
}

impl Fact {
    /// One of the three, with what to know.
    pub fn new(kind: FactKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

impl Reason {
    /// What the server asks for in this environment.
    pub const fn asked(asks: Asks, production: bool) -> Self {
        match (asks, production) {
            (Asks::Afterwards, _) => Self::Afterwards,
            (Asks::Always, _) | (Asks::InProduction, true) => Self::Required,
            (Asks::InProduction, false) => Self::Optional,
        }
    }
}

fn named_people(count: u64) -> String {
    if count == 1 { "1 person".into() } else { format!("{} people", people::grouped(count)) }
}

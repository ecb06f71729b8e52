//! Targeting: who a rule is for, said in clauses and in reusable segments.
//!
//! A [`Clause`] asks one thing about the [`Attributes`] of whoever asks. A [`Rule`] is for those for whom all of its
//! clauses hold; a [`Segment`] is a named group of people that rules refer to. All of it is compiled once and then
//! asked without locks, and explained by the same code that decides ([`Observer`]).
//!
//! # What is read, and what is not known
//!
//! An attribute is read as the clause asks, whichever way an application sends it:
//!
//! | asked for | reads | does not read |
//! |---|---|---|
//! | a text, a pattern | a text; `true`, `false`; the digits of a whole number | fractions, objects, texts of more than 4 KiB |
//! | a number | a number; a text that is wholly one, `"35"` | `""`, `"35 "`, `"NaN"`, `"1e999"`, `true` |
//! | a version | the text of a version, `v8.2` or `8.2.1-beta` | numbers, `"1.2.3.4"` |
//! | a moment | RFC 3339 text with its offset; whole milliseconds since 1970; years 0 to 9999 | a date alone, seconds as text |
//! | an address | the text of an IPv4 or IPv6 address | a port, a zone, a list in one text |
//!
//! - `null` is as good as missing; an empty text and an empty list are given.
//! - **A list** fits when any of its elements does. Elements that cannot be read are passed over; a list of nothing
//!   else cannot be judged; an empty list is known to hold nothing.
//! - JSON has no not-a-number. Numbers are doubles, so beyond 2^53 neighbours are equal; ids are texts, whose digits
//!   are compared one by one. A number that no double holds, `1e400` or an integer of 400 digits, counts as the
//!   greatest double of its sign ([`read_context`]).
//!
//! **What cannot be judged holds neither way.** A clause on an attribute that is missing, of the wrong type or
//! unreadable does not hold, and its opposite does not either: "country is not DE" lets in only those of whom a
//! country is known. A feature then never reaches somebody because an application forgot to send something, and
//! inverting a clause never lets in more than "those who were not in, of whom we know". LaunchDarkly decides the same
//! for its negated clauses and Flagsmith for its negative operators; Unleash does the opposite, and an import from it
//! has to say "is not given, or …" in a group of its own. Only "is given" is always known.
//!
//! **A segment has an inside and an outside**, and everybody is in one of them: "not in Staff" is everyone who is
//! not in Staff, whatever is known of them, so that the two numbers on a screen add up. Therefore, too, a group of
//! clauses of which *none* may hold keeps out only those of whom one is known to hold. Whoever wants strangers left
//! out says so with an inverted clause instead. Only a segment that does not exist has neither side.
//!
//! # Time
//!
//! Nothing reads a clock: the time of the question is one of the [`Attributes`], so the same question has the same
//! answer on a server, in a browser and tomorrow.
//!
//! # What does not belong here
//!
//! Values of clauses stand in the log for ever. Keys, names and addresses of single people must be erasable, so they
//! belong into a segment's included and excluded people or into overrides, never into a clause.

mod attribute;
mod bounded;
mod clause;
mod comparable;
mod compiled;
mod explain;
pub mod limits;
mod network;
mod number;
mod observer;
mod pattern;
mod rule;
mod segment;
#[cfg(test)]
mod testing;
mod text;
mod time;
mod verdict;
mod version;
mod weekly;
mod wire;
mod words;

pub use attribute::{AttributePath, Attributes, NotAnAttribute, Seen, TARGETING_KEY};
pub use bounded::{bounded_numbers, read_context};
pub use clause::{Clause, Condition, Presence};
pub use compiled::{CompiledClause, CompiledRule, CompiledSegment, CompiledSegments};
pub use explain::{ClauseExplanation, GroupExplanation, RuleExplanation, SegmentExplanation};
pub use network::Networks;
pub use number::{Modulo, NumberBound, NumberRange};
pub use observer::{Found, Observer, Standing, Unobserved};
pub use pattern::Pattern;
pub use rule::{Rule, Surroundings, accept_rules, check_rings, check_split};
pub use segment::{Group, Membership, Quantifier, Segment, SegmentContent};
pub use text::TextValues;
pub use time::{Moment, Period};
pub use verdict::Verdict;
pub use version::VersionBound;
pub use weekly::{Weekday, WeeklyHours};
pub use words::{SegmentNames, rules_difference, split_words};

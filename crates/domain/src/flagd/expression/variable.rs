//! `var`, `missing` and `missing_some`: what is known of whoever asks.

use serde_json::{Map, Value};

use super::datum::{Datum, List, Number};
use super::node::Node;
use super::subject::Subject;

/// What `var` looks into.
#[derive(Clone, Copy)]
pub enum Scope<'s, 'a> {
    /// The context, and what flagd adds to it.
    Context,
    /// The item that `map`, `filter`, `all`, `none` or `some` is at.
    Item(&'s Datum<'a>),
    /// What `reduce` is at.
    Reduction {
        /// The item.
        current: &'s Datum<'a>,
        /// What came of the items before.
        accumulator: &'s Datum<'a>,
    },
}

/// A `var` with what stands in where there is nothing.
#[derive(Debug)]
pub struct Variable {
    pub source: Source,
    pub default: Option<Node>,
}

/// Which value a `var` means.
#[derive(Debug)]
pub enum Source {
    /// All there is.
    Whole,
    /// The parts of a path between its dots.
    Path(Box<[Box<str>]>),
    /// `$flagd.flagKey`.
    FlagKey,
    /// `$flagd.timestamp`.
    Timestamp,
    /// A path that is known only when asked.
    Computed(Node),
}

impl Source {
    /// Reads the operand of a `var` that is written out: a path, or the place in a list.
    pub fn written(operand: &Value) -> Self {
        match operand {
            Value::String(path) => Self::at(path),
            Value::Number(_) => Self::at(&Datum::from(operand).to_text()),
            _ => Self::Whole,
        }
    }

    fn at(path: &str) -> Self {
        match path {
            "" => Self::Whole,
            "$flagd.flagKey" => Self::FlagKey,
            "$flagd.timestamp" => Self::Timestamp,
            _ => Self::Path(path.split('.').map(Into::into).collect()),
        }
    }

    fn value<'a>(&'a self, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
        match (self, scope) {
            (Self::FlagKey, Scope::Context) => Datum::Text(subject.flag_key.into()),
            (Self::Timestamp, Scope::Context) => Datum::Number(Number::Integer(subject.context.timestamp)),
            // Within a list only the item can be seen.
            (Self::FlagKey | Self::Timestamp, _) => Datum::Null,
            (Self::Whole, _) => whole(subject, scope),
            (Self::Path(parts), _) => follow(parts.iter().map(AsRef::as_ref), subject, scope),
            (Self::Computed(node), _) => match node.evaluate(subject, scope) {
                Datum::Text(path) => Self::found(&path, subject, scope),
                Datum::Number(place) => Self::found(&Datum::Number(place).to_text(), subject, scope),
                _ => whole(subject, scope),
            },
        }
    }

    /// What is at a path that was calculated.
    fn found<'a>(path: &str, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
        match (path, scope) {
            ("", _) => whole(subject, scope),
            ("$flagd.flagKey", Scope::Context) => Datum::Text(subject.flag_key.into()),
            ("$flagd.timestamp", Scope::Context) => Datum::Number(Number::Integer(subject.context.timestamp)),
            _ => follow(path.split('.'), subject, scope),
        }
    }
}

impl Variable {
    /// Its value, or that of its default where there is none.
    pub fn value<'a>(&'a self, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
        match (self.source.value(subject, scope), &self.default) {
            (Datum::Null, Some(default)) => default.evaluate(subject, scope),
            (value, _) => value,
        }
    }
}

/// The paths among `names` at which there is nothing, or only an empty text.
pub fn missing<'a>(names: &[Datum<'a>], subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Vec<Datum<'a>> {
    let is_missing = |name: &&Datum<'a>| match Source::found(&name.to_text(), subject, scope) {
        Datum::Null => true,
        Datum::Text(text) => text.is_empty(),
        _ => false,
    };
    names.iter().filter(is_missing).cloned().collect()
}

fn whole<'a>(subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
    match scope {
        Scope::Context => Datum::Object(subject.context.attributes),
        Scope::Item(item) => copied(item, subject),
        Scope::Reduction { .. } => Datum::Null,
    }
}

fn follow<'a, 'p>(mut parts: impl Iterator<Item = &'p str>, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
    let first = parts.next().unwrap_or_default();
    let mut value = match scope {
        // What flagd adds cannot be given by whoever asks.
        Scope::Context if first == "$flagd" => Datum::Null,
        Scope::Context => member(subject.context.attributes, first),
        Scope::Item(item) => within(item, first, subject),
        Scope::Reduction { current, .. } if first == "current" => copied(current, subject),
        Scope::Reduction { accumulator, .. } if first == "accumulator" => copied(accumulator, subject),
        Scope::Reduction { .. } => Datum::Null,
    };
    for part in parts {
        value = within(&value, part, subject);
    }
    value
}

fn within<'a>(value: &Datum<'a>, part: &str, subject: &Subject<'a>) -> Datum<'a> {
    match value {
        Datum::Object(members) => member(members, part),
        Datum::List(List::Given(items)) => {
            part.parse().ok().and_then(|place: usize| items.get(place)).map_or(Datum::Null, Datum::from)
        }
        Datum::List(List::Made(items)) => part
            .parse()
            .ok()
            .and_then(|place: usize| items.get(place))
            .map_or(Datum::Null, |item| copied(item, subject)),
        _ => Datum::Null,
    }
}

fn member<'a>(members: &'a Map<String, Value>, key: &str) -> Datum<'a> {
    members.get(key).map_or(Datum::Null, Datum::from)
}

/// A copy, which may have to be paid for.
fn copied<'a>(datum: &Datum<'a>, subject: &Subject<'a>) -> Datum<'a> {
    let is_borrowed = !matches!(datum, Datum::Text(std::borrow::Cow::Owned(_)) | Datum::List(List::Made(_)));
    if is_borrowed || subject.affords(datum.weight()) { datum.clone() } else { Datum::Null }
}

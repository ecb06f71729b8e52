//! Operators on lists.

use super::datum::{Datum, List};
use super::node::Node;
use super::subject::Subject;
use super::variable::Scope;

/// An operation on each item of a list.
#[derive(Debug, Clone, Copy)]
pub enum Each {
    /// `map`: the results.
    Map,
    /// `filter`: the items with a truthy result.
    Filter,
    /// `all`: whether every result is truthy; `false` for no items.
    All,
    /// `none`: whether no result is truthy.
    None,
    /// `some`: whether any result is truthy.
    Some,
}

impl Each {
    /// Goes through the list that the first operand gives. What is no list has no items.
    pub fn apply<'a>(self, operands: &'a [Node; 2], subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
        let [list, operation] = operands;
        let Datum::List(list) = list.evaluate(subject, scope) else {
            return match self {
                Self::Map | Self::Filter => Datum::List(List::Given(&[])),
                Self::All | Self::Some => Datum::Bool(false),
                Self::None => Datum::Bool(true),
            };
        };
        let mut kept = Vec::new();
        for item in list.iter() {
            if !subject.affords(1) {
                return Datum::Null;
            }
            let result = operation.evaluate(subject, Scope::Item(&item));
            match (self, result.is_truthy()) {
                (Self::Map, _) => kept.push(result),
                (Self::Filter, true) => kept.push(item),
                (Self::All, false) | (Self::None, true) => return Datum::Bool(false),
                (Self::Some, true) => return Datum::Bool(true),
                _ => {}
            }
        }
        match self {
            Self::Map | Self::Filter => made(kept.into_iter(), subject),
            Self::All => Datum::Bool(!list.is_empty()),
            Self::None => Datum::Bool(true),
            Self::Some => Datum::Bool(false),
        }
    }
}

/// `reduce`: what comes of going through a list, each time with what came of the items before.
pub fn reduced<'a>(operands: &'a [Node; 3], subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
    let [list, operation, initial] = operands;
    let mut accumulator = initial.evaluate(subject, scope);
    let Datum::List(list) = list.evaluate(subject, scope) else { return accumulator };
    for current in list.iter() {
        if !subject.affords(1) {
            return Datum::Null;
        }
        let scope = Scope::Reduction { current: &current, accumulator: &accumulator };
        accumulator = operation.evaluate(subject, scope);
    }
    accumulator
}

/// `merge`: one list of all items; an operand that is no list is an item.
pub fn merged<'a>(operands: impl Iterator<Item = Datum<'a>>, subject: &Subject<'a>) -> Datum<'a> {
    let mut items = Vec::new();
    for operand in operands {
        match operand {
            Datum::List(list) if subject.affords(list.len()) => items.extend(list.iter()),
            Datum::List(_) => return Datum::Null,
            item => items.push(item),
        }
    }
    made(items.into_iter(), subject)
}

/// A list of these items, which has to be paid for.
pub fn made<'a>(items: impl Iterator<Item = Datum<'a>>, subject: &Subject<'a>) -> Datum<'a> {
    let list = Datum::List(List::Made(items.collect()));
    if subject.affords(list.weight()) { list } else { Datum::Null }
}

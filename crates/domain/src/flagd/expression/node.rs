//! The compiled form of a rule, and how each node of it is evaluated.

use std::cmp::Ordering;

use serde_json::Value;

use super::Expression;
use super::datum::{Datum, List};
use super::fractional::Fractional;
use super::lists::{self, Each};
use super::scalars::{self, Arithmetic};
use super::semantic_version::SemanticVersion;
use super::subject::Subject;
use super::variable::{self, Scope, Variable};

/// An operation with its operands, or a value.
#[derive(Debug)]
pub enum Node {
    /// A value that stands in the rule.
    Literal(Value),
    /// A list with operations in it.
    List(Box<[Node]>),
    /// `$ref`.
    Shared(Expression),
    /// `var`.
    Variable(Box<Variable>),
    /// `missing`.
    Missing(Box<[Node]>),
    /// `missing_some`: how many are needed, and of which.
    MissingSome(Box<[Node; 2]>),
    /// `if`: conditions and consequences in turn, at the end perhaps what holds otherwise.
    If(Box<[Node]>),
    /// `and`: the first operand that is not truthy, else the last.
    And(Box<[Node]>),
    /// `or`: the first operand that is truthy, else the last.
    Or(Box<[Node]>),
    /// `!` and `!!`.
    Truth { of: Box<Node>, negated: bool },
    /// `==`, `===`, `!=` and `!==`.
    Equality { sides: Box<[Node; 2]>, strict: bool, negated: bool },
    /// `<`, `<=`, `>` and `>=`, between each two neighbours.
    Order { operands: Box<[Node]>, order: Order },
    /// A calculation.
    Arithmetic(Arithmetic, Box<[Node]>),
    /// `in`: the needle, then the haystack.
    In(Box<[Node; 2]>),
    /// `in` with a haystack of texts that stand in the rule, sorted.
    InTexts { needle: Box<Node>, texts: Box<[Box<str>]> },
    /// `cat`.
    Cat(Box<[Node]>),
    /// `substr`: the text, where to start and how much.
    Substring(Box<[Node; 3]>),
    /// `merge`.
    Merge(Box<[Node]>),
    /// An operation on each item of a list.
    Each(Each, Box<[Node; 2]>),
    /// `reduce`: the list, the operation and what to begin with.
    Reduce(Box<[Node; 3]>),
    /// `starts_with` and `ends_with`.
    Affix { sides: Box<[Node; 2]>, at_end: bool },
    /// `sem_ver`.
    SemanticVersion(Box<SemanticVersion>),
    /// `fractional`.
    Fractional(Box<Fractional>),
}

/// Which way two values must stand.
#[derive(Debug, Clone, Copy)]
pub enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Node {
    /// What the node gives.
    pub fn evaluate<'a>(&'a self, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
        let value = |node: &'a Self| node.evaluate(subject, scope);
        match self {
            Self::Literal(value) => value.into(),
            Self::List(items) => lists::made(items.iter().map(value), subject),
            Self::Shared(expression) => expression.0.evaluate(subject, scope),
            Self::Variable(variable) => variable.value(subject, scope),
            Self::Missing(names) => missing(names, subject, scope),
            Self::MissingSome(operands) => missing_some(operands, subject, scope),
            Self::If(branches) => choose(branches, subject, scope),
            Self::And(operands) => first_where(operands, false, subject, scope),
            Self::Or(operands) => first_where(operands, true, subject, scope),
            Self::Truth { of, negated } => Datum::Bool(value(of).is_truthy() != *negated),
            Self::Equality { sides, strict, negated } => {
                let (one, other) = (value(&sides[0]), value(&sides[1]));
                Datum::Bool(if *strict { one.is_identical(&other) } else { one.equals(&other) } != *negated)
            }
            Self::Order { operands, order } => {
                let holds = operands.windows(2).all(|pair| {
                    value(&pair[0]).compare(&value(&pair[1])).is_some_and(|ordering| order.holds(ordering))
                });
                Datum::Bool(holds)
            }
            Self::Arithmetic(arithmetic, operands) => {
                arithmetic.calculate(operands.iter().map(|operand| value(operand).to_f64()))
            }
            Self::In(sides) => scalars::is_in(&value(&sides[0]), &value(&sides[1]), subject),
            Self::InTexts { needle, texts } => {
                let needle = value(needle);
                let is_in = |text: &str| texts.binary_search_by(|each| (**each).cmp(text)).is_ok();
                Datum::Bool(needle.as_text().is_some_and(is_in))
            }
            Self::Cat(operands) => scalars::concatenated(operands.iter().map(value), subject),
            Self::Substring(operands) => {
                let [text, start, length] = &**operands;
                scalars::substring(&value(text), &value(start), &value(length), subject)
            }
            Self::Merge(operands) => lists::merged(operands.iter().map(value), subject),
            Self::Each(each, operands) => each.apply(operands, subject, scope),
            Self::Reduce(operands) => lists::reduced(operands, subject, scope),
            Self::Affix { sides, at_end } => match (value(&sides[0]), value(&sides[1])) {
                (Datum::Text(text), Datum::Text(affix)) if *at_end => Datum::Bool(text.ends_with(&*affix)),
                (Datum::Text(text), Datum::Text(affix)) => Datum::Bool(text.starts_with(&*affix)),
                _ => Datum::Null,
            },
            Self::SemanticVersion(comparison) => comparison.evaluate(subject, scope),
            Self::Fractional(fractional) => fractional.evaluate(subject, scope),
        }
    }
}

fn choose<'a>(branches: &'a [Node], subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
    let (pairs, otherwise) = branches.as_chunks::<2>();
    for [condition, consequence] in pairs {
        if condition.evaluate(subject, scope).is_truthy() {
            return consequence.evaluate(subject, scope);
        }
    }
    otherwise.first().map_or(Datum::Null, |node| node.evaluate(subject, scope))
}

/// The first operand of this truth, else the last.
fn first_where<'a>(operands: &'a [Node], truth: bool, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
    let mut last = Datum::Null;
    for operand in operands {
        last = operand.evaluate(subject, scope);
        if last.is_truthy() == truth {
            break;
        }
    }
    last
}

/// The names among the operands, or in the list that the first of them is, at which there is nothing.
fn missing<'a>(names: &'a [Node], subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
    let names: Vec<_> = names.iter().map(|name| name.evaluate(subject, scope)).collect();
    let absent = match names.first() {
        Some(Datum::List(list)) if subject.affords(list.len()) => {
            variable::missing(&list.iter().collect::<Vec<_>>(), subject, scope)
        }
        Some(Datum::List(_)) => return Datum::Null,
        _ => variable::missing(&names, subject, scope),
    };
    Datum::List(List::Made(absent))
}

/// Nothing when enough of the names are there, else those that are not.
fn missing_some<'a>(operands: &'a [Node; 2], subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
    let [needed, names] = operands.each_ref().map(|operand| operand.evaluate(subject, scope));
    let Datum::List(names) = names else { return Datum::Null };
    if !subject.affords(names.len()) {
        return Datum::Null;
    }
    let absent = variable::missing(&names.iter().collect::<Vec<_>>(), subject, scope);
    #[expect(clippy::cast_precision_loss, reason = "a list is never so long")]
    let suffices = (names.len() - absent.len()) as f64 >= needed.to_f64();
    Datum::List(List::Made(if suffices { Vec::new() } else { absent }))
}

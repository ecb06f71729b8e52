//! Rules in JSON Logic, flagd's dialect: compiled once, evaluated without a parse and mostly without allocation.
//!
//! **Operators.** `var`, `missing`, `missing_some`; `if` (`?:`), `and`, `or`, `!`, `!!`; `==`, `===`, `!=`, `!==`,
//! `<`, `<=`, `>`, `>=` (`<` and `<=` also between three); `+`, `-`, `*`, `/`, `%`, `min`, `max`; `in`, `cat`,
//! `substr`; `merge`, `map`, `filter`, `reduce`, `all`, `none`, `some`; `log`, which here only passes its operand
//! on. flagd adds `fractional`, `sem_ver`, `starts_with`, `ends_with` and `$ref`, which stands for a rule of the
//! document's `$evaluators` and does not nest. An object with one member is an operation; any other is itself.
//!
//! **Variables.** `var` follows a path into the context, which holds `targetingKey`; flagd adds `$flagd.flagKey` and
//! `$flagd.timestamp`, which no context can forge. Within `map`, `filter`, `all`, `none` and `some`, a path starts at
//! the item, within `reduce` at `current` and `accumulator`; the context is out of sight there.
//!
//! **Bad input never fails.** An operand that is missing is null. flagd's own operators give null, never
//! `false`, for input they cannot use, so that the default variant wins. Calculations give null instead of a
//! number that is not finite. Numbers are compared and calculated as 64-bit floats as JavaScript does it, except
//! that integers keep all digits while they are only compared or hashed.
//!
//! **Bounds.** A rule is at most [`DEEPEST`] operations deep. Operators that go through lists or make text or
//! lists share a budget, and a rule that exceeds it gives null. So no rule and no context runs away.

mod cbor;
mod compile;
mod datum;
mod fractional;
mod lists;
mod murmur3;
mod node;
mod scalars;
mod semantic_version;
mod subject;
mod variable;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

pub use compile::{DEEPEST, Malformed};
pub use datum::{Datum, List, Number};
pub use fractional::fractional_bucket;
pub use subject::Subject;

use compile::Compiler;
use node::Node;
use variable::Scope;

/// A compiled rule. Immutable, so it may be shared between threads.
#[derive(Debug, Clone)]
pub struct Expression(Arc<Node>);

/// The compiled rules that others name with `$ref`.
#[derive(Debug, Clone, Default)]
pub struct Evaluators(BTreeMap<String, Result<Expression, Malformed>>);

impl Expression {
    /// Compiles a rule, which may name these evaluators.
    ///
    /// # Errors
    /// [`Malformed`] when it holds an operator that does not exist, names an evaluator that does not exist or is
    /// itself malformed, or is too deep.
    pub fn compile(rule: &Value, evaluators: &Evaluators) -> Result<Self, Malformed> {
        Compiler::new(Some(evaluators)).compile(rule).map(|node| Self(Arc::new(node)))
    }

    /// What the rule gives.
    #[must_use]
    pub fn evaluate<'a>(&'a self, subject: &Subject<'a>) -> Datum<'a> {
        let datum = self.0.evaluate(subject, Scope::Context);
        if subject.is_exhausted() { Datum::Null } else { datum }
    }
}

impl Evaluators {
    /// Compiles each by itself. One that is malformed is the fault of the rules that name it, and of no other.
    #[must_use]
    pub fn compile(rules: &Map<String, Value>) -> Self {
        let compile = |rule| Compiler::new(None).compile(rule).map(|node| Expression(Arc::new(node)));
        Self(rules.iter().map(|(name, rule)| (name.clone(), compile(rule))).collect())
    }

    fn named(&self, name: &str) -> Result<&Expression, Malformed> {
        match self.0.get(name) {
            Some(Ok(expression)) => Ok(expression),
            Some(Err(fault)) => {
                Err(Malformed::BrokenEvaluator { name: name.to_owned(), fault: Box::new(fault.clone()) })
            }
            None => Err(Malformed::UnknownEvaluator(name.to_owned())),
        }
    }
}

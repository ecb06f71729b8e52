//! From the JSON of a rule to its compiled form.

use serde_json::Value;

use super::Evaluators;
use super::fractional::Fractional;
use super::lists::Each;
use super::node::{Node, Order};
use super::scalars::Arithmetic;
use super::semantic_version::SemanticVersion;
use super::variable::{Source, Variable};

/// How many operations may stand within each other.
pub const DEEPEST: usize = 128;

/// From this length on, a list of texts that is searched with `in` is sorted beforehand.
const WORTH_SORTING: usize = 8;

/// Why a rule cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// An object with one member whose name is no operator.
    #[error("there is no operator \"{0}\"")]
    UnknownOperator(String),
    /// `$ref` to a name that `$evaluators` does not hold.
    #[error("there is no evaluator \"{0}\"")]
    UnknownEvaluator(String),
    /// `$ref` to an evaluator that is malformed itself.
    #[error("the evaluator \"{name}\" is malformed: {fault}")]
    BrokenEvaluator {
        /// Its name.
        name: String,
        /// What is wrong with it.
        fault: Box<Malformed>,
    },
    /// `$ref` with something else than a name.
    #[error("$ref must be followed by the name of an evaluator")]
    ReferenceWithoutName,
    /// `$ref` within an evaluator.
    #[error("an evaluator cannot refer to another, here \"{0}\"")]
    NestedEvaluator(String),
    /// More than [`DEEPEST`] operations within each other.
    #[error("operations stand within each other more than {DEEPEST} deep")]
    TooDeep,
}

/// Compiles one rule.
pub struct Compiler<'e> {
    /// What `$ref` may name; `None` within an evaluator.
    evaluators: Option<&'e Evaluators>,
    depth: usize,
}

impl<'e> Compiler<'e> {
    /// For a rule that may name these evaluators, or for an evaluator, which may name none.
    pub const fn new(evaluators: Option<&'e Evaluators>) -> Self {
        Self { evaluators, depth: 0 }
    }

    /// Compiles a rule or a part of one.
    pub fn compile(&mut self, rule: &Value) -> Result<Node, Malformed> {
        if self.depth == DEEPEST {
            return Err(Malformed::TooDeep);
        }
        self.depth += 1;
        let node = match rule {
            Value::Array(items) => {
                let items = self.compile_all(items)?;
                let is_literal = items.iter().all(|item| matches!(item, Node::Literal(_)));
                if is_literal { Node::Literal(rule.clone()) } else { Node::List(items.into()) }
            }
            Value::Object(members) => match members.iter().next() {
                Some((operator, operands)) if members.len() == 1 => self.operation(operator, operands)?,
                _ => Node::Literal(rule.clone()),
            },
            scalar => Node::Literal(scalar.clone()),
        };
        self.depth -= 1;
        Ok(node)
    }

    fn compile_all(&mut self, rules: &[Value]) -> Result<Vec<Node>, Malformed> {
        rules.iter().map(|rule| self.compile(rule)).collect()
    }

    fn operation(&mut self, operator: &str, written: &Value) -> Result<Node, Malformed> {
        // One operand may be written without the list around it.
        let written = match written {
            Value::Array(operands) => operands.as_slice(),
            operand => std::slice::from_ref(operand),
        };
        match operator {
            "$ref" => return self.reference(written),
            "fractional" => return Fractional::compile(written, self).map(|it| Node::Fractional(it.into())),
            "var" => return self.variable(written),
            _ => {}
        }
        let operands = self.compile_all(written)?;
        let node = match operator {
            "missing" => Node::Missing(operands.into()),
            "missing_some" => Node::MissingSome(take(operands)),
            "if" | "?:" => Node::If(operands.into()),
            "and" => Node::And(operands.into()),
            "or" => Node::Or(operands.into()),
            "!" | "!!" => {
                let [of] = *take(operands);
                Node::Truth { of: of.into(), negated: operator == "!" }
            }
            "==" | "===" | "!=" | "!==" => Node::Equality {
                sides: take(operands),
                strict: operator.len() == 3,
                negated: operator.starts_with('!'),
            },
            "<" | "<=" => {
                let operands: Box<[Node]> = if operands.len() > 2 { take::<3>(operands) } else { take::<2>(operands) };
                Node::Order { operands, order: if operator == "<" { Order::Less } else { Order::LessOrEqual } }
            }
            ">" => Node::Order { operands: take::<2>(operands), order: Order::Greater },
            ">=" => Node::Order { operands: take::<2>(operands), order: Order::GreaterOrEqual },
            "+" => Node::Arithmetic(Arithmetic::Add, operands.into()),
            "-" => Node::Arithmetic(Arithmetic::Subtract, operands.into()),
            "*" => Node::Arithmetic(Arithmetic::Multiply, operands.into()),
            "/" => Node::Arithmetic(Arithmetic::Divide, operands.into()),
            "%" => Node::Arithmetic(Arithmetic::Remainder, operands.into()),
            "min" => Node::Arithmetic(Arithmetic::Least, operands.into()),
            "max" => Node::Arithmetic(Arithmetic::Greatest, operands.into()),
            "in" => search(take(operands)),
            "cat" => Node::Cat(operands.into()),
            "substr" => Node::Substring(take(operands)),
            "merge" => Node::Merge(operands.into()),
            "map" => Node::Each(Each::Map, take(operands)),
            "filter" => Node::Each(Each::Filter, take(operands)),
            "all" => Node::Each(Each::All, take(operands)),
            "none" => Node::Each(Each::None, take(operands)),
            "some" => Node::Each(Each::Some, take(operands)),
            "reduce" => Node::Reduce(take(operands)),
            "log" => {
                let [operand] = *take(operands);
                operand
            }
            "starts_with" | "ends_with" if operands.len() == 2 => {
                Node::Affix { sides: take(operands), at_end: operator == "ends_with" }
            }
            "sem_ver" if operands.len() == 3 => Node::SemanticVersion(SemanticVersion::new(*take(operands)).into()),
            // The wrong number of operands is bad input like any other.
            "starts_with" | "ends_with" | "sem_ver" => Node::Literal(Value::Null),
            _ => return Err(Malformed::UnknownOperator(operator.to_owned())),
        };
        Ok(node)
    }

    fn reference(&self, written: &[Value]) -> Result<Node, Malformed> {
        let [Value::String(name)] = written else { return Err(Malformed::ReferenceWithoutName) };
        let evaluators = self.evaluators.ok_or_else(|| Malformed::NestedEvaluator(name.clone()))?;
        evaluators.named(name).cloned().map(Node::Shared)
    }

    fn variable(&mut self, written: &[Value]) -> Result<Node, Malformed> {
        let source = match written.first() {
            None => Source::Whole,
            Some(path) => match self.compile(path)? {
                Node::Literal(path) => Source::written(&path),
                computed => Source::Computed(computed),
            },
        };
        let default = written.get(1).map(|default| self.compile(default)).transpose()?;
        Ok(Node::Variable(Variable { source, default }.into()))
    }
}

/// The first operands; null for those that are missing.
fn take<const COUNT: usize>(operands: Vec<Node>) -> Box<[Node; COUNT]> {
    let mut operands = operands.into_iter();
    Box::new(std::array::from_fn(|_| operands.next().unwrap_or(Node::Literal(Value::Null))))
}

fn search(sides: Box<[Node; 2]>) -> Node {
    if let Node::Literal(Value::Array(items)) = &sides[1]
        && items.len() >= WORTH_SORTING
        && let Some(mut texts) =
            items.iter().map(|item| item.as_str().map(Box::from)).collect::<Option<Vec<Box<str>>>>()
    {
        texts.sort_unstable();
        let [needle, _] = *sides;
        return Node::InTexts { needle: needle.into(), texts: texts.into() };
    }
    Node::In(sides)
}

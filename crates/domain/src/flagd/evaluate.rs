//! What a flag of flagd's model resolves to.
//!
//! | situation | result |
//! |---|---|
//! | the flag is unknown | error `FLAG_NOT_FOUND` |
//! | the flag is broken | error `PARSE_ERROR` |
//! | state `DISABLED` | no value, no variant, reason `DISABLED` |
//! | the rule cannot be compiled | error `PARSE_ERROR` |
//! | no rule | default variant, reason `STATIC` |
//! | the rule gives the name of a variant (a boolean or number as text) | that variant, `TARGETING_MATCH` |
//! | the rule gives null | default variant, reason `DEFAULT` |
//! | the default variant is needed and there is none | no value, no variant, reason `DEFAULT` |
//! | a variant is needed that does not exist | error `GENERAL` |
//!
//! No value means: the application uses the default in its code. Metadata of the flag stands above that of the set.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value};

use super::document::{Definition, Document, DocumentFlag, Fault, is_metadata};
use super::expression::{Datum, Evaluators, Expression, Malformed, Subject};
use super::{Context, Generation};
use crate::evaluation::Reason;

/// The flags of a document, compiled. Immutable, so it may be shared between threads.
#[derive(Debug, Clone, Default)]
pub struct FlagSet {
    flags: HashMap<String, CompiledFlag>,
    metadata: Map<String, Value>,
}

/// A flag, compiled.
#[derive(Debug, Clone)]
pub struct CompiledFlag {
    key: String,
    generation: Generation,
    body: Result<Body, Fault>,
    metadata: Map<String, Value>,
}

#[derive(Debug, Clone)]
struct Body {
    enabled: bool,
    /// By name, sorted.
    variants: Vec<(String, Value)>,
    default_variant: Option<String>,
    targeting: Option<Result<Expression, Malformed>>,
}

/// What a flag gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer<'a> {
    /// The value; `None` to use the default in the code.
    pub value: Option<&'a Value>,
    /// The variant, where there is a value.
    pub variant: Option<&'a str>,
    /// Why.
    pub reason: Reason,
    /// What is said of the flag and its set: booleans, texts and numbers.
    pub metadata: &'a Map<String, Value>,
}

/// A flag gives nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{cause}")]
pub struct Failure<'a> {
    /// Why.
    pub cause: Cause<'a>,
    /// What is said of the flag and its set, of an unknown flag only the latter.
    pub metadata: &'a Map<String, Value>,
}

/// Why a flag gives nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Cause<'a> {
    /// There is no flag of this key.
    #[error("there is no such flag")]
    FlagNotFound,
    /// The flag is broken.
    #[error("the flag is broken: {0}")]
    Broken(&'a Fault),
    /// The rule cannot be compiled.
    #[error("the targeting rule is malformed: {0}")]
    Malformed(&'a Malformed),
    /// The rule or the default names a variant that does not exist.
    #[error("there is no variant \"{0}\"")]
    NoSuchVariant(Cow<'a, str>),
    /// The rule gives a list or an object.
    #[error("the targeting rule must give the name of a variant, or null")]
    NotAVariant,
}

/// The codes of OpenFeature that occur here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The flag is unknown.
    FlagNotFound,
    /// The flag or its rule cannot be understood.
    ParseError,
    /// Anything else.
    General,
}

impl ErrorCode {
    /// As OpenFeature spells it: `PARSE_ERROR`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FlagNotFound => "FLAG_NOT_FOUND",
            Self::ParseError => "PARSE_ERROR",
            Self::General => "GENERAL",
        }
    }
}

impl Cause<'_> {
    /// The code it is told with.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::FlagNotFound => ErrorCode::FlagNotFound,
            Self::Broken(_) | Self::Malformed(_) => ErrorCode::ParseError,
            Self::NoSuchVariant(_) | Self::NotAVariant => ErrorCode::General,
        }
    }
}

impl FlagSet {
    /// Compiles a document; `generation` says of each key how its flag divides people.
    #[must_use]
    pub fn compile(document: &Document, generation: impl Fn(&str) -> Generation) -> Self {
        let evaluators = Evaluators::compile(&document.evaluators);
        let compile = |flag: &DocumentFlag| {
            let generation = generation(&flag.key);
            (flag.key.clone(), CompiledFlag::compile(flag, generation, &evaluators, &document.metadata))
        };
        Self {
            flags: document.flags.iter().map(compile).collect(),
            metadata: presentable(&document.metadata).collect(),
        }
    }

    /// The flag of this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&CompiledFlag> {
        self.flags.get(key)
    }

    /// All flags, in no particular order.
    pub fn flags(&self) -> impl ExactSizeIterator<Item = &CompiledFlag> {
        self.flags.values()
    }

    /// What the flag of this key gives.
    ///
    /// # Errors
    /// [`Failure`] when it is unknown or broken, or needs a variant that does not exist.
    pub fn evaluate<'a>(&'a self, key: &str, context: Context<'a>) -> Result<Answer<'a>, Failure<'a>> {
        match self.get(key) {
            Some(flag) => flag.evaluate(context),
            None => Err(Failure { cause: Cause::FlagNotFound, metadata: &self.metadata }),
        }
    }
}

impl CompiledFlag {
    /// Compiles a flag, which may name these evaluators and stands in a set with this metadata.
    #[must_use]
    pub fn compile(
        flag: &DocumentFlag,
        generation: Generation,
        evaluators: &Evaluators,
        set_metadata: &Map<String, Value>,
    ) -> Self {
        let mut metadata: Map<_, _> = presentable(set_metadata).collect();
        let body = match &flag.definition {
            Ok(definition) => {
                metadata.extend(presentable(&definition.metadata));
                Ok(Body::compile(definition, evaluators))
            }
            Err(broken) => Err(broken.fault.clone()),
        };
        Self { key: flag.key.clone(), generation, body, metadata }
    }

    /// What application code asks for.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What it gives. Allocates only where the rule makes new text or lists.
    ///
    /// # Errors
    /// [`Failure`] when it is broken or needs a variant that does not exist.
    pub fn evaluate<'a>(&'a self, context: Context<'a>) -> Result<Answer<'a>, Failure<'a>> {
        self.resolve(context).map_err(|cause| Failure { cause, metadata: &self.metadata })
    }

    fn resolve<'a>(&'a self, context: Context<'a>) -> Result<Answer<'a>, Cause<'a>> {
        let body = self.body.as_ref().map_err(Cause::Broken)?;
        if !body.enabled {
            return Ok(self.code_default(Reason::Disabled));
        }
        let Some(targeting) = &body.targeting else { return self.default_variant(body, Reason::Static) };
        let expression = targeting.as_ref().map_err(Cause::Malformed)?;
        let name = match expression.evaluate(&Subject::new(&self.key, self.generation, context)) {
            Datum::Null => return self.default_variant(body, Reason::Default),
            Datum::Text(name) => name,
            scalar @ (Datum::Bool(_) | Datum::Number(_)) => Cow::Owned(scalar.to_text().into_owned()),
            Datum::List(_) | Datum::Object(_) => return Err(Cause::NotAVariant),
        };
        match body.variant(&name) {
            Some(variant) => Ok(self.answer(variant, Reason::TargetingMatch)),
            None => Err(Cause::NoSuchVariant(name)),
        }
    }

    fn default_variant<'a>(&'a self, body: &'a Body, reason: Reason) -> Result<Answer<'a>, Cause<'a>> {
        let Some(name) = &body.default_variant else { return Ok(self.code_default(Reason::Default)) };
        let variant = body.variant(name).ok_or(Cause::NoSuchVariant(Cow::Borrowed(name)))?;
        Ok(self.answer(variant, reason))
    }

    fn answer<'a>(&'a self, (variant, value): &'a (String, Value), reason: Reason) -> Answer<'a> {
        Answer { value: Some(value), variant: Some(variant), reason, metadata: &self.metadata }
    }

    const fn code_default(&self, reason: Reason) -> Answer<'_> {
        Answer { value: None, variant: None, reason, metadata: &self.metadata }
    }
}

impl Body {
    fn compile(definition: &Definition, evaluators: &Evaluators) -> Self {
        let mut variants: Vec<_> =
            definition.variants.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        variants.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self {
            enabled: definition.enabled,
            variants,
            default_variant: definition.default_variant.clone(),
            targeting: definition.targeting.as_ref().map(|rule| Expression::compile(rule, evaluators)),
        }
    }

    fn variant(&self, name: &str) -> Option<&(String, Value)> {
        self.variants.binary_search_by(|(each, _)| each.as_str().cmp(name)).ok().map(|place| &self.variants[place])
    }
}

/// The members that applications may be given.
fn presentable(metadata: &Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    metadata.iter().filter(|(_, value)| is_metadata(value)).map(|(name, value)| (name.clone(), value.clone()))
}

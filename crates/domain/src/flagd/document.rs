//! A flagd document: flags, shared rules and metadata, read leniently and written back.
//!
//! Each flag is read by itself: one that is broken keeps its text and its own fault, and all others stand. Names
//! are kept as they are. Reading and then writing changes nothing in meaning: members that this module does not
//! know are carried along; only empty rules and null defaults, which mean the same as none, and flags that a later
//! one of the same key replaces are left out.

use serde_json::{Map, Value};

use crate::value::ValueKind;

/// A document as it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// What is said of the whole set of flags.
    pub metadata: Map<String, Value>,
    /// Rules that flags name with `$ref`.
    pub evaluators: Map<String, Value>,
    /// The flags, each key once.
    pub flags: Vec<DocumentFlag>,
    /// Every other member as it was written, `$schema` among them.
    pub others: Map<String, Value>,
    /// What was passed over while reading.
    pub warnings: Vec<Warning>,
}

/// One flag of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentFlag {
    /// What application code asks for; any text.
    pub key: String,
    /// What it is, or why that cannot be said.
    pub definition: Result<Definition, BrokenFlag>,
}

/// What a flag gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Whether it is in state `ENABLED`; else it is `DISABLED`, and applications use their own default.
    pub enabled: bool,
    /// The values by name; at least one.
    pub variants: Map<String, Value>,
    /// The variant for whom the rule names none; `None` leaves it to the application.
    pub default_variant: Option<String>,
    /// The rule in JSON Logic; `None` when there is none or an empty one.
    pub targeting: Option<Value>,
    /// What is said of this flag.
    pub metadata: Map<String, Value>,
    /// Every other member as it was written.
    pub others: Map<String, Value>,
}

/// A flag that cannot be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokenFlag {
    /// What is wrong with it.
    pub fault: Fault,
    /// What was written.
    pub source: Value,
}

/// What is wrong with a flag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not an object.
    #[error("a flag must be an object")]
    NotAnObject,
    /// Without a state that is known.
    #[error("state must be \"ENABLED\" or \"DISABLED\"")]
    State,
    /// Without variants.
    #[error("variants must be an object with at least one variant")]
    Variants,
    /// With a default variant that is no name.
    #[error("defaultVariant must be the name of a variant, or null to use the default in the code")]
    DefaultVariant,
}

/// Something that was passed over, or that will fail once it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where, from the top: `flags.checkout.metadata`.
    pub place: String,
    /// What is odd about it and what came of it.
    pub message: &'static str,
}

/// Why a text is no flagd document at all.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not JSON.
    #[error("the document is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, but not an object.
    #[error("a flagd document must be a JSON object")]
    NotAnObject,
    /// Without flags.
    #[error("flags must be an object of flags by key, or a list of flags that each hold their key")]
    Flags,
}

impl Document {
    /// Reads a document from its text.
    ///
    /// # Errors
    /// [`Unreadable`] when it is not JSON, not an object or has no flags. A broken flag is no such error.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        Self::read(serde_json::from_str(text)?)
    }

    /// Reads a document from JSON.
    ///
    /// # Errors
    /// [`Unreadable`] when it is not an object or has no flags.
    pub fn read(json: Value) -> Result<Self, Unreadable> {
        let Value::Object(mut others) = json else { return Err(Unreadable::NotAnObject) };
        let flags = others.remove("flags").ok_or(Unreadable::Flags)?;
        let mut reader = Reader::default();
        let mut document = Self {
            metadata: reader.object(&mut others, "metadata", ""),
            evaluators: reader.object(&mut others, "$evaluators", ""),
            ..Self::default()
        };
        reader.check_metadata(&document.metadata, "metadata");
        match flags {
            Value::Object(flags) => {
                document.flags = flags.into_iter().map(|(key, flag)| reader.flag(key, flag)).collect();
            }
            Value::Array(flags) => document.flags = reader.listed(flags),
            _ => return Err(Unreadable::Flags),
        }
        Ok(Self { others, warnings: reader.warnings, ..document })
    }

    /// The document in flagd's form, flags by key.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut json = self.others.clone();
        put_unless_empty(&mut json, "metadata", &self.metadata);
        put_unless_empty(&mut json, "$evaluators", &self.evaluators);
        let flags = self.flags.iter().map(|flag| (flag.key.clone(), flag.to_json()));
        json.insert("flags".to_owned(), Value::Object(flags.collect()));
        Value::Object(json)
    }
}

impl DocumentFlag {
    /// A flag by itself, of a document that says nothing else.
    #[must_use]
    pub fn alone(key: &str, definition: Value) -> Self {
        Reader::default().flag(key.to_owned(), definition)
    }

    /// The flag in flagd's form, without its key; one that is broken as it was written.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.definition {
            Ok(definition) => definition.to_json(),
            Err(broken) => broken.source.clone(),
        }
    }
}

impl Definition {
    /// The kind that all variants are of; `None` when they are of several kinds, or null.
    #[must_use]
    pub fn value_kind(&self) -> Option<ValueKind> {
        let mut kinds = self.variants.values().map(|value| {
            Some(match value {
                Value::Null => return None,
                Value::Bool(_) => ValueKind::Boolean,
                Value::Number(number) if number.is_f64() => ValueKind::Float,
                Value::Number(_) => ValueKind::Integer,
                Value::String(_) => ValueKind::String,
                Value::Array(_) | Value::Object(_) => ValueKind::Json,
            })
        });
        let first = kinds.next()?;
        kinds.fold(first, |one, other| match (one?, other?) {
            (one, other) if one == other => Some(one),
            // flagd knows only numbers.
            (ValueKind::Integer | ValueKind::Float, ValueKind::Integer | ValueKind::Float) => Some(ValueKind::Float),
            _ => None,
        })
    }

    /// The definition in flagd's form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut json = self.others.clone();
        json.insert("state".to_owned(), if self.enabled { "ENABLED" } else { "DISABLED" }.into());
        json.insert("variants".to_owned(), Value::Object(self.variants.clone()));
        if let Some(default) = &self.default_variant {
            json.insert("defaultVariant".to_owned(), default.as_str().into());
        }
        if let Some(targeting) = &self.targeting {
            json.insert("targeting".to_owned(), targeting.clone());
        }
        put_unless_empty(&mut json, "metadata", &self.metadata);
        Value::Object(json)
    }
}

/// Whether metadata may hold it: a boolean, text or number.
#[must_use]
pub(super) const fn is_metadata(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_))
}

fn put_unless_empty(json: &mut Map<String, Value>, name: &str, members: &Map<String, Value>) {
    if !members.is_empty() {
        json.insert(name.to_owned(), Value::Object(members.clone()));
    }
}

/// Reads the parts and remembers what is odd about them.
#[derive(Default)]
struct Reader {
    warnings: Vec<Warning>,
}

impl Reader {
    fn warn(&mut self, place: impl Into<String>, message: &'static str) {
        self.warnings.push(Warning { place: place.into(), message });
    }

    /// Takes the object of this name out of `members`; what is no object stays there.
    fn object(&mut self, members: &mut Map<String, Value>, name: &str, within: &str) -> Map<String, Value> {
        match members.remove(name) {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(object)) => object,
            Some(other) => {
                members.insert(name.to_owned(), other);
                self.warn(format!("{within}{name}"), "is not an object and has no effect");
                Map::new()
            }
        }
    }

    fn check_metadata(&mut self, metadata: &Map<String, Value>, place: &str) {
        for (name, _) in metadata.iter().filter(|(_, value)| !is_metadata(value)) {
            self.warn(format!("{place}.{name}"), "is not a boolean, text or number and is not given to applications");
        }
    }

    /// Flags that each hold their key; of several with the same key, the last counts.
    fn listed(&mut self, items: Vec<Value>) -> Vec<DocumentFlag> {
        let mut flags: Vec<DocumentFlag> = Vec::with_capacity(items.len());
        let mut places = std::collections::HashMap::new();
        for (index, mut item) in items.into_iter().enumerate() {
            let Some(Value::String(key)) = item.as_object_mut().and_then(|members| members.remove("key")) else {
                self.warn(format!("flags[{index}]"), "has no key, so nobody can ask for it, and is left out");
                continue;
            };
            let flag = self.flag(key, item);
            match places.insert(flag.key.clone(), flags.len()) {
                None => flags.push(flag),
                Some(place) => {
                    self.warn(format!("flags[{index}]"), "replaces an earlier flag of the same key");
                    places.insert(flag.key.clone(), place);
                    flags[place] = flag;
                }
            }
        }
        flags
    }

    fn flag(&mut self, key: String, source: Value) -> DocumentFlag {
        let definition = self.definition(&key, &source).map_err(|fault| BrokenFlag { fault, source });
        DocumentFlag { key, definition }
    }

    fn definition(&mut self, key: &str, source: &Value) -> Result<Definition, Fault> {
        let mut others = source.as_object().ok_or(Fault::NotAnObject)?.clone();
        let enabled = match others.remove("state").as_ref().and_then(Value::as_str) {
            Some("ENABLED") => true,
            Some("DISABLED") => false,
            _ => return Err(Fault::State),
        };
        let variants = match others.remove("variants") {
            Some(Value::Object(variants)) if !variants.is_empty() => variants,
            _ => return Err(Fault::Variants),
        };
        let default_variant = match others.remove("defaultVariant") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(Fault::DefaultVariant),
        };
        if default_variant.as_ref().is_some_and(|name| !variants.contains_key(name)) {
            self.warn(format!("flags.{key}.defaultVariant"), "names no variant, so asking fails where it is needed");
        }
        let is_rule = |rule: &Value| !rule.is_null() && rule.as_object().is_none_or(|members| !members.is_empty());
        let targeting = others.remove("targeting").filter(is_rule);
        let place = format!("flags.{key}.");
        let metadata = self.object(&mut others, "metadata", &place);
        self.check_metadata(&metadata, &format!("{place}metadata"));
        Ok(Definition { enabled, variants, default_variant, targeting, metadata, others })
    }
}

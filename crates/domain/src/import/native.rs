//! A flag in flagd's model that gives the same as a flag of the project can.

use serde_json::Value;

use super::results::PossibleResults;
use crate::flag::{MOST_VARIANTS, Variant};
use crate::flagd::document::Definition;
use crate::flagd::expression::{Evaluators, Expression};
use crate::key::{FlagKey, VariantKey};
use crate::targeting::limits::LARGEST_EXPRESSION;
use crate::value::ValueKind;

/// What of metadata a flag of the project does not hold because every answer says it anyway.
pub const SAID_OF_EVERY_ANSWER: [&str; 2] = ["flagSetId", "version"];

/// What a flag of the project needs to give the same answers as a definition of flagd's: the default to everybody
/// for whom the rule names no variant, else that variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Native {
    /// What applications ask for.
    pub key: FlagKey,
    /// The kind of all values.
    pub value_kind: ValueKind,
    /// By key.
    pub variants: Vec<Variant>,
    /// For whom the rule names none.
    pub default_variant: VariantKey,
    /// The rule: nothing but keys of these variants and null can come out.
    pub targeting: Option<Value>,
}

impl Native {
    /// Of a definition without shared rules.
    ///
    /// # Errors
    /// Why a flag of the project would not give the same, in words.
    pub fn of(key: &str, definition: &Definition) -> Result<Self, String> {
        let key = FlagKey::new(key).map_err(|error| format!("its key {error}"))?;
        if !definition.enabled {
            return Err(
                "it is DISABLED: applications use the default in their code, and a flag here has a value".into()
            );
        }
        let default = definition.default_variant.as_ref();
        let default = default.ok_or("it has no default variant, and a flag here always gives a value")?;
        if !definition.variants.contains_key(default) {
            return Err(format!("its default variant \"{default}\" does not exist"));
        }
        let (value_kind, variants) = variants(definition)?;
        // It is among the keys of the variants, which were all acceptable.
        let default_variant = VariantKey::new(default.as_str()).map_err(|error| error.to_string())?;
        let metadata = definition.metadata.keys().filter(|name| !SAID_OF_EVERY_ANSWER.contains(&name.as_str()));
        let metadata: Vec<_> = metadata.map(|name| format!("\"{name}\"")).collect();
        if !metadata.is_empty() {
            return Err(format!("it has metadata, which a flag here has not: {}", metadata.join(", ")));
        }
        if let Some(rule) = &definition.targeting {
            check_rule(rule, &variants)?;
        }
        Ok(Self { key, value_kind, variants, default_variant, targeting: definition.targeting.clone() })
    }
}

fn variants(definition: &Definition) -> Result<(ValueKind, Vec<Variant>), String> {
    let value_kind =
        definition.value_kind().ok_or("its values are of several kinds, and those of a flag here are of one")?;
    if definition.variants.len() > MOST_VARIANTS {
        return Err(format!("it has more than {MOST_VARIANTS} variants"));
    }
    let variants = definition.variants.iter().map(|(name, value)| {
        let key = VariantKey::new(name.as_str()).map_err(|error| format!("the key of variant \"{name}\" {error}"))?;
        let value =
            value_kind.accept(value.clone()).map_err(|error| format!("the value of variant \"{name}\" {error}"))?;
        Ok(Variant { key, value })
    });
    Ok((value_kind, variants.collect::<Result<_, String>>()?))
}

fn check_rule(rule: &Value, variants: &[Variant]) -> Result<(), String> {
    Expression::compile(rule, &Evaluators::default()).map_err(|fault| format!("its rule is malformed: {fault}"))?;
    if rule.to_string().len() > LARGEST_EXPRESSION {
        return Err(format!("its rule is larger than {LARGEST_EXPRESSION} bytes"));
    }
    let results = PossibleResults::of(rule);
    if results.unknown {
        return Err("its rule does not tell which variants it can name, and might name one that does not exist".into());
    }
    match results.names.iter().find(|name| !variants.iter().any(|variant| variant.key.as_str() == *name)) {
        Some(name) => Err(format!("its rule can name the variant \"{name}\", which does not exist")),
        None => Ok(()),
    }
}

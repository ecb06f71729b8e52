//! `fractional`: divides people among variants by a hash, in flagd's two latest generations.
//!
//! ```text
//! hash   = MurmurHash3_x86_32(bytes, seed 0)       the bytes as the generation says
//! bucket = floor(hash × total weight / 2^32)       in 64-bit integers
//! ```
//!
//! The first variant whose cumulative weight exceeds the bucket is given. A weight is a whole number, 1 where none
//! is written, and 0 where it is negative; the total is at most 2^31 − 1. Anything else gives null: a total of 0, no
//! unit to hash, a variant that is a list or an object. While the total stays the same, letting the *first* weight
//! grow at the cost of the second takes its variant from nobody.

use serde_json::Value;

use super::super::Generation;
use super::cbor;
use super::compile::{Compiler, Malformed};
use super::datum::{Datum, List, Number};
use super::murmur3::Murmur3;
use super::node::Node;
use super::subject::Subject;
use super::variable::Scope;

const LARGEST_TOTAL: u32 = i32::MAX.cast_unsigned();

/// A division as it stands in a rule.
#[derive(Debug)]
pub struct Fractional {
    /// What is hashed; `None` for flag key and targeting key together.
    unit: Option<Node>,
    buckets: Box<[Bucket]>,
    /// The sum of the weights, where all of them stand in the rule and are sound.
    total: Option<u32>,
}

#[derive(Debug)]
enum Bucket {
    /// `["variant", 50]`.
    Written { variant: Node, weight: Weight },
    /// An operation that gives such a list.
    Computed(Node),
}

#[derive(Debug)]
enum Weight {
    Fixed(u32),
    Computed(Node),
}

impl Fractional {
    /// Reads the operands: perhaps the unit, then the buckets.
    pub fn compile(operands: &[Value], compiler: &mut Compiler<'_>) -> Result<Self, Malformed> {
        let (unit, buckets) = match operands.split_first() {
            Some((unit, buckets)) if !unit.is_array() => (Some(compiler.compile(unit)?), buckets),
            _ => (None, operands),
        };
        let buckets: Box<[_]> =
            buckets.iter().map(|bucket| Bucket::compile(bucket, compiler)).collect::<Result<_, _>>()?;
        let total = buckets.iter().map(Bucket::fixed_weight).collect::<Option<Vec<_>>>().and_then(|all| sum(&all));
        Ok(Self { unit, buckets, total })
    }

    /// The variant of whoever asks.
    pub fn evaluate<'a>(&'a self, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Datum<'a> {
        self.draw(subject, scope)
            .filter(|variant| !matches!(variant, Datum::List(_) | Datum::Object(_)))
            .unwrap_or(Datum::Null)
    }

    fn draw<'a>(&'a self, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Option<Datum<'a>> {
        let (hash, first) = match self.unit.as_ref().map(|unit| unit.evaluate(subject, scope)) {
            None => (hash_of_keys(subject)?, None),
            // A list cannot be told from a bucket, so it is one.
            Some(Datum::List(list)) => (hash_of_keys(subject)?, Some(drawn(&list)?)),
            Some(unit) => (hash_of(&unit, subject.generation)?, None),
        };
        if let (Some(total), None) = (self.total, &first) {
            let weighted = self.buckets.iter().filter_map(|bucket| Some((bucket, bucket.fixed_weight()?)));
            let (variant, _) = pick(weighted, bucket_of(hash, total))?.evaluate(subject, scope)?;
            return Some(variant);
        }
        let others = self.buckets.iter().map(|bucket| bucket.evaluate(subject, scope));
        let all: Vec<_> = first.map(Some).into_iter().chain(others).collect::<Option<_>>()?;
        let total = sum(&all.iter().map(|(_, weight)| *weight).collect::<Vec<_>>())?;
        pick(all.into_iter(), bucket_of(hash, total))
    }
}

impl Bucket {
    fn compile(written: &Value, compiler: &mut Compiler<'_>) -> Result<Self, Malformed> {
        let Value::Array(parts) = written else { return compiler.compile(written).map(Self::Computed) };
        let Some(variant) = parts.first() else { return Ok(Self::Computed(Node::Literal(written.clone()))) };
        let variant = compiler.compile(variant)?;
        let weight = match parts.get(1).map(|weight| compiler.compile(weight)).transpose()? {
            None => Weight::Fixed(1),
            Some(Node::Literal(literal)) => {
                weight_of(&Datum::from(&literal)).map_or(Weight::Computed(Node::Literal(literal)), Weight::Fixed)
            }
            Some(computed) => Weight::Computed(computed),
        };
        Ok(Self::Written { variant, weight })
    }

    const fn fixed_weight(&self) -> Option<u32> {
        match self {
            Self::Written { weight: Weight::Fixed(weight), .. } => Some(*weight),
            _ => None,
        }
    }

    /// The variant and its weight.
    fn evaluate<'a>(&'a self, subject: &Subject<'a>, scope: Scope<'_, 'a>) -> Option<(Datum<'a>, u32)> {
        match self {
            Self::Written { variant, weight } => {
                let weight = match weight {
                    Weight::Fixed(weight) => *weight,
                    Weight::Computed(weight) => weight_of(&weight.evaluate(subject, scope))?,
                };
                Some((variant.evaluate(subject, scope), weight))
            }
            Self::Computed(bucket) => match bucket.evaluate(subject, scope) {
                Datum::List(list) => drawn(&list),
                _ => None,
            },
        }
    }
}

/// The variant and weight that a list holds.
fn drawn<'a>(list: &List<'a>) -> Option<(Datum<'a>, u32)> {
    let weight = list.get(1).map_or(Some(1), |weight| weight_of(&weight))?;
    Some((list.get(0)?, weight))
}

fn weight_of(datum: &Datum<'_>) -> Option<u32> {
    match datum {
        Datum::Number(Number::Integer(weight)) => u32::try_from((*weight).max(0)).ok(),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and at most 2^31 − 1")]
        Datum::Number(Number::Float(weight)) => {
            let is_sound = weight.fract() == 0.0 && *weight <= f64::from(LARGEST_TOTAL);
            is_sound.then_some(weight.max(0.0) as u32)
        }
        _ => None,
    }
    .filter(|weight| *weight <= LARGEST_TOTAL)
}

/// The total of the weights, if people can be divided by it.
fn sum(weights: &[u32]) -> Option<u32> {
    let total = weights.iter().try_fold(0_u32, |total, weight| total.checked_add(*weight))?;
    (1..=LARGEST_TOTAL).contains(&total).then_some(total)
}

/// The first whose cumulative weight exceeds the bucket.
fn pick<T>(mut weighted: impl Iterator<Item = (T, u32)>, bucket: u32) -> Option<T> {
    let mut end = 0;
    weighted.find_map(|(choice, weight)| {
        end += weight;
        (bucket < end).then_some(choice)
    })
}

/// Below the total, so it always falls to somebody.
const fn bucket_of(hash: u32, total: u32) -> u32 {
    ((hash as u64 * total as u64) >> 32) as u32
}

fn hash_of(unit: &Datum<'_>, generation: Generation) -> Option<u32> {
    let mut hash = Murmur3::default();
    match (generation, unit) {
        (_, Datum::Null | Datum::List(_)) => return None,
        (Generation::Flagd2, Datum::Text(text)) => hash.update(text.as_bytes()),
        (Generation::Flagd2, _) => return None,
        (Generation::Flagd3, Datum::Bool(value)) => cbor::boolean(*value, &mut hash),
        (Generation::Flagd3, Datum::Number(number)) => cbor::number(*number, &mut hash),
        (Generation::Flagd3, Datum::Text(text)) => cbor::text(text, &mut hash),
        (Generation::Flagd3, Datum::Object(members)) => cbor::object(members, &mut hash),
    }
    Some(hash.finish())
}

/// The shorthand: flag key and targeting key. The latter must be a text that is not empty.
fn hash_of_keys(subject: &Subject<'_>) -> Option<u32> {
    let targeting_key = subject.context.attributes.get("targetingKey")?.as_str().filter(|key| !key.is_empty())?;
    Some(hash_of_pair(subject.generation, subject.flag_key, targeting_key))
}

fn hash_of_pair(generation: Generation, flag_key: &str, targeting_key: &str) -> u32 {
    let mut hash = Murmur3::default();
    match generation {
        Generation::Flagd2 => {
            hash.update(flag_key.as_bytes());
            hash.update(targeting_key.as_bytes());
        }
        Generation::Flagd3 => {
            cbor::array(2, &mut hash);
            cbor::text(flag_key, &mut hash);
            cbor::text(targeting_key, &mut hash);
        }
    }
    hash.finish()
}

/// The bucket into which the shorthand of `fractional` puts somebody, below `total`, the sum of all weights.
#[must_use]
pub fn fractional_bucket(generation: Generation, flag_key: &str, targeting_key: &str, total: u32) -> u32 {
    bucket_of(hash_of_pair(generation, flag_key, targeting_key), total)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::Context;
    use super::*;

    #[test]
    fn flag_and_targeting_key_fall_into_known_buckets() {
        for (flag_key, targeting_key, second, third) in [
            ("accept-split", "user-0", (408_657_903, 9, 9_514), (3_596_297_786, 83, 83_732)),
            ("accept-split", "user-1", (199_330_327, 4, 4_641), (2_184_738_492, 50, 50_867)),
            ("fractional-flag-shorthand", "jon@company.com", (618_039_204, 14, 14_389), (3_783_143_057, 88, 88_083)),
            ("fractional-flag-shorthand", "jane@company.com", (2_316_038_310, 53, 53_924), (4_250_290_490, 98, 98_959)),
            ("checkout-v2", "u1", (2_441_657_945, 56, 56_849), (1_328_225_079, 30, 30_925)),
            ("checkout-v2", "Zoë", (1_276_837_688, 29, 29_728), (1_700_052_742, 39, 39_582)),
        ] {
            let attributes = json!({ "targetingKey": targeting_key });
            let context = Context { attributes: attributes.as_object().unwrap(), timestamp: 0 };
            for (generation, expect) in [(Generation::Flagd2, second), (Generation::Flagd3, third)] {
                let hash = hash_of_keys(&Subject::new(flag_key, generation, context)).unwrap();
                let got = (hash, bucket_of(hash, 100), bucket_of(hash, 100_000));
                assert_eq!(got, expect, "{flag_key} {targeting_key} {generation:?}");
            }
        }
    }

    #[test]
    fn units_of_every_type_fall_into_known_buckets() {
        for (unit, expect) in [
            (json!(true), (836_216_331, 19)),
            (json!(false), (116_478_471, 2)),
            (json!("user1"), (3_686_933_882, 85)),
            (json!(123), (3_334_029_857, 77)),
            (json!("123"), (3_729_299_010, 86)),
            (json!(1.23), (2_393_468_550, 55)),
            (json!(0), (1_364_076_727, 31)),
            (json!(-25), (2_734_936_097, 63)),
            (json!(65505.0), (2_842_410_070, 66)),
            (json!(1e20), (3_152_684_119, 73)),
            (json!({"b": 1, "aa": 2}), (279_017_145, 6)),
        ] {
            let hash = hash_of(&Datum::from(&unit), Generation::Flagd3).unwrap();
            assert_eq!((hash, bucket_of(hash, 100)), expect, "{unit}");
        }
    }

    #[test]
    fn the_second_generation_takes_texts_alone() {
        for (text, hash, bucket) in [
            ("ejOoVL", 0, 0),
            ("bY9fO-", 1, 0),
            ("SI7p-", 2_147_483_647, 49),
            ("6LvT0", 2_147_483_648, 50),
            ("ceQdGm", 4_294_967_295, 99),
            ("flag-user", 2_410_693_464, 56),
        ] {
            let got = hash_of(&Datum::Text(text.into()), Generation::Flagd2).unwrap();
            assert_eq!((got, bucket_of(got, 100)), (hash, bucket), "{text}");
        }
        assert_eq!(hash_of(&Datum::Bool(true), Generation::Flagd2), None);
    }

    #[test]
    fn weights_are_whole_and_not_negative() {
        for (weight, expect) in [
            (json!(50), Some(50)),
            (json!(50.0), Some(50)),
            (json!(0.5), None),
            (json!(-50), Some(0)),
            (json!(-1e300), Some(0)),
            (json!(2_147_483_647), Some(LARGEST_TOTAL)),
            (json!(2_147_483_648_i64), None),
            (json!(1e300), None),
            (json!("50"), None),
            (json!(null), None),
        ] {
            assert_eq!(weight_of(&Datum::from(&weight)), expect, "{weight}");
        }
        assert_eq!(sum(&[LARGEST_TOTAL, 1]), None);
        assert_eq!(sum(&[u32::MAX, u32::MAX]), None);
        assert_eq!(sum(&[0, 0]), None);
        assert_eq!(sum(&[]), None);
    }
}

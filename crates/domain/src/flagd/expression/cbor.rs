//! Deterministic CBOR (RFC 8949, section 4.2), written straight into a hash.
//!
//! Whole numbers within 64 bits become integers, `-0.0` too; other numbers take the shortest form that holds
//! them exactly. Keys of an object are sorted, shorter ones first.

use serde_json::{Map, Value};

use super::datum::Number;
use super::murmur3::Murmur3;

/// Where the bytes go.
pub trait Sink {
    /// Takes the next bytes.
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Murmur3 {
    fn put(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

/// The head of an array of so many items.
pub fn array(length: usize, sink: &mut impl Sink) {
    head(ARRAY, length as u64, sink);
}

/// A text.
pub fn text(text: &str, sink: &mut impl Sink) {
    head(TEXT, text.len() as u64, sink);
    sink.put(text.as_bytes());
}

/// `true` or `false`.
pub fn boolean(value: bool, sink: &mut impl Sink) {
    sink.put(&[if value { 0xf5 } else { 0xf4 }]);
}

/// A number.
pub fn number(number: Number, sink: &mut impl Sink) {
    match number {
        Number::Integer(integer) => self::integer(integer, sink),
        Number::Float(float) => self::float(float, sink),
    }
}

/// An object.
pub fn object(members: &Map<String, Value>, sink: &mut impl Sink) {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by(|(one, _), (other, _)| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
    head(MAP, sorted.len() as u64, sink);
    for (key, value) in sorted {
        text(key, sink);
        self::value(value, sink);
    }
}

/// Any JSON value.
pub fn value(value: &Value, sink: &mut impl Sink) {
    match value {
        Value::Null => sink.put(&[0xf6]),
        Value::Bool(value) => boolean(*value, sink),
        Value::Number(value) => number(value.into(), sink),
        Value::String(value) => text(value, sink),
        Value::Array(items) => {
            array(items.len(), sink);
            for item in items {
                self::value(item, sink);
            }
        }
        Value::Object(members) => object(members, sink),
    }
}

fn integer(integer: i64, sink: &mut impl Sink) {
    match u64::try_from(integer) {
        Ok(natural) => head(UNSIGNED, natural, sink),
        // A negative number is written as its distance below -1, which is the complement of its bits.
        Err(_) => head(NEGATIVE, !integer.cast_unsigned(), sink),
    }
}

fn float(float: f64, sink: &mut impl Sink) {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within the range checked")]
    if float.fract() == 0.0 && (-TWO_TO_63..TWO_TO_63).contains(&float) {
        integer(float as i64, sink);
    } else if float.fract() == 0.0 && (TWO_TO_63..2.0 * TWO_TO_63).contains(&float) {
        head(UNSIGNED, float as u64, sink);
    } else if let Some(half) = half_precision(float) {
        put(&[0xf9], &half.to_be_bytes(), sink);
    } else if f64::from(float as f32).to_bits() == float.to_bits() {
        put(&[0xfa], &(float as f32).to_be_bytes(), sink);
    } else {
        put(&[0xfb], &float.to_be_bytes(), sink);
    }
}

/// The IEEE 754 half-precision form of a number that is not whole, where that is exact.
fn half_precision(float: f64) -> Option<u16> {
    /// The smallest normal number, and the distance between subnormal ones.
    const NORMAL: f64 = 1.0 / 16_384.0;
    const STEP: f64 = NORMAL / 1_024.0;
    let sign = u16::from(float.is_sign_negative()) << 15;
    let size = float.abs();
    if size < NORMAL {
        let steps = size / STEP;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and below 1024")]
        return (steps.fract() == 0.0).then_some(sign | steps as u16);
    }
    let bits = size.to_bits();
    let is_exact = bits & ((1 << 42) - 1) == 0;
    // Both exponents stand above the mantissa with their own bias: 1023 and 15.
    let rebased = (bits >> 42).checked_sub((1023 - 15) << 10)?;
    let half = u16::try_from(rebased).ok().filter(|half| *half < 0x7c00)?;
    is_exact.then_some(sign | half)
}

/// A major type with its argument in the shortest form.
fn head(major: u8, argument: u64, sink: &mut impl Sink) {
    let major = major << 5;
    #[expect(clippy::cast_possible_truncation, reason = "each arm fits its width")]
    match argument {
        0..=23 => sink.put(&[major | argument as u8]),
        24..=0xff => sink.put(&[major | 24, argument as u8]),
        0x100..=0xffff => put(&[major | 25], &(argument as u16).to_be_bytes(), sink),
        0x1_0000..=0xffff_ffff => put(&[major | 26], &(argument as u32).to_be_bytes(), sink),
        _ => put(&[major | 27], &argument.to_be_bytes(), sink),
    }
}

fn put(head: &[u8], rest: &[u8], sink: &mut impl Sink) {
    sink.put(head);
    sink.put(rest);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    impl Sink for String {
        fn put(&mut self, bytes: &[u8]) {
            self.extend(bytes.iter().map(|byte| format!("{byte:02x}")));
        }
    }

    #[test]
    fn values_have_one_encoding() {
        for (value, expect) in [
            (json!(["accept-split", "user-0"]), "826c6163636570742d73706c697466757365722d30"),
            (json!(["accept-split", "user-1"]), "826c6163636570742d73706c697466757365722d31"),
            (json!(["checkout-v2", "u1"]), "826b636865636b6f75742d7632627531"),
            (json!(["checkout-v2", "Zoë"]), "826b636865636b6f75742d7632645a6fc3ab"),
            (json!(true), "f5"),
            (json!(false), "f4"),
            (json!(null), "f6"),
            (json!("user1"), "657573657231"),
            (json!(123), "187b"),
            (json!("123"), "63313233"),
            (json!(1.23), "fb3ff3ae147ae147ae"),
            (json!(0), "00"),
            (json!(-0.0), "00"),
            (json!(1.0), "01"),
            (json!(-25), "3818"),
            (json!(-2.0), "21"),
            (json!(65505.0), "19ffe1"),
            (json!(1e20), "fb4415af1d78b58c40"),
            (json!({"b": 1, "aa": 2}), "a261620162616102"),
            (json!(i64::MIN), "3b7fffffffffffffff"),
            (json!(1e19), "1b8ac7230489e80000"),
            (json!(1.5), "f93e00"),
            (json!(-0.1), "fbbfb999999999999a"),
            (json!(0.000_061_035_156_25), "f90400"),
            (json!(5.960_464_477_539_063e-8), "f90001"),
            (json!(3.4028234663852886e38), "fa7f7fffff"),
            (json!(1.1754943508222875e-38), "fa00800000"),
            (json!(5e-324), "fb0000000000000001"),
            (json!(70_000.5), "fa4788b840"),
        ] {
            let mut bytes = String::new();
            super::value(&value, &mut bytes);
            assert_eq!(bytes, expect, "{value}");
        }
    }

    #[test]
    fn long_texts_take_longer_heads() {
        for (length, head) in [(23, "77"), (24, "7818"), (255, "78ff"), (256, "790100"), (65_536, "7a00010000")] {
            let mut bytes = String::new();
            text(&"a".repeat(length), &mut bytes);
            assert_eq!(bytes.split_once("61"), Some((head, &*"61".repeat(length - 1))), "{length}");
        }
    }
}

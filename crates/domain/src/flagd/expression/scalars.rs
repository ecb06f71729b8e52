//! Operators on numbers and text.

use super::datum::Datum;
use super::subject::Subject;

/// A calculation with 64-bit floats.
#[derive(Debug, Clone, Copy)]
pub enum Arithmetic {
    /// `+`; of one operand, the number it spells.
    Add,
    /// `-`; of one operand, its negative.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`: what remains, with the sign of the dividend.
    Remainder,
    /// `min`.
    Least,
    /// `max`.
    Greatest,
}

impl Arithmetic {
    /// The result; null when it is no finite number or there is nothing to calculate with.
    pub fn calculate<'a>(self, mut operands: impl Iterator<Item = f64>) -> Datum<'a> {
        let Some(first) = operands.next() else { return Datum::Null };
        let result = match self {
            Self::Add => operands.fold(first, |sum, operand| sum + operand),
            Self::Multiply => operands.fold(first, |product, operand| product * operand),
            // What is no number makes the result none, whichever operand it is.
            Self::Least => operands.fold(first, |least, next| if next < least || next.is_nan() { next } else { least }),
            Self::Greatest => {
                operands.fold(first, |greatest, next| if next > greatest || next.is_nan() { next } else { greatest })
            }
            Self::Subtract => operands.next().map_or(-first, |second| first - second),
            Self::Divide => operands.next().map_or(f64::NAN, |second| first / second),
            Self::Remainder => operands.next().map_or(f64::NAN, |second| first % second),
        };
        Datum::calculated(result)
    }
}

/// `in`: whether a text holds another, or a list holds an identical item.
pub fn is_in<'a>(needle: &Datum<'a>, haystack: &Datum<'a>, subject: &Subject<'a>) -> Datum<'a> {
    match (haystack, needle) {
        (Datum::Text(text), Datum::Text(_) | Datum::Number(_) | Datum::Bool(_)) => {
            Datum::Bool(text.contains(&*needle.to_text()))
        }
        (Datum::List(list), _) if subject.affords(list.len() / 16) => {
            Datum::Bool(list.iter().any(|item| item.is_identical(needle)))
        }
        (Datum::List(_), _) => Datum::Null,
        _ => Datum::Bool(false),
    }
}

/// `cat`: the operands as one text.
pub fn concatenated<'a>(operands: impl Iterator<Item = Datum<'a>>, subject: &Subject<'a>) -> Datum<'a> {
    let mut joined = String::new();
    for operand in operands {
        let text = operand.to_text();
        if !subject.affords(text.len() / 64) {
            return Datum::Null;
        }
        joined.push_str(&text);
    }
    Datum::Text(joined.into())
}

/// `substr`: from a place counted from the start, or if negative from the end; so many characters, or if negative
/// all but so many at the end.
pub fn substring<'a>(text: &Datum<'a>, start: &Datum<'a>, length: &Datum<'a>, subject: &Subject<'a>) -> Datum<'a> {
    let text = text.to_text();
    if !subject.affords(text.len() / 64) {
        return Datum::Null;
    }
    let characters = text.chars().count();
    let start = place(start.to_f64(), characters);
    let end = match length {
        Datum::Null => characters,
        length if length.to_f64() < 0.0 => place(length.to_f64(), characters),
        length => start.saturating_add(place(length.to_f64(), characters)),
    };
    Datum::Text(text.chars().skip(start).take(end.saturating_sub(start)).collect())
}

/// A place in so many characters, a negative one counted from the end.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates; NaN is 0")]
fn place(place: f64, characters: usize) -> usize {
    if place < 0.0 { characters.saturating_sub(-place as usize) } else { (place as usize).min(characters) }
}

//! Numbers of a plan while they are edited: as they were kept, or as they are typed now.

use signalbox_domain::guard::{Amount, Unit};

/// A margin or a limit while it is edited. What nobody typed into stays to the last digit what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// As it was.
    Kept(Amount),
    /// As it is typed: percentage points or percent for shares.
    Typed(String),
}

impl Default for Figure {
    fn default() -> Self {
        Self::Typed(String::new())
    }
}

impl Figure {
    /// As it stands in its field.
    pub fn text(&self, unit: Unit) -> String {
        match self {
            Self::Typed(text) => text.clone(),
            Self::Kept(amount) => {
                let shown = if unit == Unit::Share { amount.get() * 100.0 } else { amount.get() };
                // A percentage is a product; what is beyond the ninth digit is not what anybody typed.
                let rounded = format!("{shown:.9}");
                rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
        }
    }

    /// The number, where there is one.
    ///
    /// # Errors
    /// A sentence with what would be accepted.
    pub fn read(&self, unit: Unit) -> Result<Option<Amount>, String> {
        let typed = match self {
            Self::Kept(amount) => return Ok(Some(*amount)),
            Self::Typed(typed) => typed.trim().trim_end_matches('%').trim_end().replace(',', "."),
        };
        if typed.is_empty() {
            return Ok(None);
        }
        let plain = typed.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
        let number = typed.parse::<f64>().ok().filter(|_| plain);
        let amount =
            number.and_then(|number| Amount::new(if unit == Unit::Share { number / 100.0 } else { number }).ok());
        amount.map(Some).ok_or_else(|| "Must be a number of 0 or more.".into())
    }
}

/// What stands behind the field of a difference.
pub const fn sign(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "pp",
        Unit::Milliseconds => "ms",
        Unit::Number => "",
    }
}

/// What stands behind the field of a value.
pub const fn value_sign(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "%",
        Unit::Milliseconds => "ms",
        Unit::Number => "",
    }
}

/// A whole number that may be left out, at most `most`.
///
/// # Errors
/// A sentence with what would be accepted.
pub fn whole(typed: &str, most: u32) -> Result<Option<u32>, String> {
    let typed: String = typed.chars().filter(|letter| !letter.is_whitespace() && *letter != ',').collect();
    if typed.is_empty() {
        return Ok(None);
    }
    let number = typed.parse::<u32>().ok().filter(|number| *number <= most && !typed.starts_with('+'));
    number
        .map(Some)
        .ok_or_else(|| format!("Must be a whole number of at most {}.", signalbox_domain::people::grouped(most.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_typed_in_percentage_points() {
        let check = |typed: &str, unit, expect: Result<Option<f64>, ()>| {
            let read = Figure::Typed(typed.into()).read(unit);
            assert_eq!(read.map(|amount| amount.map(Amount::get)).map_err(drop), expect, "{typed:?}");
        };
        check("0.5", Unit::Share, Ok(Some(0.005)));
        check("0,5 %", Unit::Share, Ok(Some(0.005)));
        check("30", Unit::Milliseconds, Ok(Some(30.0)));
        check("", Unit::Share, Ok(None));
        check("-1", Unit::Number, Err(()));
        check("1e3", Unit::Number, Err(()));
        check("much", Unit::Share, Err(()));
    }

    #[test]
    fn what_nobody_typed_into_stays_as_it_was() {
        let amount = Amount::new(0.07).unwrap();
        let kept = Figure::Kept(amount);
        assert_eq!((kept.text(Unit::Share), kept.read(Unit::Share)), ("7".into(), Ok(Some(amount))));
        assert_eq!(Figure::Kept(Amount::new(0.005).unwrap()).text(Unit::Share), "0.5");
        assert_eq!(Figure::Kept(Amount::new(250.0).unwrap()).text(Unit::Milliseconds), "250");
    }

    #[test]
    fn whole_numbers_may_be_left_out() {
        assert_eq!(whole(" ", 60), Ok(None));
        assert_eq!(whole("1,000", 5_000), Ok(Some(1_000)));
        assert!(whole("61", 60).is_err());
        assert!(whole("1.5", 60).is_err());
        assert!(whole("+5", 60).is_err());
    }
}

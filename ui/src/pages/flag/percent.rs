//! Percentages as people type them.

use signalbox_domain::Share;

/// A share from what was typed: "10", "12.5 %", "0,5".
///
/// # Errors
/// A sentence with what would be accepted.
pub fn parse(typed: &str) -> Result<Share, String> {
    let number = typed.trim().trim_end_matches('%').trim_end().replace(',', ".");
    if number.is_empty() {
        return Err("Say how many percent.".into());
    }
    // Rust reads "inf" and "1e1" as numbers; nobody means them here.
    let plain = number.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+'));
    let percent = number.parse::<f64>().ok().filter(|_| plain);
    percent
        .and_then(|percent| Share::from_percent(percent).ok())
        .ok_or_else(|| "Must be a number from 0 to 100 with at most three decimals.".into())
}

/// A share as it stands in a field, without the sign: "12.5".
pub fn typed(share: Share) -> String {
    share.percent().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_as_people_write_them() {
        let check = |text: &str, expect: Option<f64>| {
            assert_eq!(parse(text).ok().map(Share::percent), expect, "{text:?}");
        };
        check("10", Some(10.0));
        check(" 12.5 % ", Some(12.5));
        check("0,5%", Some(0.5));
        check("100", Some(100.0));
        check("0.001", Some(0.001));
        check("0.0001", None);
        check("150", None);
        check("-5", None);
        check("abc", None);
        check("1e1", None);
        check("inf", None);
        check("", None);
        assert_eq!(typed(Share::from_percent(12.5).unwrap()), "12.5");
    }
}

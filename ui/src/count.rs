//! Counts of people as they are typed.

use signalbox_domain::environment::LARGEST_AUDIENCE;
use signalbox_domain::people::grouped;

/// A count from what was typed: "164000", "164,000", "164 000".
///
/// # Errors
/// A sentence with what would be accepted.
pub fn parse(typed: &str) -> Result<u64, String> {
    let digits: String =
        typed.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, ',' | '\'')).collect();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .parse::<u64>()
        .ok()
        .filter(|count| plain && *count <= LARGEST_AUDIENCE)
        .ok_or_else(|| format!("Must be a whole number from 0 to {}.", grouped(LARGEST_AUDIENCE)))
}

/// As [`parse`], of a count that may be left out.
///
/// # Errors
/// As [`parse`].
pub fn parse_optional(typed: &str) -> Result<Option<u64>, String> {
    if typed.trim().is_empty() { Ok(None) } else { parse(typed).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_people_are_read_as_people_type_them() {
        let check = |typed: &str, expect: Option<u64>| assert_eq!(parse(typed).ok(), expect, "{typed}");
        check("164000", Some(164_000));
        check(" 164,000 ", Some(164_000));
        check("164 000", Some(164_000));
        check("0", Some(0));
        check("", None);
        check("-5", None);
        check("many", None);
        check("1.5", None);
        check("100000000001", None);
        assert_eq!(parse_optional(" "), Ok(None));
        assert_eq!(parse_optional("5"), Ok(Some(5)));
        assert!(parse_optional("x").is_err());
    }
}

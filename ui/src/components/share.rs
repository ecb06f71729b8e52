//! Shares and people as they are written on screen.

use signalbox_domain::Share;
use signalbox_domain::people::rounded;

/// "25 %", on one line.
pub fn percent(share: Share) -> String {
    format!("{}\u{a0}%", share.percent())
}

/// "41,000 people", "1 person", "nobody"; rounded to what is known, without "about" where room is short.
pub fn people(count: u64) -> String {
    match count {
        0 => "nobody".into(),
        1 => "1 person".into(),
        _ => format!("{} people", rounded(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_people_are_short() {
        assert_eq!(percent(Share::from_percent(12.5).unwrap()), "12.5\u{a0}%");
        assert_eq!(percent(Share::EVERYBODY), "100\u{a0}%");
        assert_eq!(people(41_234), "41,200 people");
        assert_eq!(people(0), "nobody");
    }
}

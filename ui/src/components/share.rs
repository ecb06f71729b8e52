//! Shares and people as they are written on screen.

use signalbox_domain::Share;
use signalbox_domain::people::rounded;
use signalbox_protocol::wire::flag::FlagInEnvironment;

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

/// Who has a flag in an environment, as short as can be: "50 %", "Named" for people named one by one, "Off".
pub fn reach(state: &FlagInEnvironment) -> String {
    match (state.killed, state.share) {
        (Some(_), _) => "Off".into(),
        (None, Share::NOBODY) if state.named > 0 => "Named".into(),
        (None, share) => percent(share),
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

//! What a flag gave, in two bytes.

use signalbox_domain::evaluation::{Choice, Reason, TargetingKeyMissing};
use signalbox_domain::flag::MOST_VARIANTS;
use signalbox_domain::targeting::limits::MOST_RULES;

const VARIANT_BITS: u16 = 6;
const RULE_BITS: u16 = 7;
const _: () = assert!(MOST_VARIANTS <= 1 << VARIANT_BITS, "every variant has a number");
const _: () = assert!(MOST_RULES < 1 << RULE_BITS, "every rule has a number, and so has none");
const REASON_BITS: u16 = 3;
/// In place of a reason.
const MISSING: u16 = (1 << REASON_BITS) - 1;
const _: () = assert!(Reason::ALL.len() <= MISSING as usize, "every reason has a number, and so has none");

/// What a flag gave to one person, or that it could not say without a targeting key. Together with the flag this is
/// the whole answer, so it is what is counted, what an entity tag is made of, and what the answer is written from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given(u16);

impl Given {
    /// Bytes that one takes.
    pub const BYTES: usize = 2;

    /// Of an evaluation.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the limits above")]
    pub const fn of(choice: Result<Choice, TargetingKeyMissing>) -> Self {
        let Ok(Choice { variant, reason, rule }) = choice else { return Self(MISSING) };
        let rule = match rule {
            None => 0,
            Some(rule) => rule as u16 + 1,
        };
        Self(reason as u16 | rule << REASON_BITS | (variant as u16) << (REASON_BITS + RULE_BITS))
    }

    /// What was chosen.
    ///
    /// # Errors
    /// [`TargetingKeyMissing`] where nothing could be.
    pub const fn choice(self) -> Result<Choice, TargetingKeyMissing> {
        let number = (self.0 & MISSING) as usize;
        if number >= Reason::ALL.len() {
            return Err(TargetingKeyMissing);
        }
        let reason = Reason::ALL[number];
        let rule = (self.0 >> REASON_BITS & ((1 << RULE_BITS) - 1)) as usize;
        Ok(Choice { variant: (self.0 >> (REASON_BITS + RULE_BITS)) as usize, reason, rule: rule.checked_sub(1) })
    }

    /// As bytes, for keeping many.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::BYTES] {
        self.0.to_le_bytes()
    }

    /// Back from bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(u16::from_le_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_comes_back() {
        let reasons = [Reason::Static, Reason::Default, Reason::TargetingMatch, Reason::Split, Reason::Disabled];
        let back = |choice| Given::from_bytes(Given::of(choice).to_bytes()).choice();
        for reason in reasons {
            for variant in 0..MOST_VARIANTS {
                for rule in std::iter::once(None).chain((0..MOST_RULES).map(Some)) {
                    let choice = Ok(Choice { variant, reason, rule });
                    assert_eq!(back(choice), choice);
                }
            }
        }
        assert_eq!(back(Err(TargetingKeyMissing)), Err(TargetingKeyMissing));
    }
}

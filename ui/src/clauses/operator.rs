//! What a clause may ask, in plain words.

/// What a clause asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Operator {
    /// The attribute is one of these texts.
    #[default]
    OneOf,
    /// It contains one of these texts.
    Contains,
    /// It starts with one of these texts.
    StartsWith,
    /// It ends with one of these texts.
    EndsWith,
    /// A regular expression matches somewhere in it.
    MatchesPattern,
    /// It is this number.
    NumberEquals,
    /// It is less than this number.
    NumberLessThan,
    /// It is this number or less.
    NumberAtMost,
    /// It is more than this number.
    NumberMoreThan,
    /// It is this number or more.
    NumberAtLeast,
    /// It is a number from one to another.
    NumberBetween,
    /// Divided, it leaves this remainder.
    Modulo,
    /// It is this version.
    VersionEquals,
    /// It is an earlier version.
    VersionLessThan,
    /// It is this version or an earlier one.
    VersionAtMost,
    /// It is a later version.
    VersionMoreThan,
    /// It is this version or a later one.
    VersionAtLeast,
    /// It is this version or a later, compatible one.
    VersionCompatibleWith,
    /// It is this version or a later one with the same major and minor part.
    VersionCloseTo,
    /// The moment is earlier than this one.
    TimeBefore,
    /// The moment is this one or later.
    TimeAfter,
    /// The moment is within a stretch of time.
    TimeBetween,
    /// The moment is on these days and within these hours.
    TimeOfWeek,
    /// It is an address in one of these networks.
    InNetwork,
    /// It is given.
    IsSet,
    /// Whoever asks is in one of these groups.
    InSegment,
}

/// What is typed for a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// Texts, one on each line, with or without regard to capitals.
    Texts,
    /// A regular expression, with or without regard to capitals.
    Pattern,
    /// One number.
    Number,
    /// The least and the greatest number.
    Range,
    /// A divisor and what remains.
    Modulo,
    /// A version.
    Version,
    /// A moment, and the zone in which it is read.
    Moment,
    /// A beginning and an end, and the zone in which they are read.
    Period,
    /// Days of the week, hours, and their zone.
    Weekly,
    /// Networks, one on each line.
    Networks,
    /// Nothing.
    Nothing,
    /// Groups of people.
    Segments,
}

impl Operator {
    /// Families in the order of the menu, each with its operators.
    pub const FAMILIES: [(&'static str, &'static [Self]); 7] = [
        ("Text", &[Self::OneOf, Self::Contains, Self::StartsWith, Self::EndsWith, Self::MatchesPattern]),
        ("Group", &[Self::InSegment]),
        (
            "Number",
            &[
                Self::NumberEquals,
                Self::NumberAtLeast,
                Self::NumberMoreThan,
                Self::NumberAtMost,
                Self::NumberLessThan,
                Self::NumberBetween,
                Self::Modulo,
            ],
        ),
        (
            "Version",
            &[
                Self::VersionAtLeast,
                Self::VersionMoreThan,
                Self::VersionAtMost,
                Self::VersionLessThan,
                Self::VersionEquals,
                Self::VersionCompatibleWith,
                Self::VersionCloseTo,
            ],
        ),
        ("Time", &[Self::TimeAfter, Self::TimeBefore, Self::TimeBetween, Self::TimeOfWeek]),
        ("Network", &[Self::InNetwork]),
        ("Presence", &[Self::IsSet]),
    ];

    /// All operators.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::FAMILIES.into_iter().flat_map(|(_, operators)| operators.iter().copied())
    }

    /// The operator of a key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::all().find(|operator| operator.key() == key)
    }

    /// Its name on the wire.
    pub const fn key(self) -> &'static str {
        match self {
            Self::OneOf => "one_of",
            Self::Contains => "contains",
            Self::StartsWith => "starts_with",
            Self::EndsWith => "ends_with",
            Self::MatchesPattern => "matches_pattern",
            Self::NumberEquals => "number_equals",
            Self::NumberLessThan => "number_less_than",
            Self::NumberAtMost => "number_at_most",
            Self::NumberMoreThan => "number_more_than",
            Self::NumberAtLeast => "number_at_least",
            Self::NumberBetween => "number_between",
            Self::Modulo => "modulo",
            Self::VersionEquals => "version_equals",
            Self::VersionLessThan => "version_less_than",
            Self::VersionAtMost => "version_at_most",
            Self::VersionMoreThan => "version_more_than",
            Self::VersionAtLeast => "version_at_least",
            Self::VersionCompatibleWith => "version_compatible_with",
            Self::VersionCloseTo => "version_close_to",
            Self::TimeBefore => "time_before",
            Self::TimeAfter => "time_after",
            Self::TimeBetween => "time_between",
            Self::TimeOfWeek => "time_of_week",
            Self::InNetwork => "in_network",
            Self::IsSet => "is_set",
            Self::InSegment => "in_segment",
        }
    }

    /// What is typed for it.
    pub const fn operand(self) -> Operand {
        match self {
            Self::OneOf | Self::Contains | Self::StartsWith | Self::EndsWith => Operand::Texts,
            Self::MatchesPattern => Operand::Pattern,
            Self::NumberEquals
            | Self::NumberLessThan
            | Self::NumberAtMost
            | Self::NumberMoreThan
            | Self::NumberAtLeast => Operand::Number,
            Self::NumberBetween => Operand::Range,
            Self::Modulo => Operand::Modulo,
            Self::VersionEquals
            | Self::VersionLessThan
            | Self::VersionAtMost
            | Self::VersionMoreThan
            | Self::VersionAtLeast
            | Self::VersionCompatibleWith
            | Self::VersionCloseTo => Operand::Version,
            Self::TimeBefore | Self::TimeAfter => Operand::Moment,
            Self::TimeBetween => Operand::Period,
            Self::TimeOfWeek => Operand::Weekly,
            Self::InNetwork => Operand::Networks,
            Self::IsSet => Operand::Nothing,
            Self::InSegment => Operand::Segments,
        }
    }

    /// What it says of the attribute, or its opposite: "is one of", "is none of".
    pub const fn words(self, not: bool) -> &'static str {
        match (self, not) {
            (Self::OneOf, false) => "is one of",
            (Self::OneOf, true) => "is none of",
            (Self::Contains, false) => "contains",
            (Self::Contains, true) => "does not contain",
            (Self::StartsWith, false) => "starts with",
            (Self::StartsWith, true) => "does not start with",
            (Self::EndsWith, false) => "ends with",
            (Self::EndsWith, true) => "does not end with",
            (Self::MatchesPattern, false) => "fits the pattern",
            (Self::MatchesPattern, true) => "does not fit the pattern",
            (Self::NumberEquals, false) => "is the number",
            (Self::NumberEquals, true) => "is not the number",
            (Self::NumberLessThan, false) => "is below",
            (Self::NumberLessThan, true) => "is not below",
            (Self::NumberAtMost, false) => "is at most",
            (Self::NumberAtMost, true) => "is not at most",
            (Self::NumberMoreThan, false) => "is above",
            (Self::NumberMoreThan, true) => "is not above",
            (Self::NumberAtLeast, false) => "is at least",
            (Self::NumberAtLeast, true) => "is not at least",
            (Self::NumberBetween, false) => "is between",
            (Self::NumberBetween, true) => "is not between",
            (Self::Modulo, false) => "divided by … leaves",
            (Self::Modulo, true) => "divided by … does not leave",
            (Self::VersionEquals, false) => "is version",
            (Self::VersionEquals, true) => "is not version",
            (Self::VersionLessThan, false) => "is older than",
            (Self::VersionLessThan, true) => "is not older than",
            (Self::VersionAtMost, false) => "is this version or older",
            (Self::VersionAtMost, true) => "is not this version or older",
            (Self::VersionMoreThan, false) => "is newer than",
            (Self::VersionMoreThan, true) => "is not newer than",
            (Self::VersionAtLeast, false) => "is this version or newer",
            (Self::VersionAtLeast, true) => "is not this version or newer",
            (Self::VersionCompatibleWith, false) => "is compatible with (^)",
            (Self::VersionCompatibleWith, true) => "is not compatible with (^)",
            (Self::VersionCloseTo, false) => "is close to (~)",
            (Self::VersionCloseTo, true) => "is not close to (~)",
            (Self::TimeBefore, false) => "is before",
            (Self::TimeBefore, true) => "is not before",
            (Self::TimeAfter, false) => "is this moment or later",
            (Self::TimeAfter, true) => "is not this moment or later",
            (Self::TimeBetween, false) => "is from … until",
            (Self::TimeBetween, true) => "is not from … until",
            (Self::TimeOfWeek, false) => "is on these days and hours",
            (Self::TimeOfWeek, true) => "is not on these days and hours",
            (Self::InNetwork, false) => "is in the network",
            (Self::InNetwork, true) => "is not in the network",
            (Self::IsSet, false) => "is given",
            (Self::IsSet, true) => "is not given",
            (Self::InSegment, false) => "in one of the groups",
            (Self::InSegment, true) => "in none of the groups",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_in_the_menu_once() {
        let keys: std::collections::BTreeSet<_> = Operator::all().map(Operator::key).collect();
        assert_eq!((Operator::all().count(), keys.len()), (26, 26));
        for operator in Operator::all() {
            assert_eq!(Operator::of_key(operator.key()), Some(operator));
            assert_ne!(operator.words(false), operator.words(true));
        }
        assert_eq!(Operator::of_key("like"), None);
    }
}

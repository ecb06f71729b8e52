//! Who works at the made-up bank. None of them exists.

/// Somebody who acts in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colleague {
    /// Product manager, payments.
    Maren,
    /// Engineer, cards.
    Tom,
    /// Engineering lead.
    Jonas,
    /// Engineer, statements and lending.
    Aiko,
    /// Product manager, growth.
    Priya,
    /// Engineer, platform and risk.
    Daniel,
    /// Product manager, business customers.
    Sofia,
}

impl Colleague {
    /// Everybody.
    pub const ALL: [Self; 7] =
        [Self::Maren, Self::Tom, Self::Jonas, Self::Aiko, Self::Priya, Self::Daniel, Self::Sofia];

    /// First and last name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Maren => "Maren Vogt",
            Self::Tom => "Tom Okafor",
            Self::Jonas => "Jonas Weber",
            Self::Aiko => "Aiko Tanaka",
            Self::Priya => "Priya Nair",
            Self::Daniel => "Daniel Kim",
            Self::Sofia => "Sofia Rossi",
        }
    }
}

/// Keys of the staff who try everything first, as the bank's applications send them.
pub const STAFF: [&str; 24] = [
    "maren.vogt@fernhill.example",
    "tom.okafor@fernhill.example",
    "jonas.weber@fernhill.example",
    "aiko.tanaka@fernhill.example",
    "priya.nair@fernhill.example",
    "daniel.kim@fernhill.example",
    "sofia.rossi@fernhill.example",
    "lena.fischer@fernhill.example",
    "omar.haddad@fernhill.example",
    "clara.nilsson@fernhill.example",
    "mateo.alvarez@fernhill.example",
    "ewa.kowalska@fernhill.example",
    "samuel.osei@fernhill.example",
    "yuki.sato@fernhill.example",
    "hannah.brandt@fernhill.example",
    "rafael.costa@fernhill.example",
    "noor.rahman@fernhill.example",
    "felix.hartmann@fernhill.example",
    "ingrid.dahl@fernhill.example",
    "david.cohen@fernhill.example",
    "amara.diallo@fernhill.example",
    "petra.novak@fernhill.example",
    "liam.byrne@fernhill.example",
    "mei.chen@fernhill.example",
];

/// Keys of business customers on the plan Plus.
pub const BUSINESSES: [&str; 6] =
    ["business-20417", "business-20988", "business-31150", "business-31906", "business-40233", "business-41872"];

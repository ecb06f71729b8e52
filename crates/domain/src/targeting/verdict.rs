//! What asking an attribute comes to.

/// Whether what a clause asks is so. Inverting turns yes and no around, and leaves what is not known unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// It cannot be said: the attribute is missing, of the wrong type, or unreadable.
    Unknown,
}

impl Verdict {
    /// Whether a clause of this verdict holds; `not` asks for the opposite. What is not known never holds.
    #[must_use]
    pub const fn holds(self, not: bool) -> bool {
        match self {
            Self::Yes => !not,
            Self::No => not,
            Self::Unknown => false,
        }
    }
}

impl From<bool> for Verdict {
    fn from(is_so: bool) -> Self {
        if is_so { Self::Yes } else { Self::No }
    }
}

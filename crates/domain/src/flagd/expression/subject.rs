//! What a rule is asked about.

use std::cell::Cell;

use super::super::{Context, Generation};

/// How much going through lists and making of lists and text one evaluation may do, in items or 64 bytes.
const BUDGET: usize = 1 << 16;

/// What a rule is asked about, once.
#[derive(Debug)]
pub struct Subject<'a> {
    pub(super) flag_key: &'a str,
    pub(super) generation: Generation,
    pub(super) context: Context<'a>,
    /// What is left; `None` once more was asked for.
    budget: Cell<Option<usize>>,
}

impl<'a> Subject<'a> {
    /// Asks on behalf of this flag.
    #[must_use]
    pub const fn new(flag_key: &'a str, generation: Generation, context: Context<'a>) -> Self {
        Self { flag_key, generation, context, budget: Cell::new(Some(BUDGET)) }
    }

    /// Takes so much off the budget; `false` once it does not suffice, and ever after.
    pub(super) fn affords(&self, cost: usize) -> bool {
        self.budget.set(self.budget.get().and_then(|left| left.checked_sub(cost)));
        !self.is_exhausted()
    }

    /// Whether more was asked for than there was, so that the result means nothing.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.budget.get().is_none()
    }
}

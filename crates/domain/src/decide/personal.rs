//! Erasing personal values.

use super::{Desk, Events};
use crate::event::Event;
use crate::refusal::Refusal;

impl Desk<'_> {
    /// Erases every personal value that is exactly `value`. The request itself leaves no trace of it.
    pub(super) fn erase(&mut self, value: &str) -> Events {
        let commitments = self.vault.commitments_of(value);
        if commitments.is_empty() {
            return Err(Refusal::not_found("personal value", "(as given)"));
        }
        self.erased.clone_from(&commitments);
        Ok(vec![Event::PersonalValuesErased { commitments }])
    }
}

//! What the reader may change now, or why not, in words.

use leptos::prelude::*;
use signalbox_domain::access::Role;
use signalbox_protocol::desktop::ConnectionState;

use super::Store;

impl Store {
    /// Whether the reader may change flags, plans and rollouts now.
    ///
    /// # Errors
    /// The reason in one sentence, to stand beside what is disabled.
    pub fn can_edit(&self) -> Result<(), String> {
        self.may(Role::Editor)
    }

    /// Whether the reader may change projects, environments, tokens and SDK keys now.
    ///
    /// # Errors
    /// The reason in one sentence, to stand beside what is disabled.
    pub fn can_administer(&self) -> Result<(), String> {
        self.may(Role::Admin)
    }

    /// Whether nothing can be changed because the server does not answer.
    pub fn is_offline(&self) -> bool {
        matches!(self.connection.get().state, ConnectionState::Offline | ConnectionState::SignedOut)
    }

    fn may(&self, needed: Role) -> Result<(), String> {
        let role = self.me.with(|me| me.as_ref().map(|me| me.role));
        may(self.connection.get().state, role, needed).map_err(str::to_owned)
    }
}

fn may(connection: ConnectionState, role: Option<Role>, needed: Role) -> Result<(), &'static str> {
    match (connection, role) {
        (ConnectionState::Offline, _) => Err("You are offline. Changes wait until the server answers."),
        (ConnectionState::SignedOut, _) => Err("You are signed out. Connect anew to make changes."),
        (_, None) => Err("Waiting for the server to say what you may change."),
        (_, Some(role)) if role >= needed => Ok(()),
        (_, Some(_)) if needed == Role::Admin => Err("Only administrators may change this."),
        (_, Some(_)) => Err("You may look at everything here, but not change it."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_needs_a_connection_and_a_role() {
        use ConnectionState::{CatchingUp, Live, Offline, SignedOut};
        let check = |connection, role, needed, expect| {
            assert_eq!(may(connection, role, needed).is_ok(), expect, "{connection:?} {role:?} {needed:?}");
        };
        check(Live, Some(Role::Editor), Role::Editor, true);
        check(CatchingUp, Some(Role::Editor), Role::Editor, true);
        check(Live, Some(Role::Admin), Role::Editor, true);
        check(Live, Some(Role::Viewer), Role::Editor, false);
        check(Live, Some(Role::Editor), Role::Admin, false);
        check(Live, None, Role::Editor, false);
        check(Offline, Some(Role::Admin), Role::Editor, false);
        check(SignedOut, Some(Role::Admin), Role::Editor, false);
    }
}

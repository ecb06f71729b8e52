//! Shows a renewed secret this once.

use leptos::prelude::*;

use super::secret::Secret;
use crate::components::{Button, ButtonKind, Dialog};

/// What a webhook's secret is for.
pub const SECRET_IS_FOR: &str = "Whoever receives messages verifies with it that they come from here.";

/// Shows a secret until the person is done with it.
#[component]
pub fn WebhookSecretDialog(
    /// The secret.
    secret: String,
    /// Called when it is closed.
    on_close: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog
            title="The new secret of the webhook"
            width=600
            on_close
            on_confirm=on_close
            footer=move || {
                view! {
                    <Button kind=ButtonKind::Primary submit=true>
                        "Done"
                    </Button>
                }
            }
        >
            <Secret secret>{SECRET_IS_FOR}</Secret>
        </Dialog>
    }
}

//! The list of keys.

use leptos::prelude::*;

use super::keyboard;
use crate::components::{Button, Dialog, Key, Switch};

/// Keys with what they do.
const KEYS: [(&[&str], &str); 16] = [
    (&["Ctrl K"], "Search and jump to anything"),
    (&["/"], "Search on this page"),
    (&["G", "O"], "Overview"),
    (&["G", "F"], "Flags"),
    (&["G", "G"], "Groups"),
    (&["G", "A"], "Audit"),
    (&["J", "K"], "Next row, row before"),
    (&["Enter"], "Open the row"),
    (&["N"], "New flag"),
    (&["A"], "On a flag: start, advance or finish its rollout…"),
    (&["H"], "On a flag: hold its rollout…"),
    (&["R"], "On a flag: roll back one stage…"),
    (&["[", "]"], "Environment before, next environment"),
    (&["Ctrl ↵"], "Confirm a dialog"),
    (&["Esc"], "Close"),
    (&["?"], "This list"),
];

/// The list of keys, with the switch that turns single letters off.
#[component]
pub fn KeysDialog(
    /// Called when the person closes it.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let letters = RwSignal::new(keyboard::letters_are_on());
    let change = move |on: bool| {
        keyboard::set_letters(on);
        letters.set(on);
    };
    view! {
        <Dialog
            title="Keys"
            width=460
            on_close
            footer=move || {
                view! {
                    <Button on_press=on_close>"Close"</Button>
                }
            }
        >
            <dl class="keys">
                {KEYS
                    .into_iter()
                    .map(|(keys, does)| {
                        view! {
                            <dt class="row gap1">{keys.iter().map(|key| view! { <Key>{*key}</Key> }).collect_view()}</dt>
                            <dd>{does}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
            <Switch on=letters on_change=change>
                "Single-letter keys"
            </Switch>
        </Dialog>
    }
}

//! What the build has put into the binary: configuration, icons, capabilities and the page.

#![expect(clippy::unwrap_used, reason = "the generated code unwraps what the build has checked")]

use tauri::{Context, Wry};

/// The context that the app runs in.
pub fn context() -> Context<Wry> {
    tauri::tauri_build_context!()
}

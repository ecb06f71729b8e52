//! The one window.

use std::time::Duration;

use tauri::webview::{PageLoadEvent, WebviewWindowBuilder};
use tauri::{App, AppHandle, Manager, WebviewWindow};

use crate::home::Home;

/// Label of the window, in the configuration and the capability file.
pub const LABEL: &str = "main";

/// The window is shown when its page is there, but not later than this.
const LATEST: Duration = Duration::from_secs(2);

/// Makes the window as the configuration says. It stays hidden until its page is there, so that nobody
/// sees it empty.
///
/// # Errors
/// When the system gives no window.
pub fn make(app: &App, other_home: Option<&Home>) -> tauri::Result<()> {
    let config = app.config().app.windows.iter().find(|window| window.label == LABEL);
    let config = config.ok_or(tauri::Error::WindowNotFound)?;
    let mut builder = WebviewWindowBuilder::from_config(app.handle(), config)?
        // The page never leads away from itself.
        .on_navigation(|url| {
            matches!((url.scheme(), url.host_str()), ("tauri", _) | ("http" | "https", Some("tauri.localhost")))
        })
        .on_page_load(|window, load| {
            if matches!(load.event(), PageLoadEvent::Finished) {
                show(&window);
            }
        });
    if let Some(home) = other_home {
        builder = builder.data_directory(home.folder().join("webview"));
    }
    let window = builder.build()?;
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(LATEST).await;
        show(&window);
    });
    Ok(())
}

/// Brings the window to the front: somebody started the app a second time.
pub fn bring_to_front(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window cannot be brought to the front");
        }
    }
}

fn show(window: &WebviewWindow) {
    if window.is_visible().unwrap_or(false) {
        return;
    }
    if let Err(error) = window.show().and_then(|()| window.set_focus()) {
        tracing::warn!(%error, "the window cannot be shown");
    }
}

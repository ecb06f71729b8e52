//! The commands that the window may call: those of [`signalbox_protocol::desktop::command`].

use std::sync::Arc;

use signalbox_protocol::ErrorBody;
use signalbox_protocol::desktop::{Boot, Choice, Request, Response};
use tauri::State;

use crate::desktop::Desktop;

type App<'a> = State<'a, Arc<Desktop>>;

/// See [`signalbox_protocol::desktop::command::BOOT`].
#[tauri::command]
pub async fn boot(app: App<'_>) -> Result<Boot, ErrorBody> {
    Ok(app.boot().await)
}

/// See [`signalbox_protocol::desktop::command::CALL`].
#[tauri::command]
pub async fn call(app: App<'_>, request: Request) -> Result<Response, ErrorBody> {
    Ok(app.call(request).await)
}

/// See [`signalbox_protocol::desktop::command::CHOOSE`].
#[tauri::command]
pub async fn choose(app: App<'_>, choice: Choice) -> Result<Boot, ErrorBody> {
    app.choose(choice).await
}

/// See [`signalbox_protocol::desktop::command::LEAVE`].
#[tauri::command]
pub async fn leave(app: App<'_>) -> Result<Boot, ErrorBody> {
    app.leave().await
}

/// See [`signalbox_protocol::desktop::command::REMOVE_DEMO`].
#[tauri::command]
pub async fn remove_demo(app: App<'_>) -> Result<Boot, ErrorBody> {
    app.remove_demo().await
}

/// See [`signalbox_protocol::desktop::command::TRY_AGAIN`].
#[tauri::command]
pub async fn try_again(app: App<'_>) -> Result<(), ErrorBody> {
    app.try_again();
    Ok(())
}

//! The commands that the window may call: those of [`signalbox_protocol::desktop::command`].

use std::sync::Arc;

use signalbox_protocol::desktop::{Boot, Choice, Request, Response};
use signalbox_protocol::{ErrorBody, ErrorCode};
use tauri::{AppHandle, Manager, State};

use crate::desktop::Desktop;
use crate::save;

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

/// See [`signalbox_protocol::desktop::command::SAVE`].
#[tauri::command]
pub async fn save(app: AppHandle, name: String, text: String) -> Result<String, ErrorBody> {
    let folder = app.path().download_dir().map_err(|_| {
        ErrorBody::new(ErrorCode::Unavailable, "this computer says of no folder that it is for downloads")
    })?;
    let path = save::beside(&folder, &name, &text).map_err(|error| {
        ErrorBody::new(ErrorCode::Unavailable, format!("{} cannot be written: {error}", folder.display()))
    })?;
    Ok(path.display().to_string())
}

/// See [`signalbox_protocol::desktop::command::TRY_AGAIN`].
#[tauri::command]
pub async fn try_again(app: App<'_>) -> Result<(), ErrorBody> {
    app.try_again();
    Ok(())
}

//! Signalbox for the desktop: the window, the cache behind it, the connection to a server, and the
//! server inside the app. No rule of the domain is here: the window drives a server through its API.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod cache;
mod call;
mod clock;
mod commands;
mod connection;
mod context;
mod desktop;
mod embedded;
mod entropy;
mod first_project;
mod home;
mod notify;
mod open_place;
mod places;
mod save;
mod single_instance;
mod token_keeper;
mod window;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use signalbox_protocol::desktop::event;
use tauri::{App, AppHandle, Emitter, Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;

use connection::{News, Tell};
use desktop::Desktop;
use home::Home;
use token_keeper::{SystemKeyring, Tokens};

/// How long the server in this app may take to stop. What it has acknowledged is on disk in any case.
const STOP: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,signalbox=info,signalbox_server=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let other_home = Home::from_environment();
    let mut window_state = tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN);
    if let Some(home) = &other_home {
        // An absolute name stands above the usual folder.
        window_state = window_state.with_filename(home.window().to_string_lossy());
    }
    let app = tauri::Builder::default()
        // First: a second start must not get as far as the others.
        .plugin(single_instance::plugin(other_home.as_ref()))
        .plugin(window_state.build())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(tauri::generate_handler![
            commands::boot,
            commands::call,
            commands::choose,
            commands::leave,
            commands::remove_demo,
            commands::save,
            commands::try_again,
        ])
        .setup(move |app| set_up(app, other_home))
        .build(context::context());
    match app {
        Ok(app) => {
            app.run(|app, event| {
                if matches!(event, RunEvent::Exit) {
                    close(app);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "Signalbox cannot start");
            ExitCode::FAILURE
        }
    }
}

fn set_up(app: &mut App, other_home: Option<Home>) -> Result<(), Box<dyn std::error::Error>> {
    let home = match &other_home {
        Some(home) => home.clone(),
        None => Home::at(app.path().app_data_dir()?),
    };
    let tokens = Tokens::new(home.clone(), SystemKeyring::new(other_home.as_ref()));
    let desktop = Arc::new(Desktop::new(home, tokens, teller(app.handle().clone())));
    tauri::async_runtime::block_on(async { desktop.resume() });
    app.manage(desktop);
    window::make(app, other_home.as_ref())?;
    Ok(())
}

fn teller(app: AppHandle) -> Tell {
    Arc::new(move |news| {
        let told = match &news {
            News::Connection(connection) => app.emit_to(window::LABEL, event::CONNECTION, connection),
            News::Change(change) => app.emit_to(window::LABEL, event::CHANGE, change),
            News::Snapshot(snapshot) => app.emit_to(window::LABEL, event::SNAPSHOT, snapshot),
            News::Alert(alert) => {
                notify::show(&app, alert);
                Ok(())
            }
        };
        if let Err(error) = told {
            tracing::warn!(%error, "the window cannot be told");
        }
    })
}

fn close(app: &AppHandle) {
    let desktop = Arc::clone(&app.state::<Arc<Desktop>>());
    let closed = tauri::async_runtime::block_on(async { tokio::time::timeout(STOP, desktop.close()).await });
    if closed.is_err() {
        tracing::warn!("the server in this app did not stop in time");
    }
}

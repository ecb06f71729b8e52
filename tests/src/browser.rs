//! A window under WebDriver: Chromium without a screen, or the desktop app on a screen of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::page::Page;
use crate::process::{Process, free_port, quiet};
use crate::{given, wait};

/// How long a driver and its window may take to come up on a busy machine.
const START: Duration = Duration::from_secs(60);

/// Width and height of every window under test.
const SIZE: (u32, u32) = (1440, 900);

/// A running window. Everything it is made of ends with it: fields are dropped from first to last.
pub struct Browser {
    page: Page,
    _driver: Process,
    _screen: Option<Screen>,
    _profile: Option<TempDir>,
}

impl Browser {
    /// Headless Chromium with an empty profile.
    ///
    /// # Panics
    /// When Chromium or its driver does not start.
    pub async fn chromium() -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let driver = Process::start(quiet("chromedriver").arg(format!("--port={port}")));
        let options = json!({
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-dev-shm-usage",
                format!("--window-size={},{}", SIZE.0, SIZE.1),
                format!("--user-data-dir={}", profile.path().display()),
            ],
        });
        let page = connect(port, capabilities("goog:chromeOptions", options)).await;
        Self { page, _driver: driver, _screen: None, _profile: Some(profile) }
    }

    /// The desktop app with its data in `home`, on a screen that nobody sees.
    ///
    /// # Panics
    /// When the screen, the driver or the app does not start.
    pub async fn desktop(home: &Path) -> Self {
        let screen = Screen::start();
        let port = free_port();
        let driver = Process::start(
            quiet("WebKitWebDriver")
                .arg(format!("--port={port}"))
                .env("DISPLAY", &screen.display)
                .env("SIGNALBOX_HOME", home)
                // Tauri lets a driver in only when asked to.
                .env("TAURI_AUTOMATION", "true")
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                // There is no graphics card behind the screen.
                .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
                .env("GDK_BACKEND", "x11")
                .env_remove("WAYLAND_DISPLAY"),
        );
        let options = json!({ "binary": given::desktop_program(), "args": [] });
        let page = connect(port, capabilities("webkitgtk:browserOptions", options)).await;
        Self { page, _driver: driver, _screen: Some(screen), _profile: None }
    }

    /// What the window shows.
    #[must_use]
    pub const fn page(&self) -> &Page {
        &self.page
    }

    /// Closes the window and ends what it ran on.
    ///
    /// # Panics
    /// When the driver does not answer any more.
    pub async fn close(self) {
        self.page.client().clone().close().await.expect("the driver closes the window");
    }
}

/// An X server with a window manager.
struct Screen {
    display: String,
    // Dropped in this order: the window manager goes before its screen.
    _manager: Process,
    _server: Process,
}

impl Screen {
    fn start() -> Self {
        let size = format!("{}x{}x24", SIZE.0, SIZE.1);
        // The server itself looks for a display that is free and says which.
        let mut server = Process::start(
            quiet("Xvfb").args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &size]).stdout(Stdio::piped()),
        );
        let output = server.child().stdout.take().expect("standard output is piped");
        let mut number = String::new();
        BufReader::new(output).read_line(&mut number).expect("Xvfb names its display");
        let display = format!(":{}", number.trim());
        let manager = Process::start(quiet("openbox").env("DISPLAY", &display));
        Self { display, _manager: manager, _server: server }
    }
}

fn capabilities(name: &str, options: Value) -> Capabilities {
    Capabilities::from_iter([(name.to_owned(), options)])
}

/// Opens a session as soon as the driver answers.
async fn connect(port: u16, capabilities: Capabilities) -> Page {
    let url = format!("http://127.0.0.1:{port}");
    let client: Client = wait::until(START, "a window under WebDriver", async || {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.clone()).connect(&url).await.ok()
    })
    .await;
    Page::new(client)
}

//! A page as a person meets it who goes by what things are called.
//!
//! Elements are found by their accessible name, never by class or place: what a test cannot find here, a screen
//! reader cannot announce either.

use std::time::Duration;

use fantoccini::Client;
use fantoccini::elements::Element;
use serde_json::{Value, json};

use crate::wait;

/// How long a page may take to show what it should, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What computes names in the page; returns the functions that the calls below use.
const NAMES: &str = include_str!("page/names.js");

/// A page under WebDriver.
#[derive(Debug, Clone)]
pub struct Page {
    client: Client,
}

impl Page {
    /// The page in a client's window.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client, for what has no word here.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Opens an address.
    ///
    /// # Panics
    /// When the browser cannot.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url} does not open: {error}"));
    }

    /// Presses what can be pressed and has this name: a button, a link, a tab, an entry of a menu.
    ///
    /// # Panics
    /// When nothing of this name can be pressed in time.
    pub async fn press(&self, name: &str) {
        self.act("pressable", name, async |element| element.click().await).await;
    }

    /// Fills the field of this name.
    ///
    /// # Panics
    /// When there is no such field in time.
    pub async fn fill(&self, name: &str, text: &str) {
        self.act("field", name, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        })
        .await;
        wait::until(PATIENCE, &format!("“{name}” to hold “{text}”"), async || {
            (self.value(name).await.as_deref() == Some(text)).then_some(())
        })
        .await;
    }

    /// Chooses an option, by what it is called, in the list of this name.
    ///
    /// # Panics
    /// When there is no such list or option in time.
    pub async fn choose(&self, name: &str, option: &str) {
        self.act("field", name, async |element| element.select_by_label(option).await).await;
    }

    /// What the field of this name holds, where there is one.
    pub async fn value(&self, name: &str) -> Option<String> {
        self.element("field", name).await?.prop("value").await.ok()?
    }

    /// Waits until the page shows this text, and returns everything that it shows then.
    ///
    /// # Panics
    /// When it does not show it in time; the message has what it shows instead.
    pub async fn see(&self, text: &str) -> String {
        self.see_within(text, PATIENCE).await
    }

    /// As [`Self::see`], with a limit of its own.
    ///
    /// # Panics
    /// When it does not show it in time; the message has what it shows instead.
    pub async fn see_within(&self, text: &str, limit: Duration) -> String {
        let began = std::time::Instant::now();
        loop {
            let shown = self.text().await;
            if shown.contains(text) {
                return shown;
            }
            assert!(began.elapsed() < limit, "waited {limit:?} for “{text}”; the page shows:\n{shown}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page no longer shows this text.
    ///
    /// # Panics
    /// When it still does after a while.
    pub async fn see_gone(&self, text: &str) {
        wait::until(PATIENCE, &format!("“{text}” to go"), async || {
            (!self.text().await.contains(text)).then_some(())
        })
        .await;
    }

    /// All text that the page shows, white space made single.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn text(&self) -> String {
        self.run("return names.text();", vec![]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Whether something of this name can be pressed now, and if not, why: its description.
    ///
    /// # Panics
    /// When nothing has this name in time.
    pub async fn can_press(&self, name: &str) -> Result<(), String> {
        let (allowed, why) = wait::until(PATIENCE, &format!("something called “{name}”"), async || {
            let found = self.run("return names.permission(arguments[0]);", vec![json!(name)]).await;
            let allowed = found.get("allowed")?.as_bool()?;
            Some((allowed, found["why"].as_str().unwrap_or_default().to_owned()))
        })
        .await;
        if allowed { Ok(()) } else { Err(why) }
    }

    /// The whole name of what can be pressed and whose name begins so: `Copy address *`.
    ///
    /// # Panics
    /// When there is none in time.
    pub async fn name(&self, beginning: &str) -> String {
        wait::until(PATIENCE, &format!("something called “{beginning}”"), async || {
            let found = self.run("return names.whole(arguments[0]);", vec![json!(beginning)]).await;
            found.as_str().map(str::to_owned)
        })
        .await
    }

    /// Whether something of this name is on the page now.
    pub async fn has(&self, name: &str) -> bool {
        self.element("pressable", name).await.is_some() || self.element("field", name).await.is_some()
    }

    /// Does something with the element as soon as it is there and lets it be done.
    async fn act(
        &self,
        kind: &str,
        name: &str,
        act: impl AsyncFn(&Element) -> Result<(), fantoccini::error::CmdError>,
    ) {
        let began = std::time::Instant::now();
        loop {
            // An element may move or be drawn anew between being found and being used.
            let tried = match self.element(kind, name).await {
                Some(element) => act(&element).await.map_err(|error| error.to_string()),
                None => Err("there is none".to_owned()),
            };
            let Err(error) = tried else { return };
            if began.elapsed() > PATIENCE {
                let known = self.run("return names.known(arguments[0]);", vec![json!(kind)]).await;
                let shown = self.text().await;
                panic!("no {kind} “{name}” could be used ({error}); there are {known}; the page shows:\n{shown}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The visible, enabled element of this kind and name.
    async fn element(&self, kind: &str, name: &str) -> Option<Element> {
        let found = self.run("return names.find(arguments[0], arguments[1]);", vec![json!(kind), json!(name)]).await;
        let reference = found.as_object()?.values().next()?.as_str()?.to_owned();
        Some(Element::from_element_id(self.client.clone(), reference.into()))
    }

    async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let script = format!("{NAMES}\n{script}");
        match self.client.execute(&script, arguments).await {
            Ok(found) => found,
            // While one document makes way for the next there is nothing to ask.
            Err(_) => Value::Null,
        }
    }
}

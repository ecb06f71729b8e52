//! Calls and events of the desktop app, over Tauri's IPC.
//!
//! Tauri puts an object `__TAURI_INTERNALS__` into the window. What its JavaScript package does with it
//! is all that is needed here: `invoke` for commands, `transformCallback` and the command
//! `plugin:event|listen` for events.

use js_sys::{Function, JSON, Promise, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use signalbox_protocol::desktop::{Boot, Choice, Request, Response, command};
use signalbox_protocol::{ErrorBody, ErrorCode};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// Whether the page runs in the desktop app.
pub fn is_here() -> bool {
    internals().is_some()
}

/// Sends a call of the management API through the app; status 0 where no answer came.
pub async fn send(request: Request) -> Response {
    #[derive(Serialize)]
    struct Arguments {
        request: Request,
    }
    invoke(command::CALL, &Arguments { request }).await.unwrap_or(Response { status: 0, body: Value::Null })
}

/// What to show before any network answer.
///
/// # Errors
/// What the app says went wrong.
pub async fn boot() -> Result<Boot, ErrorBody> {
    invoke(command::BOOT, &NoArguments {}).await
}

/// Begins as the person chose.
///
/// # Errors
/// What the app says went wrong: an address that does not answer, a token that is not accepted.
pub async fn choose(choice: Choice) -> Result<Boot, ErrorBody> {
    #[derive(Serialize)]
    struct Arguments {
        choice: Choice,
    }
    invoke(command::CHOOSE, &Arguments { choice }).await
}

/// Back to the welcome screen.
///
/// # Errors
/// What the app says went wrong.
pub async fn leave() -> Result<Boot, ErrorBody> {
    invoke(command::LEAVE, &NoArguments {}).await
}

/// Deletes the demo and goes back to the welcome screen.
///
/// # Errors
/// What the app says went wrong.
pub async fn remove_demo() -> Result<Boot, ErrorBody> {
    invoke(command::REMOVE_DEMO, &NoArguments {}).await
}

/// Saves a text as a file of this name in the person's folder for downloads, and answers with its path.
///
/// # Errors
/// What the app says went wrong.
pub async fn save(name: &str, text: &str) -> Result<String, ErrorBody> {
    #[derive(Serialize)]
    struct Arguments<'a> {
        name: &'a str,
        text: &'a str,
    }
    invoke(command::SAVE, &Arguments { name, text }).await
}

/// Tries the connection now instead of after the pause.
///
/// # Errors
/// What the app says went wrong.
pub async fn try_again() -> Result<(), ErrorBody> {
    invoke(command::TRY_AGAIN, &NoArguments {}).await
}

/// Calls `on_event` with the payload of every event of this name, for as long as the page lives: of every one
/// that the app emits after this is done.
pub async fn listen<Payload: DeserializeOwned + 'static>(event: &str, on_event: impl Fn(Payload) + 'static) {
    #[derive(serde::Deserialize)]
    struct Event<Payload> {
        payload: Payload,
    }
    #[derive(Serialize)]
    struct Target {
        kind: &'static str,
    }
    #[derive(Serialize)]
    struct Arguments<'a> {
        event: &'a str,
        target: Target,
        handler: u32,
    }
    let Some(internals) = internals() else { return };
    let handler = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        if let Some(Event { payload }) = from_js::<Event<Payload>>(&event) {
            on_event(payload);
        }
    });
    let Some(id) = method(&internals, "transformCallback")
        .and_then(|transform| transform.call1(&internals, handler.as_ref()).ok())
        .and_then(|id| id.as_f64())
    else {
        return;
    };
    handler.forget();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the app's callback ids are 32 bit")]
    let arguments = Arguments { event, target: Target { kind: "Any" }, handler: id as u32 };
    let listening = call(&internals, "plugin:event|listen", &arguments);
    if let Err(error) = async { JsFuture::from(listening?).await }.await {
        leptos::logging::error!("the app's events cannot be heard: {error:?}");
    }
}

/// No arguments.
#[derive(Serialize)]
struct NoArguments {}

async fn invoke<Answer: DeserializeOwned>(command: &str, arguments: &impl Serialize) -> Result<Answer, ErrorBody> {
    let internals = internals()
        .ok_or_else(|| ErrorBody::new(ErrorCode::Unavailable, "this page does not run in the Signalbox app"))?;
    let answer = async { JsFuture::from(call(&internals, command, arguments)?).await }.await;
    match answer {
        Ok(answer) => {
            from_js(&answer).ok_or_else(|| ErrorBody::new(ErrorCode::Internal, "the app's answer is not understood"))
        }
        Err(error) => Err(from_js(&error).unwrap_or_else(|| {
            let message = error.as_string().unwrap_or_else(|| "the app could not do it".into());
            ErrorBody::new(ErrorCode::Internal, message)
        })),
    }
}

fn call(internals: &JsValue, command: &str, arguments: &impl Serialize) -> Result<Promise, JsValue> {
    let invoke = method(internals, "invoke").ok_or(JsValue::UNDEFINED)?;
    let arguments = to_js(arguments).ok_or(JsValue::UNDEFINED)?;
    invoke.call2(internals, &command.into(), &arguments)?.dyn_into()
}

fn internals() -> Option<JsValue> {
    let window = web_sys::window()?;
    Reflect::get(&window, &"__TAURI_INTERNALS__".into()).ok().filter(JsValue::is_object)
}

fn method(object: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(object, &name.into()).ok()?.dyn_into().ok()
}

// Through JSON text, as the wire types are written for it: numbers, absent fields and flattened maps
// keep their meaning.
fn to_js(value: &impl Serialize) -> Option<JsValue> {
    JSON::parse(&serde_json::to_string(value).ok()?).ok()
}

fn from_js<Value: DeserializeOwned>(value: &JsValue) -> Option<Value> {
    let text = JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_else(|| "null".into());
    serde_json::from_str(&text).ok()
}

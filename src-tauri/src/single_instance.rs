//! One app for each home: a second start brings the window of the first to the front.

use tauri::Wry;
use tauri::plugin::TauriPlugin;

use crate::home::Home;
use crate::window;

/// The plugin that sees to it. An app with another home is another app.
pub fn plugin(other_home: Option<&Home>) -> TauriPlugin<Wry> {
    let mut builder = tauri_plugin_single_instance::Builder::new().callback(|app, _, _| window::bring_to_front(app));
    if let Some(home) = other_home {
        builder = builder.dbus_id(bus_name(home));
    }
    builder.build()
}

/// A name on the session bus for a home: parts of a name begin with a letter and have letters and digits only.
fn bus_name(home: &Home) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    home.folder().hash(&mut hasher);
    format!("dev.signalbox.desktop.home{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_home_has_a_name_of_its_own() {
        let name = bus_name(&Home::at("/tmp/one"));
        assert_ne!(name, bus_name(&Home::at("/tmp/two")));
        assert_eq!(name, bus_name(&Home::at("/tmp/one")));
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.'), "{name}");
    }
}

//! Notifications of the operating system, for what nobody should learn late.

use signalbox_protocol::stream::Change;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// Something that everybody should learn at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// What it is, in a few words.
    pub title: &'static str,
    /// What happened, in one sentence.
    pub body: String,
}

impl Alert {
    /// The alert for a change that arrives while live; most changes need none.
    #[must_use]
    pub fn about(change: &Change) -> Option<Self> {
        let title = match change.kind.as_str() {
            "kill_switch_engaged" => "Kill switch engaged",
            "rollout_rolled_back" => "Rollout rolled back",
            _ => return None,
        };
        Some(Self { title, body: change.words.clone() })
    }
}

/// Shows an alert. Where the system shows none, the window still tells the same.
pub fn show(app: &AppHandle, alert: &Alert) {
    let shown = app.notification().builder().title(alert.title).body(&alert.body).show();
    if let Err(error) = shown {
        tracing::warn!(%error, title = alert.title, "a notification cannot be shown");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kills_and_rollbacks_are_told_and_nothing_else() {
        let about = |kind: &str| {
            let change = Change { seq: 1, words: "Ann did it".into(), kind: kind.into(), changed: vec![] };
            Alert::about(&change).map(|alert| (alert.title, alert.body))
        };
        assert_eq!(about("kill_switch_engaged"), Some(("Kill switch engaged", "Ann did it".into())));
        assert_eq!(about("rollout_rolled_back"), Some(("Rollout rolled back", "Ann did it".into())));
        assert_eq!(about("rollout_advanced"), None);
        assert_eq!(about("kill_switch_lifted"), None);
    }
}

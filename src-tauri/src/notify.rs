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
        change.notice.map(|notice| Self { title: notice.title(), body: change.words.clone() })
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
    use signalbox_domain::notice::Notice;

    use super::*;

    #[test]
    fn what_has_a_notice_is_told_and_nothing_else() {
        let about = |notice| {
            let (words, kind) = ("Ann did it".to_owned(), "rollout_held".to_owned());
            let change = Change { seq: 1, words, kind, notice, changed: vec![] };
            Alert::about(&change).map(|alert| (alert.title, alert.body))
        };
        for notice in Notice::ALL {
            assert_eq!(about(Some(notice)), Some((notice.title(), "Ann did it".into())));
        }
        assert_eq!(about(None), None);
    }
}

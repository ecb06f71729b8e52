//! Where the thing that an entry is about can be seen.

use signalbox_protocol::wire::audit::AuditEntry;

/// Address of what an entry is about; nothing where there is no page for it.
pub fn of_subject(entry: &AuditEntry) -> Option<String> {
    if let Some(flag) = &entry.flag {
        return Some(format!("/flags/{flag}"));
    }
    let section = match entry.kind.split_once('_').map(|(family, _)| family) {
        Some("environment") => "environments",
        Some("token") => "tokens",
        Some("sdk") => "sdk-keys",
        Some("plan") => "plans",
        _ => return None,
    };
    Some(format!("/settings/{section}"))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::entry;
    use super::*;

    #[test]
    fn subjects_have_pages() {
        let check = |kind, about, expect: Option<&str>| {
            assert_eq!(of_subject(&entry(1, kind, "tok_1", about)).as_deref(), expect, "{kind}");
        };
        check("rollout_advanced", Some(("card-freeze", "prod")), Some("/flags/card-freeze"));
        check("environment_changed", None, Some("/settings/environments"));
        check("sdk_key_created", None, Some("/settings/sdk-keys"));
        check("token_revoked", None, Some("/settings/tokens"));
        check("plan_removed", None, Some("/settings/plans"));
        check("personal_values_erased", None, None);
    }
}

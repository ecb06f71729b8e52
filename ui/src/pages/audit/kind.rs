//! Kinds of events, as a reader looks for them.

/// Every kind of event that this version knows, with what it is called; kinds that belong together stand together.
pub const KINDS: &[(&str, &str)] = &[
    ("rollout_drafted", "Rollout planned"),
    ("rollout_plan_changed", "Rollout plan changed"),
    ("rollout_discarded", "Planned rollout discarded"),
    ("rollout_started", "Rollout started"),
    ("rollout_advanced", "Advanced"),
    ("rollout_held", "Held"),
    ("rollout_resumed", "Resumed"),
    ("rollout_rolled_back", "Rolled back"),
    ("rollout_finished", "Rollout finished"),
    ("stage_approved", "Stage approved"),
    ("verdict_reached", "Verdict reached"),
    ("standing_changed", "What it waits for changed"),
    ("kill_switch_engaged", "Turned off for everyone"),
    ("kill_switch_lifted", "Turned on again"),
    ("reason_given", "Reason given afterwards"),
    ("rule_changed", "What everyone else gets changed"),
    ("rules_changed", "Rules changed"),
    ("prerequisites_changed", "What it depends on changed"),
    ("override_set", "Variant of their own given"),
    ("override_removed", "Variant of their own taken"),
    ("flag_created", "Flag made"),
    ("flag_details_changed", "Flag described anew"),
    ("flag_variants_changed", "Variants changed"),
    ("flag_client_side_changed", "Browsers let in or kept out"),
    ("flag_archived", "Flag archived"),
    ("flag_restored", "Flag restored"),
    ("kept_apart_changed", "Imported flag kept apart"),
    ("plan_created", "Plan made"),
    ("plan_changed", "Plan changed"),
    ("plan_removed", "Plan removed"),
    ("segment_created", "Group made"),
    ("segment_changed", "Group changed"),
    ("segment_removed", "Group removed"),
    ("webhook_created", "Webhook made"),
    ("webhook_changed", "Webhook changed"),
    ("webhook_secret_renewed", "Webhook secret renewed"),
    ("webhook_removed", "Webhook removed"),
    ("environment_created", "Environment made"),
    ("environment_changed", "Environment changed"),
    ("project_created", "Project made"),
    ("project_renamed", "Project renamed"),
    ("token_created", "Access token made"),
    ("token_revoked", "Access token revoked"),
    ("sdk_key_created", "SDK key made"),
    ("sdk_key_revoked", "SDK key revoked"),
    ("personal_values_erased", "Personal value erased"),
];

/// What a kind is called; a kind of a newer version goes by its own name.
pub fn kind_words(kind: &str) -> String {
    let known = KINDS.iter().find(|(name, _)| *name == kind);
    known.map_or_else(|| kind.replace('_', " "), |(_, words)| (*words).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_domain::event::Event;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_event_is_listed_once() {
        // Asked for a kind that there is not, the reader of events names all that there are.
        let nonsense = serde_json::json!({ "kind": "nonsense", "data": {} });
        let message = serde_json::from_value::<Event>(nonsense).unwrap_err().to_string();
        let (_, known) = message.split_once("expected one of").expect("the error lists all kinds");
        let known: BTreeSet<&str> = known.split('`').filter(|part| part.contains('_')).collect();
        let listed: BTreeSet<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(listed, known);
        assert_eq!(listed.len(), KINDS.len());
    }

    #[test]
    fn an_unknown_kind_is_still_readable() {
        assert_eq!(kind_words("kill_switch_lifted"), "Turned on again");
        assert_eq!(kind_words("moon_landed"), "moon landed");
    }
}

//! Which entries of the history are shown. It stands in the address, so that a view can be linked to.

use signalbox_domain::key::{ActorId, EnvironmentKey, FlagKey, ProjectKey};
use signalbox_protocol::wire::audit::{AuditEntry, AuditQuery};

/// How many entries come at a time.
const PAGE: u32 = 50;

/// Which entries are shown; what is absent lets everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only by this actor.
    pub actor: Option<ActorId>,
    /// Only about this flag of the current project.
    pub flag: Option<FlagKey>,
    /// Only about this environment of the current project.
    pub environment: Option<EnvironmentKey>,
    /// Only of this kind.
    pub kind: Option<String>,
}

impl Filter {
    /// Reads the filter from the parameters of an address; what is not readable lets everything through.
    pub fn from_address(parameter: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            actor: parameter("actor").filter(|actor| !actor.is_empty()).and_then(|actor| ActorId::try_from(actor).ok()),
            flag: parameter("flag").and_then(|key| FlagKey::new(key).ok()),
            environment: parameter("environment").and_then(|key| EnvironmentKey::new(key).ok()),
            kind: parameter("kind").filter(|kind| !kind.is_empty()),
        }
    }

    /// The address of the history with this filter, and with an entry picked.
    pub fn address(&self, entry: Option<u64>) -> String {
        let parameters = [
            ("actor", self.actor.as_ref().map(ToString::to_string)),
            ("flag", self.flag.as_ref().map(ToString::to_string)),
            ("environment", self.environment.as_ref().map(ToString::to_string)),
            ("kind", self.kind.clone()),
            ("entry", entry.map(|sequence| sequence.to_string())),
        ];
        let given: Vec<_> = parameters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        match serde_urlencoded::to_string(&given) {
            Ok(query) if !query.is_empty() => format!("/audit?{query}"),
            _ => "/audit".into(),
        }
    }

    /// Whether everything is let through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What to ask the server for: the newest entries, or those before `before`.
    pub fn query(&self, project: Option<&ProjectKey>, before: Option<u64>) -> AuditQuery {
        AuditQuery {
            before,
            after: None,
            limit: Some(PAGE),
            project: project.filter(|_| self.is_about_a_project()).cloned(),
            flag: self.flag.clone(),
            environment: self.environment.clone(),
            actor: self.actor.clone(),
            kind: self.kind.clone(),
        }
    }

    /// Whether an entry is let through, as the server would judge it.
    pub fn admits(&self, project: Option<&ProjectKey>, entry: &AuditEntry) -> bool {
        let same = |wanted: bool, is: bool| !wanted || is;
        same(self.actor.is_some(), self.actor.as_ref() == Some(&entry.actor))
            && same(self.flag.is_some(), self.flag == entry.flag)
            && same(self.environment.is_some(), self.environment == entry.environment)
            && same(self.kind.is_some(), self.kind.as_ref() == Some(&entry.kind))
            && same(self.is_about_a_project() && project.is_some(), project == entry.project.as_ref())
    }

    /// Keys of flags and environments mean something within a project only.
    fn is_about_a_project(&self) -> bool {
        self.flag.is_some() || self.environment.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::entry;
    use super::*;

    fn bank() -> ProjectKey {
        ProjectKey::new("bank").unwrap()
    }

    #[test]
    fn a_filter_survives_its_address() {
        let filter = Filter {
            actor: Some(ActorId::try_from("tok_1".to_owned()).unwrap()),
            flag: FlagKey::new("card-freeze").ok(),
            environment: EnvironmentKey::new("prod").ok(),
            kind: Some("rollout_held".into()),
        };
        let address = filter.address(Some(7));
        assert_eq!(address, "/audit?actor=tok_1&flag=card-freeze&environment=prod&kind=rollout_held&entry=7");
        let (_, query) = address.split_once('?').unwrap();
        let parameters: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
        let read = Filter::from_address(|name| {
            parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        });
        assert_eq!(read, filter);
        assert_eq!(Filter::default().address(None), "/audit");
        assert!(Filter::from_address(|_| Some(String::new())).is_empty());
    }

    #[test]
    fn a_filter_judges_as_it_asks() {
        let held = entry(4, "rollout_held", "tok_1", Some(("card-freeze", "prod")));
        let made = entry(3, "token_created", "system", None);
        let check = |filter: Filter, expect: [bool; 2]| {
            let project = bank();
            assert_eq!([&held, &made].map(|entry| filter.admits(Some(&project), entry)), expect, "{filter:?}");
        };
        check(Filter::default(), [true, true]);
        check(Filter { kind: Some("token_created".into()), ..Filter::default() }, [false, true]);
        check(Filter { actor: Some(ActorId::System), ..Filter::default() }, [false, true]);
        check(Filter { flag: FlagKey::new("card-freeze").ok(), ..Filter::default() }, [true, false]);
        check(Filter { environment: EnvironmentKey::new("dev").ok(), ..Filter::default() }, [false, false]);

        let about_prod = Filter { environment: EnvironmentKey::new("prod").ok(), ..Filter::default() };
        assert_eq!(about_prod.query(Some(&bank()), Some(9)).project, Some(bank()));
        assert_eq!(Filter::default().query(Some(&bank()), None).project, None);
        let elsewhere = ProjectKey::new("shop").unwrap();
        assert!(!about_prod.admits(Some(&elsewhere), &held));
    }
}

//! The list as a whole.

use super::*;
use signalbox_domain::key::{EnvironmentKey, FlagKey, ProjectKey};

#[test]
fn paths_are_filled_in() {
    let at = AtPlace {
        project: ProjectKey::new("bank").unwrap(),
        flag: FlagKey::new("a.b").unwrap(),
        environment: EnvironmentKey::new("prod").unwrap(),
    };
    assert_eq!(AdvanceRollout::path(&at), "/api/v1/projects/bank/flags/a.b/environments/prod/rollout/advance");
    assert_eq!(GetAuditEntry::path(&AtEntry { sequence: 7 }), "/api/v1/audit/7");
}

#[test]
fn each_operation_and_each_route_is_listed_once() {
    let mut operations: Vec<_> = ALL.iter().map(|meta| meta.operation).collect();
    let mut routes: Vec<_> = ALL.iter().map(|meta| (meta.method.as_str(), meta.path)).collect();
    operations.sort_unstable();
    operations.dedup();
    routes.sort_unstable();
    routes.dedup();
    assert_eq!((operations.len(), routes.len()), (ALL.len(), ALL.len()));
}

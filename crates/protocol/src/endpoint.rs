//! The one list of endpoints. The server routes it, the client and the user interface call it, and the
//! OpenAPI document is made from it; an endpoint that one of them lacks does not compile.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use signalbox_domain::access::Role;
use signalbox_domain::targeting;

use crate::error::ErrorCode;
use crate::stream::Snapshot;
use crate::wire::access::{CreateSdkKey, CreateToken, CreatedSdkKey, CreatedToken, Erase, Erased, SdkKey, Token};
use crate::wire::arrival::Arrival;
use crate::wire::audit::{AuditEntry, AuditQuery, ChainReport, GiveReason};
use crate::wire::configuration::{ChangeRule, Configuration, SetOverrides, SetPrerequisites, SetRules};
use crate::wire::environment::{ChangeEnvironment, CreateEnvironment, Environment};
use crate::wire::evidence::{Evidence, EvidencePoint};
use crate::wire::explanation::{AskFlag, AskFlags, FlagExplained, FlagsExplained};
use crate::wire::flag::{ChangeClientSide, ChangeFlag, ChangeVariants, CreateFlag, Flag, FlagQuery, FlagRow};
use crate::wire::import::{ExportQuery, ImportQuery, ImportReport, KeptApartFlag, RemoveKeptApartQuery};
use crate::wire::plan::{ChangePlan, CreatePlan, Plan};
use crate::wire::project::{CreateProject, Project, RenameProject};
use crate::wire::rollout::{ChangeStages, DraftRollout, RollBack};
use crate::wire::segment::{ChangeSegment, Segment, SegmentRow};
use crate::wire::session::{Me, SignIn};
use crate::wire::usage::{Usage, UsageRow};
use crate::wire::webhook::{CreatedWebhook, Delivery, SetWebhook, Webhook};
use crate::wire::{Empty, List, Why};

pub use at::{AtEntry, AtEnvironment, AtFlag, AtPlace, AtPlan, AtProject, AtRoot, AtSdkKey, AtSegment, AtToken};
pub use meta::{Access, Meta, Method, Precondition};

mod at;
mod meta;
#[cfg(test)]
mod tests;

/// What of a request is in the path, the query and the body, and what comes back.
pub trait Endpoint {
    /// The named parts of the path.
    type At: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// The query string.
    type Query: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// The body; [`Empty`] where there is none.
    type Body: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// The answer; [`Empty`] with status 204.
    type Response: Serialize + DeserializeOwned + Send + Sync + 'static;
    /// Everything else about it.
    const META: Meta;

    /// The path with its named parts filled in.
    fn path(at: &Self::At) -> String {
        let mut path = Self::META.path.to_owned();
        if let Ok(Value::Object(parts)) = serde_json::to_value(at) {
            for (name, part) in parts {
                let text = part.as_str().map_or_else(|| part.to_string(), str::to_owned);
                // Keys and ids hold no character that a path would need escaped.
                path = path.replace(&format!("{{{name}}}"), &text);
            }
        }
        path
    }
}

const VIEWER: Access = Access::Role(Role::Viewer);
const EDITOR: Access = Access::Role(Role::Editor);
const ADMIN: Access = Access::Role(Role::Admin);

macro_rules! endpoints {
    ($dollar:tt $(
        $(#[doc = $doc:literal])*
        $name:ident ($operation:literal): $method:ident $path:literal, $access:expr, $precondition:ident,
            $at:ty, $query:ty, $body:ty => $success:literal $response:ty, [$($error:ident),*];
    )*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Endpoint for $name {
                type At = $at;
                type Query = $query;
                type Body = $body;
                type Response = $response;
                const META: Meta = Meta {
                    operation: $operation,
                    method: Method::$method,
                    path: $path,
                    summary: concat!($($doc, "\n"),*),
                    access: $access,
                    precondition: Precondition::$precondition,
                    success: $success,
                    errors: &[$(ErrorCode::$error),*],
                };
            }
        )*

        /// All endpoints, in the order of the documentation.
        pub const ALL: &[Meta] = &[$(<$name as Endpoint>::META),*];

        /// Calls another macro with the names of all endpoints: `for_each_endpoint!(route)` becomes
        /// `route! { ListProjects CreateProject … }`.
        #[macro_export]
        macro_rules! for_each_endpoint {
            ($dollar callback:ident) => { $dollar callback! { $($name)* } };
        }
    };
}

endpoints! { $
    /// The caller: name and role.
    GetMe ("get_me"): Get "/api/v1/me", VIEWER, Free, AtRoot, Empty, Empty => 200 Me, [];
    /// Exchange an access token for a session cookie (HttpOnly, SameSite=Strict).
    CreateSession ("create_session"): Post "/api/v1/session", Access::Open, Free, AtRoot, Empty, SignIn => 201 Me, [Unauthenticated, TooManyRequests];
    /// End the session of this cookie.
    DeleteSession ("delete_session"): Delete "/api/v1/session", Access::Open, Free, AtRoot, Empty, Empty => 204 Empty, [];
    /// Everything that the caller may see, in short: where the live stream goes on from.
    GetSnapshot ("get_snapshot"): Get "/api/v1/snapshot", VIEWER, Free, AtRoot, Empty, Empty => 200 Snapshot, [];

    /// All projects, by key.
    ListProjects ("list_projects"): Get "/api/v1/projects", VIEWER, Free, AtRoot, Empty, Empty => 200 List<Project>, [];
    /// Make a project.
    CreateProjectEndpoint ("create_project"): Post "/api/v1/projects", ADMIN, Free, AtRoot, Empty, CreateProject => 201 Project, [InvalidField, AlreadyExists];
    /// One project.
    GetProject ("get_project"): Get "/api/v1/projects/{project}", VIEWER, Free, AtProject, Empty, Empty => 200 Project, [NotFound];
    /// Give a project another name.
    RenameProjectEndpoint ("rename_project"): Patch "/api/v1/projects/{project}", ADMIN, Versioned, AtProject, Empty, RenameProject => 200 Project, [NotFound, InvalidField];

    /// All environments of a project, first to last.
    ListEnvironments ("list_environments"): Get "/api/v1/projects/{project}/environments", VIEWER, Free, AtProject, Empty, Empty => 200 List<Environment>, [NotFound];
    /// Make an environment, after all others.
    CreateEnvironmentEndpoint ("create_environment"): Post "/api/v1/projects/{project}/environments", ADMIN, Free, AtProject, Empty, CreateEnvironment => 201 Environment, [NotFound, InvalidField, AlreadyExists, NotPossibleNow];
    /// One environment.
    GetEnvironment ("get_environment"): Get "/api/v1/projects/{project}/environments/{environment}", VIEWER, Free, AtEnvironment, Empty, Empty => 200 Environment, [NotFound];
    /// Change an environment; what is absent stays.
    ChangeEnvironmentEndpoint ("change_environment"): Patch "/api/v1/projects/{project}/environments/{environment}", ADMIN, Versioned, AtEnvironment, Empty, ChangeEnvironment => 200 Environment, [NotFound, InvalidField, ReasonRequired];

    /// The SDK keys of an environment, revoked ones included.
    ListSdkKeys ("list_sdk_keys"): Get "/api/v1/projects/{project}/environments/{environment}/sdk-keys", ADMIN, Free, AtEnvironment, Empty, Empty => 200 List<SdkKey>, [NotFound];
    /// Make an SDK key; its secret is shown this once.
    CreateSdkKeyEndpoint ("create_sdk_key"): Post "/api/v1/projects/{project}/environments/{environment}/sdk-keys", ADMIN, Free, AtEnvironment, Empty, CreateSdkKey => 201 CreatedSdkKey, [NotFound, InvalidField];
    /// Stop an SDK key from working.
    RevokeSdkKey ("revoke_sdk_key"): Post "/api/v1/projects/{project}/environments/{environment}/sdk-keys/{sdk_key}/revoke", ADMIN, Versioned, AtSdkKey, Empty, Why => 200 SdkKey, [NotFound, ReasonRequired];

    /// Flags as summary rows, by key, a page at a time.
    ListFlags ("list_flags"): Get "/api/v1/projects/{project}/flags", VIEWER, Free, AtProject, FlagQuery, Empty => 200 List<FlagRow>, [NotFound, InvalidField];
    /// Make a flag; nobody has it until a rollout or a rule says so.
    CreateFlagEndpoint ("create_flag"): Post "/api/v1/projects/{project}/flags", EDITOR, Free, AtProject, Empty, CreateFlag => 201 Flag, [NotFound, InvalidField, AlreadyExists, NotPossibleNow];
    /// One flag with everything about it.
    GetFlag ("get_flag"): Get "/api/v1/projects/{project}/flags/{flag}", VIEWER, Free, AtFlag, Empty, Empty => 200 Flag, [NotFound];
    /// Describe a flag anew.
    ChangeFlagEndpoint ("change_flag"): Put "/api/v1/projects/{project}/flags/{flag}/details", EDITOR, Versioned, AtFlag, Empty, ChangeFlag => 200 Flag, [NotFound, InvalidField, NotPossibleNow];
    /// Replace the variants of a flag.
    ChangeVariantsEndpoint ("change_variants"): Put "/api/v1/projects/{project}/flags/{flag}/variants", EDITOR, Versioned, AtFlag, Empty, ChangeVariants => 200 Flag, [NotFound, InvalidField, ReasonRequired, NotPossibleNow];
    /// Let browsers ask for a flag, or not any more: whether client keys know it.
    ChangeClientSideEndpoint ("change_client_side"): Put "/api/v1/projects/{project}/flags/{flag}/client-side", EDITOR, Versioned, AtFlag, Empty, ChangeClientSide => 200 Flag, [NotFound, InvalidField, ReasonRequired, NotPossibleNow];
    /// Put a flag into the archive: applications no longer know it.
    ArchiveFlag ("archive_flag"): Post "/api/v1/projects/{project}/flags/{flag}/archive", EDITOR, Versioned, AtFlag, Empty, Why => 200 Flag, [NotFound, ReasonRequired, NotPossibleNow];
    /// Take a flag out of the archive.
    RestoreFlag ("restore_flag"): Post "/api/v1/projects/{project}/flags/{flag}/restore", EDITOR, Versioned, AtFlag, Empty, Why => 200 Flag, [NotFound, ReasonRequired];

    /// What a flag gives in an environment.
    GetConfiguration ("get_configuration"): Get "/api/v1/projects/{project}/flags/{flag}/environments/{environment}", VIEWER, Free, AtPlace, Empty, Empty => 200 Configuration, [NotFound];
    /// How often a flag was asked for in an environment in the last hour, and by how many people today and this week.
    GetUsage ("get_usage"): Get "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/usage", VIEWER, Free, AtPlace, Empty, Empty => 200 Usage, [NotFound];
    /// How far what a flag gives now has come: which clients have it, and whether anybody still shows what it gave before.
    GetArrival ("get_arrival"): Get "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/arrival", VIEWER, Free, AtPlace, Empty, Empty => 200 Arrival, [NotFound];
    /// How often each flag in use was asked for in an environment in the last hour, by key.
    ListUsage ("list_usage"): Get "/api/v1/projects/{project}/environments/{environment}/usage", VIEWER, Free, AtEnvironment, Empty, Empty => 200 List<UsageRow>, [NotFound];
    /// Replace the targeting rules; what a rollout drives stays as it is.
    SetRulesEndpoint ("set_rules"): Put "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rules", EDITOR, Versioned, AtPlace, Empty, SetRules => 200 Configuration, [NotFound, InvalidField, ReasonRequired, NotPossibleNow];
    /// Replace the list of other flags that must give something first, one level deep.
    SetPrerequisitesEndpoint ("set_prerequisites"): Put "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/prerequisites", EDITOR, Versioned, AtPlace, Empty, SetPrerequisites => 200 Configuration, [NotFound, InvalidField, ReasonRequired, NotPossibleNow];
    /// What the flag gives to somebody, and why, step by step. Nothing of what is sent is kept.
    ExplainFlag ("explain_flag"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/explain", VIEWER, Free, AtPlace, Empty, AskFlag => 200 FlagExplained, [NotFound, InvalidField];
    /// What every flag of an environment gives to somebody, and why. Nothing of what is sent is kept.
    ExplainFlags ("explain_flags"): Post "/api/v1/projects/{project}/environments/{environment}/explain", VIEWER, Free, AtEnvironment, Empty, AskFlags => 200 FlagsExplained, [NotFound, InvalidField];
    /// Change who of those whom no rule fits has the feature, and which variants they get; not while a rollout decides that.
    ChangeRuleEndpoint ("change_rule"): Patch "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rule", EDITOR, Versioned, AtPlace, Empty, ChangeRule => 200 Configuration, [NotFound, InvalidField, ReasonRequired, NotPossibleNow];
    /// Replace the list of people who get a variant of their own.
    SetOverridesEndpoint ("set_overrides"): Put "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/overrides", EDITOR, Versioned, AtPlace, Empty, SetOverrides => 200 Configuration, [NotFound, InvalidField, ReasonRequired, NotPossibleNow];
    /// Turn the flag off for everyone, overrides included. Needs no version and no reason, and may be repeated.
    EngageKillSwitch ("engage_kill_switch"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/kill-switch/engage", EDITOR, Always, AtPlace, Empty, Why => 200 Configuration, [NotFound];
    /// Give again what the rule says; needs a reason, and leaves a rollout held.
    LiftKillSwitch ("lift_kill_switch"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/kill-switch/lift", EDITOR, Versioned, AtPlace, Empty, Why => 200 Configuration, [NotFound, ReasonRequired, NotPossibleNow];

    /// Plan a rollout; changes nothing for anybody.
    DraftRolloutEndpoint ("draft_rollout"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout", EDITOR, Versioned, AtPlace, Empty, DraftRollout => 201 Configuration, [NotFound, InvalidField, NotPossibleNow];
    /// Change the stages: all of a draft, those ahead of a rollout under way.
    ChangeStagesEndpoint ("change_stages"): Put "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/stages", EDITOR, Versioned, AtPlace, Empty, ChangeStages => 200 Configuration, [NotFound, InvalidField, ReasonRequired, NotPossibleNow];
    /// Drop a rollout that has not started.
    DiscardRollout ("discard_rollout"): Delete "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout", EDITOR, Versioned, AtPlace, Empty, Empty => 200 Configuration, [NotFound, NotPossibleNow];
    /// Enter the first stage.
    StartRollout ("start_rollout"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/start", EDITOR, Versioned, AtPlace, Empty, Why => 200 Configuration, [NotFound, InvalidField, ReasonRequired, NotPossibleNow];
    /// Enter the next stage.
    AdvanceRollout ("advance_rollout"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/advance", EDITOR, Versioned, AtPlace, Empty, Why => 200 Configuration, [NotFound, ReasonRequired, NotPossibleNow];
    /// Stop where it is. Needs no version and no reason, and may be repeated.
    HoldRollout ("hold_rollout"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/hold", EDITOR, Always, AtPlace, Empty, Why => 200 Configuration, [NotFound, NotPossibleNow];
    /// Go on after a hold, with a new stretch of evidence.
    ResumeRollout ("resume_rollout"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/resume", EDITOR, Versioned, AtPlace, Empty, Why => 200 Configuration, [NotFound, ReasonRequired, NotPossibleNow];
    /// Go back to an earlier stage or to before the first, and hold there.
    RollBackRollout ("roll_back_rollout"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/roll-back", EDITOR, Versioned, AtPlace, Empty, RollBack => 200 Configuration, [NotFound, InvalidField, ReasonRequired, NotPossibleNow];
    /// Agree that the rollout leaves the stage where it stands; not for whoever started it, and not before everything else holds.
    ApproveStage ("approve_stage"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/approve", EDITOR, Versioned, AtPlace, Empty, Why => 200 Configuration, [NotFound, NotPossibleNow];
    /// What production shows of the rollout under way, what its gate asks, and what follows.
    GetEvidence ("get_evidence"): Get "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/evidence", VIEWER, Free, AtPlace, Empty, Empty => 200 Evidence, [NotFound];
    /// What the metrics of the rollout under way came to over time, oldest first: at most 360 points, as far apart as it takes.
    GetEvidenceHistory ("get_evidence_history"): Get "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/evidence/history", VIEWER, Free, AtPlace, Empty, Empty => 200 List<EvidencePoint>, [NotFound];
    /// End the rollout; who has the feature now keeps it.
    FinishRollout ("finish_rollout"): Post "/api/v1/projects/{project}/flags/{flag}/environments/{environment}/rollout/finish", EDITOR, Versioned, AtPlace, Empty, Why => 200 Configuration, [NotFound, ReasonRequired, NotPossibleNow];

    /// All segments of a project, by key, without the people whom they name.
    ListSegments ("list_segments"): Get "/api/v1/projects/{project}/segments", VIEWER, Free, AtProject, Empty, Empty => 200 List<SegmentRow>, [NotFound];
    /// Make a segment.
    CreateSegmentEndpoint ("create_segment"): Post "/api/v1/projects/{project}/segments", EDITOR, Free, AtProject, Empty, targeting::Segment<String> => 201 Segment, [NotFound, InvalidField, AlreadyExists, NotPossibleNow];
    /// One segment with everything about it.
    GetSegment ("get_segment"): Get "/api/v1/projects/{project}/segments/{segment}", VIEWER, Free, AtSegment, Empty, Empty => 200 Segment, [NotFound];
    /// Replace a segment; everything that refers to it follows at once.
    ChangeSegmentEndpoint ("change_segment"): Put "/api/v1/projects/{project}/segments/{segment}", EDITOR, Versioned, AtSegment, Empty, ChangeSegment => 200 Segment, [NotFound, InvalidField, ReasonRequired];
    /// Remove a segment that nothing refers to.
    RemoveSegment ("remove_segment"): Delete "/api/v1/projects/{project}/segments/{segment}", EDITOR, Versioned, AtSegment, Empty, Empty => 204 Empty, [NotFound, NotPossibleNow];

    /// Bring the flags of a document into an environment, all at once or, where something refuses the whole, not at all. The answer tells what became of each part.
    ImportDocument ("import_document"): Post "/api/v1/projects/{project}/import", EDITOR, Free, AtProject, ImportQuery, Value => 200 ImportReport, [NotFound, InvalidField, ReasonRequired, VersionStale];
    /// The flags of an environment as a document. Importing it there again changes nothing.
    ExportDocument ("export_document"): Get "/api/v1/projects/{project}/export", VIEWER, Free, AtProject, ExportQuery, Empty => 200 Value, [NotFound, InvalidField];
    /// The imported flags of an environment that cannot be flags of the project, by key, with why.
    ListKeptApart ("list_kept_apart"): Get "/api/v1/projects/{project}/environments/{environment}/kept-apart", VIEWER, Free, AtEnvironment, Empty, Empty => 200 List<KeptApartFlag>, [NotFound];
    /// Remove an imported flag that is kept apart: applications no longer know it.
    RemoveKeptApart ("remove_kept_apart"): Delete "/api/v1/projects/{project}/environments/{environment}/kept-apart", EDITOR, Free, AtEnvironment, RemoveKeptApartQuery, Empty => 204 Empty, [NotFound, ReasonRequired];

    /// All plan templates of a project, by key.
    ListPlans ("list_plans"): Get "/api/v1/projects/{project}/plans", VIEWER, Free, AtProject, Empty, Empty => 200 List<Plan>, [NotFound];
    /// Make a plan template.
    CreatePlanEndpoint ("create_plan"): Post "/api/v1/projects/{project}/plans", EDITOR, Free, AtProject, Empty, CreatePlan => 201 Plan, [NotFound, InvalidField, AlreadyExists];
    /// One plan template.
    GetPlan ("get_plan"): Get "/api/v1/projects/{project}/plans/{plan}", VIEWER, Free, AtPlan, Empty, Empty => 200 Plan, [NotFound];
    /// Replace a plan template; rollouts that copied it stay as they are.
    ChangePlanEndpoint ("change_plan"): Put "/api/v1/projects/{project}/plans/{plan}", EDITOR, Versioned, AtPlan, Empty, ChangePlan => 200 Plan, [NotFound, InvalidField];
    /// Remove a plan template; rollouts that copied it stay as they are.
    RemovePlan ("remove_plan"): Delete "/api/v1/projects/{project}/plans/{plan}", EDITOR, Versioned, AtPlan, Empty, Empty => 204 Empty, [NotFound];

    /// Where notices of a project are sent.
    GetWebhook ("get_webhook"): Get "/api/v1/projects/{project}/webhook", ADMIN, Free, AtProject, Empty, Empty => 200 Webhook, [NotFound];
    /// Send notices of a project somewhere; the secret that messages are signed with is shown this once.
    CreateWebhookEndpoint ("create_webhook"): Post "/api/v1/projects/{project}/webhook", ADMIN, Free, AtProject, Empty, SetWebhook => 201 CreatedWebhook, [NotFound, InvalidField, NotPossibleNow];
    /// Send notices somewhere else, or others of them; the secret stays.
    ChangeWebhookEndpoint ("change_webhook"): Put "/api/v1/projects/{project}/webhook", ADMIN, Versioned, AtProject, Empty, SetWebhook => 200 Webhook, [NotFound, InvalidField];
    /// Sign messages with another secret, shown this once; for a day the one before signs as well.
    RenewWebhookSecretEndpoint ("renew_webhook_secret"): Post "/api/v1/projects/{project}/webhook/secret", ADMIN, Versioned, AtProject, Empty, Empty => 200 CreatedWebhook, [NotFound];
    /// Send notices nowhere any more; what still waits is given up.
    RemoveWebhookEndpoint ("remove_webhook"): Delete "/api/v1/projects/{project}/webhook", ADMIN, Versioned, AtProject, Empty, Empty => 204 Empty, [NotFound];
    /// Send a message that says that it is a trial.
    TryWebhook ("try_webhook"): Post "/api/v1/projects/{project}/webhook/trial", ADMIN, Free, AtProject, Empty, Empty => 201 Delivery, [NotFound];
    /// The newest 100 messages to the webhook, newest first, and what came of them.
    ListDeliveries ("list_deliveries"): Get "/api/v1/projects/{project}/webhook/deliveries", ADMIN, Free, AtProject, Empty, Empty => 200 List<Delivery>, [NotFound];

    /// The audit history, newest first, a page at a time.
    ListAudit ("list_audit"): Get "/api/v1/audit", VIEWER, Free, AtRoot, AuditQuery, Empty => 200 List<AuditEntry>, [InvalidField];
    /// One entry of the audit history.
    GetAuditEntry ("get_audit_entry"): Get "/api/v1/audit/{sequence}", VIEWER, Free, AtEntry, Empty, Empty => 200 AuditEntry, [NotFound];
    /// Say why an earlier hold or kill was done.
    GiveReasonEndpoint ("give_reason"): Post "/api/v1/audit/{sequence}/reason", EDITOR, Free, AtEntry, Empty, GiveReason => 201 AuditEntry, [NotFound, InvalidField, NotPossibleNow];
    /// Check the hash chain of the whole history.
    VerifyChain ("verify_chain"): Get "/api/v1/audit/chain", VIEWER, Free, AtRoot, Empty, Empty => 200 ChainReport, [];

    /// All access tokens, revoked ones included, oldest first.
    ListTokens ("list_tokens"): Get "/api/v1/tokens", ADMIN, Free, AtRoot, Empty, Empty => 200 List<Token>, [];
    /// Make an access token; its secret is shown this once.
    CreateTokenEndpoint ("create_token"): Post "/api/v1/tokens", ADMIN, Free, AtRoot, Empty, CreateToken => 201 CreatedToken, [InvalidField];
    /// Stop an access token from working.
    RevokeToken ("revoke_token"): Post "/api/v1/tokens/{token}/revoke", ADMIN, Versioned, AtToken, Empty, Why => 200 Token, [NotFound, NotPossibleNow];
    /// Erase a personal value wherever it stands; the chain still verifies.
    EraseEndpoint ("erase"): Post "/api/v1/erasures", ADMIN, Free, AtRoot, Empty, Erase => 201 Erased, [NotFound];
}

//! The management API over HTTP: one router, made from the one list of endpoints.

mod access;
mod answer;
mod audit;
mod authorise;
mod call;
mod configuration;
mod environments;
mod evidence;
mod explain;
mod explanations;
mod failures;
mod flags;
mod imports;
mod json;
mod layers;
mod plans;
mod precondition;
mod problem;
mod projects;
mod repeats;
mod resources;
mod rollouts;
mod segments;
mod session;
mod snapshot;
mod stream;
mod strict;
mod usage;
mod webhook;
pub mod wire;

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use axum::{Router, middleware};
use signalbox_domain::command::Command;
use signalbox_protocol::{Endpoint, ErrorCode, endpoint, for_each_endpoint};

use crate::engine::{Committed, Engine, Terms};
use crate::webhooks::Webhooks;
use crate::{metrics, openapi, ui_files};

pub use authorise::COOKIE;
pub use call::LARGEST_BODY;
pub use json::parse;
use layers::Surroundings;
pub use layers::{Hosts, LARGEST_HEADERS, MOST_HEADERS, REQUEST_TIME};
pub use problem::{Message, Problem};
pub use signalbox_protocol::wire::import::LARGEST_DOCUMENT;
pub use stream::PATH as STREAM_PATH;

use failures::FailedAuthorisations;
use repeats::Repeats;

/// What answers the calls of the API.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    webhooks: Arc<Webhooks>,
    /// Whether this server runs the demo.
    demo: bool,
    failed_authorisations: Arc<FailedAuthorisations>,
    repeats: Arc<Repeats>,
}

impl Api {
    /// For this engine.
    #[must_use]
    pub fn new(engine: Arc<Engine>, webhooks: Arc<Webhooks>, demo: bool) -> Self {
        let (failed_authorisations, repeats) = Default::default();
        Self(Arc::new(Inner { engine, webhooks, demo, failed_authorisations, repeats }))
    }

    fn engine(&self) -> &Arc<Engine> {
        &self.0.engine
    }

    fn webhooks(&self) -> &Arc<Webhooks> {
        &self.0.webhooks
    }

    fn failed_authorisations(&self) -> &Arc<FailedAuthorisations> {
        &self.0.failed_authorisations
    }

    fn repeats(&self) -> &Arc<Repeats> {
        &self.0.repeats
    }

    /// Makes a change.
    async fn submit(&self, command: Command, terms: Terms) -> Result<Committed, Problem> {
        Ok(self.engine().submit(command, terms).await?)
    }

    /// Looks at everything as the wire has it.
    fn look<Seen>(&self, look: impl FnOnce(wire::View<'_>) -> Seen) -> Seen {
        let (uses, uses_noted_since) = (self.engine().last_uses(), self.engine().counting().since());
        let demo = self.0.demo;
        self.engine().read(|state, vault| look(wire::View { state, vault, uses, uses_noted_since, demo }))
    }
}

/// Everything that the server answers: besides the management API, what `applications` answers. `ui_dir` has the user interface, where it is not in its usual place.
pub fn router(api: Api, ui_dir: Option<PathBuf>, hosts: Hosts, applications: Router) -> Router {
    let engine = &Arc::clone(api.engine());
    let failed = Arc::clone(api.failed_authorisations());
    let applications = applications.layer(middleware::from_fn_with_state(failed, layers::limit_failures));
    let health = Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).with_state(api.clone());
    let routes = endpoints()
        .route(stream::PATH, get(stream::serve))
        .route("/api/openapi.json", get(openapi::serve))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(api)
        .merge(health.method_not_allowed_fallback(method_not_allowed))
        .merge(metrics::router(Arc::clone(engine)).method_not_allowed_fallback(method_not_allowed))
        .merge(applications)
        .fallback_service(ui_files::router(ui_dir));
    let surroundings = Surroundings { engine: Arc::clone(engine), hosts: Arc::new(hosts) };
    routes.layer(middleware::from_fn_with_state(surroundings, layers::around))
}

macro_rules! route {
    ($($endpoint:ident)*) => {
        /// One route for each endpoint of the list; one without a handler does not compile.
        fn endpoints() -> Router<Api> {
            Router::new()
                $(.route(
                    <endpoint::$endpoint as Endpoint>::META.path,
                    on(filter(<endpoint::$endpoint as Endpoint>::META.method), call::serve::<endpoint::$endpoint>),
                ))*
        }
    };
}
for_each_endpoint!(route);

const fn filter(method: endpoint::Method) -> MethodFilter {
    match method {
        endpoint::Method::Get => MethodFilter::GET,
        endpoint::Method::Post => MethodFilter::POST,
        endpoint::Method::Put => MethodFilter::PUT,
        endpoint::Method::Patch => MethodFilter::PATCH,
        endpoint::Method::Delete => MethodFilter::DELETE,
    }
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        ErrorCode::MethodNotAllowed,
        "this path does not know this method; the header Allow says which it knows",
    )
}

async fn healthz() -> StatusCode {
    StatusCode::OK
}

async fn readyz(State(api): State<Api>) -> Response {
    if api.engine().is_ready() {
        StatusCode::OK.into_response()
    } else {
        Problem::new(ErrorCode::Unavailable, "the server takes no changes").retry_after(5).into_response()
    }
}

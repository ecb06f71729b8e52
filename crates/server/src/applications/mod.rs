//! What applications may do with an SDK key: evaluate flags ([`crate::ofrep`]), report exposures, send telemetry
//! ([`crate::telemetry`]), and take the flags of an environment as one document. The key decides the project, the
//! environment, and what may be seen of it.

mod client_address;
mod client_rate;
mod credentials;
mod exposures;
mod flags_document;
mod outcomes;
mod stream_pass;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::http::{HeaderMap, Method, header};
use signalbox_domain::access::SdkKeyKind;
use tokio::sync::Semaphore;
use tower_http::cors::{Any, CorsLayer};

use crate::clock;
use crate::engine::{Engine, SdkKeyPlace};
use crate::evaluation_sets::EvaluationSet;
use crate::{ofrep, telemetry};
use client_rate::ClientRate;

pub use client_address::{ClientAddress, TrustedProxies};
pub use client_rate::{BURST, PER_SECOND};
pub use exposures::{LARGEST_BODY_BYTES as LARGEST_EXPOSURES_BYTES, MOST_EXPOSURES, PATH as EXPOSURES_PATH};
pub use flags_document::PATH as FLAGS_DOCUMENT_PATH;
pub use outcomes::{LARGEST_BODY_BYTES as LARGEST_OUTCOMES_BYTES, MOST_OUTCOMES, PATH as TRACK_PATH};
pub use stream_pass::{IssuedPass, check as check_pass};

/// Everything that applications ask, with at most so many event streams at once.
pub fn router(engine: Arc<Engine>, proxies: TrustedProxies, most_listeners: usize) -> Router {
    let applications =
        Applications { engine, proxies, rate: Arc::default(), listeners: Arc::new(Semaphore::new(most_listeners)) };
    ofrep::router(applications.clone())
        .merge(exposures::router(applications.clone()))
        .merge(outcomes::router(applications.clone()))
        .merge(flags_document::router(applications.clone()))
        .merge(telemetry::router(applications))
}

/// Any page may ask: what it may see is decided by the SDK key it has, never by a cookie.
pub(crate) fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST, Method::GET])
        .allow_headers([header::AUTHORIZATION, credentials::X_API_KEY, header::CONTENT_TYPE, header::IF_NONE_MATCH])
        .expose_headers([header::ETAG, header::RETRY_AFTER])
        .max_age(Duration::from_secs(24 * 60 * 60))
}

/// What answers applications.
#[derive(Clone)]
pub struct Applications {
    pub(crate) engine: Arc<Engine>,
    proxies: TrustedProxies,
    rate: Arc<ClientRate>,
    pub(crate) listeners: Arc<Semaphore>,
}

impl FromRef<Applications> for TrustedProxies {
    fn from_ref(applications: &Applications) -> Self {
        applications.proxies.clone()
    }
}

/// An application that showed a key that works.
pub(crate) struct Admitted {
    /// Its key.
    pub key: Arc<SdkKeyPlace>,
    /// What it evaluates.
    pub set: Arc<EvaluationSet>,
}

/// Why an application is not let in.
pub(crate) enum NotAdmitted {
    /// It shows no key that works.
    Unknown,
    /// It, or others with the same key from the same address, asked too much; it may come back after these seconds.
    TooMany(u64),
}

/// What is said to whoever shows no key that works.
pub(crate) const UNKNOWN_KEY: &str = "send an SDK key that works, as Authorization: Bearer or as X-API-Key";
/// What is said to whoever asks too much.
pub(crate) const TOO_MANY: &str = "too many requests with this client key from this address; wait a little";

impl Applications {
    /// Lets an application in by the SDK key that its request shows.
    ///
    /// # Errors
    /// [`NotAdmitted`] says why not.
    pub(crate) fn admit(&self, headers: &HeaderMap, address: IpAddr) -> Result<Admitted, NotAdmitted> {
        let key = credentials::shown(headers).find_map(|secret| self.engine.sdk_key(secret));
        let key = key.ok_or(NotAdmitted::Unknown)?;
        if key.kind == SdkKeyKind::Client {
            self.rate.take(&key.id, address).map_err(NotAdmitted::TooMany)?;
        }
        let set = self.engine.evaluation_set(&key).ok_or(NotAdmitted::Unknown)?;
        key.last_use.note(clock::now());
        Ok(Admitted { key, set })
    }
}

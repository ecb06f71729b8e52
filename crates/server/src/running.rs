//! Starting a server and stopping it: the same for the binary and for the desktop app.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::access::{Role, SdkKeyKind};
use signalbox_domain::command::Command;
use signalbox_domain::key::{EnvironmentKey, ProjectKey};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::applications::{self, TrustedProxies};
use crate::controller::{Controller, LOOKS_EVERY};
use crate::counting::FLUSHED_EVERY;
use crate::engine::{Engine, OpenError, Presented, Secret, SubmitError, Terms, hash};
use crate::http::{self, Api, Hosts};
use crate::webhooks::{Reach, Unsendable, Webhooks};
use crate::{clock, demo, listener};

/// Shortest access token that an operator may choose, in characters.
pub const SHORTEST_TOKEN: usize = 8;
/// From this length on, a chosen token is taken without a warning.
const USUAL_TOKEN: usize = 20;
/// What the token of the first start is called.
const FIRST_TOKEN: &str = "Administrator";
/// What the SDK keys of the demo's made-up customers are called.
const DEMO_KEY: &str = "Simulated customers";

/// How to run a server.
#[derive(Clone)]
pub struct Options {
    /// Where everything is kept; made when it does not exist.
    pub data_dir: PathBuf,
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Whether to fill an empty data directory with the made-up bank, and to let its customers ask.
    pub demo: bool,
    /// The access token of an administrator, at least [`SHORTEST_TOKEN`] characters; `None` to have one drawn on the
    /// first start.
    pub admin_token: Option<String>,
    /// Where the user interface is; `None` for the folder `ui` beside the program.
    pub ui_dir: Option<PathBuf>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Options")
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen)
            .field("demo", &self.demo)
            .field("ui_dir", &self.ui_dir)
            .finish_non_exhaustive()
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}; choose another address or port with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The data directory does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The data directory could not be filled with the made-up bank.
    #[error(transparent)]
    Demo(#[from] demo::FillError),
    /// The folder with the user interface has none.
    #[error("{} is no folder with a user interface: it has no index.html", .0.display())]
    UserInterface(PathBuf),
    /// The token given cannot be one.
    #[error("the given administrator token must be at least {SHORTEST_TOKEN} characters of printable ASCII")]
    NotAToken,
    /// The token given was stopped, or does not administer.
    #[error("the given administrator token was revoked, or is not an administrator's; choose another one")]
    TokenUnusable,
    /// No message could be sent to a webhook.
    #[error(transparent)]
    Webhooks(#[from] Unsendable),
    /// What the first start, or the demo, needs could not be stored.
    #[error("the data directory could not be prepared: {0}")]
    Prepare(#[from] SubmitError),
}

/// A running server.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The same as an address for browsers and clients, such as `http://127.0.0.1:4600`.
    pub url: String,
    /// The administrator's token, when it was drawn by this start.
    pub admin_token: Option<String>,
    /// SDK keys of the demo by environment, drawn afresh by this start.
    pub sdk_keys: BTreeMap<String, String>,
    engine: Arc<Engine>,
    stopping: watch::Sender<bool>,
    listener: JoinHandle<()>,
    counter: JoinHandle<()>,
    controller: JoinHandle<()>,
    webhooks: JoinHandle<()>,
    customers: Option<JoinHandle<()>>,
}

impl Running {
    /// Stops gracefully: requests under way are answered, streams end, changes are on disk. Takes a few seconds at
    /// most.
    pub async fn stop(self) {
        if let Some(customers) = &self.customers {
            customers.abort();
        }
        self.engine.begin_stop();
        self.stopping.send_replace(true);
        if let Err(error) = self.listener.await {
            tracing::error!(%error, "the listener failed");
        }
        if let Err(error) = self.counter.await {
            tracing::error!(%error, "what is counted was not written to the end");
        }
        if let Err(error) = self.controller.await {
            tracing::error!(%error, "the controller failed");
        }
        if let Err(error) = self.webhooks.await {
            tracing::error!(%error, "sending to webhooks failed");
        }
        let engine = self.engine;
        if let Err(error) = tokio::task::spawn_blocking(move || engine.stop()).await {
            tracing::error!(%error, "the engine did not stop");
        }
    }
}

/// Starts a server; it listens when this returns.
///
/// # Errors
/// [`StartError`] says what to do about it.
pub async fn start(options: Options) -> Result<Running, StartError> {
    start_at(options, Edge::default()).await
}

/// How a server meets the network.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Names under which a server that listens on loopback is reached besides the names of loopback, such as the
    /// public name that a proxy on the same machine passes on.
    pub allowed_hosts: Vec<String>,
    /// Proxies on other machines whose `X-Forwarded-For` says who asks.
    pub trusted_proxies: Vec<IpAddr>,
    /// Connections at once; further ones are told to come back. Each takes a file descriptor.
    pub most_connections: usize,
    /// How often rollouts are looked at.
    pub looks_every: Duration,
    /// Whether webhooks may lead into private networks, and go unencrypted.
    pub private_webhooks: bool,
}

impl Default for Edge {
    fn default() -> Self {
        // A program that is not only a server has descriptors for so many.
        Self {
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            most_connections: 768,
            looks_every: LOOKS_EVERY,
            private_webhooks: false,
        }
    }
}

/// As [`start`], where the network is other than usual.
///
/// # Errors
/// As [`start`].
pub async fn start_at(options: Options, edge: Edge) -> Result<Running, StartError> {
    let Options { data_dir, listen, demo, admin_token, ui_dir } = options;
    if let Some(folder) = ui_dir.as_ref().filter(|folder| !folder.join("index.html").is_file()) {
        return Err(StartError::UserInterface(folder.clone()));
    }
    if let Some(token) = &admin_token {
        // Anything else could not be sent in a header.
        if token.len() < SHORTEST_TOKEN || !token.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(StartError::NotAToken);
        }
        if token.len() < USUAL_TOKEN {
            tracing::warn!(usual = USUAL_TOKEN, "the given administrator token is short; a longer one is safer");
        }
    }
    // Before the data directory, so that a token is not drawn by a start that nobody hears of.
    let listener = TcpListener::bind(listen).await.map_err(|source| StartError::Listen { address: listen, source })?;
    let address = listener.local_addr().map_err(|source| StartError::Listen { address: listen, source })?;

    let directory = data_dir.clone();
    let prepared = tokio::task::spawn_blocking(move || prepare(&data_dir, demo, admin_token)).await;
    let Prepared { engine, admin_token, sdk_keys } =
        prepared.unwrap_or_else(|error| Err(SubmitError::Fault(error.to_string()).into()))?;

    let Edge { allowed_hosts, trusted_proxies, most_connections, looks_every, private_webhooks } = edge;
    let reach = Reach { private: private_webhooks };
    let webhooks = Arc::new(Webhooks::new(Arc::clone(&engine), &directory, reach)?);
    // The rest is for whoever evaluates, and for those who must be able to stop something.
    let most_listeners = most_connections / 4 * 3;
    let applications = applications::router(Arc::clone(&engine), TrustedProxies::new(trusted_proxies), most_listeners);
    let hosts = Hosts::new(address.ip(), allowed_hosts);
    let api = Api::new(Arc::clone(&engine), Arc::clone(&webhooks), demo);
    let router = http::router(api, ui_dir, hosts, applications);
    let (stopping, stopped) = watch::channel(false);
    let listener = tokio::spawn(listener::serve(listener, router, most_connections, stopped));
    let counter = tokio::spawn(flush_counts(Arc::clone(&engine)));
    let controller = tokio::spawn(control(Arc::clone(&engine), looks_every));
    let webhooks = tokio::spawn(webhooks.run());
    let revealed = sdk_keys.iter().map(|(environment, key)| (environment.to_string(), key.reveal().to_owned()));
    Ok(Running {
        address,
        url: format!("http://{address}"),
        admin_token: admin_token.map(|token| token.reveal().to_owned()),
        sdk_keys: revealed.collect(),
        customers: demo.then(|| tokio::spawn(demo::run(address, sdk_keys))),
        engine,
        stopping,
        listener,
        counter,
        controller,
        webhooks,
    })
}

/// Writes what is counted, every few seconds, until the server stops; what comes then is written as it stops.
async fn flush_counts(engine: Arc<Engine>) {
    let mut stopping = engine.stopping();
    let mut pace = interval(FLUSHED_EVERY);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = pace.tick() => {}
            () = listener::told_to_stop(&mut stopping) => return,
        }
        let engine = Arc::clone(&engine);
        if let Err(error) = tokio::task::spawn_blocking(move || engine.flush_counts()).await {
            tracing::error!(%error, "what is counted could not be written");
        }
    }
}

/// Looks at every rollout, again and again, until the server stops.
async fn control(engine: Arc<Engine>, every: Duration) {
    let mut stopping = engine.stopping();
    let controller = Arc::new(Controller::new(engine, every));
    let mut pace = interval(every);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = pace.tick() => {}
            () = listener::told_to_stop(&mut stopping) => return,
        }
        let controller = Arc::clone(&controller);
        if let Err(error) = tokio::task::spawn_blocking(move || controller.tick(clock::now())).await {
            tracing::error!(%error, "rollouts could not be looked at");
        }
    }
}

struct Prepared {
    engine: Arc<Engine>,
    admin_token: Option<Secret>,
    sdk_keys: BTreeMap<EnvironmentKey, Secret>,
}

/// Opens the data directory and does what a first start, or the demo, needs. Blocks on the disk.
fn prepare(data_dir: &std::path::Path, demo: bool, given: Option<String>) -> Result<Prepared, StartError> {
    // Its history lies in the past, so it must come before everything else.
    if demo {
        demo::fill(data_dir, clock::now())?;
    }
    let engine = Engine::open(data_dir)?;
    let first_start = engine.read(|state, _| state.sequence) == 0;
    let admin_token = admin_token(&engine, first_start, given.map(Secret::given))?;
    let sdk_keys = if demo { demo_keys(&engine)? } else { BTreeMap::new() };
    Ok(Prepared { engine, admin_token, sdk_keys })
}

/// Sees to it that somebody can administer; gives the token when it was drawn here.
fn admin_token(engine: &Engine, first_start: bool, given: Option<Secret>) -> Result<Option<Secret>, StartError> {
    let create = |secret: Option<Secret>| {
        let command = Command::CreateToken { name: FIRST_TOKEN.into(), role: Role::Admin };
        engine.submit_blocking(command, Terms { secret, ..Terms::system() })
    };
    match given {
        Some(given) => {
            match engine.recognise(&Presented::Token(hash(given.reveal()))) {
                Some(holder) if holder.role == Role::Admin => {}
                Some(_) => return Err(StartError::TokenUnusable),
                None if engine.was_issued(&hash(given.reveal())) => return Err(StartError::TokenUnusable),
                None => {
                    create(Some(given))?;
                }
            }
            Ok(None)
        }
        None if first_start || !has_administrator(engine) => Ok(create(None)?.secret),
        None => Ok(None),
    }
}

fn has_administrator(engine: &Engine) -> bool {
    engine.read(|state, _| state.tokens.values().any(|token| token.role == Role::Admin && token.revoked.is_none()))
}

/// Stops the keys that an earlier start made for the demo, and makes one for each of its environments.
fn demo_keys(engine: &Engine) -> Result<BTreeMap<EnvironmentKey, Secret>, StartError> {
    let (earlier, places) = engine.read(|state, _| {
        let live = state.sdk_keys.values().filter(|key| demo::is_demo(&key.project) && key.revoked.is_none());
        let earlier: Vec<_> =
            live.filter(|key| key.name == DEMO_KEY).map(|key| (key.id.clone(), key.version)).collect();
        let projects = state.projects.values().filter(|project| demo::is_demo(&project.key));
        let places: Vec<(ProjectKey, EnvironmentKey)> = projects
            .flat_map(|project| {
                project.environments.iter().map(|environment| (project.key.clone(), environment.key.clone()))
            })
            .collect();
        (earlier, places)
    });
    for (sdk_key, version) in earlier {
        let why = "The demo was started again, with keys of its own.".to_owned();
        engine.submit_blocking(Command::RevokeSdkKey { sdk_key }, Terms::system().against(version).because(why))?;
    }
    let mut keys = BTreeMap::new();
    for (project, environment) in places {
        let command = Command::CreateSdkKey {
            project,
            environment: environment.clone(),
            name: DEMO_KEY.into(),
            kind: SdkKeyKind::Server,
        };
        keys.extend(engine.submit_blocking(command, Terms::system())?.secret.map(|secret| (environment, secret)));
    }
    Ok(keys)
}

//! What the server counts of itself, for Prometheus: `GET /metrics`.
//!
//! Labels come from fixed lists (operations, statuses, reasons); no flag, project or person ever is one, so the page
//! has a bounded size.

mod evaluations;
mod exposition;
mod histogram;
mod process;
mod requests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use signalbox_domain::Timestamp;

use crate::clock;
use crate::engine::Engine;
use exposition::{Exposition, Kind};
use histogram::{Histogram, Limit};

pub use evaluations::{Evaluations, Outcome, Tally};
pub use requests::{Requests, count_request};

/// Serves `GET /metrics`.
pub fn router(engine: Arc<Engine>) -> Router {
    Router::new().route("/metrics", get(page)).with_state(engine)
}

async fn page(State(engine): State<Arc<Engine>>) -> impl IntoResponse {
    let sequence = engine.read(|state, _| state.sequence);
    let content_type = (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    (
        [content_type, (header::CACHE_CONTROL, "no-store")],
        engine.metrics().page(sequence, engine.counting().unknown_exposures()),
    )
}

/// A durable write takes a few milliseconds on a good disk and up to a second on a bad one.
static COMMIT_LIMITS: [Limit; 10] = [
    Limit::micros(500, "0.0005"),
    Limit::micros(1_000, "0.001"),
    Limit::micros(2_500, "0.0025"),
    Limit::micros(5_000, "0.005"),
    Limit::micros(10_000, "0.01"),
    Limit::micros(25_000, "0.025"),
    Limit::micros(50_000, "0.05"),
    Limit::micros(100_000, "0.1"),
    Limit::micros(250_000, "0.25"),
    Limit::micros(1_000_000, "1"),
];

/// Everything that is counted; by atomics, so counting waits for nobody.
pub struct Metrics {
    /// Requests of every interface.
    pub requests: Requests,
    /// Flags evaluated for applications.
    pub evaluations: Evaluations,
    stream_readers: Arc<AtomicU64>,
    events: AtomicU64,
    commits: Histogram<10>,
    started: Instant,
    started_at: Timestamp,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: Requests::new(),
            evaluations: Evaluations::default(),
            stream_readers: Arc::default(),
            events: AtomicU64::new(0),
            commits: Histogram::new(&COMMIT_LIMITS),
            started: Instant::now(),
            started_at: clock::now(),
        }
    }
}

impl Metrics {
    /// Counts a change that was stored: how many events it has, and how long it took until it was durable.
    pub fn committed(&self, events: usize, took: Duration) {
        self.events.fetch_add(events as u64, Ordering::Relaxed);
        self.commits.observe(took);
    }

    /// Counts a reader of the live stream, until what is returned is dropped.
    #[must_use]
    pub fn stream_reader(&self) -> StreamReader {
        self.stream_readers.fetch_add(1, Ordering::Relaxed);
        StreamReader(Arc::clone(&self.stream_readers))
    }

    /// Everything in the Prometheus text format; `sequence` is that of the last event, `unknown_exposures` how many
    /// exposures of flags or variants that do not exist were reported.
    #[must_use]
    pub fn page(&self, sequence: u64, unknown_exposures: u64) -> String {
        let mut page = Exposition::default();
        page.family("signalbox_build_info", Kind::Gauge, "Always 1; the label says which version runs.")
            .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
        self.requests.write(&mut page);
        self.evaluations.write(&mut page);
        let help = "Reported exposures of flags or variants that do not exist.";
        page.family("signalbox_unknown_exposures_total", Kind::Counter, help).sample(&[], unknown_exposures);
        let readers = self.stream_readers.load(Ordering::Relaxed);
        page.gauge("signalbox_stream_readers", "Readers of the live stream now.", Some(readers));
        page.gauge("signalbox_state_sequence", "Sequence of the last event of the log.", Some(sequence));
        page.family("signalbox_events_total", Kind::Counter, "Events stored since the server started.")
            .sample(&[], self.events.load(Ordering::Relaxed));
        let mut family = page.family(
            "signalbox_commit_duration_seconds",
            Kind::Histogram,
            "Time until a change was durable on disk.",
        );
        self.commits.write(&mut family, &[]);
        let uptime = self.started.elapsed().as_secs_f64();
        page.gauge("signalbox_uptime_seconds", "Time since the server started.", Some(uptime));
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age have fewer than 53 bits")]
        let started_at = self.started_at.millis() as f64 / 1_000.0;
        let help = "When the server started, in seconds since 1970-01-01.";
        page.gauge("process_start_time_seconds", help, Some(started_at));
        page.gauge("process_resident_memory_bytes", "Memory that is in RAM.", process::resident_memory());
        page.gauge("process_open_fds", "Open files, sockets and pipes.", process::open_files());
        page.into_text()
    }
}

/// A reader of the live stream, counted for as long as this lives.
pub struct StreamReader(Arc<AtomicU64>);

impl Drop for StreamReader {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

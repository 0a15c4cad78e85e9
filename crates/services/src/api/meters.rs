//! What the server counts, as Prometheus reads it.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use ports::Head;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::roles::standing;

/// Upper bounds of the latency buckets, in seconds; 20 ms is what an append may take at the most.
const BUCKETS_S: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Became {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Played {
    role: &'static str,
}

type Count = Gauge<u64, AtomicU64>;

/// The counters of one server.
pub(super) struct Meters {
    registry: Registry,
    requests: Family<Answered, Counter>,
    took: Histogram,
    inputs: Family<Became, Counter>,
    followers: Gauge,
    head: Count,
    accounts: Count,
    open_cases: Count,
    quarantined: Count,
    roles: RoleGauges,
}

/// How the roles of the process stand.
#[derive(Default)]
struct RoleGauges {
    running: Family<Played, Count>,
    restarts: Family<Played, Count>,
    lag_events: Family<Played, Count>,
    lag_ms: Family<Played, Count>,
    parked: Family<Played, Count>,
}

/// What is looked up when the numbers are asked for.
pub(super) struct Reading {
    pub(super) head: Head,
    pub(super) roles: Vec<standing::Reading>,
    pub(super) accounts: u64,
    pub(super) open_cases: u64,
    pub(super) quarantined: u64,
}

impl Meters {
    pub(super) fn new() -> Self {
        let meters = Self {
            registry: Registry::with_prefix("chaperone"),
            requests: Family::default(),
            took: Histogram::new(BUCKETS_S),
            inputs: Family::default(),
            followers: Gauge::default(),
            head: Count::default(),
            accounts: Count::default(),
            open_cases: Count::default(),
            quarantined: Count::default(),
            roles: RoleGauges::default(),
        };
        meters.registered()
    }

    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time until the answer began",
            Unit::Seconds,
            self.took.clone(),
        );
        registry.register("inputs", "Events and commands taken, by what became of them", self.inputs.clone());
        registry.register("followers", "Streams of events being followed", self.followers.clone());
        registry.register("journal_head_position", "The last position recorded", self.head.clone());
        registry.register("accounts", "Accounts known", self.accounts.clone());
        registry.register("open_cases", "Cases in which something stands", self.open_cases.clone());
        registry.register(
            "quarantine_waiting",
            "Inputs that wait in the quarantine",
            self.quarantined.clone(),
        );
        self.roles.register(registry);
        self
    }

    pub(super) fn request(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let labels =
            Answered { method: method.to_string(), route: route.to_owned(), status: status.as_u16() };
        self.requests.get_or_create(&labels).inc();
        self.took.observe(took.as_secs_f64());
    }

    /// One event or command became `accepted`, `repeated`, `refused` or `quarantined`.
    pub(super) fn input(&self, outcome: &'static str) {
        self.inputs.get_or_create(&Became { outcome }).inc();
    }

    /// Counts a follower for as long as what is returned lives.
    pub(super) fn follower(&self) -> Following {
        self.followers.inc();
        Following(self.followers.clone())
    }

    /// Everything in the text format of OpenMetrics.
    pub(super) fn text(&self, reading: &Reading) -> String {
        self.head.set(reading.head.position.lo());
        self.roles.set(reading);
        self.accounts.set(reading.accounts);
        self.open_cases.set(reading.open_cases);
        self.quarantined.set(reading.quarantined);
        let mut out = String::new();
        text::encode(&mut out, &self.registry).expect("a String takes all that is written to it");
        out
    }
}

impl RoleGauges {
    fn register(&self, registry: &mut Registry) {
        registry.register("role_running", "Whether a role of this process works", self.running.clone());
        registry.register("role_restarts", "Starts of a role after it had stopped", self.restarts.clone());
        registry.register("role_lag_events", "Positions a role is behind the head", self.lag_events.clone());
        let lag = "Recorded time a role is behind the head, in milliseconds";
        registry.register("role_lag_ms", lag, self.lag_ms.clone());
        registry.register("role_parked", "Keys a role set aside as unreadable", self.parked.clone());
    }

    fn set(&self, reading: &Reading) {
        for role in &reading.roles {
            let played = Played { role: role.role.name() };
            let runs = role.state == standing::State::Running;
            self.running.get_or_create(&played).set(u64::from(runs));
            self.restarts.get_or_create(&played).set(role.restarts);
            self.parked.get_or_create(&played).set(u64::try_from(role.parked.len()).unwrap_or(u64::MAX));
            if let (Some(events), Some(ms)) = (role.lag_events(reading.head), role.lag_ms(reading.head)) {
                self.lag_events.get_or_create(&played).set(events);
                self.lag_ms.get_or_create(&played).set(ms);
            }
        }
    }
}

/// A follower being counted.
pub(crate) struct Following(Gauge);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.dec();
    }
}

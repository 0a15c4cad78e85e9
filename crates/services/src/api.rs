//! HTTP: the same answers as the command line, and the pages of the dashboard, on loopback only.

pub mod bus;
mod commands;
mod gate;
mod health;
mod hearings;
mod identities;
mod inputs;
pub(crate) mod ledger;
pub(crate) mod live;
mod meters;
mod openapi;
pub(crate) mod params;
mod preconditions;
pub(crate) mod problem;
pub(crate) mod reads;
mod routes;
mod rules;
mod stories;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower_http::catch_panic::CatchPanicLayer;

use crate::book::Book;
use crate::dashboard;
use crate::roles::commands::Commands;
use crate::roles::standing::Standings;
use meters::Meters;
use problem::Failure;

/// Longest body with one event or command, in bytes: 1 MiB, the default limit of a NATS message, so that what
/// comes in here could also come in there.
pub const ONE_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Longest body with a batch, in bytes: 8 MiB, some 13,000 events of 600 bytes.
pub const BATCH_BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Requests answered at the same time; the 64 connections of a busy producer four times over.
pub const REQUESTS_MAX: usize = 256;
/// Streams of events followed at the same time; each holds a connection and a reader of the journal.
pub const FOLLOWERS_MAX: usize = 64;
/// How long one request may take, in seconds; a scan of ten million events takes four.
pub const REQUEST_S_MAX: u64 = 30;
/// How long requests under way may go on after the end was asked for, in seconds.
pub const DRAIN_S_MAX: u64 = 10;

/// What every handler is given.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) book: Arc<Book>,
    pub(crate) commands: Arc<Commands>,
    standings: Standings,
    meters: Arc<Meters>,
    requests: Arc<Semaphore>,
    followers: Arc<Semaphore>,
    /// Closed when the server ends, so that followed streams end too.
    ending: watch::Receiver<()>,
}

/// A listener on a loopback address.
///
/// # Errors
/// The address is not loopback, or is taken.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    anyhow::ensure!(
        address.ip().is_loopback(),
        "{} is not a loopback address: without TLS and credentials the book is served on 127.0.0.1 or [::1] only",
        address.ip()
    );
    TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))
}

/// What a server answers from; a copy answers from the same.
#[derive(Clone)]
pub struct Serving {
    pub book: Arc<Book>,
    pub commands: Arc<Commands>,
    /// How the roles of the process stand.
    pub standings: Standings,
    pub doors: Doors,
}

/// What is open to whom reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    /// The API and the dashboard.
    All,
    /// Only whether the process lives and how it does: a process without the api role.
    Health,
}

impl Serving {
    /// Everything, for a process that plays all roles by itself.
    pub fn whole(book: Arc<Book>) -> Self {
        let commands = Arc::new(Commands::local(Arc::clone(&book)));
        Self { book, commands, standings: Standings::default(), doors: Doors::All }
    }
}

/// Serves until `shutdown` is done, then lets requests under way finish.
///
/// # Errors
/// The listener is not on loopback, or fails.
pub async fn serve<F>(serving: Serving, listener: TcpListener, shutdown: F) -> anyhow::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let address = listener.local_addr().context("asking where the server listens")?;
    anyhow::ensure!(address.ip().is_loopback(), "{address} is not a loopback address");
    let (running, ending) = watch::channel(());
    let mut ended = ending.clone();
    let ending_asked = async move {
        shutdown.await;
        drop(running);
    };
    // What is followed leaves in small pieces; without this, one waits up to 40 ms until the one before is confirmed.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::warn!("small answers may come late on a connection: {error}");
        }
    });
    let server = axum::serve(listener, router(serving, ending)).with_graceful_shutdown(ending_asked);
    let too_long = async move {
        // An error says that the sender is gone: the end was asked for.
        while ended.changed().await.is_ok() {}
        tokio::time::sleep(Duration::from_secs(DRAIN_S_MAX)).await;
    };
    tokio::select! {
        served = server => served.context("serving HTTP"),
        () = too_long => {
            tracing::warn!(waited_s = DRAIN_S_MAX, "requests still under way were cut off");
            Ok(())
        }
    }
}

/// Everything the server answers.
fn router(serving: Serving, ending: watch::Receiver<()>) -> Router {
    let doors = serving.doors;
    let shared = shared(&serving, ending);
    let open = match doors {
        Doors::All => routes::router().merge(dashboard::router()),
        Doors::Health => routes::health_router(),
    };
    open.fallback(nothing_there)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(shared.clone(), gate::pass))
        .with_state(shared)
}

/// Everything that is asked without a door: who asks came over the bus.
fn answering(serving: &Serving) -> Router {
    let (_, ending) = watch::channel(());
    routes::router().fallback(nothing_there).with_state(shared(serving, ending))
}

fn shared(serving: &Serving, ending: watch::Receiver<()>) -> Shared {
    Shared {
        book: Arc::clone(&serving.book),
        commands: Arc::clone(&serving.commands),
        standings: serving.standings.clone(),
        meters: Arc::new(Meters::new()),
        requests: Arc::new(Semaphore::new(REQUESTS_MAX)),
        followers: Arc::new(Semaphore::new(FOLLOWERS_MAX)),
        ending,
    }
}

async fn nothing_there(uri: Uri) -> Response {
    if uri.path().starts_with("/v1/") {
        Failure::not_found("there is nothing at this path; /openapi.json lists what there is").into_response()
    } else {
        dashboard::nothing_there()
    }
}

async fn wrong_method(method: Method) -> Failure {
    Failure::wrong_method(&method)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a request could not be answered: the handler panicked");
    Failure::internal().into_response()
}

//! Playing the roles of a process: each is given what it needs and watched over until the end.

use std::path::Path;
use std::sync::Arc;

use futures::future::BoxFuture;
use ports::Exchange;
use services::api::{self, Doors, Serving};
use services::book::Book;
use services::roles::checkpoint::Checkpoints;
use services::roles::commands::{self, Commands};
use services::roles::duty::{self, Duty};
use services::roles::standing::{Standing, Standings};
use services::roles::supervisor::{Stopped, Supervisor};
use services::roles::{Role, Roles, clock, follower};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::bus::Bus;
use crate::checkpoints::FileCheckpoints;

/// What the process plays its roles with.
pub(crate) struct Stage {
    pub book: Arc<Book>,
    pub roles: Roles,
    pub bus: Option<Bus>,
}

/// One role's loop, made anew at each start.
pub(crate) struct Loop {
    pub role: Role,
    pub start: Box<dyn Fn(Standing) -> BoxFuture<'static, Result<(), Stopped>> + Send>,
}

/// The roles that answer commands.
pub(crate) const ANSWERING: [Role; 4] = [Role::Registration, Role::Handoff, Role::Ownership, Role::Sentinel];

/// The duties that a process with these roles does as part of recording something.
pub(crate) fn at_once(roles: &Roles) -> Vec<Duty> {
    [Duty::Settle, Duty::Judge].into_iter().filter(|duty| roles.has(duty.role())).collect()
}

/// Plays every role until `shutdown` is done.
///
/// # Errors
/// The server cannot listen, or fails.
pub(crate) async fn play(
    stage: Stage,
    folder: &Path,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let Stage { book, roles, bus } = stage;
    let exchange = bus.as_ref().map(Bus::exchange);
    let standings = Standings::default();
    let (running, ending) = watch::channel(());
    let mut supervisor = Supervisor::new(standings.clone(), ending);
    let checkpoints: Arc<dyn Checkpoints> = Arc::new(FileCheckpoints::open(folder, book.journal.id()));
    let commands = Arc::new(Commands::new(Arc::clone(&book), roles.clone(), exchange.clone()));
    for role in ANSWERING.into_iter().filter(|role| roles.has(*role)) {
        let duty = [Duty::Settle, Duty::Judge].into_iter().find(|duty| duty.role() == role);
        let (book, checkpoints) = (Arc::clone(&book), Arc::clone(&checkpoints));
        let commands = Arc::clone(&commands);
        supervisor.play(role, move |standing| {
            let answering = commands::keep(Arc::clone(&commands), role);
            let (book, checkpoints) = (Arc::clone(&book), Arc::clone(&checkpoints));
            async move {
                let Some(duty) = duty else { return answering.await };
                tokio::try_join!(answering, duty::keep(book, duty, checkpoints, standing)).map(drop)
            }
        });
    }
    if roles.has(Role::Clock) {
        let book = Arc::clone(&book);
        supervisor.play(Role::Clock, move |standing| clock::keep(Arc::clone(&book), standing));
    }
    for Loop { role, start } in bus.iter().flat_map(|bus| bus.loops(&roles, &book, &commands)) {
        supervisor.play(role, start);
    }
    if book.is_shared() {
        let book = Arc::clone(&book);
        supervisor.attend("follower", move || follower::follow(Arc::clone(&book)));
    }
    let doors = if roles.has(Role::Api) { Doors::All } else { Doors::Health };
    let serving = Serving { book, commands, standings: standings.clone(), doors };
    match exchange {
        Some(exchange) if roles.has(Role::Api) => {
            let serving = serving.clone();
            supervisor.play(Role::Api, move |_| answer(serving.clone(), Arc::clone(&exchange)));
        }
        None if roles.has(Role::Api) => standings.of(Role::Api).runs(),
        Some(_) | None => {}
    }
    let served = api::serve(serving, listener, shutdown).await;
    drop(running);
    supervisor.ended().await;
    served
}

/// Answers reads over the bus for as long as the process plays the api role.
async fn answer(serving: Serving, exchange: Arc<dyn Exchange>) -> Result<(), Stopped> {
    let _answering = api::bus::answer(&serving, exchange.as_ref()).await.map_err(anyhow::Error::from)?;
    std::future::pending().await
}

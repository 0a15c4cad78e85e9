//! The bus of a process: one connection, and the loops of the roles that live on it.

use std::sync::Arc;
use std::time::Duration;

use bus_nats::{
    ConnectError, Connection, FactStream, IntakeStream, NatsBuckets, NatsExchange, NatsFacts, NatsInbox,
    NatsProjections, Options,
};
use futures::future::BoxFuture;
use ports::Exchange;
use ports::inbox::Inbox;
use ports::projections::{Buckets, Projections};
use services::book::Book;
use services::projector::{self, Past};
use services::relay::relay;
use services::roles::commands::Commands;
use services::roles::intake::{self, Desk};
use services::roles::standing::Standing;
use services::roles::supervisor::Stopped;
use services::roles::{Role, Roles};

use crate::cli::AtBus;
use crate::exit::{Exit, stop};
use crate::playing::Loop;

/// How long a command waits for the bus, in seconds, and how often it looks, in milliseconds.
const REACHED_S_MAX: u64 = 10;
const REACHED_AGAIN_MS: u64 = 20;

/// A connection that may not be made yet: whoever needs it waits, and nobody else.
pub(crate) struct Bus {
    connection: Connection,
    replicas: usize,
    exchange: Arc<dyn Exchange>,
}

impl Bus {
    /// The bus that was asked for.
    ///
    /// # Errors
    /// The address cannot be understood, or the machine's certificates cannot be read.
    pub(crate) async fn at(asked: &AtBus) -> anyhow::Result<Option<Self>> {
        let Some(url) = &asked.nats else { return Ok(None) };
        let opened = Connection::open(&Options::at(url)).await;
        let connection = opened.map_err(|error| match error {
            ConnectError::Address { .. } => stop(Exit::Usage, error.to_string()),
            ConnectError::Certificates(_)
            | ConnectError::Away { .. }
            | ConnectError::Refused { .. }
            | ConnectError::TooOld { .. } => error.into(),
        })?;
        let exchange = Arc::new(NatsExchange::new(connection.clone()));
        Ok(Some(Self { connection, replicas: asked.nats_replicas.into(), exchange }))
    }

    /// Waits until a server has answered, for as long as a person waits for a command.
    ///
    /// # Errors
    /// None answered, or none that may be used.
    pub(crate) async fn reached(&self) -> anyhow::Result<()> {
        let give_up = tokio::time::Instant::now() + Duration::from_secs(REACHED_S_MAX);
        loop {
            match self.connection.client() {
                Ok(_) => return Ok(()),
                Err(ConnectError::Away { .. }) if tokio::time::Instant::now() < give_up => {
                    tokio::time::sleep(Duration::from_millis(REACHED_AGAIN_MS)).await;
                }
                Err(error) => return Err(stop(Exit::Unavailable, error.to_string())),
            }
        }
    }

    /// Questions and answers between processes.
    pub(crate) fn exchange(&self) -> Arc<dyn Exchange> {
        Arc::clone(&self.exchange)
    }

    /// The loops of those of the roles that live on the bus.
    pub(crate) fn loops(&self, roles: &Roles, book: &Arc<Book>, commands: &Arc<Commands>) -> Vec<Loop> {
        let loops = [
            (Role::Relay, self.relay(book)),
            (Role::Intake, self.intake(book, commands)),
            (Role::Projector, self.projector(book)),
        ];
        loops.into_iter().filter(|(role, _)| roles.has(*role)).map(|(_, one)| one).collect()
    }

    fn intake(&self, book: &Arc<Book>, commands: &Arc<Commands>) -> Loop {
        let stream = IntakeStream { replicas: self.replicas, ..IntakeStream::default() };
        let inbox: Arc<dyn Inbox> = Arc::new(NatsInbox::new(self.connection.clone(), stream));
        let exchange = self.exchange();
        let desk = Desk { book: Arc::clone(book), commands: Arc::clone(commands) };
        let start = move |standing: Standing| -> BoxFuture<'static, Result<(), Stopped>> {
            let (desk, inbox, exchange) = (desk.clone(), Arc::clone(&inbox), Arc::clone(&exchange));
            Box::pin(async move {
                let answering = intake::answer(desk.clone(), exchange.as_ref()).await;
                let _answering = answering.map_err(anyhow::Error::from)?;
                intake::keep(desk, inbox, standing).await
            })
        };
        Loop { role: Role::Intake, start: Box::new(start) }
    }

    fn projector(&self, book: &Arc<Book>) -> Loop {
        let (past, projections) = (Past::of(book), self.projections());
        let start = move |standing: Standing| -> BoxFuture<'static, Result<(), Stopped>> {
            Box::pin(projector::keep(past.clone(), Arc::clone(&projections), standing))
        };
        Loop { role: Role::Projector, start: Box::new(start) }
    }

    /// Projections for whoever watches them.
    pub(crate) fn projections(&self) -> Arc<dyn Projections> {
        Arc::new(NatsProjections::new(self.connection.clone(), self.replicas))
    }

    /// Which buckets there are for them.
    pub(crate) fn buckets(&self) -> Arc<dyn Buckets> {
        Arc::new(NatsBuckets::new(self.connection.clone()))
    }

    fn relay(&self, book: &Arc<Book>) -> Loop {
        let stream = FactStream { replicas: self.replicas, ..FactStream::default() };
        let facts = NatsFacts::new(self.connection.clone(), stream);
        let journal = Arc::clone(&book.journal);
        let start = move |standing: Standing| -> BoxFuture<'static, Result<(), Stopped>> {
            let (facts, journal) = (facts.clone(), Arc::clone(&journal));
            Box::pin(async move {
                let told = |position, recorded_ms| standing.is_done(position, recorded_ms);
                let Err(stopped) = relay(&journal, &facts, told).await;
                Err(stopped.into())
            })
        };
        Loop { role: Role::Relay, start: Box::new(start) }
    }
}

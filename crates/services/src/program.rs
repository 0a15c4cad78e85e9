//! The installation's own policy: published when the journal is made, in force for every vendor without one.

use anyhow::Context as _;
use domain::event::Event;
use domain::event::program::{PolicyPublished, ProgramEvent};
use domain::fact::{Actor, Class, Context, Origin, Producer};
use domain::policy::Policy;
use domain::stream::Stream;
use domain::time::Instant;
use ports::AppendError;

use crate::book::Book;
use crate::intake::own_source;
use crate::pen::{Entry, Line};
use crate::world::house;

/// The id under which the first policy is published, once per journal.
const FIRST_POLICY: &str = "init:policy";

/// Publishes the built-in policy unless the journal has one.
///
/// # Errors
/// The journal cannot be written.
pub async fn publish_default(book: &Book) -> anyhow::Result<()> {
    let stream = Stream::Program(house());
    if book.load(&stream).await?.version.is_some() {
        return Ok(());
    }
    publish_first(book, Policy::default()).await.map(drop)
}

/// Whether the first policy was published by this call or stood there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    Published,
    /// The same policy stands there already.
    Same,
    /// Another policy stands there: publish a new version instead.
    Other,
}

/// Publishes `policy` as the journal's first, in force since 1970, so that all history has a policy.
///
/// # Errors
/// The journal cannot be written.
pub async fn publish_first(book: &Book, policy: Policy) -> anyhow::Result<First> {
    let stream = Stream::Program(house());
    let digest = wire::policy::digest(&policy);
    let since = Instant::from_unix_ms(0).context("1970 is an instant")?;
    let published = PolicyPublished {
        version: 1,
        digest,
        policy,
        effective_from: since,
        officers: Vec::new(),
        supersedes: None,
        backtest: None,
    };
    let entry = Entry {
        stream: stream.clone(),
        producer: Producer { source: own_source(), id: FIRST_POLICY.parse().expect("a plain word is an id") },
        digest,
        actor: Actor::system(),
        origin: Origin::Live,
        lines: vec![Line {
            class: Class::Ruled,
            valid_at: since,
            causation: None,
            policy: None,
            context: Context::default(),
            event: Event::Program(ProgramEvent::PolicyPublished(Box::new(published))),
        }],
    };
    let loaded = book.load(&stream).await?;
    match book.write(entry, loaded).await {
        Ok(written) if written.receipt.outcome == ports::Outcome::Appended => Ok(First::Published),
        Ok(_) => Ok(First::Same),
        Err(AppendError::KeyMismatch { .. }) => Ok(First::Other),
        Err(error) => Err(error.into()),
    }
}

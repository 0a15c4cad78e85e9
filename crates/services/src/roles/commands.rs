//! Where commands are answered: here, if this process plays the role that answers them, else by one that does.

use std::sync::Arc;

use bytes::Bytes;
use ports::{Answering, AskError, Endpoint, Exchange, Question};
use wire::answers::ReceiptAnswer;
use wire::command::CommandInput;
use wire::forwarded::{self, CommandAnswer, Known, Outcome};
use wire::input::Defaults;

use super::supervisor::Stopped;
use super::{Role, Roles};
use crate::book::Book;
use crate::desk::{self, Reply};
use crate::{receipts, world};

/// The source of a command that names none.
const UNKNOWN_SOURCE: &str = "bus";

/// The way to the process that answers.
pub struct Commands {
    book: Arc<Book>,
    here: Roles,
    exchange: Option<Arc<dyn Exchange>>,
}

/// A command as it was received.
pub struct Received {
    pub input: CommandInput,
    /// Its text, for another process to read again.
    pub text: Bytes,
    /// The revision its sender knows the stream at.
    pub known: Option<u64>,
}

impl Commands {
    /// Commands of the roles played `here` are answered on `book`, all others through `exchange`.
    pub fn new(book: Arc<Book>, here: Roles, exchange: Option<Arc<dyn Exchange>>) -> Self {
        Self { book, here, exchange }
    }

    /// Everything is answered here.
    pub fn local(book: Arc<Book>) -> Self {
        Self::new(book, Roles::of(Role::ALL), None)
    }

    /// Answers a command, wherever that is done.
    ///
    /// # Errors
    /// The journal or the answering process cannot be reached now; the same command may be sent again.
    pub async fn answer(&self, received: Received) -> anyhow::Result<CommandAnswer> {
        let role = Role::answering(&received.input.command);
        match &self.exchange {
            Some(exchange) if !self.here.has(role) => forward(exchange.as_ref(), role, &received).await,
            Some(_) | None => here(&self.book, received.input, received.known).await,
        }
    }

    /// Answers the commands of `role` that other processes forward, until what is returned is dropped.
    ///
    /// # Errors
    /// The bus cannot be reached.
    pub async fn serve(&self, role: Role) -> Result<Option<Answering>, AskError> {
        let Some(exchange) = &self.exchange else { return Ok(None) };
        let book = Arc::clone(&self.book);
        let handler = move |question: Question| -> futures::future::BoxFuture<'static, Bytes> {
            let book = Arc::clone(&book);
            Box::pin(async move { answered(&book, &question.body).await.to_bytes().into() })
        };
        let (name, subject) = (format!("command-{role}"), subject(role));
        let endpoint = Endpoint { name: &name, subject: &subject };
        exchange.answer(endpoint, Arc::new(handler)).await.map(Some)
    }
}

/// Answers the commands of `role` for as long as the process plays it.
///
/// # Errors
/// The bus cannot be reached.
pub async fn keep(commands: Arc<Commands>, role: Role) -> Result<(), Stopped> {
    let _answering = commands.serve(role).await.map_err(anyhow::Error::from)?;
    std::future::pending().await
}

/// Under which subject a role answers commands.
fn subject(role: Role) -> String {
    format!("chaperone.command.{role}")
}

async fn here(book: &Book, input: CommandInput, known: Option<u64>) -> anyhow::Result<CommandAnswer> {
    let stream = input.stream.clone();
    let reply = desk::answer(book, input, known).await?;
    Ok(CommandAnswer { outcome: outcome(&reply), receipt: receipts::of_reply(&stream, &reply) })
}

fn outcome(reply: &Reply) -> Outcome {
    match reply {
        Reply::Accepted { .. } => Outcome::Accepted,
        Reply::Repeated { .. } => Outcome::Repeated,
        Reply::Prevented { .. } => Outcome::Prevented,
        Reply::Refused(refusal) if refusal.hides() => Outcome::Hidden,
        Reply::Refused(_) => Outcome::Refused,
        Reply::Conflict(_) => Outcome::Conflict,
        Reply::Stale { .. } => Outcome::Stale,
    }
}

async fn forward(exchange: &dyn Exchange, role: Role, received: &Received) -> anyhow::Result<CommandAnswer> {
    let producer = &received.input.producer;
    let known = Known { source: producer.source.clone(), id: producer.id.clone(), revision: received.known };
    let question = forwarded::write(&received.text, &known)?;
    let answer = exchange.ask(&subject(role), question.into()).await?;
    Ok(CommandAnswer::from_bytes(&answer)?)
}

async fn answered(book: &Book, question: &[u8]) -> CommandAnswer {
    let defaults = Defaults {
        vendor: world::house(),
        source: UNKNOWN_SOURCE.parse().expect("a plain word is a source"),
        now: book.now(),
    };
    match forwarded::read(question, &defaults) {
        Err(problem) => turned_away(Outcome::Malformed, &problem),
        Ok((input, known)) => here(book, input, known).await.unwrap_or_else(|error| {
            tracing::warn!("a forwarded command could not be answered: {error:#}");
            turned_away(Outcome::Unavailable, &format_args!("the book cannot answer now: {error:#}"))
        }),
    }
}

fn turned_away(outcome: Outcome, why: &dyn std::fmt::Display) -> CommandAnswer {
    let receipt = ReceiptAnswer {
        status: "refused".to_owned(),
        stream: String::new(),
        events: Vec::new(),
        position: None,
        recorded_at: None,
        code: None,
        message: Some(why.to_string()),
    };
    CommandAnswer { outcome, receipt }
}

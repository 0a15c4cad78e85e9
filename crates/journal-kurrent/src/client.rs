//! The crate's client, made anew when it has given up, and its errors by what can be done about them.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use eventstore::{Client, CurrentRevision, Error};
use tokio::time::timeout;

use crate::address::Address;

/// The crate's name for a client that takes the place of one that gave up.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) client: Client,
    generation: u64,
}

/// A client for ever. The crate's own stops answering once a connection could not be made, and stays with a
/// node of a cluster that went away.
pub(crate) struct Clients {
    pub(crate) address: Address,
    call: Duration,
    line: Mutex<Line>,
}

impl Clients {
    pub(crate) fn new(address: Address, call: Duration) -> Result<Self, Trouble> {
        let line = Line { client: made(&address)?, generation: 0 };
        Ok(Self { address, call, line: Mutex::new(line) })
    }

    pub(crate) fn line(&self) -> Line {
        self.current().clone()
    }

    /// Makes another client, unless somebody did since `line` was handed out.
    pub(crate) fn replace(&self, line: &Line) {
        let mut current = self.current();
        if current.generation == line.generation
            && let Ok(client) = made(&self.address)
        {
            *current = Line { client, generation: line.generation + 1 };
        }
    }

    /// Makes a call, no longer than one may take: the crate tells its deadline to the server and does not keep
    /// it. A client that has lost its server is replaced for the next call.
    pub(crate) async fn call<T, F>(&self, call: impl FnOnce(Client) -> F) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let line = self.line();
        let answered = timeout(self.call, call(line.client.clone())).await;
        let result = match answered {
            Ok(result) => result.map_err(|error| self.trouble(error)),
            Err(_) => Err(Trouble::Unsure(format!("no answer within {} s", self.call.as_secs_f32()))),
        };
        if let Err(Trouble::Away(_) | Trouble::Unsure(_)) = &result {
            self.replace(&line);
        }
        result
    }

    pub(crate) fn trouble(&self, error: Error) -> Trouble {
        match error {
            Error::WrongExpectedVersion { current, .. } => Trouble::Moved(match current {
                CurrentRevision::Current(revision) => Some(revision),
                CurrentRevision::NoStream => None,
            }),
            // The crate turns to the leader it was told of.
            Error::NotLeaderException(leader) => {
                Trouble::NotLeader(format!("{}:{} leads now", leader.host, leader.port))
            }
            Error::AccessDenied => Trouble::Denied,
            Error::ResourceNotFound => Trouble::NotFound,
            Error::GrpcConnectionError(error) => Trouble::Away(error.to_string()),
            Error::ConnectionClosed => Trouble::Away("no connection could be made".to_owned()),
            Error::ServerError(why) => Trouble::Unsure(why),
            Error::DeadlineExceeded => Trouble::Unsure("the server took too long".to_owned()),
            Error::Grpc { message, .. } => match limit_exceeded(&message) {
                Some(limit) => Trouble::TooLarge { limit },
                None => Trouble::Refused(message),
            },
            error @ (Error::InternalParsingError(_)
            | Error::ResourceAlreadyExists
            | Error::ResourceDeleted
            | Error::UnsupportedFeature
            | Error::InternalClientError
            | Error::InitializationError(_)
            | Error::IllegalStateError(_)) => Trouble::Refused(error.to_string()),
        }
    }

    fn current(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn made(address: &Address) -> Result<Client, Trouble> {
    Client::new(address.settings.clone()).map_err(|error| Trouble::Refused(error.to_string()))
}

/// "Maximum Append Size of 1,048,576 Exceeded."
fn limit_exceeded(message: &str) -> Option<usize> {
    let (_, rest) = message.split_once("Maximum Append Size of ")?;
    let digits = rest.split_whitespace().next()?;
    digits.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()
}

/// What came of a call, by what can be done about it.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The stream stands at another revision.
    Moved(Option<u64>),
    /// Nothing was done; another node leads.
    NotLeader(String),
    /// Nothing was done; nobody is there.
    Away(String),
    /// It may have been done.
    Unsure(String),
    /// The server does not know the user, or its password.
    Denied,
    /// There is no such stream.
    NotFound,
    /// The append exceeds the server's limit, in bytes.
    TooLarge { limit: usize },
    /// Trying again will not help.
    Refused(String),
}

impl Trouble {
    /// One sentence for people.
    pub(crate) fn sentence(&self, address: &Address) -> String {
        let shown = &address.shown;
        match self {
            Self::Denied => denied(address),
            Self::NotLeader(why) | Self::Away(why) | Self::Unsure(why) => {
                format!("KurrentDB at {shown} does not answer: {why}")
            }
            Self::Moved(_) => format!("a stream on {shown} is not as it was read"),
            Self::NotFound => format!("{shown} lacks a stream that was read before"),
            Self::TooLarge { limit } => format!("{shown} takes appends of up to {limit} bytes"),
            Self::Refused(why) => format!("KurrentDB at {shown} refuses: {why}"),
        }
    }
}

pub(crate) fn denied(address: &Address) -> String {
    let who = match &address.user {
        Some(user) => format!("user {user}: check the name, the password and its rights"),
        None => "a call without a user: name one in the address (esdb://user:password@...)".to_owned(),
    };
    format!("KurrentDB at {} refuses {who}", address.shown)
}

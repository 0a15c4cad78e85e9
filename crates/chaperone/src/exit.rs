//! Exit codes, and the one place where an error is printed.

use std::process::ExitCode;

use journal_sqlite::OpenError;
use ports::bus::BusError;
use ports::{AppendError, QuarantineError, ReadError};

/// How a command ended; scripts rely on the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok = 0,
    Failure = 1,
    Usage = 2,
    NotFound = 3,
    Conflict = 4,
    InvalidData = 5,
    FindingsPresent = 6,
    Unavailable = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        let code: u8 = match exit {
            Exit::Ok => 0,
            Exit::Failure => 1,
            Exit::Usage => 2,
            Exit::NotFound => 3,
            Exit::Conflict => 4,
            Exit::InvalidData => 5,
            Exit::FindingsPresent => 6,
            Exit::Unavailable => 7,
        };
        Self::from(code)
    }
}

/// An error that knows its exit code.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Stop {
    pub exit: Exit,
    pub message: String,
}

/// Stops with a code and one sentence.
pub(crate) fn stop(exit: Exit, message: impl Into<String>) -> anyhow::Error {
    Stop { exit, message: message.into() }.into()
}

/// Prints the chain of an error once and returns the code it stands for.
pub(crate) fn report(error: &anyhow::Error) -> Exit {
    crate::output::talk(format_args!("chaperone: {error:#}"));
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stop.exit;
    }
    match error.downcast_ref::<OpenError>() {
        Some(OpenError::Held { .. }) => return Exit::Unavailable,
        Some(OpenError::Missing { .. }) => return Exit::NotFound,
        Some(_) | None => {}
    }
    #[cfg(feature = "kurrent")]
    match error.downcast_ref::<journal_kurrent::OpenError>() {
        Some(journal_kurrent::OpenError::Missing { .. }) => return Exit::NotFound,
        Some(journal_kurrent::OpenError::Address { .. }) => return Exit::Usage,
        Some(_) => return Exit::Unavailable,
        None => {}
    }
    let unavailable = error.is::<AppendError>()
        || matches!(error.downcast_ref(), Some(ReadError::Unavailable(_)))
        || matches!(error.downcast_ref(), Some(QuarantineError::Unavailable(_)))
        || matches!(error.downcast_ref(), Some(BusError::Unavailable(_)));
    if unavailable { Exit::Unavailable } else { Exit::Failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_that_goes_away_in_the_middle_of_a_command_is_unavailable() {
        let away = anyhow::Error::from(BusError::Unavailable("listing buckets".to_owned()));
        assert_eq!(report(&away.context("reading the editions")), Exit::Unavailable);
    }
}

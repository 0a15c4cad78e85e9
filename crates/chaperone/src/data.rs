//! Where the book lies, and how it is opened.

#[cfg(feature = "kurrent")]
mod kurrent;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use journal_sqlite::{OpenError, Options, SqliteJournal};
use ports::{Clock, Journal, SystemClock};
use services::book::Book;
use uuid::Uuid;

use crate::exit::{Exit, stop};

/// The folder the book lies in: as told, else `$XDG_DATA_HOME/chaperone`, else `~/.local/share/chaperone`.
///
/// # Errors
/// Nothing was told and the environment names no home.
pub(crate) fn folder(told: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(told) = told {
        return Ok(told.to_owned());
    }
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("chaperone"))
        .ok_or_else(|| stop(Exit::Usage, "no home directory is set: say where the book lies with --data DIR"))
}

/// Whether the text names a journal on a server and not one in a folder.
#[cfg(feature = "kurrent")]
pub(crate) fn is_address(text: &str) -> bool {
    journal_kurrent::is_address(text)
}

/// Whether the text names a journal on a server and not one in a folder.
#[cfg(not(feature = "kurrent"))]
pub(crate) fn is_address(text: &str) -> bool {
    text.contains("://")
}

/// Where the book lies: a folder, and the journal, where that is not in the folder.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub folder: PathBuf,
    /// The address of a journal on KurrentDB.
    pub journal: Option<String>,
}

impl Home {
    /// A folder with its own journal.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder, journal: None }
    }

    /// The arguments that name the place, as a shell reads them, without a password.
    pub(crate) fn arguments(&self) -> String {
        let data = format!("--data {}", quoted(&self.folder.to_string_lossy()));
        self.journal
            .as_ref()
            .map_or(data.clone(), |_| format!("{data} --journal {}", quoted(&self.to_string())))
    }
}

/// A word of a command as a shell reads it: in quotes where it holds more than a shell takes for one word.
fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), Into::into)
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.journal {
            Some(address) => f.write_str(&without_password(address)),
            None => self.folder.display().fmt(f),
        }
    }
}

fn without_password(address: &str) -> String {
    match address.split_once("://").zip(address.rsplit_once('@')) {
        Some(((scheme, _), (_, rest))) => format!("{scheme}://{rest}"),
        None => address.to_owned(),
    }
}

/// A book and what is at hand of its journal: the journal itself or its mirror.
pub(crate) struct Opened {
    pub book: Arc<Book>,
    pub journal: Arc<SqliteJournal>,
}

/// Opens the book for writing, making it with the default policy when there is none.
///
/// # Errors
/// Another process holds it, or it cannot be read.
pub(crate) async fn own(home: &Home) -> anyhow::Result<Opened> {
    own_with(home, Arc::new(SystemClock)).await
}

/// Opens the book for writing on a clock of its own.
///
/// # Errors
/// Another process holds it, or it cannot be read.
pub(crate) async fn own_with(home: &Home, clock: Arc<dyn Clock>) -> anyhow::Result<Opened> {
    let opened = own_unpublished(home, clock).await?;
    services::program::publish_default(&opened.book).await.context("publishing the default policy")?;
    Ok(opened)
}

/// Opens the book for writing and publishes nothing.
///
/// # Errors
/// Another process holds it, or it cannot be read.
pub(crate) async fn own_unpublished(home: &Home, clock: Arc<dyn Clock>) -> anyhow::Result<Opened> {
    let (journal, at_hand) = own_journal(home, Arc::clone(&clock)).await?;
    opened(journal, at_hand, clock)
}

/// Opens the book for reading; works while another process writes to it.
///
/// # Errors
/// There is none, or it cannot be read.
pub(crate) async fn read(home: &Home) -> anyhow::Result<Opened> {
    let (journal, at_hand) = read_journal(home).await?;
    opened(journal, at_hand, Arc::new(SystemClock))
}

/// A journal and what is at hand of it, which is the same for one in a folder.
pub(crate) type Journals = (Arc<dyn Journal>, Arc<SqliteJournal>);

/// Opens the journal for writing, making it when there is none.
///
/// # Errors
/// Another process holds it, or it cannot be read.
pub(crate) async fn own_journal(home: &Home, clock: Arc<dyn Clock>) -> anyhow::Result<Journals> {
    own_made(home, clock, None).await
}

/// Opens the journal that another one is copied into, making it with that one's id when there is none.
///
/// # Errors
/// Another process holds it, or it cannot be read.
pub(crate) async fn own_copy(home: &Home, id: Uuid) -> anyhow::Result<Journals> {
    own_made(home, Arc::new(SystemClock), Some(id)).await
}

async fn own_made(home: &Home, clock: Arc<dyn Clock>, id: Option<Uuid>) -> anyhow::Result<Journals> {
    if let Some(address) = &home.journal {
        return on_server::own(home, address, clock, id).await;
    }
    let at_hand = own_folder(&home.folder, clock, id)?;
    Ok((Arc::clone(&at_hand) as _, at_hand))
}

/// Opens the journal for reading; works while another process writes to it.
///
/// # Errors
/// There is none, or it cannot be read.
pub(crate) async fn read_journal(home: &Home) -> anyhow::Result<Journals> {
    if let Some(address) = &home.journal {
        return on_server::read(home, address).await;
    }
    let opened = SqliteJournal::open_reader(&home.folder);
    let at_hand = Arc::new(
        opened.with_context(|| format!("opening the journal in {home} (make one with `chaperone init`)"))?,
    );
    Ok((Arc::clone(&at_hand) as _, at_hand))
}

/// What somebody can do who finds the journal held.
const HELD: &str =
    " (one process records at a time: wait for it, or tell its server at POST /v1/events and /v1/commands)";

fn own_folder(folder: &Path, clock: Arc<dyn Clock>, id: Option<Uuid>) -> anyhow::Result<Arc<SqliteJournal>> {
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let opened = SqliteJournal::open_owner(folder, Options { id, ..Options::default() }, clock);
    let journal = opened.map_err(|error| {
        let instead = if matches!(error, OpenError::Held { .. }) { HELD } else { "" };
        anyhow::Error::from(error).context(format!("opening the journal in {}{instead}", folder.display()))
    })?;
    Ok(Arc::new(journal))
}

fn opened(
    journal: Arc<dyn Journal>,
    at_hand: Arc<SqliteJournal>,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Opened> {
    let quarantine = Arc::clone(&at_hand) as _;
    let book = Book::open(journal, quarantine, clock).context("reading the journal")?;
    Ok(Opened { book: Arc::new(book), journal: at_hand })
}

#[cfg(feature = "kurrent")]
use kurrent as on_server;

/// What stands in for KurrentDB where this was built without it.
#[cfg(not(feature = "kurrent"))]
mod on_server {
    use std::sync::Arc;

    use ports::Clock;
    use uuid::Uuid;

    use super::{Home, Journals};
    use crate::exit::{Exit, stop};

    pub(super) async fn own(
        home: &Home,
        address: &str,
        _: Arc<dyn Clock>,
        _: Option<Uuid>,
    ) -> anyhow::Result<Journals> {
        read(home, address).await
    }

    pub(super) async fn read(_: &Home, _: &str) -> anyhow::Result<Journals> {
        Err(stop(Exit::Usage, "this chaperone was built without the feature kurrent"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_that_name_a_place_are_words_of_a_shell() {
        let arguments = |folder: &str| Home::at(folder.into()).arguments();
        assert_eq!(arguments("/var/lib/chaperone"), "--data /var/lib/chaperone");
        for folder in ["/home/jo/my data", "it's here", "$(date)", "~jo"] {
            let words = shlex::split(&arguments(folder)).unwrap_or_default();
            assert_eq!(words, ["--data", folder]);
        }
        let kurrent =
            Home { folder: "d".into(), journal: Some("esdb://admin:secret@host?tls=false&a=b".into()) };
        assert_eq!(kurrent.arguments(), "--data d --journal 'esdb://host?tls=false&a=b'");
    }
}

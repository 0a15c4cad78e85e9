//! Where the book lies on this machine, and how it is opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use journal_sqlite::{Options, SqliteJournal};
use ports::{Clock, SystemClock};
use services::book::Book;

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

/// A book and the journal behind it.
pub(crate) struct Opened {
    pub book: Arc<Book>,
    pub journal: Arc<SqliteJournal>,
}

/// Opens the book for writing, making it with the default policy when there is none.
///
/// # Errors
/// Another process holds it, or it cannot be read.
pub(crate) async fn own(folder: &Path) -> anyhow::Result<Opened> {
    own_with(folder, Arc::new(SystemClock)).await
}

/// Opens the book for writing on a clock of its own.
///
/// # Errors
/// Another process holds it, or it cannot be read.
pub(crate) async fn own_with(folder: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Opened> {
    let opened = own_unpublished(folder, clock)?;
    services::program::publish_default(&opened.book).await.context("publishing the default policy")?;
    Ok(opened)
}

/// Opens the book for writing and publishes nothing.
///
/// # Errors
/// Another process holds it, or it cannot be read.
pub(crate) fn own_unpublished(folder: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<Opened> {
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let journal = SqliteJournal::open_owner(folder, Options::default(), Arc::clone(&clock))
        .with_context(|| format!("opening the journal in {}", folder.display()))?;
    opened(Arc::new(journal), clock)
}

/// Opens the book for reading; works while another process writes to it.
///
/// # Errors
/// There is none, or it cannot be read.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Opened> {
    let journal = SqliteJournal::open_reader(folder).with_context(|| {
        format!("opening the journal in {} (make one with `chaperone init`)", folder.display())
    })?;
    opened(Arc::new(journal), Arc::new(SystemClock))
}

fn opened(journal: Arc<SqliteJournal>, clock: Arc<dyn Clock>) -> anyhow::Result<Opened> {
    let shared = Arc::clone(&journal);
    let book = Book::open(Arc::clone(&journal) as _, shared as _, clock).context("reading the journal")?;
    Ok(Opened { book: Arc::new(book), journal })
}

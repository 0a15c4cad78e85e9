//! A journal on KurrentDB: its mirror and the quarantine lie in the book's folder.

use std::sync::Arc;

use anyhow::Context as _;
use journal_kurrent::{Absent, KurrentJournal, Options, mirror_name};
use journal_sqlite::{OpenError, SqliteJournal};
use ports::{Clock, SystemClock};
use uuid::Uuid;

use super::{Home, Journals, own_folder};

/// Opens the journal for writing, founding one where there is none, with the id of the one that is copied into it.
///
/// # Errors
/// Another process holds the mirror, or the server cannot be used.
pub(super) async fn own(
    home: &Home,
    address: &str,
    clock: Arc<dyn Clock>,
    id: Option<Uuid>,
) -> anyhow::Result<Journals> {
    open(home, address, id.map_or(Absent::Found, Absent::FoundAs), clock).await
}

/// Opens the journal for reading. While another process keeps the mirror current, reading the mirror is enough.
///
/// # Errors
/// There is no journal, or neither the server nor the mirror can be read.
pub(super) async fn read(home: &Home, address: &str) -> anyhow::Result<Journals> {
    match open(home, address, Absent::Refuse, Arc::new(SystemClock)).await {
        Err(error) if matches!(error.downcast_ref(), Some(OpenError::Held { .. })) => {
            let mirror = SqliteJournal::open_reader(&home.folder.join(mirror_name(address)));
            let mirror = Arc::new(mirror.with_context(|| format!("opening the mirror of {home}"))?);
            Ok((Arc::clone(&mirror) as _, mirror))
        }
        opened => opened,
    }
}

async fn open(home: &Home, address: &str, absent: Absent, clock: Arc<dyn Clock>) -> anyhow::Result<Journals> {
    let folder = home.folder.join(mirror_name(address));
    let mirror = own_folder(&folder, Arc::clone(&clock), None)?;
    let options = Options::default();
    let journal = KurrentJournal::open(address, absent, Arc::clone(&mirror) as _, clock, options).await;
    let journal = journal.with_context(|| {
        format!("opening the journal on {home}, whose mirror lies in {}", folder.display())
    })?;
    Ok((Arc::new(journal), mirror))
}

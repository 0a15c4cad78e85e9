//! Opening: is this a server we may use, is the journal there, and does the mirror tell the same story?

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;

use eventstore::{
    AppendToStreamOptions, Client, Error, EventData, ExpectedRevision, Position, ReadStreamOptions,
    RecordedEvent, StreamPosition,
};
use ports::{Clock, Journal, ReadError, Recorded, Select};
use tokio::sync::watch;
use tokio::time::timeout;
use uuid::Uuid;

use crate::address::Address;
use crate::certificates;
use crate::client::{Clients, Trouble, denied};
use crate::fold::Fold;
use crate::following::{Standing, follow};
use crate::journal::{KurrentJournal, Shared};
use crate::options::Options;

/// The oldest servers we use, as (major, minor, patch), one of each line. Both positions of an event are told
/// when a stream is read, and a subscription says when it has caught up.
const SERVERS: [(usize, usize, usize); 2] = [(24, 10, 5), (25, 0, 1)];
/// How far past its revision here the last mirrored event may stand there: as many events as did not count.
const SEARCHED_MAX: usize = 1_000;

/// What to do where the server holds no journal of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Found one.
    Found,
    /// Found one with this id, because another is copied into it.
    FoundAs(Uuid),
    /// Answer that it is missing.
    Refuse,
}

/// Why there is no journal to speak to.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address cannot be understood.
    #[error("{address:?} is not the address of a KurrentDB: {why}")]
    Address {
        /// What was given, without user and password.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// Certificates or keys on this machine cannot be read.
    #[error("{0}")]
    Certificates(String),
    /// Something else in this process chose how TLS is done before this could.
    #[error("a TLS provider was installed for the whole process before the journal on KurrentDB was opened")]
    Provider,
    /// The server is not who it should be.
    #[error("the certificate of KurrentDB at {address} is not good: {why}")]
    BadCertificate {
        /// Where it is.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody answers.
    #[error("KurrentDB at {address} cannot be reached: {why}")]
    Away {
        /// Where it was looked for.
        address: String,
        /// What happened.
        why: String,
    },
    /// The server does not serve this user.
    #[error("{0}")]
    Denied(String),
    /// The server must not be used.
    #[error("KurrentDB at {address} is version {found}; 24.10.5 or later in its line, or 25.0.1, is needed")]
    TooOld {
        /// Where it is.
        address: String,
        /// Its version.
        found: String,
    },
    /// There is no journal of ours.
    #[error("KurrentDB at {address} holds no journal")]
    Missing {
        /// Where it was looked for.
        address: String,
    },
    /// The mirror holds what the server does not: it belongs to another journal, or the server lost something.
    #[error(
        "the mirror holds event {event}, which KurrentDB at {address} does not: if the server was restored or \
         exchanged on purpose, remove the mirror"
    )]
    Diverged {
        /// Where the server is.
        address: String,
        /// The last event of the mirror.
        event: Uuid,
    },
    /// The mirror cannot be read.
    #[error("the mirror cannot be read")]
    Mirror(#[from] ReadError),
}

impl KurrentJournal {
    /// Opens the journal at a connection string such as `esdb://localhost:2113?tls=false`, with `mirror` as the
    /// place where its appends are kept at hand, and waits until the mirror has caught up. The mirror belongs
    /// to this journal alone and may be removed while nobody has it open.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(
        address: &str,
        absent: Absent,
        mirror: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> Result<Self, OpenError> {
        let address = Address::parse(address)?;
        let roots = certificates::check(&address.settings)?;
        certificates::knock(&address, roots).await?;
        let failed = |trouble: Trouble| of_trouble(&trouble, &address);
        let clients = Clients::new(address.clone(), options.call).map_err(failed)?;
        let info = clients.call(|client| async move { client.server_info().await }).await.map_err(failed)?;
        let version = info.version();
        if !is_supported((version.major(), version.minor(), version.patch())) {
            return Err(OpenError::TooOld { address: address.shown, found: version.to_string() });
        }
        let founded = match (founding(&clients).await.map_err(failed)?, absent) {
            (Some(founded), _) => founded,
            (None, Absent::Refuse) => return Err(OpenError::Missing { address: address.shown }),
            (None, Absent::Found | Absent::FoundAs(_)) => {
                found(&clients, absent).await.map_err(failed)?;
                let missing = || OpenError::Missing { address: address.shown.clone() };
                founding(&clients).await.map_err(failed)?.ok_or_else(missing)?
            }
        };
        let upto = mirrored_upto(&clients, &*mirror).await?;
        let writer = random_id();
        let fold = Fold::new(address.names.clone(), Arc::clone(&mirror), writer, upto);
        let (tell, standing) = watch::channel(Standing { upto, ..Standing::default() });
        let shared = Shared::new(founded.id, writer, mirror, clock, clients, options, standing);
        let shared = Arc::new(shared);
        let journal = Self::over(Arc::clone(&shared), tokio::spawn(follow(Arc::clone(&shared), fold, tell)));
        caught_up(&shared).await?;
        Ok(journal)
    }
}

fn of_trouble(trouble: &Trouble, address: &Address) -> OpenError {
    if let Trouble::Denied = trouble {
        return OpenError::Denied(denied(address));
    }
    OpenError::Away { address: address.shown.clone(), why: trouble.sentence(address) }
}

fn is_supported(version: (usize, usize, usize)) -> bool {
    let [older, newer] = SERVERS;
    version >= newer || (version.0 == older.0 && version >= older)
}

/// The event that says which journal this is.
async fn founding(clients: &Clients) -> Result<Option<RecordedEvent>, Trouble> {
    Ok(read(clients, clients.address.names.founding_stream(), StreamPosition::Start, 1)
        .await?
        .into_iter()
        .next())
}

/// Founds a journal, which has the id of its founding event; somebody else may be faster.
async fn found(clients: &Clients, absent: Absent) -> Result<(), Trouble> {
    let options = AppendToStreamOptions::default().expected_revision(ExpectedRevision::NoStream);
    let names = &clients.address.names;
    let (stream, event) = (names.founding_stream(), EventData::binary(names.founded(), "".into()));
    let event = match absent {
        Absent::FoundAs(id) => event.id(id),
        // Without an id of ours, so that the crate makes a random one.
        Absent::Found | Absent::Refuse => event,
    };
    let appended = clients
        .call(|client| async move { client.append_to_stream(stream, &options, event).await.map(drop) });
    match appended.await {
        Err(Trouble::Moved(_)) => Ok(()),
        other => other,
    }
}

/// Events of a stream there; none of a stream that is not there.
pub(crate) async fn read(
    clients: &Clients,
    stream: String,
    from: StreamPosition<u64>,
    max: usize,
) -> Result<Vec<RecordedEvent>, Trouble> {
    let options = ReadStreamOptions::default().max_count(max).position(from);
    let options = match from {
        StreamPosition::End => options.backwards(),
        StreamPosition::Start | StreamPosition::Position(_) => options.forwards(),
    };
    let events = clients.call(|client: Client| async move {
        let mut events = Vec::new();
        let mut reading = client.read_stream(stream, &options).await?;
        while let Some(event) = reading.next().await? {
            events.extend(event.event);
        }
        Ok::<_, Error>(events)
    });
    match events.await {
        Err(Trouble::NotFound) => Ok(Vec::new()),
        other => other,
    }
}

/// Where `$all` is to be read on from, which the last event of the mirror tells.
async fn mirrored_upto(clients: &Clients, mirror: &dyn Journal) -> Result<Option<Position>, OpenError> {
    let Some(last) = last_event(mirror).await? else { return Ok(None) };
    let from = StreamPosition::Position(last.revision);
    let events = read(clients, clients.address.names.there(&last.stream), from, SEARCHED_MAX).await;
    let events = events.map_err(|trouble| of_trouble(&trouble, &clients.address))?;
    let found = events.iter().find(|event| event.id == last.id).map(|event| event.position);
    found
        .map(|position| (position != Position::end()).then_some(position))
        .ok_or_else(|| OpenError::Diverged { address: clients.address.shown.clone(), event: last.id })
}

async fn last_event(mirror: &dyn Journal) -> Result<Option<Recorded>, ReadError> {
    let head = mirror.head().await?.position;
    let before = ports::Position::new(head.hi(), head.lo().saturating_sub(1));
    let page = mirror.read_all(before, head, Select::Facts, 1).await?;
    Ok(page.events.into_iter().next())
}

/// Waits until the mirror holds what there was when the subscription was opened, for as long as that moves.
async fn caught_up(shared: &Shared) -> Result<(), OpenError> {
    let mut standing = shared.standing.clone();
    let away = |why: &str| OpenError::Away { address: shared.clients.address.shown.clone(), why: why.into() };
    loop {
        if standing.borrow_and_update().is_live {
            return Ok(());
        }
        match timeout(shared.options.catch_up, standing.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(away("following it stopped")),
            Err(_) => {
                let trouble = standing.borrow().trouble.clone();
                return Err(away(trouble.as_deref().unwrap_or("nothing is heard of what it holds")));
            }
        }
    }
}

/// An id nobody else has; two processes with one journal must be told apart.
fn random_id() -> Uuid {
    let half = || RandomState::new().build_hasher().finish();
    Uuid::from_u64_pair(half(), half())
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn servers_that_hide_positions_are_refused() {
        let supported = [(24, 10, 5), (24, 10, 12), (25, 0, 1), (25, 1, 0), (26, 0, 0)];
        let refused = [(0, 0, 0), (22, 10, 9), (23, 10, 7), (24, 10, 4), (25, 0, 0)];
        assert!(supported.into_iter().all(is_supported));
        assert!(!refused.into_iter().any(is_supported));
    }
}

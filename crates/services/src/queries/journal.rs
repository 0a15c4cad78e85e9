//! The journal and the quarantine, as an operator sees them.

use anyhow::Context as _;
use domain::stream::Stream;
use ports::{Listing, Position, Quarantined, Select, Whereabouts};
use wire::answers::{HeadAnswer, HistoryRow, QuarantineRow};

use super::accounts::told;
use crate::book::Book;
use crate::pen;

/// How far the journal is recorded.
///
/// # Errors
/// The journal cannot be read.
pub async fn head(book: &Book) -> anyhow::Result<HeadAnswer> {
    let head = book.journal.head().await?;
    Ok(HeadAnswer {
        journal: book.journal.id().to_string(),
        position: head.position.to_string(),
        recorded_at: (head.position != Position::START).then(|| instant(head.recorded_ms)),
    })
}

/// Events after a position as lines of a story, at most `limit`.
///
/// # Errors
/// The journal cannot be read, or holds something that is not ours.
pub async fn lines(book: &Book, after: Position, limit: usize) -> anyhow::Result<Vec<HistoryRow>> {
    let page = book.journal.read_all(after, Position::END, Select::Facts, limit).await?;
    page.events.iter().map(line).collect()
}

/// A page of events after a position, as recorded.
///
/// # Errors
/// The journal cannot be read.
pub(crate) async fn recorded(book: &Book, after: Position) -> anyhow::Result<Vec<ports::Recorded>> {
    Ok(book.journal.read_all(after, Position::END, Select::Facts, ports::PAGE_EVENTS_MAX).await?.events)
}

/// One recorded event as a line of a story.
///
/// # Errors
/// It is not ours.
pub fn line(recorded: &ports::Recorded) -> anyhow::Result<HistoryRow> {
    let stream: Stream = recorded.stream.parse().with_context(|| format!("reading {}", recorded.stream))?;
    Ok(told(&stream, &pen::fact(recorded)?, None))
}

/// Events after a position as full CloudEvents (JSON), at most `limit`, with the position each stands at.
///
/// # Errors
/// The journal cannot be read.
pub async fn events(book: &Book, after: Position, limit: usize) -> anyhow::Result<Vec<(Position, Vec<u8>)>> {
    let page = book.journal.read_all(after, Position::END, Select::Text, limit).await?;
    let render = |event: &ports::Recorded| {
        (event.position, wire::record::render(&event.text, event.position.lo(), event.recorded_ms))
    };
    Ok(page.events.iter().map(render).collect())
}

/// What was turned away.
///
/// # Errors
/// The quarantine cannot be read.
pub async fn quarantine(
    book: &Book,
    listing: Listing,
    after: u64,
    limit: usize,
) -> anyhow::Result<Vec<QuarantineRow>> {
    let listed = book.quarantine.list(listing, after, limit).await?;
    Ok(listed.iter().map(quarantined).collect())
}

/// One entry of the quarantine as a row.
pub fn quarantined(entry: &Quarantined) -> QuarantineRow {
    let place = match &entry.whereabouts {
        Whereabouts::Whole => String::new(),
        Whereabouts::Pointer(pointer) => pointer.clone(),
        Whereabouts::ByteOffset(offset) => format!("byte {offset}"),
    };
    let released_at = match entry.held {
        ports::Held::Waiting => None,
        ports::Held::Released { at_ms } => Some(instant(at_ms)),
    };
    QuarantineRow {
        id: entry.id.to_string(),
        source: entry.source.to_string(),
        origin: entry.origin.clone(),
        reason: entry.reason.clone(),
        place,
        digest: domain::id::Digest(entry.digest).to_string(),
        length: entry.received_bytes,
        received_at: instant(entry.put_ms),
        released_at,
    }
}

fn instant(ms: i64) -> String {
    domain::time::Instant::from_unix_ms(ms).map_or_else(|| ms.to_string(), |at| at.to_string())
}

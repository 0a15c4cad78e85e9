//! The ledger: pages of the journal, newest or oldest first, narrowed to a stream or to types of event.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Context as _;
use ports::{KindSet, PAGE_EVENTS_MAX, Position, Recorded, Scan, Select, StreamShare};

use crate::book::Book;

/// Which events a page shows; an absent condition lets all through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Narrowing {
    /// The stream's whole name.
    pub(crate) stream: Option<String>,
    /// A part of the type's name, such as `deal.` or `order_booked`.
    pub(crate) kind: Option<String>,
}

impl Narrowing {
    pub(crate) fn lets(&self, event: &Recorded) -> bool {
        let stream = self.stream.as_deref().is_none_or(|stream| *event.stream == *stream);
        stream && self.lets_kind(event.kind)
    }

    fn lets_kind(&self, kind: u16) -> bool {
        self.kind
            .as_deref()
            .is_none_or(|part| wire::event::type_of_kind(kind).is_some_and(|known| known.name.contains(part)))
    }

    fn kinds(&self) -> KindSet {
        match self.kind {
            None => KindSet::ALL,
            Some(_) => KindSet::only((0..=u16::MAX).filter(|kind| self.lets_kind(*kind))),
        }
    }
}

/// Events before a position, the newest first, and whether there are older ones.
pub(crate) struct Older {
    pub(crate) events: Vec<Recorded>,
    pub(crate) more: bool,
}

/// The last `rows` events before a position.
///
/// # Errors
/// The journal cannot be read.
pub(crate) async fn before(
    book: &Arc<Book>,
    narrowing: &Narrowing,
    before: Position,
    rows: usize,
) -> anyhow::Result<Older> {
    let mut events = match (&narrowing.stream, &narrowing.kind) {
        (Some(stream), _) => {
            let events = whole_stream(book, stream).await?;
            last(events.into_iter().filter(|event| event.position < before && narrowing.lets(event)), rows)
        }
        (None, None) => latest(book, before, rows).await?,
        (None, Some(_)) => scanned(book, narrowing, before, rows).await?,
    };
    let more = events.len() > rows;
    events.reverse();
    events.truncate(rows);
    Ok(Older { events, more })
}

/// The first `rows` events after a position that the narrowing lets through, texts included.
///
/// # Errors
/// The journal cannot be read.
pub(crate) async fn after(
    book: &Book,
    narrowing: &Narrowing,
    mut after: Position,
    rows: usize,
) -> anyhow::Result<Vec<Recorded>> {
    let mut found = Vec::new();
    loop {
        let page =
            book.journal.read_all(after, Position::END, Select::Text, PAGE_EVENTS_MAX.min(rows)).await?;
        let Some(end) = page.events.last().map(|event| event.position) else { return Ok(found) };
        found.extend(page.events.into_iter().filter(|event| narrowing.lets(event)).take(rows - found.len()));
        if found.len() == rows || !page.more {
            return Ok(found);
        }
        after = end;
    }
}

/// One more than `rows`, so that the caller sees whether there are older ones.
async fn latest(book: &Book, before: Position, rows: usize) -> anyhow::Result<Vec<Recorded>> {
    let head = book.journal.head().await?.position;
    let wanted = u64::try_from(rows).unwrap_or(u64::MAX).saturating_add(1);
    // The last one shown: positions of one journal count without gaps in the low number.
    let upto = Position::new(before.hi(), before.lo().saturating_sub(1)).min(head);
    let from = Position::new(upto.hi(), upto.lo().saturating_sub(wanted));
    Ok(book.journal.read_all(from, upto, Select::Facts, rows + 1).await?.events)
}

async fn scanned(
    book: &Arc<Book>,
    narrowing: &Narrowing,
    before: Position,
    rows: usize,
) -> anyhow::Result<Vec<Recorded>> {
    let kinds = narrowing.kinds();
    let scanning = Arc::clone(book);
    let scan = move || {
        let mut ids = VecDeque::with_capacity(rows + 2);
        let scan =
            Scan { after: Position::START, upto: Position::END, kinds: &kinds, streams: StreamShare::ALL };
        scanning.journal.scan_facts(scan, &mut |row| {
            if row.position >= before {
                return ControlFlow::Break(());
            }
            ids.push_back(row.id);
            if ids.len() > rows + 1 {
                ids.pop_front();
            }
            ControlFlow::Continue(())
        })?;
        anyhow::Ok(ids)
    };
    let ids = tokio::task::spawn_blocking(scan).await.context("scanning the journal")??;
    let mut events = Vec::with_capacity(ids.len());
    for id in ids {
        events.extend(book.journal.event(id).await?);
    }
    Ok(events)
}

/// Every event of one stream; a stream is one account's story, some dozens of events.
async fn whole_stream(book: &Book, stream: &str) -> anyhow::Result<Vec<Recorded>> {
    let mut events = Vec::new();
    loop {
        let from = u64::try_from(events.len()).unwrap_or(u64::MAX);
        let page = book.journal.read_stream(stream, from, Select::Facts, PAGE_EVENTS_MAX).await?;
        events.extend(page.events);
        if !page.more {
            return Ok(events);
        }
    }
}

fn last(events: impl Iterator<Item = Recorded>, rows: usize) -> Vec<Recorded> {
    let mut kept: VecDeque<Recorded> = VecDeque::new();
    for event in events {
        kept.push_back(event);
        if kept.len() > rows + 1 {
            kept.pop_front();
        }
    }
    kept.into()
}

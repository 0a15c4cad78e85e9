//! Reading recorded events from a journal.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::str::FromStr as _;

use domain::fact::Fact;
use domain::id::{AccountId, EventId, VendorId};
use domain::stream::Stream;
use ports::{FactRow, Journal, KindSet, PAGE_EVENTS_MAX, Position, Recorded, Scan, Select, StreamShare};
use wire::record::{Place, read_fact};

use super::ArchiveError;

/// Every fact of the given kinds with its stream. It blocks.
pub(super) fn visit(
    journal: &dyn Journal,
    kinds: &KindSet,
    each: &mut dyn FnMut(&Stream, Fact),
) -> Result<(), ArchiveError> {
    let mut names: BTreeMap<u32, Option<Stream>> = BTreeMap::new();
    let mut broken = None;
    let scan = Scan { after: Position::START, upto: Position::END, kinds, streams: StreamShare::ALL };
    journal.scan_facts(scan, &mut |row: FactRow<'_>| {
        let named = || Stream::from_str(&journal.stream_name(row.stream)?).ok();
        let stream = names.entry(row.stream.0).or_insert_with(named);
        let place = Place {
            id: EventId(row.id),
            position: row.position.lo(),
            revision: row.revision,
            recorded_ms: row.recorded_ms,
        };
        match (stream, read_fact(row.fact, place)) {
            (Some(stream), Ok(fact)) => {
                each(stream, fact);
                ControlFlow::Continue(())
            }
            (None, _) | (_, Err(_)) => {
                broken = Some(EventId(row.id));
                ControlFlow::Break(())
            }
        }
    })?;
    broken.map_or(Ok(()), |event| Err(ArchiveError::NotOurs(event)))
}

/// The facts of one account's stream, in the order they were recorded.
pub(super) async fn stream_of(
    journal: &dyn Journal,
    vendor: &VendorId,
    account: &AccountId,
) -> Result<Vec<Fact>, ArchiveError> {
    let name = Stream::Account(vendor.clone(), account.clone()).to_string();
    let mut facts: Vec<Fact> = Vec::new();
    loop {
        let from = u64::try_from(facts.len()).unwrap_or(u64::MAX);
        let page = journal.read_stream(&name, from, Select::Facts, PAGE_EVENTS_MAX).await?;
        for recorded in &page.events {
            facts.push(fact_of(recorded)?);
        }
        if !page.more || page.events.is_empty() {
            return Ok(facts);
        }
    }
}

fn fact_of(recorded: &Recorded) -> Result<Fact, ArchiveError> {
    let id = EventId(recorded.id);
    let (position, revision) = (recorded.position.lo(), recorded.revision);
    let place = Place { id, position, revision, recorded_ms: recorded.recorded_ms };
    read_fact(&recorded.fact, place).map_err(|_| ArchiveError::NotOurs(id))
}

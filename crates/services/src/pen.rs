//! Writing to the journal and reading back: from events with their circumstances to appends and facts.

use anyhow::Context as _;
use domain::event::Event;
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer};
use domain::id::{Digest, EventId};
use domain::stream::Stream;
use domain::time::Instant;
use ports::{Append, Expect, NewEvent, Receipt, Recorded};
use wire::ids;
use wire::record::{self, Draft, Sheet};

/// The source Chaperone publishes its own, derived events under.
pub const OWN_SOURCE: &str = "chaperone";

/// One event about to be written, with its circumstances.
#[derive(Debug, Clone)]
pub struct Line {
    pub class: Class,
    pub valid_at: Instant,
    pub causation: Option<EventId>,
    pub policy: Option<Digest>,
    pub context: Context,
    pub event: Event,
}

/// One write to one stream, under one key.
#[derive(Debug, Clone)]
pub struct Entry {
    pub stream: Stream,
    pub producer: Producer,
    pub digest: Digest,
    pub actor: Actor,
    pub origin: Origin,
    pub lines: Vec<Line>,
}

/// An entry as the journal takes it, and the same events as facts that lack only their place.
#[derive(Debug, Clone)]
pub struct Penned {
    pub append: Append,
    pub facts: Vec<Fact>,
}

impl Entry {
    /// The entry as the journal takes it; what it expects of the stream is for the caller to say.
    pub fn pen(self) -> Penned {
        let (append, facts) = self.pen_on(&mut Sheet::default(), |_| true);
        Penned { append, facts: facts.into_iter().map(|(_, fact)| fact).collect() }
    }

    /// The entry as the journal takes it, written where others are, and those of its facts that are wanted, by
    /// their index.
    pub fn pen_on(self, sheet: &mut Sheet, is_wanted: impl Fn(&Event) -> bool) -> (Append, Vec<(u64, Fact)>) {
        let vendor = self.stream.vendor();
        let key = ids::input_key(vendor, &self.producer.source, &self.producer.id);
        let mut events = Vec::with_capacity(self.lines.len());
        let mut facts = Vec::new();
        for (index, line) in (0u32..).zip(self.lines) {
            let id = ids::event_id(vendor, &self.producer.source, &self.producer.id, index);
            let draft = Draft {
                id,
                stream: self.stream.clone(),
                class: line.class,
                origin: self.origin,
                producer: self.producer.clone(),
                actor: self.actor.clone(),
                valid_at: line.valid_at,
                causation: line.causation,
                policy: line.policy,
                context: line.context,
                event: line.event,
            };
            let (text, fact) = sheet.write(&draft);
            let kind = wire::event::kind(&draft.event);
            events.push(NewEvent { id: id.0, kind, text, fact });
            if is_wanted(&draft.event) {
                facts.push((u64::from(index), unplaced(draft)));
            }
        }
        let stream = self.stream.to_string().into();
        let append = Append { key, digest: self.digest.0, stream, expect: Expect::NoStream, events };
        (append, facts)
    }
}

fn unplaced(draft: Draft) -> Fact {
    let meta = Meta {
        id: draft.id,
        position: 0,
        revision: 0,
        valid_at: draft.valid_at,
        recorded_at: Instant::EARLIEST,
        class: draft.class,
        origin: draft.origin,
        producer: draft.producer,
        actor: draft.actor,
        causation: draft.causation,
        policy: draft.policy,
        context: draft.context,
    };
    Fact { meta, event: draft.event }
}

/// Gives the facts of an append the places its receipt tells.
///
/// # Errors
/// The receipt's time is outside the years 1 to 9999.
pub fn placed(mut facts: Vec<Fact>, receipt: &Receipt) -> anyhow::Result<Vec<Fact>> {
    let count = u64::try_from(facts.len()).context("an append has few events")?;
    for (index, fact) in (0u64..).zip(&mut facts) {
        place(fact, index, count, receipt)?;
    }
    Ok(facts)
}

/// Gives one fact of an append, the one at `index` of `count`, the place its receipt tells.
///
/// # Errors
/// The receipt's time is outside the years 1 to 9999.
pub fn place(fact: &mut Fact, index: u64, count: u64, receipt: &Receipt) -> anyhow::Result<()> {
    let (Some(first), Some(version)) = (receipt.first, receipt.version) else { return Ok(()) };
    fact.meta.position = first.lo() + index;
    fact.meta.revision = version.revision + 1 + index - count;
    fact.meta.recorded_at =
        Instant::from_unix_ms(receipt.recorded_ms).context("the journal's clock is out of range")?;
    Ok(())
}

/// A recorded event as the rules read it.
///
/// # Errors
/// The compact form cannot be read: it is damaged or of another version.
pub fn fact(recorded: &Recorded) -> anyhow::Result<Fact> {
    let place = record::Place {
        id: EventId(recorded.id),
        position: recorded.position.lo(),
        revision: recorded.revision,
        recorded_ms: recorded.recorded_ms,
    };
    record::read_fact(&recorded.fact, place).with_context(|| format!("reading event {}", recorded.id))
}

/// A scanned row as the rules read it.
///
/// # Errors
/// The compact form cannot be read: it is damaged or of another version.
pub fn scanned(row: &ports::FactRow<'_>) -> anyhow::Result<Fact> {
    let place = record::Place {
        id: EventId(row.id),
        position: row.position.lo(),
        revision: row.revision,
        recorded_ms: row.recorded_ms,
    };
    record::read_fact(row.fact, place).with_context(|| format!("reading event {}", row.id))
}

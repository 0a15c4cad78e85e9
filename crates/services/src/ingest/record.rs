//! The first pass: records become appends, many in one group.

use std::sync::Arc;

use domain::event::Event;
use domain::event::partner::PartnerEvent;
use domain::fact::{Fact, Producer};
use domain::id::{PartnerId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use ports::{Append, AppendError, Outcome, Receipt};
use wire::input::{Input, Record};
use wire::problem::Problem;

use super::Run;
use crate::book::{CONFLICT_TRIES_MAX, expect};
use crate::intake;
use crate::pen::{self, Penned};

/// A record ready to be written, or to be turned away.
pub(super) struct Prepared {
    place: String,
    received: Vec<u8>,
    reading: Result<Vec<Ready>, Problem>,
    /// Partners it names as doing something, unless it enrolls them itself.
    pub(super) partners: Vec<(VendorId, PartnerId)>,
}

struct Ready {
    stream: Stream,
    producer: Producer,
    penned: Penned,
}

/// Turns records into appends; the costly part, done off the writing path.
pub(super) fn prepare(chunk: Vec<Record>, now: Instant) -> Vec<Prepared> {
    chunk.into_iter().map(|record| prepare_one(record, now)).collect()
}

fn prepare_one(record: Record, now: Instant) -> Prepared {
    let Record { place, received, reading } = record;
    let reading = reading.and_then(|inputs| {
        inputs.iter().try_for_each(|input| intake::check(input, now))?;
        Ok(inputs)
    });
    let mut partners = Vec::new();
    let reading = reading.map(|inputs| {
        for input in &inputs {
            let vendor = input.stream.vendor();
            partners
                .extend(intake::named_partners(input).into_iter().map(|partner| (vendor.clone(), partner)));
        }
        inputs.into_iter().map(ready).collect()
    });
    Prepared { place, received, reading, partners }
}

fn ready(input: Input) -> Ready {
    let (stream, producer) = (input.stream.clone(), input.producer.clone());
    Ready { stream, producer, penned: intake::entry(input).pen() }
}

/// One append of the chunk and the record it belongs to.
struct Slot {
    record: usize,
    ready: Ready,
}

/// What became of one record so far.
#[derive(Default)]
struct Fate {
    appended: bool,
    problem: Option<Problem>,
}

impl Run {
    /// Records one chunk.
    pub(super) async fn record(&mut self, chunk: Vec<Prepared>) -> anyhow::Result<()> {
        self.learn_enrolled(&chunk);
        self.enroll_seen(&chunk).await?;
        let mut fates: Vec<Fate> = Vec::with_capacity(chunk.len());
        let mut kept: Vec<(String, Vec<u8>)> = Vec::with_capacity(chunk.len());
        let mut slots = Vec::new();
        for (record, prepared) in chunk.into_iter().enumerate() {
            kept.push((prepared.place, prepared.received));
            let mut fate = Fate::default();
            match prepared.reading {
                Ok(ready) => slots.extend(ready.into_iter().map(|ready| Slot { record, ready })),
                Err(problem) => fate.problem = Some(problem),
            }
            fates.push(fate);
        }
        for _ in 0..CONFLICT_TRIES_MAX {
            if slots.is_empty() {
                break;
            }
            slots = self.append(slots, &mut fates).await?;
        }
        anyhow::ensure!(
            slots.is_empty(),
            "other writers kept changing the same accounts; feed the file again"
        );
        self.count(fates, kept).await
    }

    /// Appends all slots in order and returns those that have to be tried again.
    async fn append(&mut self, slots: Vec<Slot>, fates: &mut [Fate]) -> anyhow::Result<Vec<Slot>> {
        let mut appends: Vec<Append> = Vec::with_capacity(slots.len());
        for slot in &slots {
            let mut append = slot.ready.penned.append.clone();
            append.expect = expect(self.version(&append.stream).await?);
            appends.push(append);
        }
        let answers = self.book.journal.append_all(appends).await;
        let mut again = Vec::new();
        for (slot, answer) in slots.into_iter().zip(answers) {
            let stream = Arc::clone(&slot.ready.penned.append.stream);
            match answer {
                Ok(receipt) => {
                    fates[slot.record].appended |= receipt.outcome == Outcome::Appended;
                    self.recorded(stream, slot.ready, &receipt)?;
                }
                Err(AppendError::Conflict { actual }) => {
                    self.versions.insert(stream, actual);
                    again.push(slot);
                }
                Err(AppendError::Overloaded { .. } | AppendError::Indeterminate) => {
                    self.versions.remove(&stream);
                    again.push(slot);
                }
                Err(AppendError::KeyMismatch { receipt }) => {
                    fates[slot.record].problem = Some(intake::conflict(&slot.ready.producer, &receipt));
                }
                Err(AppendError::TooLarge { what, limit, actual }) => {
                    let expected = format!("{what} of at most {limit}, found {actual}");
                    fates[slot.record].problem = Some(Problem::at_pointer("/data", expected));
                }
                Err(error @ AppendError::Unavailable(_)) => return Err(error.into()),
            }
        }
        Ok(again)
    }

    fn recorded(&mut self, stream: Arc<str>, ready: Ready, receipt: &Receipt) -> anyhow::Result<()> {
        if receipt.outcome == Outcome::Appended {
            self.versions.insert(Arc::clone(&stream), receipt.version);
            self.book.forget(&ready.stream);
            let facts: Vec<Fact> = pen::placed(ready.penned.facts, receipt)?;
            for fact in &facts {
                self.book.shelve(&ready.stream, fact);
            }
        }
        self.touched.insert(stream);
        Ok(())
    }

    fn learn_enrolled(&mut self, chunk: &[Prepared]) {
        for ready in chunk.iter().filter_map(|prepared| prepared.reading.as_ref().ok()).flatten() {
            let Stream::Partner(vendor, partner) = &ready.stream else { continue };
            let enrolls = |fact: &Fact| matches!(fact.event, Event::Partner(PartnerEvent::Enrolled(_)));
            if ready.penned.facts.iter().any(enrolls) {
                self.known_partners.insert((vendor.clone(), partner.clone()));
            }
        }
    }

    async fn enroll_seen(&mut self, chunk: &[Prepared]) -> anyhow::Result<()> {
        for stream in self.newly_seen(chunk) {
            let Stream::Partner(vendor, partner) = &stream else { continue };
            let loaded = self.book.load(&stream).await?;
            let entry = intake::seen_in_data(vendor, partner, self.book.now());
            match self.book.write(entry, loaded).await {
                Ok(_) | Err(AppendError::Conflict { .. } | AppendError::KeyMismatch { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn count(&mut self, fates: Vec<Fate>, kept: Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
        for (fate, (place, received)) in fates.into_iter().zip(kept) {
            self.summary.read += 1;
            match (fate.problem, fate.appended) {
                (Some(problem), _) => {
                    intake::turn_away(&self.book, &self.source, &place, received, problem).await?;
                    self.summary.quarantined += 1;
                }
                (None, true) => self.summary.accepted += 1,
                (None, false) => self.summary.repeated += 1,
            }
        }
        Ok(())
    }
}

//! The first pass: records become appends, many in one group.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use bytes::Bytes;
use domain::event::Event;
use domain::event::partner::PartnerEvent;
use domain::fact::{Fact, Producer};
use domain::id::{PartnerId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use ports::{Append, AppendError, Outcome, Receipt};
use tokio::task::JoinHandle;
use wire::input::Input;
use wire::problem::Problem;
use wire::record::Sheet;

use super::in_turn::InTurn;
use super::lines::{Place, Told};
use super::{CHUNK_RECORDS, Chunk, Run};
use crate::book::{CONFLICT_TRIES_MAX, expect, is_shelved};
use crate::intake;
use crate::pen;

/// A record ready to be written, or to be turned away.
pub(super) struct Prepared {
    place: Place,
    received: Bytes,
    reading: Result<Vec<Ready>, Problem>,
    /// Partners it names as doing something, unless it enrolls them itself.
    pub(super) partners: Vec<(VendorId, PartnerId)>,
}

struct Ready {
    stream: Stream,
    producer: Producer,
    append: Append,
    /// How many facts it tells, and those of them that the shelf keeps, by their index.
    facts: u64,
    shelved: Vec<(u64, Fact)>,
}

/// Room for what a chunk stores, in bytes, at 1 KiB a record; longer ones take more.
const SHEET_BYTES: usize = CHUNK_RECORDS * 1_024;

/// Turns records into appends; the costly part, done off the writing path.
pub(super) fn prepare(read: Chunk, now: Instant, sheets: &Mutex<InTurn<Sheet>>) -> Vec<Prepared> {
    let waiting = || sheets.lock().unwrap_or_else(PoisonError::into_inner);
    let mut sheet = waiting().take();
    sheet.make_room(SHEET_BYTES);
    let mut chunk = Vec::with_capacity(CHUNK_RECORDS);
    read(&mut |told| chunk.push(prepare_one(told, now, &mut sheet)));
    waiting().put_back(sheet);
    chunk
}

fn prepare_one(told: Told, now: Instant, sheet: &mut Sheet) -> Prepared {
    let Told { place, received, reading } = told;
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
        // In place it would be moved once more, since what is ready takes less room.
        let mut all = Vec::with_capacity(inputs.len());
        all.extend(inputs.into_iter().map(|input| ready(input, sheet)));
        all
    });
    Prepared { place, received, reading, partners }
}

fn ready(input: Input, sheet: &mut Sheet) -> Ready {
    let (stream, producer) = (input.stream.clone(), input.producer.clone());
    let (append, shelved) = intake::entry(input).pen_on(sheet, |event| is_shelved(&stream, event));
    Ready { stream, producer, facts: append.events.len() as u64, append, shelved }
}

/// One append of the chunk and the record it belongs to.
struct Slot {
    record: usize,
    stream: Stream,
    /// The stream's name.
    name: Arc<str>,
    producer: Producer,
    facts: u64,
    shelved: Vec<(u64, Fact)>,
    receipt: Option<Receipt>,
}

/// A chunk on its way into the journal.
pub(super) struct UnderWay {
    /// Partners it names that nobody enrolled.
    seen: Vec<Stream>,
    kept: Vec<(Place, Bytes)>,
    problems: Vec<Option<Problem>>,
    slots: Vec<Slot>,
    /// Slots that are not answered yet.
    open: Vec<usize>,
    /// Their appends, which lack what they expect.
    appends: Vec<Append>,
}

type Answers = Vec<Result<Receipt, AppendError>>;

/// A chunk whose answers are awaited.
pub(super) struct Flying {
    under_way: UnderWay,
    sent: Sent,
}

/// The appends of the open slots, and what becomes of them.
struct Sent {
    appends: Arc<[Append]>,
    answers: JoinHandle<Answers>,
}

impl Run {
    /// Takes a chunk apart.
    pub(super) fn begin(&mut self, chunk: Vec<Prepared>) -> UnderWay {
        self.learn_enrolled(&chunk);
        let mut under_way = UnderWay {
            seen: self.newly_seen(&chunk),
            kept: Vec::with_capacity(chunk.len()),
            problems: Vec::with_capacity(chunk.len()),
            slots: Vec::with_capacity(chunk.len()),
            open: Vec::new(),
            appends: Vec::with_capacity(chunk.len()),
        };
        for (record, prepared) in chunk.into_iter().enumerate() {
            under_way.kept.push((prepared.place, prepared.received));
            let (ready, problem) = match prepared.reading {
                Ok(ready) => (ready, None),
                Err(problem) => (Vec::new(), Some(problem)),
            };
            for Ready { stream, producer, append, facts, shelved } in ready {
                let name = Arc::clone(&append.stream);
                under_way.appends.push(append);
                under_way.slots.push(Slot { record, stream, name, producer, facts, shelved, receipt: None });
            }
            under_way.problems.push(problem);
        }
        under_way.open = (0..under_way.slots.len()).collect();
        under_way
    }

    /// Introduces the partners a chunk names and hands it to the journal, in order. What was written before
    /// must have landed.
    pub(super) async fn launch(&mut self, mut under_way: UnderWay) -> anyhow::Result<Flying> {
        self.enroll_seen(std::mem::take(&mut under_way.seen)).await?;
        let sent = self.write(std::mem::take(&mut under_way.appends)).await?;
        Ok(Flying { under_way, sent })
    }

    async fn write(&mut self, mut appends: Vec<Append>) -> anyhow::Result<Sent> {
        for append in &mut appends {
            append.expect = expect(self.version(&append.stream).await?);
        }
        let appends: Arc<[Append]> = appends.into();
        let (journal, writing) = (Arc::clone(&self.book.journal), Arc::clone(&appends));
        let answers = tokio::spawn(async move { journal.append_all(writing).await });
        Ok(Sent { appends, answers })
    }

    /// Waits until a chunk is durable; what other writers kept from being recorded is written again.
    pub(super) async fn land(&mut self, flying: Option<Flying>) -> anyhow::Result<Option<UnderWay>> {
        let Some(Flying { mut under_way, mut sent }) = flying else { return Ok(None) };
        for _ in 0..CONFLICT_TRIES_MAX {
            let again = self.note(&mut under_way, &sent.appends, sent.answers.await?)?;
            if again.is_empty() {
                return Ok(Some(under_way));
            }
            sent = self.write(again).await?;
        }
        anyhow::bail!("other writers kept changing the same accounts; feed the file again")
    }

    /// Notes the answers; returns what has to be appended again.
    fn note(
        &mut self,
        under_way: &mut UnderWay,
        appends: &[Append],
        answers: Answers,
    ) -> anyhow::Result<Vec<Append>> {
        let mut again = Vec::new();
        let open = std::mem::take(&mut under_way.open);
        for ((place, append), answer) in open.into_iter().zip(appends).zip(answers) {
            let Slot { record, name, producer, receipt, .. } = &mut under_way.slots[place];
            let stream = Arc::clone(name);
            let problem = &mut under_way.problems[*record];
            match answer {
                Ok(first) => {
                    if first.outcome == Outcome::Appended {
                        self.versions.insert(stream, first.version);
                    }
                    *receipt = Some(first);
                }
                Err(AppendError::Conflict { actual }) => {
                    self.versions.insert(stream, actual);
                    under_way.open.push(place);
                    again.push(append.clone());
                }
                Err(AppendError::Overloaded { .. } | AppendError::Indeterminate) => {
                    self.versions.remove(&stream);
                    under_way.open.push(place);
                    again.push(append.clone());
                }
                Err(AppendError::KeyMismatch { receipt }) => {
                    *problem = Some(intake::conflict(producer, &receipt));
                }
                Err(AppendError::TooLarge { what, limit, actual }) => {
                    let expected = format!("{what} of at most {limit}, found {actual}");
                    *problem = Some(Problem::at_pointer("/data", expected));
                }
                Err(error @ AppendError::Unavailable(_)) => return Err(error.into()),
            }
        }
        Ok(again)
    }

    /// Counts a chunk that is recorded and keeps the small views current with it.
    pub(super) async fn finish(&mut self, recorded: Option<UnderWay>) -> anyhow::Result<()> {
        let Some(UnderWay { kept, problems, slots, .. }) = recorded else { return Ok(()) };
        let mut appended = vec![false; kept.len()];
        for mut slot in slots {
            let Some(receipt) = slot.receipt.take() else { continue };
            appended[slot.record] |= receipt.outcome == Outcome::Appended;
            self.shelve(slot, &receipt)?;
        }
        self.count(problems, appended, kept).await
    }

    fn shelve(&mut self, slot: Slot, receipt: &Receipt) -> anyhow::Result<()> {
        let Slot { stream, name, facts, shelved, .. } = slot;
        if receipt.outcome == Outcome::Appended {
            self.book.forget(&stream);
            for (index, mut fact) in shelved {
                pen::place(&mut fact, index, facts, receipt)?;
                self.book.shelve(&stream, &fact);
            }
        }
        if self.touched.insert(name) {
            self.book.know(&stream);
        }
        Ok(())
    }

    fn learn_enrolled(&mut self, chunk: &[Prepared]) {
        for ready in chunk.iter().filter_map(|prepared| prepared.reading.as_ref().ok()).flatten() {
            let Stream::Partner(vendor, partner) = &ready.stream else { continue };
            let enrolls =
                |(_, fact): &(u64, Fact)| matches!(fact.event, Event::Partner(PartnerEvent::Enrolled(_)));
            if ready.shelved.iter().any(enrolls) {
                self.known_partners.insert((vendor.clone(), partner.clone()));
            }
        }
    }

    async fn enroll_seen(&mut self, seen: Vec<Stream>) -> anyhow::Result<()> {
        for stream in seen {
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

    async fn count(
        &mut self,
        problems: Vec<Option<Problem>>,
        appended: Vec<bool>,
        kept: Vec<(Place, Bytes)>,
    ) -> anyhow::Result<()> {
        let mut turned_away = Vec::new();
        for ((problem, appended), (place, received)) in problems.into_iter().zip(appended).zip(kept) {
            self.summary.read += 1;
            match (problem, appended) {
                (Some(problem), _) => turned_away.push((place, received, problem)),
                (None, true) => self.summary.accepted += 1,
                (None, false) => self.summary.repeated += 1,
            }
        }
        self.summary.quarantined +=
            u64::try_from(turned_away.len()).context("records are counted in 64 bits")?;
        // Asked for together they share syncs, as events do.
        let (book, source) = (&self.book, &self.source);
        let puts = turned_away.into_iter().map(|(place, received, problem)| async move {
            intake::turn_away(book, source, &place.to_string(), received, problem).await
        });
        futures::future::try_join_all(puts).await?;
        Ok(())
    }
}

//! One group: each append is judged against what is recorded and what the group recorded before it.

use std::collections::VecDeque;
use std::sync::Arc;

use ports::{
    Append, AppendError, Clock, Expect, Outcome, Position, Receipt, Recorded, Version, next_recorded_ms,
};
use rusqlite::{CachedStatement, Connection, params};
use rustc_hash::FxHashMap;
use uuid::Uuid;

use super::{Answer, Answered, Bulk, Indexes, Work, quarantining};
use crate::memory::{Memory, StreamHead};
use crate::pending::EntryKey;
use crate::read;

const INSERT_STREAM: &str = "INSERT INTO streams VALUES(?, ?)";
const INSERT_EVENT: &str = "INSERT INTO events VALUES(?, ?, ?, ?, ?, ?, ?)";
const INSERT_TEXT: &str = "INSERT INTO texts VALUES(?, ?)";
const INSERT_RECEIPT: &str = "INSERT INTO receipts VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// A transaction under way.
pub(super) struct Group<'g> {
    connection: &'g Connection,
    memory: &'g Memory,
    clock: &'g dyn Clock,
    insert_event: CachedStatement<'g>,
    insert_text: CachedStatement<'g>,
    insert_receipt: CachedStatement<'g>,
    staged: Staged,
}

/// What the group changes in memory once it is committed.
#[derive(Default)]
pub(super) struct Staged {
    /// Set by the first append that records; the same for the whole group.
    recorded_ms: Option<i64>,
    last_position: u64,
    last_receipt: u64,
    new_streams: Vec<Arc<str>>,
    new_numbers: FxHashMap<Arc<str>, u32>,
    heads: FxHashMap<u32, StreamHead>,
    receipts: FxHashMap<Uuid, Receipt>,
    events: Vec<Recorded>,
    by_stream: Vec<(EntryKey, u64)>,
    by_id: Vec<(EntryKey, u64)>,
    by_key: Vec<(EntryKey, u64)>,
    /// Of each index: whether what was pending before the group is in a run now.
    in_runs: [bool; 3],
}

impl<'g> Group<'g> {
    pub(super) fn begin(
        connection: &'g Connection,
        memory: &'g Memory,
        clock: &'g dyn Clock,
    ) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self {
            connection,
            memory,
            clock,
            insert_event: connection.prepare_cached(INSERT_EVENT)?,
            insert_text: connection.prepare_cached(INSERT_TEXT)?,
            insert_receipt: connection.prepare_cached(INSERT_RECEIPT)?,
            staged: Staged {
                last_position: memory.head.position.lo(),
                last_receipt: memory.last_receipt,
                ..Staged::default()
            },
        })
    }

    /// Does all the work, then a slice of the indexes; the answers are for after the commit.
    pub(super) fn record(
        mut self,
        works: &mut VecDeque<Work>,
        answers: &mut Vec<Answer>,
        indexes: &mut Indexes,
    ) -> rusqlite::Result<Staged> {
        while let Some(work) = works.pop_front() {
            self.take(work, answers)?;
        }
        let Self { connection, memory, mut staged, .. } = self;
        let pending = [&memory.by_stream, &memory.by_id, &memory.by_key];
        let new = [&staged.by_stream, &staged.by_id, &staged.by_key].map(Vec::len);
        staged.in_runs = indexes.step(connection, pending, new)?;
        Ok(staged)
    }

    fn take(&mut self, work: Work, answers: &mut Vec<Answer>) -> rusqlite::Result<()> {
        let (connection, now_ms) = (self.connection, || self.clock.now_ms());
        let answer = match work {
            Work::Append(append, reply) => {
                self.append(&append, append.expect).map(|result| Answer::Append(reply, result))
            }
            Work::AppendAll(bulk, reply) => {
                self.append_all(bulk).map(|answered| Answer::AppendAll(reply, answered))
            }
            Work::Import(past, reply) => {
                self.import_all(past).map(|imported| Answer::Import(reply, imported))
            }
            Work::Put(turned_away, reply) => {
                quarantining::put(connection, &turned_away, now_ms()).map(|put| Answer::Put(reply, put))
            }
            Work::Adopt(entry, reply) => {
                quarantining::adopt(connection, *entry).map(|put| Answer::Put(reply, put))
            }
            Work::Release(id, reply) => {
                quarantining::release(connection, &id, now_ms()).map(|result| Answer::Release(reply, result))
            }
            Work::Expire(retention_days, reply) => quarantining::expire(connection, retention_days, now_ms())
                .map(|expired| Answer::Expire(reply, expired)),
        };
        answers.push(answer?);
        Ok(())
    }

    fn append_all(&mut self, mut bulk: Bulk) -> rusqlite::Result<Answered> {
        let mut order = std::mem::take(&mut bulk.order);
        let mut answers = Vec::with_capacity(bulk.group().len());
        for append in bulk.group() {
            let expect = order.expect(append);
            let answer = match append.check_limits() {
                Ok(()) => self.append(append, expect)?,
                Err(too_large) => Err(too_large),
            };
            order.answered(&append.stream, expect, &answer);
            answers.push(answer);
        }
        Ok(Answered { answers, order })
    }

    fn append(&mut self, append: &Append, expect: Expect) -> rusqlite::Result<Result<Receipt, AppendError>> {
        if let Some(first) = self.find(append.key)? {
            let receipt = Receipt { outcome: Outcome::Repeated, ..first };
            if receipt.digest != append.digest {
                return Ok(Err(AppendError::KeyMismatch { receipt: Box::new(receipt) }));
            }
            return Ok(Ok(receipt));
        }
        let (number, actual) = self.standing(&append.stream)?;
        if !expect.meets(actual) {
            return Ok(Err(AppendError::Conflict { actual }));
        }
        let recorded_ms = match self.recorded_ms() {
            Ok(recorded_ms) => recorded_ms,
            Err(why) => return Ok(Err(AppendError::Unavailable(why))),
        };
        self.write_at(append, number, actual, recorded_ms).map(Ok)
    }

    /// The stream's number and version, as the group has left them so far.
    pub(super) fn standing(&self, stream: &str) -> rusqlite::Result<(Option<u32>, Option<Version>)> {
        let number = self.staged.new_numbers.get(stream).copied();
        let Some(number) = number.or_else(|| self.memory.number(stream)) else { return Ok((None, None)) };
        Ok((Some(number), self.version(number)?))
    }

    /// How many appends are recorded, and up to which time, as the group has left them so far.
    pub(super) fn recorded_upto(&self) -> (u64, i64) {
        let recorded_ms = self.staged.recorded_ms.unwrap_or(self.memory.head.recorded_ms);
        (self.staged.last_receipt, recorded_ms)
    }

    /// Records an append against which nothing stands.
    pub(super) fn write_at(
        &mut self,
        append: &Append,
        number: Option<u32>,
        before: Option<Version>,
        recorded_ms: i64,
    ) -> rusqlite::Result<Receipt> {
        self.staged.recorded_ms = Some(recorded_ms);
        let number = match number {
            Some(number) => number,
            None => self.new_stream(append.stream.clone())?,
        };
        self.write(append, number, before, recorded_ms)
    }

    pub(super) fn find(&mut self, key: Uuid) -> rusqlite::Result<Option<Receipt>> {
        if let Some(receipt) = self.staged.receipts.get(&key) {
            return Ok(Some(receipt.clone()));
        }
        let entry = EntryKey::of_uuid(key);
        if self.memory.keys.as_ref().is_some_and(|keys| !keys.may_hold(entry)) {
            return Ok(None);
        }
        read::receipt(self.connection, self.memory.by_key.get(entry), key)
    }

    fn version(&self, number: u32) -> rusqlite::Result<Option<Version>> {
        let head = self.staged.heads.get(&number).copied();
        read::stream_version(self.connection, number, head.unwrap_or_else(|| self.memory.stream_head(number)))
    }

    fn recorded_ms(&mut self) -> Result<i64, String> {
        if let Some(recorded_ms) = self.staged.recorded_ms {
            return Ok(recorded_ms);
        }
        let recorded_ms = next_recorded_ms(self.memory.head.recorded_ms, self.clock.now_ms())?;
        self.staged.recorded_ms = Some(recorded_ms);
        Ok(recorded_ms)
    }

    fn new_stream(&mut self, name: Arc<str>) -> rusqlite::Result<u32> {
        let staged = &mut self.staged;
        let new = u32::try_from(staged.new_streams.len()).expect("stream numbers have 32 bits");
        let number = self.memory.stream_count() + new + 1;
        self.connection.prepare_cached(INSERT_STREAM)?.execute(params![number, &*name])?;
        staged.new_streams.push(name.clone());
        staged.new_numbers.insert(name, number);
        staged.heads.insert(number, StreamHead::Empty);
        Ok(number)
    }

    fn write(
        &mut self,
        append: &Append,
        stream: u32,
        before: Option<Version>,
        recorded_ms: i64,
    ) -> rusqlite::Result<Receipt> {
        let staged = &mut self.staged;
        let first = (!append.events.is_empty()).then(|| staged.last_position + 1);
        let mut version = before;
        for event in &append.events {
            let revision = version.map_or(0, |version| version.revision + 1);
            let position = staged.last_position + 1;
            let id = event.id.as_bytes();
            self.insert_event.execute(params![
                position,
                stream,
                revision,
                event.kind,
                recorded_ms,
                id,
                &*event.fact
            ])?;
            self.insert_text.execute(params![position, &*event.text])?;
            staged.by_stream.push((EntryKey::of_revision(stream, revision), position));
            staged.by_id.push((EntryKey::of_uuid(event.id), position));
            staged.events.push(Recorded {
                position: Position::new(0, position),
                stream: append.stream.clone(),
                revision,
                id: event.id,
                recorded_ms,
                kind: event.kind,
                text: event.text.clone(),
                fact: event.fact.clone(),
            });
            staged.last_position = position;
            version = Some(Version { revision, token: position });
        }
        let number = staged.last_receipt + 1;
        self.insert_receipt.execute(params![
            number,
            append.key.as_bytes(),
            append.digest,
            stream,
            first,
            staged.last_position,
            version.map(|version| version.revision),
            version.map(|version| version.token),
            recorded_ms
        ])?;
        staged.last_receipt = number;
        staged.by_key.push((EntryKey::of_uuid(append.key), number));
        staged.heads.insert(stream, version.into());
        let receipt = Receipt {
            outcome: Outcome::Appended,
            stream: append.stream.clone(),
            digest: append.digest,
            first: first.map(|first| Position::new(0, first)),
            last: Position::new(0, staged.last_position),
            version,
            recorded_ms,
        };
        staged.receipts.insert(append.key, receipt.clone());
        Ok(receipt)
    }
}

impl Staged {
    /// After the commit: makes the group visible.
    pub(super) fn publish(self, memory: &mut Memory) {
        for name in self.new_streams {
            memory.add_stream(name, StreamHead::Empty);
        }
        for (number, head) in self.heads {
            memory.set_head(number, head);
        }
        if let Some(keys) = &mut memory.keys {
            self.by_key.iter().for_each(|(key, _)| keys.add_key(*key));
        }
        let pending = [&mut memory.by_stream, &mut memory.by_id, &mut memory.by_key];
        let new = [self.by_stream, self.by_id, self.by_key];
        for ((pending, new), in_run) in pending.into_iter().zip(new).zip(self.in_runs) {
            if in_run {
                pending.forget_upto(pending.upto());
            }
            new.into_iter().for_each(|(key, value)| pending.add(key, value));
        }
        self.events.into_iter().for_each(|event| memory.recent.add(event));
        memory.last_receipt = self.last_receipt;
        if let Some(recorded_ms) = self.recorded_ms {
            memory.advance(Position::new(0, self.last_position), recorded_ms);
        }
    }
}

//! Ours, and three others behind the same queue: a thread that drains it, writes the group and syncs once.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use futures::future::{BoxFuture, join_all};
use journal_sqlite::{Options, SqliteJournal};
use ports::{Append, Journal, SystemClock, Version};
use redb::{Database, TableDefinition};
use rusqlite::{Connection, params};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::load::{Load, WRITERS, WriterLoad};

/// Something that appends.
pub(crate) trait Contender {
    fn name(&self) -> &'static str;
    /// A handle for one writer's task.
    fn appender(&self) -> Appender;

    /// Lets every writer append in a closed loop until the deadline and counts what was acknowledged.
    fn run(&mut self, runtime: &Runtime, load: &mut Load, deadline: Instant) -> u64 {
        let writers =
            load.writers.drain(..).map(|writer| runtime.spawn(write(self.appender(), writer, deadline)));
        let writers: Vec<_> = writers.collect();
        let mut appended = 0;
        for done in runtime.block_on(join_all(writers)) {
            let (writer, count) = done.unwrap();
            load.writers.push(writer);
            appended += count;
        }
        appended
    }
}

pub(crate) type Appender = Box<dyn Fn(Append) -> BoxFuture<'static, Option<Version>> + Send + Sync>;

async fn write(append: Appender, mut writer: WriterLoad, deadline: Instant) -> (WriterLoad, u64) {
    let mut count = 0;
    while Instant::now() < deadline {
        let (account, input) = writer.next();
        let version = append(input).await;
        writer.appended(account, version);
        count += 1;
    }
    (writer, count)
}

pub(crate) struct Ours {
    journal: SqliteJournal,
}

impl Ours {
    pub(crate) fn open(dir: &Path) -> Self {
        Self { journal: SqliteJournal::open_owner(dir, Options::default(), Arc::new(SystemClock)).unwrap() }
    }
}

impl Contender for Ours {
    fn name(&self) -> &'static str {
        "journal-sqlite, synchronous=FULL"
    }

    fn appender(&self) -> Appender {
        let journal = self.journal.clone();
        Box::new(move |input| {
            let journal = journal.clone();
            Box::pin(async move { journal.append(input).await.unwrap().version })
        })
    }
}

/// Writes a group durably.
pub(crate) trait Backend: Send + 'static {
    fn commit(&mut self, first_position: u64, group: &[Append]);
}

type Queued = (Append, oneshot::Sender<()>);

pub(crate) struct GroupCommit {
    name: &'static str,
    queue: SyncSender<Queued>,
}

impl GroupCommit {
    pub(crate) fn start(name: &'static str, mut backend: impl Backend) -> Self {
        let (queue, waiting) = sync_channel::<Queued>(WRITERS * 2);
        std::thread::spawn(move || drain(&mut backend, &waiting));
        Self { name, queue }
    }
}

fn drain(backend: &mut impl Backend, waiting: &Receiver<Queued>) {
    let mut position = 1;
    while let Ok(first) = waiting.recv() {
        let (group, replies): (Vec<_>, Vec<_>) = std::iter::once(first).chain(waiting.try_iter()).unzip();
        backend.commit(position, &group);
        position += group.len() as u64;
        replies.into_iter().for_each(|reply| reply.send(()).unwrap());
    }
}

impl Contender for GroupCommit {
    fn name(&self) -> &'static str {
        self.name
    }

    fn appender(&self) -> Appender {
        let queue = self.queue.clone();
        Box::new(move |input| {
            let version = Version { revision: next_revision(&input), token: 0 };
            let (reply, done) = oneshot::channel();
            queue.try_send((input, reply)).unwrap();
            Box::pin(async move {
                done.await.unwrap();
                Some(version)
            })
        })
    }
}

/// The revision an append's event gets; these contenders trust the caller and check nothing.
fn next_revision(input: &Append) -> u64 {
    match input.expect {
        ports::Expect::NoStream => 0,
        ports::Expect::At(version) => version.revision + 1,
    }
}

/// The physical limit: one buffer, one write, one fdatasync; no index, no key, no check.
pub(crate) struct RawFile {
    file: File,
    buffer: Vec<u8>,
}

impl RawFile {
    pub(crate) fn open(path: &Path) -> Self {
        Self { file: File::create(path).unwrap(), buffer: Vec::new() }
    }
}

impl Backend for RawFile {
    fn commit(&mut self, first_position: u64, group: &[Append]) {
        self.buffer.clear();
        for (input, position) in group.iter().zip(first_position..) {
            let event = &input.events[0];
            self.buffer.extend_from_slice(&position.to_le_bytes());
            self.buffer.extend_from_slice(input.key.as_bytes());
            self.buffer.extend_from_slice(&input.digest);
            self.buffer.extend_from_slice(event.id.as_bytes());
            self.buffer.extend_from_slice(input.stream.as_bytes());
            self.buffer.extend_from_slice(&event.fact);
            self.buffer.extend_from_slice(&event.text);
        }
        self.file.write_all(&self.buffer).unwrap();
        self.file.sync_data().unwrap();
    }
}

/// The usual event table; no idempotency key and no lookup by id, which favours it.
pub(crate) struct TextIndex {
    connection: Connection,
}

impl TextIndex {
    pub(crate) fn open(dir: &Path) -> Self {
        let connection = Connection::open(dir.join("text-index.sqlite")).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.pragma_update(None, "cache_size", -8 * 1024).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE events(position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL,
                   id BLOB NOT NULL, fact BLOB NOT NULL, text BLOB NOT NULL, UNIQUE(stream, revision))",
            )
            .unwrap();
        Self { connection }
    }
}

impl Backend for TextIndex {
    fn commit(&mut self, first_position: u64, group: &[Append]) {
        let transaction = self.connection.transaction().unwrap();
        {
            let mut insert =
                transaction.prepare_cached("INSERT INTO events VALUES(?, ?, ?, ?, ?, ?)").unwrap();
            for (input, position) in group.iter().zip(first_position..) {
                let event = &input.events[0];
                let revision = next_revision(input);
                let id = event.id.as_bytes();
                insert
                    .execute(params![position, &*input.stream, revision, id, &*event.fact, &*event.text])
                    .unwrap();
            }
        }
        transaction.commit().unwrap();
    }
}

const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");
const INDEX: TableDefinition<'_, (&str, u64), u64> = TableDefinition::new("index");

/// A log and an index by stream and revision; no idempotency key and no lookup by id, which favours it.
pub(crate) struct Redb {
    database: Database,
}

impl Redb {
    pub(crate) fn open(path: &Path) -> Self {
        Self { database: Database::create(path).unwrap() }
    }
}

impl Backend for Redb {
    fn commit(&mut self, first_position: u64, group: &[Append]) {
        let transaction = self.database.begin_write().unwrap();
        {
            let mut log = transaction.open_table(LOG).unwrap();
            let mut index = transaction.open_table(INDEX).unwrap();
            for (input, position) in group.iter().zip(first_position..) {
                log.insert(position, &*input.events[0].text).unwrap();
                index.insert((&*input.stream, next_revision(input)), position).unwrap();
            }
        }
        transaction.commit().unwrap();
    }
}

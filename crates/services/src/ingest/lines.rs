//! Files as chunks of records: lines are cut here and read later, off the writing path.

use std::fmt;
use std::io::BufRead;
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use wire::cloudevents;
use wire::input::{Defaults, Input, Record};
use wire::problem::Problem;

use super::in_turn::InTurn;
use super::{CHUNK_RECORDS, Chunk};

/// The longest line that is read whole, in bytes: 1 MiB, far above the 48 KiB an event may have. Of a longer
/// one the first part is kept for the quarantine.
pub const LINE_BYTES_MAX: u64 = 1024 * 1024;
/// Room taken for a chunk's lines, in bytes, at 640 each; longer ones take more.
const CHUNK_BYTES: usize = CHUNK_RECORDS * 640;

/// One record of a file, read.
pub struct Told {
    /// Where it stands.
    pub place: Place,
    /// The bytes as they stand there.
    pub received: Bytes,
    /// What it says, or why it cannot be read.
    pub reading: Result<Vec<Input>, Problem>,
}

/// Where a record stands in its file.
pub enum Place {
    /// The number of its line, from 1.
    Line(u64),
    /// Such as `row 204`.
    Named(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl From<Record> for Told {
    fn from(Record { place, received, reading }: Record) -> Self {
        Self { place: Place::Named(place), received: received.into(), reading }
    }
}

/// A line of a file.
struct Line {
    /// From 1.
    number: u64,
    /// Where it is in its chunk, in bytes.
    bytes: Range<usize>,
    /// How long it was, when it was too long to be kept whole.
    cut_from: Option<u64>,
}

/// CloudEvents, one a line; empty lines are passed over.
pub fn cloudevents(
    mut input: impl BufRead + Send + 'static,
    defaults: Defaults,
) -> impl Iterator<Item = std::io::Result<Chunk>> + Send + 'static {
    let mut number = 0;
    let mut buffers: InTurn<BytesMut> = InTurn::default();
    std::iter::from_fn(move || {
        let mut bytes = buffers.take();
        // Takes back what this buffer gave away, if nobody holds it any more.
        bytes.reserve(CHUNK_BYTES);
        let mut lines: Vec<Line> = Vec::with_capacity(CHUNK_RECORDS);
        while lines.len() < CHUNK_RECORDS {
            match next_line(&mut input, &mut number, &mut bytes) {
                Ok(Some(line)) => lines.push(line),
                Ok(None) => break,
                Err(error) => return Some(Err(error)),
            }
        }
        let read = bytes.split().freeze();
        buffers.put_back(bytes);
        if lines.is_empty() {
            return None;
        }
        let defaults = defaults.clone();
        let read: Chunk = Box::new(move |take| {
            lines.into_iter().for_each(|line| take(told(&line, read.slice(line.bytes.clone()), &defaults)));
        });
        Some(Ok(read))
    })
}

/// Records that were read already, a chunk at a time.
pub fn ready(
    mut records: impl Iterator<Item = Record> + Send + 'static,
) -> impl Iterator<Item = std::io::Result<Chunk>> + Send + 'static {
    std::iter::from_fn(move || {
        let chunk: Vec<Record> = records.by_ref().take(CHUNK_RECORDS).collect();
        if chunk.is_empty() {
            return None;
        }
        let read: Chunk = Box::new(move |take| chunk.into_iter().map(Told::from).for_each(take));
        Some(Ok(read))
    })
}

fn told(line: &Line, received: Bytes, defaults: &Defaults) -> Told {
    let reading = match line.cut_from {
        Some(length) => Err(Problem::at_byte(
            LINE_BYTES_MAX,
            format!("a line of at most {LINE_BYTES_MAX} bytes, found {length}"),
        )),
        None => cloudevents::read(&received, defaults),
    };
    Told { place: Place::Line(line.number), received, reading }
}

/// Reads the next line behind what `bytes` holds already.
fn next_line(
    input: &mut impl BufRead,
    number: &mut u64,
    bytes: &mut BytesMut,
) -> std::io::Result<Option<Line>> {
    let start = bytes.len();
    loop {
        let length = read_line(input, bytes)?;
        if length == 0 {
            return Ok(None);
        }
        *number += 1;
        let cut_from = (length > LINE_BYTES_MAX).then_some(length);
        let ends = bytes[start..].iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        bytes.truncate(bytes.len() - ends);
        if !bytes[start..].iter().all(u8::is_ascii_whitespace) {
            return Ok(Some(Line { number: *number, bytes: start..bytes.len(), cut_from }));
        }
        bytes.truncate(start);
    }
}

/// Appends a line, with its end, as far as it is kept; returns how long it was, in bytes.
fn read_line(input: &mut impl BufRead, bytes: &mut BytesMut) -> std::io::Result<u64> {
    let mut length = 0;
    loop {
        let buffer = input.fill_buf()?;
        let end = memchr::memchr(b'\n', buffer);
        let used = end.map_or(buffer.len(), |at| at + 1);
        let room = usize::try_from(LINE_BYTES_MAX.saturating_sub(length)).unwrap_or(usize::MAX);
        bytes.extend_from_slice(&buffer[..used.min(room)]);
        length += u64::try_from(used).unwrap_or(u64::MAX);
        input.consume(used);
        if end.is_some() || used == 0 {
            return Ok(length);
        }
    }
}

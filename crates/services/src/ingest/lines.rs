//! Files as chunks of records: lines are cut here and read later, off the writing path.

use std::io::{BufRead, Read as _};

use wire::cloudevents;
use wire::input::{Defaults, Record};
use wire::problem::Problem;

use super::{CHUNK_RECORDS, Chunk};

/// The longest line that is read whole, in bytes: 1 MiB, far above the 48 KiB an event may have. Of a longer
/// one the first part is kept for the quarantine.
pub const LINE_BYTES_MAX: u64 = 1024 * 1024;

/// Room for most lines, in bytes, so that they are not moved while they are read.
const LINE_BYTES: usize = 1_024;

/// A line of a file.
struct Line {
    /// From 1.
    number: u64,
    bytes: Vec<u8>,
    /// How long it was, when it was too long to be kept whole.
    cut_from: Option<u64>,
}

/// CloudEvents, one a line; empty lines are passed over.
pub fn cloudevents(
    mut input: impl BufRead + Send + 'static,
    defaults: Defaults,
) -> impl Iterator<Item = std::io::Result<Chunk>> + Send + 'static {
    let mut number = 0;
    std::iter::from_fn(move || {
        let mut lines: Vec<Line> = Vec::new();
        while lines.len() < CHUNK_RECORDS {
            match next_line(&mut input, &mut number) {
                Ok(Some(line)) => lines.push(line),
                Ok(None) => break,
                Err(error) => return Some(Err(error)),
            }
        }
        if lines.is_empty() {
            return None;
        }
        let defaults = defaults.clone();
        let read: Chunk = Box::new(move || lines.into_iter().map(|line| record(line, &defaults)).collect());
        Some(Ok(read))
    })
}

/// Records that were read already, a chunk at a time.
pub fn ready(
    mut records: impl Iterator<Item = Record> + Send + 'static,
) -> impl Iterator<Item = std::io::Result<Chunk>> + Send + 'static {
    std::iter::from_fn(move || {
        let chunk: Vec<Record> = records.by_ref().take(CHUNK_RECORDS).collect();
        if chunk.is_empty() { None } else { Some(Ok(Box::new(move || chunk) as Chunk)) }
    })
}

fn record(line: Line, defaults: &Defaults) -> Record {
    let place = format!("line {}", line.number);
    let reading = match line.cut_from {
        Some(length) => Err(Problem::at_byte(
            LINE_BYTES_MAX,
            format!("a line of at most {LINE_BYTES_MAX} bytes, found {length}"),
        )),
        None => cloudevents::read(&line.bytes, defaults),
    };
    Record { place, received: line.bytes, reading }
}

fn next_line(input: &mut impl BufRead, number: &mut u64) -> std::io::Result<Option<Line>> {
    loop {
        let mut bytes = Vec::with_capacity(LINE_BYTES);
        let mut length =
            u64::try_from(input.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?).unwrap_or(u64::MAX);
        if length == 0 {
            return Ok(None);
        }
        *number += 1;
        let cut = length == LINE_BYTES_MAX && bytes.last() != Some(&b'\n');
        if cut {
            length += skip_line(input)?;
        }
        while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            bytes.pop();
        }
        if !bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Some(Line { number: *number, bytes, cut_from: cut.then_some(length) }));
        }
    }
}

/// Passes over the rest of a line and says how long that was, in bytes.
fn skip_line(input: &mut impl BufRead) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(skipped);
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |at| at + 1);
        input.consume(used);
        skipped += u64::try_from(used).unwrap_or(u64::MAX);
        if end.is_some() {
            return Ok(skipped);
        }
    }
}

//! JSON files as they come: one value per line, one list, one object, or one object that wraps a list.

use std::io::{BufRead, Read};

use domain::id::REFERENCE_BYTES_MAX;

use crate::foreign::Records;
use crate::foreign::facts::Run;
use crate::foreign::tree::{self, At, Json, parse};
use crate::input::{Defaults, Input, Record};
use crate::problem::Problem;

/// Longest line of JSON lines, in bytes; an EventBridge event holds at most 256 KiB.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// Largest file that is one JSON value, in bytes: it is held in memory, JSON lines are not.
const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a format of JSON documents is.
pub(super) struct Shape {
    /// Fields that wrap several records in one document; each record keeps its wrapper.
    pub lists: &'static [&'static str],
    /// Whether a document is of this format at all.
    pub recognise: fn(&At<'_>) -> Result<(), Problem>,
    /// What one record comes down to.
    pub inputs: fn(&mut Run, &At<'_>) -> Result<Vec<Input>, Problem>,
}

/// The records of `input`.
///
/// # Errors
/// The problem, when nothing in it can be read as `shape`.
pub(super) fn records<'a>(
    mut input: Box<dyn BufRead + Send + 'a>,
    shape: &'static Shape,
    defaults: &Defaults,
) -> Result<Records<'a>, Problem> {
    let run = Run::new(defaults);
    let first = match first_line(&mut input)? {
        FirstLine::None => return Err(Problem::at_byte(0, "expected JSON, found an empty file")),
        FirstLine::Line(line) => line,
    };
    let is_record = |line: &[u8]| matches!(parse(line), Ok(Json::Object(_)));
    if first.complete
        && let Ok(only @ Json::Object(_)) = parse(&first.bytes)
    {
        let mut rest = Lines { input, number: first.number, offset: 0 };
        let Some(second) = rest.next() else { return of_document(only, shape, run) };
        return Ok(Box::new(one_by_one([first, second].into_iter().chain(rest), shape, run)));
    }
    let before = first.number - 1;
    let mut whole = first.bytes;
    let limit = u64::try_from(DOCUMENT_BYTES_MAX + 1).unwrap_or(u64::MAX);
    input.take(limit).read_to_end(&mut whole).map_err(|error| unreadable(whole_len(&whole), &error))?;
    if whole.len() > DOCUMENT_BYTES_MAX {
        let expected =
            format!("expected at most {DOCUMENT_BYTES_MAX} bytes in one JSON value; more goes as JSON lines");
        return Err(Problem::at_byte(whole_len(&whole), expected));
    }
    match parse(&whole) {
        Ok(document) => of_document(document, shape, run),
        // A broken first line does not make the others unreadable.
        Err(_) if whole.split(|b| *b == b'\n').any(is_record) => {
            let lines = Lines { input: Box::new(std::io::Cursor::new(whole)), number: before, offset: 0 };
            Ok(Box::new(one_by_one(lines, shape, run)))
        }
        Err(problem) => Err(problem),
    }
}

fn whole_len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn unreadable(offset: u64, error: &std::io::Error) -> Problem {
    Problem::at_byte(offset, format!("expected a readable input: {error}"))
}

/// The records of a file that is one value.
fn of_document(document: Json, shape: &'static Shape, mut run: Run) -> Result<Records<'static>, Problem> {
    let Json::List(items) = document else {
        (shape.recognise)(&At::root(&document))?;
        let singles = singles(document, shape.lists);
        return Ok(Box::new(singles.into_iter().map(move |(place, json)| {
            let place = if place.is_empty() { "the document".to_owned() } else { place };
            record(place, written(&json), &json, shape, &mut run)
        })));
    };
    let recognised = items.iter().map(|item| (shape.recognise)(&At::root(item)));
    let unknown: Vec<Problem> = recognised.filter_map(Result::err).collect();
    if let Some(problem) = unknown.first().filter(|_| unknown.len() == items.len()) {
        return Err(problem.clone());
    }
    let singles = items.into_iter().enumerate().flat_map(|(index, item)| {
        singles(item, shape.lists).into_iter().map(move |(place, json)| (format!("/{index}{place}"), json))
    });
    Ok(Box::new(singles.map(move |(place, json)| record(place, written(&json), &json, shape, &mut run))))
}

/// The records of a file that has one value per line.
fn one_by_one<'a>(
    lines: impl Iterator<Item = Line> + 'a,
    shape: &'static Shape,
    mut run: Run,
) -> impl Iterator<Item = Record> + 'a {
    lines.flat_map(move |line| {
        let place = format!("line {}", line.number);
        let json = match line.problem.map_or_else(|| parse(&line.bytes), Err) {
            Ok(json) => json,
            Err(problem) => return vec![Record { place, received: line.bytes, reading: Err(problem) }],
        };
        let one = |(inside, json): (String, Json)| {
            let received = if inside.is_empty() { line.bytes.clone() } else { written(&json) };
            let place = if inside.is_empty() { place.clone() } else { format!("{place} {inside}") };
            record(place, received, &json, shape, &mut run)
        };
        singles(json, shape.lists).into_iter().map(one).collect()
    })
}

fn record(place: String, received: Vec<u8>, json: &Json, shape: &Shape, run: &mut Run) -> Record {
    let root = At::root(json);
    let reading = (shape.recognise)(&root).and_then(|()| (shape.inputs)(run, &root));
    Record { place, received, reading }
}

/// A document that wraps a list, once per item with that item alone; any other document as it is.
fn singles(json: Json, lists: &[&str]) -> Vec<(String, Json)> {
    let Json::Object(fields) = &json else { return vec![(String::new(), json)] };
    let wraps =
        |(name, value): &&(String, Json)| lists.contains(&name.as_str()) && matches!(value, Json::List(_));
    let Some((list, Json::List(items))) = fields.iter().find(wraps) else {
        return vec![(String::new(), json)];
    };
    // Short fields only, or a large wrapper would be copied once per item.
    let is_short = |value: &Json| match value {
        Json::Null | Json::Bool(_) => true,
        Json::Number(text) | Json::Text(text) => text.len() <= REFERENCE_BYTES_MAX,
        Json::List(_) | Json::Object(_) => false,
    };
    let wrapper: Vec<(String, Json)> = fields.iter().filter(|(_, value)| is_short(value)).cloned().collect();
    let single = |(index, item): (usize, &Json)| {
        let mut own = wrapper.clone();
        own.push((list.clone(), Json::List(vec![item.clone()])));
        (format!("/{list}/{index}"), Json::Object(own))
    };
    items.iter().enumerate().map(single).collect()
}

fn written(json: &Json) -> Vec<u8> {
    tree::written(json).into_bytes()
}

/// One line, without its end.
struct Line {
    number: u64,
    bytes: Vec<u8>,
    /// Whether the line was read to its end.
    complete: bool,
    problem: Option<Problem>,
}

enum FirstLine {
    None,
    Line(Line),
}

/// The first line that is not blank, up to the limit.
fn first_line(input: &mut dyn BufRead) -> Result<FirstLine, Problem> {
    let mut number = 0;
    loop {
        number += 1;
        let mut bytes = Vec::new();
        let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        let read = input.take(limit).read_until(b'\n', &mut bytes).map_err(|error| unreadable(0, &error))?;
        if read == 0 {
            return Ok(FirstLine::None);
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let complete = read < LINE_BYTES_MAX || bytes.ends_with(b"\n");
        if !bytes.trim_ascii().is_empty() {
            return Ok(FirstLine::Line(Line { number, bytes, complete, problem: None }));
        }
    }
}

/// The lines that follow, blank ones left out; one that is too long is skipped and said.
struct Lines<'a> {
    input: Box<dyn BufRead + Send + 'a>,
    number: u64,
    offset: u64,
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        loop {
            self.number += 1;
            let mut bytes = Vec::new();
            let limit = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
            let read = (&mut self.input).take(limit).read_until(b'\n', &mut bytes);
            let number = self.number;
            let problem = match read {
                Ok(0) => return None,
                Ok(read) => {
                    self.offset += u64::try_from(read).unwrap_or(0);
                    let cut = read == LINE_BYTES_MAX && !bytes.ends_with(b"\n") && self.skip_rest();
                    cut.then(|| {
                        Problem::at_byte(limit, format!("expected a line of at most {LINE_BYTES_MAX} bytes"))
                    })
                }
                Err(error) => {
                    let problem = unreadable(self.offset, &error);
                    self.input = Box::new(std::io::empty());
                    Some(problem)
                }
            };
            if problem.is_some() || !bytes.trim_ascii().is_empty() {
                let bytes = bytes.trim_ascii().to_vec();
                return Some(Line { number, bytes, complete: true, problem });
            }
        }
    }
}

impl Lines<'_> {
    /// Reads past the end of the line; whether there was more of it.
    fn skip_rest(&mut self) -> bool {
        let mut more = false;
        loop {
            let Ok(buffer) = self.input.fill_buf() else { return more };
            if buffer.is_empty() {
                return more;
            }
            let end = buffer.iter().position(|b| *b == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            more |= end != Some(0);
            self.input.consume(used);
            if end.is_some() {
                return more;
            }
        }
    }
}

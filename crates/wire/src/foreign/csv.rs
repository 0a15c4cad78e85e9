//! Tables: any CSV file, with a mapping that says what its columns are. One row is held at a time.
//!
//! A row becomes, in this order, a `partner.enrolled` (once per partner and file), an `account.opened` (once
//! per account and file), a `deal.submitted`, and, where its stage says so, a `deal.won` or `deal.lost`.
//!
//! | role of a column | ours | remark |
//! |---|---|---|
//! | `id` | deal `<system>:<id>`, producer id | the outcome's producer id is `<id>#outcome`, so it may come later |
//! | `partner` | partner, by its readable name; key `<system>:<value>` | producer id `partner:<value>` |
//! | `account` | account key `<system>:<value>`, its name | the source's own account key; producer id `account:<system>:<value>` |
//! | `submitted` | valid time of the submission | midnight in the mapping's zone |
//! | `product`, `territory`, `segment` | scope | everything without them |
//! | `need` | need | the product's name without it |
//! | `stage` | outcome: open, won or lost | every stage must be in the mapping |
//! | `closed` | valid time of the outcome | required where the stage is won or lost |
//! | `value` | value of the outcome | in the mapping's currency |
//!
//! All other columns are dropped. A row that lacks its id, partner, account or date of submission, or what
//! the mapping requires besides, is no submission: it is turned away with its place.
//!
//! Rows are numbered as a spreadsheet shows them: the header is row 1, the first record `row 2`. The digest
//! is that of the row's own texts: a stage that changes from open to won changes the outcome's input alone.

pub mod mapping;
mod row;
mod tape;

use std::io::BufRead;

use ::csv::{ByteRecord, ReaderBuilder};
use domain::event::account::{AccountKey, KeyStrength};

use crate::foreign::customer::Customer;
use crate::foreign::facts::{Partner, Run, reference};
use crate::ids;
use crate::input::{Defaults, Input, Record};
use crate::problem::Problem;

pub use mapping::{Mapping, MappingError};
use row::{Columns, Told};
use tape::Tape;

/// Longest row, in bytes. A quote that is never closed ends the reading here instead of filling the memory.
const ROW_BYTES_MAX: usize = 1024 * 1024;

/// The records of the table in `input`.
///
/// # Errors
/// The problem, when there is no header or it lacks a column that the mapping names.
pub(super) fn records<'a>(
    input: Box<dyn BufRead + Send + 'a>,
    mapping: Mapping,
    defaults: &Defaults,
) -> Result<Table<'a>, Problem> {
    let mut run = Run::new(defaults);
    run.vendor = mapping.vendor.clone().unwrap_or(run.vendor);
    run.source = mapping.source.clone();
    let mut reader = ReaderBuilder::new()
        .delimiter(mapping.delimiter)
        .flexible(true)
        .has_headers(true)
        .from_reader(Tape::new(input, ROW_BYTES_MAX));
    let header = reader.byte_headers().cloned().map_err(|error| Problem::at_byte(0, told(&error)))?;
    let columns = Columns::find(&header, &mapping)?;
    let end = reader.position().byte();
    let mut table = Table { reader, columns, mapping, run, row: 0, after_return: false, over: Over::No };
    table.cut(end);
    Ok(table)
}

/// The rows of a table, one by one.
pub(super) struct Table<'a> {
    reader: ::csv::Reader<Tape<'a>>,
    columns: Columns,
    mapping: Mapping,
    run: Run,
    /// The row read last, the header being 1.
    row: u64,
    after_return: bool,
    over: Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    No,
    Yes,
}

impl Iterator for Table<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.over == Over::Yes {
            return None;
        }
        let mut record = ByteRecord::new();
        let read = self.reader.read_byte_record(&mut record);
        let end = self.reader.position().byte();
        match read {
            Ok(false) => None,
            Ok(true) => {
                let received = self.cut(end);
                let reading = self.columns.read(&record, &self.mapping).map(|told| self.inputs(&told));
                Some(Record { place: format!("row {}", self.row), received, reading })
            }
            Err(error) => {
                self.over = Over::Yes;
                let received = self.reader.get_ref().rest().to_vec();
                self.row += 1;
                let reading = Err(Problem::at_byte(0, told(&error)));
                Some(Record { place: format!("row {}", self.row), received, reading })
            }
        }
    }
}

impl Table<'_> {
    /// The bytes of the row that ends at `end`, counting the blank lines before it, which the reader skips.
    fn cut(&mut self, end: u64) -> Vec<u8> {
        let bytes = self.reader.get_mut().cut(end);
        // The reader leaves the \n of a \r\n to the next row.
        let left = usize::from(self.after_return && bytes.starts_with(b"\n"));
        let bytes = &bytes[left..];
        self.after_return = bytes.ends_with(b"\r");
        let (blank, lines) = blank_lines(bytes);
        self.row += 1 + lines;
        bytes[blank..].trim_ascii_end().to_vec()
    }

    fn inputs(&mut self, told: &Told) -> Vec<Input> {
        let source = self.mapping.source.clone();
        let since = self.mapping.known_since.unwrap_or(told.submitted_at);
        let system = &self.mapping.system;
        let partner = Partner {
            id: ids::slug(&told.partner),
            key: reference(&format!("{system}:{}", told.partner)),
            strength: KeyStrength::Declared,
            name: told.partner.clone(),
        };
        let key = reference(&format!("{system}:{}", told.account));
        let customer = Customer {
            legal_name: told.account.clone(),
            ..Customer::known_by(vec![AccountKey { key, strength: KeyStrength::Declared }])
        };
        let mut inputs = Vec::with_capacity(4);
        inputs.extend(self.run.enrolled(&source, &partner, since));
        inputs.extend(self.run.opened(&source, &customer, since));
        inputs.extend(row::deal_inputs(&self.run, &self.mapping, told, &partner, &customer));
        inputs
    }
}

/// How many bytes of blank lines `bytes` starts with, and how many lines they are.
fn blank_lines(bytes: &[u8]) -> (usize, u64) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let blank = bytes.iter().take_while(|b| **b == b'\n' || **b == b'\r').count();
    let ends = |end: u8| bytes[..blank].iter().filter(|b| **b == end).count();
    (blank, u64::try_from(ends(b'\n').max(ends(b'\r'))).unwrap_or(0))
}

/// What the reader says; an error of the input says itself what was expected.
fn told(error: &::csv::Error) -> String {
    if let ::csv::ErrorKind::Io(error) = error.kind() {
        return error.to_string();
    }
    format!("expected a readable table: {error}")
}

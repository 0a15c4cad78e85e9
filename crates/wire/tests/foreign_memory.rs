//! A table is read row by row, so its length does not matter: a process of its own, to measure its memory.

use std::io::{BufReader, Read};

use wire::foreign::csv::Mapping;
use wire::foreign::{self, Format};
use wire::input::Defaults;

/// Size of the table, in bytes, unless `CHAPERONE_TABLE_BYTES` says another.
const TABLE_BYTES: u64 = 8 * 1024 * 1024;
/// What reading it may hold at most, in KiB: the table is read into nothing, so this is code and buffers.
const PEAK_KIB_MAX: u64 = 64 * 1024;

/// Rows that are made as they are read, every one with a partner and an account of its own.
struct Rows {
    made: u64,
    bytes: u64,
    pending: Vec<u8>,
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.pending.is_empty() && self.bytes > 0 {
            let n = self.made;
            self.pending =
                format!("R{n:09},Partner {n},GTXPro,Account {n},Won,10/20/2016,3/1/2017,{n}\n").into_bytes();
            self.made += 1;
            self.bytes = self.bytes.saturating_sub(self.pending.len() as u64);
        }
        let length = buffer.len().min(self.pending.len());
        buffer[..length].copy_from_slice(&self.pending[..length]);
        self.pending.drain(..length);
        Ok(length)
    }
}

/// The most memory this process has held, in KiB, or `None` where the system does not say.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_long_table_takes_no_more_memory_than_a_short_one() {
    let mapping = Mapping::parse(include_str!("../../../deploy/mappings/crm.toml")).unwrap();
    let defaults = Defaults {
        vendor: "acme".parse().unwrap(),
        source: "files".parse().unwrap(),
        now: "2030-01-01T00:00:00Z".parse().unwrap(),
    };
    let header = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n";
    let bytes = std::env::var_os("CHAPERONE_TABLE_BYTES").and_then(|bytes| bytes.to_str()?.parse().ok());
    let rows = Rows { made: 0, bytes: bytes.unwrap_or(TABLE_BYTES), pending: header.as_bytes().to_vec() };
    let input = Box::new(BufReader::new(rows));
    let records = foreign::read(Format::Csv, input, Some(&mapping), &defaults).unwrap();
    let mut inputs = 0;
    for record in records {
        inputs += record.reading.unwrap().len();
    }
    assert!(inputs > 1_000);
    let Some(peak) = peak_kib() else { return };
    println!("{inputs} inputs, peak {peak} KiB");
    assert!(peak < PEAK_KIB_MAX, "{peak} KiB");
}

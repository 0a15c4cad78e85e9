//! Broken variants of a table with a header: each spoils the file, or at least one of its rows.

use super::{HUGE_TEXT_BYTES, Random, Variant, assembled, with_byte};

const BAD_DATES: &[&str] = &["yesterday", "2/30/2017", "13/13/2017", "0/0/0", "1/1/99999", "42"];
const BAD_NUMBERS: &[&str] =
    &["-1", "1e9", "NaN", "Infinity", "0x10", "1.2.3", "twelve", "99999999999999999999999999"];

/// Two hundred different broken tables that follow from the seed.
///
/// # Panics
/// If `valid` has no header and row, or contains quotes.
pub fn variants(seed: u64, valid: &str) -> Vec<Variant> {
    let table = Table::read(valid);
    let mut random = Random::from_seed(seed);
    let always = [not_a_table(valid), spoiled_headers(&table), spoiled_shapes(&table)].concat();
    assembled(&mut random, always, spoiled_fields(&table), |random| broken_somewhere(random, &table, valid))
}

#[derive(Clone)]
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(text: &str) -> Self {
        assert!(!text.contains('"'), "the table to break needs no quotes");
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let header = lines.next().expect("the table to break has a header");
        let rows: Vec<_> = lines.collect();
        assert!(!rows.is_empty(), "the table to break has a row");
        Self { header, rows }
    }

    fn bytes(&self) -> Vec<u8> {
        let lines = std::iter::once(&self.header).chain(&self.rows).map(|fields| fields.join(","));
        (lines.collect::<Vec<_>>().join("\n") + "\n").into_bytes()
    }

    fn with_field(&self, row: usize, column: usize, text: &str) -> Vec<u8> {
        let mut table = self.clone();
        text.clone_into(&mut table.rows[row][column]);
        table.bytes()
    }
}

fn not_a_table(valid: &str) -> Vec<Variant> {
    let utf_16: Vec<u8> = valid.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let body = valid.split_once('\n').map_or("", |(_, body)| body);
    vec![
        ("an empty file".to_owned(), Vec::new()),
        ("line breaks only".to_owned(), b"\n\n\n".to_vec()),
        ("a byte order mark only".to_owned(), vec![0xEF, 0xBB, 0xBF]),
        ("UTF-16".to_owned(), utf_16),
        ("64 KiB of zero bytes".to_owned(), vec![0; 64 * 1024]),
        ("JSON".to_owned(), br#"{"opportunities": []}"#.to_vec()),
        ("a page of HTML".to_owned(), b"<!DOCTYPE html>\n<title>Sign in</title>\n".to_vec()),
        ("the head of a zip archive".to_owned(), b"PK\x03\x04\x14\x00\x08\x08\x08\x00".to_vec()),
        ("no header".to_owned(), body.as_bytes().to_vec()),
        ("semicolons".to_owned(), valid.replace(',', ";").into_bytes()),
        ("tabs".to_owned(), valid.replace(',', "\t").into_bytes()),
    ]
}

fn spoiled_headers(table: &Table) -> Vec<Variant> {
    let mut variants = Vec::new();
    for (column, name) in table.header.iter().enumerate() {
        let mut renamed = table.clone();
        renamed.header[column] = format!("{name}_of_another_export");
        variants.push((format!("column {name} renamed"), renamed.bytes()));
        let mut repeated = table.clone();
        repeated.header[column].clone_from(&table.header[(column + 1) % table.header.len()]);
        variants.push((format!("column {name} named like its neighbour"), repeated.bytes()));
    }
    variants
}

fn spoiled_shapes(table: &Table) -> Vec<Variant> {
    let mut variants = Vec::new();
    for row in 0..table.rows.len().min(8) {
        let mut short = table.clone();
        short.rows[row].pop();
        variants.push((format!("row {row} lacks a field"), short.bytes()));
        let mut opened = table.clone();
        opened.rows[row][0].insert(0, '"');
        variants.push((format!("row {row} opens a quote that nothing closes"), opened.bytes()));
    }
    let huge = "x".repeat(HUGE_TEXT_BYTES);
    variants.push(("a field of 10 MB".to_owned(), table.with_field(0, 0, &huge)));
    variants.push((
        "a row of 100,000 fields".to_owned(),
        [table.bytes(), b"a,".repeat(100_000), b"\n".to_vec()].concat(),
    ));
    variants
}

fn spoiled_fields(table: &Table) -> Vec<Variant> {
    let mut variants = Vec::new();
    for (row, fields) in table.rows.iter().enumerate() {
        for (column, field) in fields.iter().enumerate() {
            let replacements = if is_date(field) {
                BAD_DATES
            } else if field.parse::<u64>().is_ok() {
                BAD_NUMBERS
            } else {
                &[]
            };
            variants.extend(replacements.iter().map(|text| {
                let name = format!("{} of row {row} is {text}", table.header[column]);
                (name, table.with_field(row, column, text))
            }));
        }
        variants.push((format!("row {row} has no id"), table.with_field(row, 0, "")));
    }
    variants
}

/// A byte that is no UTF-8, a zero byte, or too many fields, at a drawn place.
fn broken_somewhere(random: &mut Random, table: &Table, valid: &str) -> Variant {
    let places: Vec<usize> = valid.char_indices().map(|(place, _)| place).collect();
    let place = *random.pick(&places);
    match random.below(3) {
        0 => {
            let byte = *random.pick(&[0x80, 0xE9, 0xFC, 0xFF]);
            (format!("byte {byte:#x}, which is no UTF-8, at {place}"), with_byte(valid, place, byte))
        }
        1 => (format!("a zero byte at {place}"), with_byte(valid, place, 0)),
        _ => {
            let row = random.index(table.rows.len());
            let column = random.index(table.header.len());
            let more = 1 + random.index(20);
            let text = format!("{}{}", table.rows[row][column], ",".repeat(more));
            (format!("{more} fields too many in row {row}"), table.with_field(row, column, &text))
        }
    }
}

fn is_date(field: &str) -> bool {
    let parts: Vec<&str> = field.split(['/', '-']).collect();
    parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::variants;
    use crate::malformed::tests::distinct_and_repeatable;

    const VALID: &str = "\
opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
K1,Ada North,Storage,Brightwater,Won,10/20/2016,3/1/2017,1054
K2,Ben South,Backup,Brightwater,Lost,10/25/2016,3/11/2017,0
K3,Ada North,Storage,Harbour,Engaging,11/1/2016,,
";

    #[test]
    fn two_hundred_broken_tables_follow_from_a_seed() {
        distinct_and_repeatable(|seed| variants(seed, VALID), VALID);
    }

    #[test]
    fn every_kind_of_breakage_is_among_them() {
        let seed = 20_161_020;
        let variants = variants(seed, VALID);
        for words in
            ["renamed", "lacks a field", "quote", "10 MB", "is no UTF-8", "zero byte", "too many", "_date of"]
        {
            assert!(
                variants.iter().any(|(name, _)| name.contains(words)),
                "seed {seed}: nothing called {words}"
            );
        }
    }
}

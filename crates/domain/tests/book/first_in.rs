//! The first-in rule, stated a second time in the plainest way, must agree row by row.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::account::registration::Registration;
use domain::event::Event;
use domain::time::{DAY_MS, Instant};
use proptest::prelude::*;

use crate::story::*;

/// One deal as an export of a CRM tells it; days count from 1970.
#[derive(Debug, Clone)]
struct Row {
    deal: String,
    seller: String,
    account: String,
    product: String,
    engaged: i64,
    closed: Option<i64>,
    won: bool,
}

/// Approved or rejected, the rival, and the day the protection ends.
type Answer = (bool, Option<String>, Option<i64>);

fn midnight(day: i64) -> Instant {
    Instant::from_unix_ms(day * DAY_MS).unwrap()
}

/// The rule without any of the book's own code: quadratic, and easy to believe.
fn plainly(rows: &[Row]) -> BTreeMap<String, Answer> {
    let mut by_day: Vec<&Row> = rows.iter().collect();
    by_day.sort_by_key(|row| row.engaged);
    let mut approved: Vec<(&Row, i64)> = Vec::new();
    let mut answers = BTreeMap::new();
    for row in by_day {
        let same = |other: &Row| (&other.account, &other.product) == (&row.account, &row.product);
        let rival = approved
            .iter()
            .find(|(other, until)| same(other) && other.seller != row.seller && row.engaged < *until);
        let answer = match rival {
            Some((rival, _)) => (false, Some(rival.deal.clone()), None),
            None => {
                let until = row.closed.map_or(row.engaged + 90, |closed| closed.min(row.engaged + 90));
                approved.push((row, until));
                (true, None, Some(until))
            }
        };
        answers.insert(row.deal.clone(), answer);
    }
    answers
}

/// The rule as the book decides it, account by account.
fn by_the_book(rows: &[Row]) -> BTreeMap<String, Answer> {
    let mut accounts: BTreeMap<&str, Vec<(Instant, Event)>> = BTreeMap::new();
    for row in rows {
        let facts = accounts.entry(&row.account).or_default();
        facts.push((midnight(row.engaged), submitted(&row.deal, &row.seller, &row.product)));
        if let Some(closed) = row.closed.map(midnight) {
            let outcome = if row.won { won(&row.deal, closed) } else { lost(&row.deal, closed) };
            facts.push((closed, outcome));
        }
    }
    let mut answers = BTreeMap::new();
    for facts in accounts.into_values() {
        let mut story = given([]);
        story.facts = (1..).zip(facts).map(|(position, (at, event))| fact(position, at, event)).collect();
        for deal in story.settled().now().deals {
            let until = deal.protection.and_then(|window| window.until).map(|until| until.unix_ms() / DAY_MS);
            let rival = deal.rejection.and_then(|rejection| rejection.rival).map(|rival| rival.to_string());
            let approved = deal.registration == Registration::Approved;
            answers.insert(deal.deal.to_string(), (approved, rival, until));
        }
    }
    answers
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0..3_u8, 0..2_u8, 0..200_i64, proptest::option::of(0..120_i64), any::<bool>());
    proptest::collection::vec(row, 0..40).prop_map(|rows| {
        let row =
            |(number, (seller, product, engaged, open, won)): (usize, (u8, u8, i64, Option<i64>, bool))| {
                Row {
                    deal: format!("d{number}"),
                    seller: format!("s{seller}"),
                    account: "acme".to_owned(),
                    product: format!("p{product}"),
                    engaged,
                    closed: open.map(|open| engaged + open),
                    won,
                }
            };
        rows.into_iter().enumerate().map(row).collect()
    })
}

proptest! {
    #[test]
    fn the_book_decides_as_the_plain_rule_does(rows in rows()) {
        prop_assert_eq!(by_the_book(&rows), plainly(&rows));
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rows of the real export, each column as an identifier.
fn export(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    let civil = |text: &str| {
        let mut parts = text.split('/').map(|part| part.parse::<i16>().unwrap());
        let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
        let date = jiff::civil::date(year, i8::try_from(month).unwrap(), i8::try_from(day).unwrap());
        Some(i64::from(date.since(jiff::civil::date(1970, 1, 1)).unwrap().get_days()))
    };
    let name = |text: &str| text.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let row = |line: &str| {
        let columns: Vec<&str> = line.split(',').collect();
        let [deal, seller, product, account, stage, engaged, closed, _] = columns[..] else { return None };
        let judged = !account.is_empty() && !engaged.is_empty();
        judged.then(|| Row {
            deal: name(deal),
            seller: name(seller),
            account: name(account),
            product: name(product),
            engaged: civil(engaged).unwrap(),
            closed: (!closed.is_empty()).then(|| civil(closed).unwrap()),
            won: stage == "Won",
        })
    };
    text.lines().skip(1).filter_map(row).collect()
}

/// What the independent statement in Python answers: deal, decision, rival, end of protection.
fn in_python(path: &Path) -> Option<BTreeMap<String, Answer>> {
    let program = "import sys, datetime as d, crm_first_in as c\n\
        for k, v in c.first_in(c.submissions(c.read_rows(sys.argv[1])), 90).items():\n  \
        u = v['protected_until']\n  \
        u = (d.date.fromisoformat(u) - d.date(1970, 1, 1)).days if u else ''\n  \
        print(k.lower(), v['decision'], (v['rival'] or '').lower(), u, sep=',')";
    let folder = repository().join("tests/python");
    let output =
        Command::new("python3").arg("-c").arg(program).arg(path).env("PYTHONPATH", folder).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line = |line: &str| {
        let columns: Vec<&str> = line.split(',').collect();
        let rival = (!columns[2].is_empty()).then(|| columns[2].to_owned());
        (columns[0].to_owned(), (columns[1] == "approved", rival, columns[3].parse().ok()))
    };
    Some(String::from_utf8(output.stdout).unwrap().lines().map(line).collect())
}

#[test]
fn the_book_decides_a_real_export_as_the_independent_statement_does() {
    let folder = std::env::var_os("CHAPERONE_SHARED_DATA");
    let folder = folder.map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    let path = folder.join("crm/sales_pipeline.csv");
    let expected = path.exists().then(|| in_python(&path)).flatten();
    let Some(expected) = expected else {
        drop(writeln!(std::io::stderr().lock(), "skipped: no real export or no python3 here"));
        return;
    };
    let rows = export(&path);
    let decided = by_the_book(&rows);
    assert_eq!(decided.len(), expected.len());
    for (deal, answer) in &expected {
        assert_eq!(decided.get(deal), Some(answer), "{deal}");
    }
    assert_eq!(decided, plainly(&rows));
}

//! What others would do with the same events: three queries in SQL, run over the events as tables.

use rusqlite::{Connection, params};
use serde_json::Value;

use crate::score::{Alert, Concern, Said};

const TABLES: &str = include_str!("baseline/tables.sql");

/// The baselines: name, what it does, and its query, which yields accounts.
pub const BASELINES: [(&str, &str, &str); 3] = [
    ("B0", "holder changed from host to guest within 365 days", include_str!("baseline/b0.sql")),
    ("B1", "the guest gains although the host touched last", include_str!("baseline/b1.sql")),
    ("B3", "B0, less letters and releases", include_str!("baseline/b3.sql")),
];

/// What each baseline says about a world.
///
/// # Errors
/// An event is no JSON, or a query cannot be run.
pub fn baselines(events: &[String]) -> Result<Vec<Said>, BaselineError> {
    let mut tables = Connection::open_in_memory()?;
    tables.execute_batch(TABLES)?;
    let filling = tables.transaction()?;
    for event in events {
        fill(&filling, &serde_json::from_str(event)?)?;
    }
    filling.commit()?;
    BASELINES
        .iter()
        .map(|(method, _, query)| {
            let mut statement = tables.prepare(query)?;
            let accounts = statement.query_map([], |row| row.get(0).map(alert))?;
            Ok(Said { method, alerts: accounts.collect::<Result<_, _>>()? })
        })
        .collect()
}

/// A query names accounts and says nothing else.
fn alert(account: String) -> Alert {
    Alert { account, pattern: None, severity: 4, concern: Concern::Taking, stands: true, raised_s: None }
}

/// Why the baselines could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    #[error("an event is no JSON")]
    Json(#[from] serde_json::Error),
    #[error("a query of the baselines failed")]
    Sql(#[from] rusqlite::Error),
}

fn fill(tables: &rusqlite::Transaction<'_>, event: &Value) -> Result<(), BaselineError> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let Some((_, account)) = event["subject"].as_str().and_then(|subject| subject.split_once('.')) else {
        return Ok(());
    };
    let (at, data) = (text(&event["time"]), &event["data"]);
    let first = |names: &[&str]| names.iter().find_map(|name| text(&data[*name]));
    let kind = event["type"].as_str().unwrap_or_default();
    let kind = kind.trim_start_matches("chaperone.").trim_end_matches(".v1");
    match kind {
        "handoff.invited" => tables.execute(
            "INSERT OR IGNORE INTO handoffs (handoff, account, host, guest) VALUES (?, ?, ?, ?)",
            params![first(&["handoff"]), account, first(&["host"]), first(&["guest"])],
        )?,
        "handoff.accepted" => tables.execute(
            "INSERT INTO acceptances (handoff, at) VALUES (?, ?)",
            params![first(&["handoff"]), at],
        )?,
        "account.holder_recorded" | "change.executed" => tables.execute(
            "INSERT INTO holders (account, holder, at) VALUES (?, ?, ?)",
            params![account, first(&["holder"]), at],
        )?,
        "consent.letter_recorded" => tables.execute(
            "INSERT INTO letters (account, gaining, at) VALUES (?, ?, ?)",
            params![account, first(&["gaining"]), first(&["signed_at"])],
        )?,
        "handoff.released" => tables.execute(
            "INSERT INTO releases (account, at) VALUES (?, ?)",
            params![account, first(&["from"])],
        )?,
        "trade.meeting_held" | "trade.quote_issued" => tables.execute(
            "INSERT INTO touches (account, partner, at) VALUES (?, ?, ?)",
            params![account, first(&["partner"]), at],
        )?,
        "trade.order_booked" | "trade.renewal_booked" => tables.execute(
            "INSERT INTO orders (account, partner, at) VALUES (?, ?, ?)",
            params![account, first(&["partner"]), at],
        )?,
        _ => 0,
    };
    Ok(())
}

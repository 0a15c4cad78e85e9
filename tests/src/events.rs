//! Events and commands as a vendor's systems send them, and a story told in a file of them.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::repository_root;

/// Who sends a command.
#[derive(Debug, Clone, Copy)]
pub enum Sender<'a> {
    /// A user of a partner.
    Partner(&'a str),
    /// An officer of the vendor.
    Officer,
    /// The vendor's verification desk.
    Verifier,
    /// A named person who belongs to no partner.
    Adjudicator,
}

/// An event of the vendor `meridian`: its id, short type (`trade.order_booked`), stream and time of being so.
pub fn event(id: &str, fact: &str, subject: &str, time: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0",
        "id": id,
        "source": "crm.meridian.example",
        "type": format!("chaperone.{fact}.v1"),
        "subject": subject,
        "time": time,
        "actorrole": "system",
        "data": data,
    })
}

/// A command with its id, short type (`deal.submit`) and stream.
pub fn command(id: &str, order: &str, subject: &str, sender: Sender<'_>, data: Value) -> Value {
    let (principal, partner, role) = match sender {
        Sender::Partner(partner) => (format!("{partner}/desk"), Some(partner), "partner_user"),
        Sender::Verifier => ("meridian/verification-desk".to_owned(), None, "verifier"),
        Sender::Adjudicator => ("meridian/adjudication".to_owned(), None, "adjudicator"),
        Sender::Officer => ("meridian/account-desk".to_owned(), None, "vendor_officer"),
    };
    let mut command = json!({
        "id": id,
        "source": "portal.meridian.example",
        "type": format!("chaperone.{order}.v1"),
        "subject": subject,
        "authid": principal,
        "actorrole": role,
        "data": data,
    });
    if let Some(partner) = partner {
        command["actorpartner"] = partner.into();
    }
    command
}

/// One JSON value a line.
pub fn lines(values: &[Value]) -> Vec<u8> {
    values.iter().flat_map(|value| format!("{value}\n").into_bytes()).collect()
}

/// The file of a story in `tests/stories`.
pub fn story(name: &str) -> PathBuf {
    repository_root().join("tests/stories").join(format!("{name}.jsonl"))
}

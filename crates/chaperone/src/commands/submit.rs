//! `submit`: commands, decided one by one as they stand in the file.

use std::path::Path;

use services::desk::{self, Reply};
use services::receipts;
use wire::answers::ReceiptAnswer;
use wire::input::Defaults;
use wire::problem::Problem;

use crate::data::{self, Home, Opened};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, talk};

const COLUMNS: &[&str] = &["status", "stream", "events", "position", "code", "message"];

pub(super) async fn run(home: &Home, output: Format, file: &Path) -> anyhow::Result<Exit> {
    let bytes = super::read_all(file)?;
    let opened = data::own(home).await?;
    let mut receipts = Vec::new();
    let mut worst = Exit::Ok;
    for (place, command) in documents(&bytes) {
        let (receipt, exit) = send(&opened, command).await.map_err(|error| error.context(place.clone()))?;
        if let Some(message) = &receipt.message {
            talk(format_args!("{place}: {message}"));
        }
        receipts.push(receipt);
        if worst == Exit::Ok {
            worst = exit;
        }
    }
    if receipts.is_empty() {
        return Err(stop(Exit::InvalidData, "expected a command, found nothing"));
    }
    output::rows(output, COLUMNS, &receipts)?;
    Ok(worst)
}

/// Sends one command and answers with its receipt.
pub(super) async fn one(opened: &Opened, output: Format, command: &[u8]) -> anyhow::Result<Exit> {
    let (receipt, exit) = send(opened, command).await?;
    if let Some(message) = &receipt.message {
        talk(format_args!("{message}"));
    }
    output::rows(output, COLUMNS, &[receipt])?;
    Ok(exit)
}

/// One document, or one a line when every line is one.
fn documents(bytes: &[u8]) -> Vec<(String, &[u8])> {
    let is_one = serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    if is_one {
        return vec![("the command".to_owned(), bytes.trim_ascii())];
    }
    let lines =
        (1..).zip(bytes.split(|byte| *byte == b'\n')).map(|(number, line)| (number, line.trim_ascii()));
    lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| (format!("line {number}"), line))
        .collect()
}

async fn send(opened: &Opened, bytes: &[u8]) -> anyhow::Result<(ReceiptAnswer, Exit)> {
    let defaults = Defaults {
        vendor: services::world::house(),
        source: "cli".parse().expect("a plain word is a source"),
        now: opened.book.now(),
    };
    let input = match wire::command::read(bytes, &defaults) {
        Ok(input) => input,
        Err(problem) => return Ok((malformed(&problem), Exit::InvalidData)),
    };
    let stream = input.stream.clone();
    let reply = desk::answer(&opened.book, input, None).await?;
    let exit = match &reply {
        Reply::Accepted { .. } | Reply::Repeated { .. } => Exit::Ok,
        Reply::Prevented { .. } | Reply::Refused(_) | Reply::Conflict(_) | Reply::Stale { .. } => {
            Exit::Conflict
        }
    };
    Ok((receipts::of_reply(&stream, &reply), exit))
}

fn malformed(problem: &Problem) -> ReceiptAnswer {
    ReceiptAnswer {
        status: "malformed".to_owned(),
        stream: String::new(),
        events: Vec::new(),
        position: None,
        recorded_at: None,
        code: Some("malformed".to_owned()),
        message: Some(problem.to_string()),
    }
}

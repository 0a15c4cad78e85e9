//! What goes to standard output: tables for people, JSON for programs. Talk goes to standard error.

use std::fmt::Arguments;
use std::io::{IsTerminal as _, Write as _};

use anyhow::Context as _;
use clap::ValueEnum;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;
use serde_json::Value;
use wire::answers::Explanation;

/// How data is written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum Format {
    /// A table or a few lines for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Ndjson,
}

/// Says something to the person at the terminal, on standard error.
pub(crate) fn talk(message: Arguments<'_>) {
    let _closed = writeln!(std::io::stderr(), "{message}");
}

/// Writes one line of data; a closed pipe ends the output quietly.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("writing to standard output"),
    }
}

/// Writes raw bytes of data.
pub(crate) fn bytes(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.write_all(b"\n")) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("writing to standard output"),
    }
}

/// Writes rows; a table shows the named columns.
pub(crate) fn rows<T: Serialize>(format: Format, columns: &[&str], rows: &[T]) -> anyhow::Result<()> {
    match format {
        Format::Json => line(&serde_json::to_string_pretty(rows)?),
        Format::Ndjson => rows.iter().try_for_each(|row| line(&serde_json::to_string(row)?)),
        Format::Table if rows.is_empty() => {
            talk(format_args!("nothing found"));
            Ok(())
        }
        Format::Table => line(&table(columns, rows)?),
    }
}

/// Writes one part of a longer answer for people: a title and a table, or nothing when it is empty.
pub(crate) fn section<T: Serialize>(title: &str, columns: &[&str], rows: &[T]) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    line(&format!("\n{title}"))?;
    line(&table(columns, rows)?)
}

/// Writes reasons: for people one a line, with the events it rests on.
pub(crate) fn explanation(format: Format, explanation: &Explanation) -> anyhow::Result<()> {
    if format != Format::Table {
        return one(format, explanation);
    }
    line(&explanation.subject)?;
    explanation.because.iter().try_for_each(|reason| {
        let events =
            if reason.events.is_empty() { String::new() } else { format!(" [{}]", reason.events.join(", ")) };
        line(&format!("  {}{events}", reason.says))
    })
}

fn table<T: Serialize>(columns: &[&str], rows: &[T]) -> anyhow::Result<String> {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(columns);
    if std::io::stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    for row in rows {
        let value = serde_json::to_value(row)?;
        table.add_row(columns.iter().map(|column| cell(&value[*column])));
    }
    Ok(table.to_string())
}

/// Writes one thing; a table shows its members one a line.
pub(crate) fn one<T: Serialize>(format: Format, thing: &T) -> anyhow::Result<()> {
    match format {
        Format::Json => line(&serde_json::to_string_pretty(thing)?),
        Format::Ndjson => line(&serde_json::to_string(thing)?),
        Format::Table => {
            let Value::Object(members) = serde_json::to_value(thing)? else { return Ok(()) };
            let width = members.keys().map(String::len).max().unwrap_or_default();
            for (name, value) in members.iter().filter(|(_, value)| !is_empty(value)) {
                match value.as_array().filter(|items| items.iter().any(Value::is_object)) {
                    Some(items) => {
                        line(&format!("{name}:"))?;
                        items.iter().try_for_each(|item| line(&format!("  - {}", cell(item))))?;
                    }
                    None => {
                        let below = format!("\n{:width$}  ", "");
                        line(&format!("{name:width$}  {}", cell(value).replace('\n', &below)))?;
                    }
                }
            }
            Ok(())
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join("\n"),
        Value::Object(members) => {
            let shown = members.iter().filter(|(_, value)| !is_empty(value));
            shown
                .map(|(name, value)| format!("{name} {}", cell(value).replace('\n', ", ")))
                .collect::<Vec<_>>()
                .join("; ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

//! `demo`: a story of a host, its invited guest and a takeover, told on the story's own clock.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use domain::time::Instant;
use ports::{Clock, ManualClock, SystemClock};
use services::api::{self, Serving};
use services::queries::cases;
use services::story::{Told, tell};
use wire::answers::{HistoryRow, StorySummary};
use wire::input::{Defaults, Record};

use crate::cli::Demo;
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, talk};

/// The story that ships with the binary; any other is told with `--events`.
const FOUNDING: &str = include_str!("../../story/founding.jsonl");

pub(super) async fn run(told: Option<&Path>, output: Format, demo: Demo) -> anyhow::Result<Exit> {
    let started_ms = SystemClock.now_ms();
    let kept;
    let folder = match told {
        Some(folder) => folder.to_owned(),
        None => {
            kept = tempfile::tempdir().context("making a temporary folder")?;
            kept.path().to_owned()
        }
    };
    let records = records(&demo)?;
    let clock = Arc::new(ManualClock::at(first_instant(&records)?.unix_ms()));
    let opened = data::own_with(&Home::at(folder), Arc::clone(&clock) as Arc<dyn Clock>).await?;
    // A story told again into the same book goes on where the book stands: recorded time never runs back.
    clock.set(clock.now_ms().max(opened.book.journal.head().await?.recorded_ms));
    let prints = output == Format::Table;
    let mut turned_away = 0_u64;
    for record in records {
        let mut listen = |heard: Told| {
            turned_away += u64::from(matches!(heard, Told::TurnedAway { .. }));
            if prints || matches!(heard, Told::TurnedAway { .. }) {
                say(&heard);
            }
        };
        tell(&opened.book, &clock, "story", record, &mut listen).await?;
    }
    let head = opened.book.journal.head().await?;
    let accounts = opened.book.shelf().directory.accounts_len();
    let summary = StorySummary {
        events: head.position.lo(),
        accounts: u64::try_from(accounts).context("accounts are counted in 64 bits")?,
        findings: cases::findings(&opened.book),
        elapsed_ms: u64::try_from(SystemClock.now_ms() - started_ms).unwrap_or_default(),
    };
    finish(&summary, output, turned_away, told)?;
    if !demo.exit {
        stay(&opened, told).await?;
    }
    Ok(Exit::Ok)
}

/// Opens the door to what the story left, until somebody stops it.
async fn stay(opened: &data::Opened, told: Option<&Path>) -> anyhow::Result<()> {
    let listener = api::bind(([127, 0, 0, 1], 0).into()).await?;
    talk(format_args!("\nThe dashboard shows it all: http://{}  (ctrl-c stops it)", listener.local_addr()?));
    if told.is_none() {
        talk(format_args!("The data is temporary; keep it with --data DIR."));
    }
    api::serve(Serving::whole(Arc::clone(&opened.book)), listener, super::serve::stopped()).await
}

fn records(demo: &Demo) -> anyhow::Result<Vec<Record>> {
    let text = match &demo.events {
        Some(file) => super::read_all(file)?,
        None => FOUNDING.replace("meridian", &vendor(demo.seed)).into_bytes(),
    };
    let defaults = Defaults {
        vendor: services::world::house(),
        source: "story".parse().expect("a plain word is a source"),
        now: Instant::from_unix_ms(SystemClock.now_ms()).context("the clock is out of range")?,
    };
    let mut records = Vec::new();
    for (number, line) in (1..).zip(text.as_slice().split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        if !line.is_empty() {
            let reading = wire::cloudevents::read(line, &defaults);
            records.push(Record { place: format!("line {number}"), received: line.to_vec(), reading });
        }
    }
    Ok(records)
}

/// Another seed is another vendor, and with it other ids everywhere.
fn vendor(seed: u64) -> String {
    if seed == 0 { "meridian".to_owned() } else { format!("meridian-{seed}") }
}

fn first_instant(records: &[Record]) -> anyhow::Result<Instant> {
    let inputs = records.iter().filter_map(|record| record.reading.as_ref().ok()).flatten();
    let times = inputs.map(|input| {
        input
            .recorded_at
            .unwrap_or_else(|| input.said.first().map_or(Instant::EARLIEST, |said| said.valid_at))
    });
    times.min().ok_or_else(|| {
        stop(Exit::InvalidData, "expected CloudEvents, one a line; found none that can be read")
    })
}

fn say(heard: &Told) {
    let dim = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let text = match heard {
        Told::Event(HistoryRow { recorded_at, sentence, stream, .. }) => {
            let day = recorded_at.get(..10).unwrap_or(recorded_at);
            let about = stream.rsplit('.').next().unwrap_or(stream);
            format!("{day}  {about:<20}  {sentence}")
        }
        Told::Finding(finding) => {
            let alert = format!("ALERT {} {}", finding.severity, finding.pattern);
            let alert = if dim { format!("\u{1b}[1;31m{alert}\u{1b}[0m") } else { alert };
            format!("            {alert}  account {}  case {}", finding.account, finding.case)
        }
        Told::TurnedAway { place, reason } => format!("            turned away, {place}: {reason}"),
    };
    match heard {
        Told::TurnedAway { .. } => talk(format_args!("{text}")),
        Told::Event(_) | Told::Finding(_) => drop(output::line(&text)),
    }
}

fn finish(
    summary: &StorySummary,
    output: Format,
    turned_away: u64,
    told: Option<&Path>,
) -> anyhow::Result<()> {
    if output != Format::Table {
        return output::one(output, summary);
    }
    talk(format_args!(
        "\n{} events, {} accounts, {} findings, {} records turned away, in {} ms",
        summary.events,
        summary.accounts,
        summary.findings.len(),
        turned_away,
        summary.elapsed_ms
    ));
    if let Some(first) = summary.findings.first() {
        let (next, place) = match told {
            Some(folder) => ("Next:", Home::at(folder.to_owned()).arguments()),
            None => ("Next, with the data kept by --data DIR:", "--data DIR".to_owned()),
        };
        talk(format_args!("\n{next}"));
        talk(format_args!("  chaperone case show {} {place}", first.case));
        talk(format_args!("  chaperone account show {} {place}", first.account));
        talk(format_args!("  chaperone replay {place}"));
    }
    Ok(())
}

//! `ingest`: a file of history, recorded first and decided afterwards.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use domain::time::Instant;
use indicatif::{ProgressBar, ProgressStyle};
use ports::{Clock as _, SystemClock};
use services::ingest::{Chunk, Progress, lines};
use wire::answers::IngestSummary;
use wire::foreign::{self, Format};
use wire::input::Defaults;

use crate::cli::Ingest;
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, talk};

/// Bytes read from the file at a time.
const READ_BYTES: usize = 1024 * 1024;

type Chunks = Box<dyn Iterator<Item = std::io::Result<Chunk>> + Send>;

pub(super) async fn run(home: &Home, output: output::Format, ingest: Ingest) -> anyhow::Result<Exit> {
    let mut defaults = Defaults {
        vendor: ingest.vendor.clone(),
        source: source(&ingest)?,
        now: Instant::from_unix_ms(SystemClock.now_ms()).context("the clock is out of range")?,
    };
    let readable = Arc::new(AtomicBool::new(false));
    let chunks = watched(chunks(&ingest, &mut defaults)?, Arc::clone(&readable));
    let summary = if ingest.dry_run {
        dry_run(chunks)?
    } else {
        let opened = data::own(home).await?;
        let bar = progress_bar();
        let source = defaults.source.to_string();
        let ended = services::ingest::ingest(Arc::clone(&opened.book), &source, chunks, |progress| {
            show(&bar, progress)
        });
        let summary = ended.await;
        bar.finish_and_clear();
        summary?
    };
    output::one(output, &summary)?;
    if summary.read > 0 && !readable.load(Ordering::Relaxed) {
        talk(format_args!("{}", nothing_readable(&ingest)));
        return Ok(Exit::InvalidData);
    }
    Ok(if summary.cases > 0 { Exit::FindingsPresent } else { Exit::Ok })
}

/// What somebody is told whose file is of another format than it was read as.
fn nothing_readable(ingest: &Ingest) -> String {
    let how = match &ingest.format {
        Some(format) => format!(" as {format}"),
        None if is_csv(ingest) => String::new(),
        None => " as cloudevents, one a line; --format says what else it may hold".to_owned(),
    };
    let kept = if ingest.dry_run { "" } else { "; see `chaperone quarantine list`" };
    format!("nothing in the file could be read{how}{kept}")
}

fn is_csv(ingest: &Ingest) -> bool {
    ingest.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

/// The same chunks; `readable` becomes true with the first record that can be read. What is turned away for
/// what the book already holds was readable.
fn watched(chunks: Chunks, readable: Arc<AtomicBool>) -> Chunks {
    Box::new(chunks.map(move |chunk| {
        let readable = Arc::clone(&readable);
        chunk.map(|read| -> Chunk {
            Box::new(move |take| {
                read(&mut |told| {
                    if told.reading.is_ok() {
                        readable.store(true, Ordering::Relaxed);
                    }
                    take(told);
                });
            })
        })
    }))
}

fn source(ingest: &Ingest) -> anyhow::Result<domain::id::SourceId> {
    if let Some(source) = &ingest.source {
        return Ok(source.clone());
    }
    let name = ingest.file.file_name().map_or_else(|| "stdin".into(), |name| name.to_string_lossy());
    format!("file:{name}")
        .parse()
        .map_err(|_| stop(Exit::Usage, "say the source with --source: the file's name is none"))
}

/// The file as chunks of records, in the format it was said or seems to be in.
fn chunks(ingest: &Ingest, defaults: &mut Defaults) -> anyhow::Result<Chunks> {
    let reader: Box<dyn BufRead + Send> = if ingest.file.as_os_str() == "-" {
        Box::new(BufReader::with_capacity(READ_BYTES, std::io::stdin()))
    } else {
        let file = File::open(&ingest.file).with_context(|| format!("opening {}", ingest.file.display()))?;
        Box::new(BufReader::with_capacity(READ_BYTES, file))
    };
    let format = ingest.format.as_deref().unwrap_or(if is_csv(ingest) { "csv" } else { "cloudevents" });
    if format == "cloudevents" {
        return Ok(Box::new(lines::cloudevents(reader, defaults.clone())));
    }
    let format: Format =
        format.parse().map_err(|error: foreign::UnknownFormat| stop(Exit::Usage, error.to_string()))?;
    let mapping = mapping(ingest, format)?;
    let records = foreign::read(format, reader, mapping.as_ref(), defaults)
        .map_err(|problem| stop(Exit::InvalidData, format!("{}: {problem}", ingest.file.display())))?;
    Ok(Box::new(lines::ready(records)))
}

fn mapping(ingest: &Ingest, format: Format) -> anyhow::Result<Option<foreign::csv::Mapping>> {
    let Some(file) = &ingest.mapping else {
        return match format {
            Format::Csv => Err(stop(Exit::Usage, "csv needs --mapping FILE: which column means what")),
            Format::AwsEventbridge | Format::AwsOpportunity | Format::AwsLead | Format::MicrosoftReferral => {
                Ok(None)
            }
        };
    };
    let text = String::from_utf8(super::read_all(file)?)
        .map_err(|_| stop(Exit::InvalidData, format!("{}: expected UTF-8", file.display())))?;
    let mapping = foreign::csv::Mapping::parse(&text);
    mapping.map(Some).map_err(|problem| stop(Exit::InvalidData, format!("{}: {problem}", file.display())))
}

/// Reads everything and records nothing; whether a record is a repeat only the journal can tell.
fn dry_run(chunks: Chunks) -> anyhow::Result<IngestSummary> {
    let mut summary = IngestSummary::default();
    for chunk in chunks {
        chunk.context("reading the file")?(&mut |told| {
            summary.read += 1;
            match told.reading {
                Ok(_) => summary.accepted += 1,
                Err(problem) => {
                    talk(format_args!("{}: {problem}", told.place));
                    summary.quarantined += 1;
                }
            }
        });
    }
    Ok(summary)
}

fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new_spinner().with_style(style)
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_message(match progress {
        Progress::Recorded { records } => format!("recorded {records} records"),
        Progress::Settled { streams, of } => format!("decided {streams} of {of} accounts"),
    });
    bar.tick();
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::input::Record;
    use wire::problem::Problem;

    fn record(reading: Result<Vec<wire::input::Input>, Problem>) -> Record {
        Record { place: "line 1".to_owned(), received: Vec::new(), reading }
    }

    fn seen_in(reading: Result<Vec<wire::input::Input>, Problem>) -> bool {
        let readable = Arc::new(AtomicBool::new(false));
        let chunk: Chunk = Box::new(move |take| take(record(reading).into()));
        let chunks = watched(Box::new(std::iter::once(Ok(chunk))), Arc::clone(&readable));
        chunks.flatten().for_each(|read| read(&mut drop));
        readable.load(Ordering::Relaxed)
    }

    #[test]
    fn a_file_is_unreadable_only_where_no_record_can_be_read() {
        assert!(seen_in(Ok(Vec::new())));
        assert!(!seen_in(Err(Problem::at_pointer("/type", "expected a type of event"))));
    }
}

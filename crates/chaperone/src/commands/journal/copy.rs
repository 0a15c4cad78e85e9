//! `journal copy`: everything a journal holds, recorded in another one as it stands, and compared at the end; what was
//! turned away goes along.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use domain::id::Digest;
use indicatif::{ProgressBar, ProgressStyle};
use ports::{ImportError, Journal, Listing, PAGE_EVENTS_MAX, PastAppend, Position, Quarantine, Select};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, talk};

/// Appends read and recorded together: a page of single events.
const PAGE_APPENDS: usize = 2_048;
/// Entries of the quarantine read at a time; each is 64 KiB at most.
const PAGE_ENTRIES: usize = 256;

/// What a copy came to.
#[derive(Debug, Serialize)]
struct Copied {
    /// Appends recorded now; those of a copy that was cut off are not counted again.
    appends: u64,
    /// Everything the other journal holds now.
    events: u64,
    /// Of every append with its key and time, and of every event with its stream and revision.
    sha256: String,
    /// Entries of the quarantine, which the other one has too now.
    quarantined: u64,
}

pub(super) async fn run(home: &Home, output: Format, from: &str, to: &str) -> anyhow::Result<Exit> {
    if from == to {
        return Err(stop(Exit::Usage, "expected two journals, found the same one twice"));
    }
    let (from, to) = (end(home, from), end(home, to));
    let (source, beside_source) = data::read_journal(&from).await?;
    let (target, beside_target) = data::own_copy(&to, source.id()).await?;
    let upto = source.appends().await?;
    let before = target.appends().await?;
    copy(&*source, &*target, upto).await?;
    let bar = progress_bar(upto * 2, "comparing");
    let there = digest(&*source, upto, &bar).await.context("reading back what was copied from")?;
    let here = digest(&*target, upto, &bar).await.context("reading back what was copied")?;
    bar.finish_and_clear();
    if there.0 != here.0 || target.appends().await? != upto {
        let message =
            format!("{to} is no copy of {from}: it holds something else; copy into an empty journal");
        return Err(stop(Exit::Conflict, message));
    }
    let quarantined = copy_quarantine(&*beside_source, &*beside_target).await?;
    let (appends, sha256) = (upto - before.min(upto), here.0.to_string());
    let copied = Copied { appends, events: here.1, sha256, quarantined };
    output::one(output, &copied)?;
    if target.id() != source.id() {
        let (was, is) = (source.id(), target.id());
        talk(format_args!(
            "{to} was a journal before: it is {is}; a bus that has journal {was} needs a purge"
        ));
    }
    Ok(Exit::Ok)
}

/// A journal in a folder or at an address; the mirror of one at an address lies in the book's folder.
fn end(home: &Home, told: &str) -> Home {
    if data::is_address(told) {
        return Home { folder: home.folder.clone(), journal: Some(told.to_owned()) };
    }
    Home::at(PathBuf::from(told))
}

/// Records what is missing, from where the target ends: a copy that was cut off is taken up there.
async fn copy(source: &dyn Journal, target: &dyn Journal, upto: u64) -> anyhow::Result<()> {
    let bar = progress_bar(upto, "copying");
    loop {
        let after = target.appends().await?;
        bar.set_position(after);
        if after >= upto {
            bar.finish_and_clear();
            return Ok(());
        }
        let mut past = source.past(after, PAGE_APPENDS).await.context("reading what is copied")?;
        past.retain(|append| append.number <= upto);
        target.import(past).await.map_err(refused)?;
    }
}

/// Takes over what was turned away, which lies beside a journal and not in it; returns how many entries there are.
async fn copy_quarantine(source: &dyn Quarantine, target: &dyn Quarantine) -> anyhow::Result<u64> {
    let (mut after, mut entries) = (0, 0);
    loop {
        let page = source.list(Listing::All, after, PAGE_ENTRIES).await.context("reading the quarantine")?;
        let Some(last) = page.last() else { return Ok(entries) };
        after = last.number;
        for entry in page {
            target.adopt(entry).await.context("taking over the quarantine")?;
            entries += 1;
        }
    }
}

fn refused(error: ImportError) -> anyhow::Error {
    match error {
        ImportError::Diverged { .. } => stop(Exit::Conflict, error.to_string()),
        ImportError::Append(error) => anyhow::Error::new(error).context("recording the copy"),
    }
}

/// SHA-256 of the first `upto` appends and of their events, and how many those are.
async fn digest(journal: &dyn Journal, upto: u64, bar: &ProgressBar) -> anyhow::Result<(Digest, u64)> {
    let (mut hasher, mut after, mut events) = (Sha256::new(), 0, 0);
    while after < upto {
        let mut past = journal.past(after, PAGE_APPENDS).await?;
        past.retain(|append| append.number <= upto);
        let Some(last) = past.last() else { break };
        bar.inc(last.number - after);
        after = last.number;
        for append in &past {
            hash_append(&mut hasher, append);
            events += append.events.len() as u64;
        }
    }
    let (mut position, mut left) = (Position::START, events);
    while left > 0 {
        let page = journal.read_all(position, Position::END, Select::Facts, PAGE_EVENTS_MAX).await?;
        let Some(last) = page.events.last() else { break };
        position = last.position;
        let of_copy = page.events.iter().take(usize::try_from(left).unwrap_or(usize::MAX));
        for event in of_copy {
            hash_text(&mut hasher, event.stream.as_bytes());
            hasher.update(event.revision.to_be_bytes());
            hasher.update(event.id.as_bytes());
            hasher.update(event.recorded_ms.to_be_bytes());
            left -= 1;
        }
    }
    Ok((Digest(hasher.finalize().into()), events))
}

fn hash_append(hasher: &mut Sha256, append: &PastAppend) {
    let PastAppend { number, key, digest, stream, recorded_ms, events } = append;
    hasher.update(number.to_be_bytes());
    hasher.update(key.as_bytes());
    hasher.update(digest);
    hash_text(hasher, stream.as_bytes());
    hasher.update(recorded_ms.to_be_bytes());
    hasher.update((events.len() as u64).to_be_bytes());
    for event in events {
        hasher.update(event.id.as_bytes());
        hasher.update(event.kind.to_be_bytes());
        hash_text(hasher, &event.text);
        hash_text(hasher, &event.fact);
    }
}

/// With its length before it, so that nothing can move from one text to the next.
fn hash_text(hasher: &mut Sha256, text: &[u8]) {
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text);
}

fn progress_bar(appends: u64, what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{spinner} {msg} {bar:40} {pos} of {len} appends {per_sec} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(appends).with_style(style).with_message(what)
}

//! The command line of rules: policies, calendars, replays under them, and what changed.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::event::Officer;
use domain::fact::Role;
use domain::id::VendorId;
use domain::time::Instant;
use services::policies::Version;
use services::queries::KnownAt;
use wire::shape::Words as _;

use super::{Moment, One, instant_or_date};

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Check a document: its numbers, its guards, the patterns it names.
    Lint {
        /// The document, or - for standard input.
        file: PathBuf,
    },
    /// Publish a document as the next version, signed by two officers, neither of direct sales.
    Publish(Publish),
    /// Every number that differs between two policies, and what it governs.
    Diff {
        /// A file, a published version, `current` or `default`.
        old: String,
        /// The same.
        new: String,
        #[command(flatten)]
        of: OfVendor,
    },
    /// What would have changed, had the document been in force all along.
    Backtest(Backtest),
    /// One policy with every number.
    Show {
        /// A published version, `current` or `default`.
        #[arg(default_value = "current")]
        policy: String,
        #[command(flatten)]
        of: OfVendor,
    },
    /// Every published version.
    List,
    /// Business-day calendars.
    #[command(subcommand)]
    Calendar(Calendar),
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The document, or - for standard input.
    pub file: PathBuf,
    /// From when it holds.
    #[arg(long, value_name = "INSTANT|DATE", value_parser = instant_or_date)]
    pub effective_from: Instant,
    /// Who signs, twice: a principal and its role, such as mara:vendor_officer.
    #[arg(long = "officer", value_name = "PRINCIPAL:ROLE", value_parser = officer)]
    pub officers: Vec<Officer>,
    #[command(flatten)]
    pub of: OfVendor,
}

/// Whose program.
#[derive(Debug, Args)]
pub(crate) struct OfVendor {
    /// Whose program; without it the installation's own, which holds for every vendor that published none.
    #[arg(long, default_value = "default", value_name = "ID")]
    pub vendor: VendorId,
}

#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// The document, or - for standard input.
    pub file: PathBuf,
    #[command(flatten)]
    pub moment: Moment,
    /// How many threads work; the report is the same on any number.
    #[arg(long, value_name = "N")]
    pub threads: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Calendar {
    /// Publish a version of a calendar.
    Publish {
        /// The document: calendar, version, zone, holidays.
        file: PathBuf,
        /// Who publishes it: a principal and its role, such as mara:vendor_officer.
        #[arg(long, value_name = "PRINCIPAL:ROLE", value_parser = officer)]
        officer: Officer,
        #[command(flatten)]
        of: OfVendor,
    },
    /// Every published version.
    List,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    pub moment: Moment,
    /// Another policy in place of all published ones; live commands are then answered again.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Say what differs from the record, for each account and pattern, with one cause.
    #[arg(long)]
    pub diff: bool,
    /// Write the verdict log: one line for each decision and finding, sorted.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// How many threads work; the answer is the same on any number.
    #[arg(long, value_name = "N")]
    pub threads: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReadAccount {
    /// All of them.
    List(Moment),
    /// One of them.
    Show(One),
    /// Its events, as sentences.
    History(One),
    /// Why it stands as it does, and the events that rests on.
    Explain(One),
    /// What changed about it between two states of knowledge, each change with one cause.
    Diff {
        /// The earlier state of knowledge: an instant or a journal position.
        #[arg(long, value_name = "INSTANT|POSITION")]
        known_from: KnownAt,
        #[command(flatten)]
        one: One,
    },
}

/// A published version, as it is named on the command line.
pub(crate) fn version(text: &str) -> Option<Version> {
    match text {
        "current" => Some(Version::Current),
        _ => text.trim_start_matches('v').parse().ok().map(Version::Number),
    }
}

fn officer(text: &str) -> Result<Officer, String> {
    let roles: Vec<&str> = Role::WORDS.iter().map(|(_, word)| *word).collect();
    let expected = || format!("expected a principal and its role, one of {}", roles.join(", "));
    let (principal, role) = text.rsplit_once(':').ok_or_else(expected)?;
    let role = Role::WORDS.iter().find(|(_, word)| *word == role).ok_or_else(expected)?.0;
    Ok(Officer { principal: principal.parse().map_err(|_| expected())?, role })
}

//! The command line.

pub(crate) mod cases;
pub(crate) mod identities;
pub(crate) mod rules;
pub(crate) mod simulated;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use domain::id::{PartnerId, SourceId, Term, VendorId};
use domain::time::Instant;
use services::queries::KnownAt;
use services::roles::Role;

use crate::output::Format;

/// Keeps the book of a partner program: who registered which deal, who holds which account, and who may
/// not take it.
#[derive(Debug, Parser)]
#[command(name = "chaperone", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// Where the book lies [default: $XDG_DATA_HOME/chaperone].
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A journal on KurrentDB or EventStoreDB, such as esdb://localhost:2113?tls=false, with &journal=NAME where
    /// several share a server; the book's folder keeps a mirror of it [default: the journal in the folder].
    // A password may stand in it: no help shows its value, and no error of the parser repeats it.
    #[arg(long, global = true, value_name = "URL", env = "CHAPERONE_JOURNAL", hide_env_values = true)]
    pub journal: Option<String>,
    /// How data is written to standard output.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub output: Format,
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 conflict, 5 invalid data, \
6 findings present, 7 unavailable.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a journal with the default policy, or another.
    Init(Init),
    /// Tell a story of a host, an invited guest and a takeover, on the story's own clock.
    Demo(Demo),
    /// Serve HTTP and the dashboard on loopback.
    Serve(Serve),
    /// Record a file: what it says is history, which is then decided and judged.
    Ingest(Ingest),
    /// Send commands: one JSON document, or one a line.
    Submit(FileArgument),
    /// Customer accounts: who holds them, their deals, handoffs and cases.
    #[command(subcommand)]
    Account(rules::ReadAccount),
    /// Deal registrations.
    #[command(subcommand)]
    Deal(ReadDeal),
    /// Handoffs between host and guest.
    #[command(subcommand)]
    Handoff(Read),
    /// Partners, their families, and how they do in handoffs.
    #[command(subcommand)]
    Partner(ReadPartner),
    /// Cases: what was found, what proves it, what would clear it, and how persons rule on it.
    #[command(subcommand)]
    Case(cases::Case),
    /// Of what people are reminded: invitations, objection windows, registrations, and the clocks of cases.
    #[command(subcommand)]
    Notice(Notice),
    /// Which accounts are one customer.
    #[command(subcommand)]
    Identity(identities::Identity),
    /// Whether a deal may be claimed.
    #[command(subcommand)]
    Claim(Claim),
    /// What was turned away.
    #[command(subcommand)]
    Quarantine(Quarantine),
    /// The journal itself.
    #[command(subcommand)]
    Journal(Journal),
    /// Decide and judge everything again from asked, observed and ruled events, and say what is found.
    Replay(rules::Replay),
    /// The program's rules as data: check, try, publish and compare policies.
    #[command(subcommand)]
    Policy(rules::Policy),
    /// Make a world of partners that act with intent: its events, and apart from them what was meant.
    Simulate(simulated::Simulate),
    /// Say how well the rules find what was meant in simulated worlds, beside simpler methods.
    Judge(simulated::Judge),
    /// Say what is wrong and which command mends it.
    Doctor(Doctor),
    /// The projections on the bus.
    #[command(subcommand)]
    Projection(Projection),
    /// Write completions for a shell to standard output.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Ask this server on loopback how its roles do, and nothing else; exit 7 unless it is ready.
    #[arg(long, value_name = "ADDRESS")]
    pub server: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Projection {
    /// Which editions of each view are on the bus, which of them is served, and up to which position they go.
    List(AtBus),
    /// Make a view anew beside the one that is served, say how they differ, and serve the new one.
    Rebuild {
        /// accounts, deals or cases.
        view: String,
        #[command(flatten)]
        bus: AtBus,
    },
    /// Take away the editions that are no longer served; never one that is served or being built.
    Prune {
        /// accounts, deals or cases [default: all].
        view: Option<String>,
        /// Only this edition, as the list names it, such as v1_2.
        #[arg(long, value_name = "EDITION", requires = "view")]
        edition: Option<String>,
        #[command(flatten)]
        bus: AtBus,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The policy document; members it leaves out keep their defaults.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Another story: CloudEvents JSON lines in order of arrival, each with its recordedtime.
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Tells the built-in story with other names.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Stop after the story, for scripts.
    #[arg(long)]
    pub exit: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// A loopback address; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:7411", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Only these roles [default: all that can work]: intake, registration, handoff, ownership, sentinel,
    /// clock, relay, projector, api.
    #[arg(long, value_delimiter = ',', value_name = "ROLE,...")]
    pub roles: Vec<Role>,
    #[command(flatten)]
    pub bus: AtBus,
}

/// Where the bus is.
#[derive(Debug, Args)]
pub(crate) struct AtBus {
    /// NATS servers with JetStream, separated by commas, such as nats://127.0.0.1:4222: facts are published
    /// there as they are recorded.
    #[arg(long, value_name = "URL,...", env = "CHAPERONE_NATS", hide_env_values = true)]
    pub nats: Option<String>,
    /// On how many servers what is new there is kept.
    #[arg(long, default_value_t = 1, requires = "nats", value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=5))]
    pub nats_replicas: u8,
}

#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// The file, or - for standard input.
    pub file: PathBuf,
    /// What the file holds [default: csv where its name ends so, else cloudevents, one a line].
    #[arg(long, value_parser = ["cloudevents", "aws-eventbridge", "aws-opportunity", "aws-lead", "microsoft-referral", "csv"])]
    pub format: Option<String>,
    /// For CSV: which column means what.
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Read everything and record nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Whose program, for formats that do not say.
    #[arg(long, default_value = "vendor", value_name = "ID")]
    pub vendor: VendorId,
    /// The source, for formats that do not say.
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<SourceId>,
}

#[derive(Debug, Args)]
pub(crate) struct FileArgument {
    /// The file, or - for standard input.
    pub file: PathBuf,
}

/// The two clocks of a question.
#[derive(Debug, Args, Clone, Copy)]
pub(crate) struct Moment {
    /// How it was at this instant, or at midnight (UTC) of this date (valid time).
    #[arg(long, value_name = "INSTANT|DATE", value_parser = instant_or_date)]
    pub as_of: Option<Instant>,
    /// As known at this instant or journal position (recorded time).
    #[arg(long, value_name = "INSTANT|POSITION")]
    pub known_at: Option<KnownAt>,
}

#[derive(Debug, Args)]
pub(crate) struct One {
    /// Its id, its key (system:id), or for an account its name.
    pub id: String,
    #[command(flatten)]
    pub moment: Moment,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Read {
    /// All of them.
    List(Moment),
    /// One of them.
    Show(One),
    /// Its events, as sentences.
    History(One),
    /// Why it stands as it does, and the events that rests on.
    Explain(One),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReadPartner {
    #[command(flatten)]
    Read(Read),
    /// How it does in handoffs as host and as guest: how soon it answers, which promises it kept, and how disputes
    /// by it and cases against it were ruled.
    Scorecard {
        /// Its id.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReadDeal {
    /// All of them, or those that match.
    List(DealList),
    /// One of them.
    Show(One),
    /// The events of its account.
    History(One),
    /// Why it stands as it does, until when, and what would help.
    Explain(One),
}

#[derive(Debug, Args)]
pub(crate) struct DealList {
    /// Only of this partner.
    #[arg(long)]
    pub partner: Option<PartnerId>,
    /// Only in this state: approved, rejected, returned, ...
    #[arg(long)]
    pub registration: Option<String>,
    /// Only with this outcome: open, won or lost.
    #[arg(long)]
    pub outcome: Option<String>,
    #[command(flatten)]
    pub moment: Moment,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Notice {
    /// What is about to be due, or was, and still waits for somebody.
    List {
        /// What was done or is over too.
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Claim {
    /// Answers free, held or contested, and names nobody.
    Check(ClaimCheck),
}

#[derive(Debug, Args)]
pub(crate) struct ClaimCheck {
    /// The account: its id, key or name.
    #[arg(long)]
    pub account: String,
    /// Who would claim it.
    #[arg(long)]
    pub partner: PartnerId,
    /// Product lines; without any, all.
    #[arg(long = "product-line", value_name = "ID")]
    pub product_lines: Vec<Term>,
    /// Territories; without any, all.
    #[arg(long = "territory", value_name = "ID")]
    pub territories: Vec<Term>,
    #[command(flatten)]
    pub moment: Moment,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Quarantine {
    /// What waits.
    List {
        /// What was released too.
        #[arg(long)]
        all: bool,
    },
    /// One entry with its bytes.
    Show {
        /// Its id, as the list says it.
        id: String,
    },
    /// Take an entry in after all: mended (--with FILE), or as it is.
    Release {
        /// Its id, as the list says it.
        id: String,
        /// The mended record, a CloudEvent.
        #[arg(long, value_name = "FILE")]
        with: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// How far it is recorded.
    Head,
    /// Events as sentences.
    Read {
        /// After this position.
        #[arg(long, default_value_t = 0)]
        after: u64,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Every event as a CloudEvents JSON line.
    Export {
        /// After this position.
        #[arg(long, default_value_t = 0)]
        after: u64,
    },
    /// Check the file, its order, and every compact form against its text.
    Verify,
    /// Copy it to a folder while it is in use.
    Backup {
        /// The folder; it must not hold a journal yet.
        folder: PathBuf,
    },
    /// Copy everything a journal holds into another, keeping ids, revisions, times and keys, and compare both
    /// at the end; started again, it goes on where it was cut off. The copy is the same journal to the bus. What
    /// was turned away goes along: beside a journal on a server it lies in the book's folder.
    Copy {
        /// A folder, or the address of a KurrentDB.
        #[arg(long, value_name = "DIR|URL")]
        from: String,
        /// A folder, or the address of a KurrentDB; empty, or a copy that was cut off.
        #[arg(long, value_name = "DIR|URL")]
        to: String,
    },
}

fn instant_or_date(text: &str) -> Result<Instant, String> {
    if let Ok(instant) = text.parse() {
        return Ok(instant);
    }
    let date: Result<jiff::civil::Date, _> = text.parse();
    date.map(|date| Instant::midnight(date, &jiff::tz::TimeZone::UTC)).map_err(|_| {
        "expected an RFC 3339 instant or a date, such as 2026-03-01T09:00:00Z or 2026-03-01".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    /// Commands and arguments without a sentence, by their way from the root.
    fn without_help(command: &clap::Command, way: &str) -> Vec<String> {
        let arguments = command.get_arguments().filter(|argument| argument.get_help().is_none());
        let mut without: Vec<String> = arguments.map(|argument| format!("{way} {argument}")).collect();
        for subcommand in command.get_subcommands() {
            let way = format!("{way} {}", subcommand.get_name());
            without.extend(subcommand.get_about().is_none().then(|| way.clone()));
            without.extend(without_help(subcommand, &way));
        }
        without
    }

    #[test]
    fn every_command_and_every_argument_of_it_is_explained_in_help() {
        let mut command = Cli::command();
        command.build();
        assert_eq!(without_help(&command, "chaperone"), Vec::<String>::new());
    }
}

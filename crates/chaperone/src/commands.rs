//! What each subcommand does, one file each.

mod account;
mod case;
mod claim;
mod deal;
mod demo;
mod doctor;
mod handoff;
mod identity;
mod ingest;
mod init;
mod journal;
mod judge;
mod notice;
mod partner;
mod policy;
mod projection;
mod quarantine;
mod replay;
mod serve;
mod simulate;
mod submit;

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use services::queries::Asked;
use services::queries::notices::Which;

use crate::cli::{Cli, Command, Doctor, Moment, Notice};
use crate::data::{self, Home};
use crate::exit::{Exit, stop};
use crate::output;

/// Runs the command that was asked for and says how it ended.
///
/// # Errors
/// What went wrong, as a chain; `exit::report` knows the code.
pub(crate) async fn run(arguments: Cli) -> anyhow::Result<Exit> {
    let Cli { data, journal, output: format, command } = arguments;
    let told = data.as_deref();
    if journal.as_deref().is_some_and(|address| !data::is_address(address)) {
        let message = "expected a connection string such as esdb://localhost:2113?tls=false with --journal";
        return Err(stop(Exit::Usage, message));
    }
    let home = || Ok(Home { folder: data::folder(told)?, journal: journal.clone() });
    match command {
        Command::Init(init) => init::run(&home()?, init).await,
        Command::Demo(demo) => demo::run(told, format, demo).await,
        Command::Serve(serve) => serve::run(&home()?, serve).await,
        Command::Ingest(ingest) => ingest::run(&home()?, format, ingest).await,
        Command::Submit(file) => submit::run(&home()?, format, &file.file).await,
        Command::Account(read) => account::run(&home()?, format, read).await,
        Command::Deal(read) => deal::run(&home()?, format, read).await,
        Command::Handoff(read) => handoff::run(&home()?, format, read).await,
        Command::Partner(read) => partner::run(&home()?, format, read).await,
        Command::Case(read) => case::run(&home()?, format, read).await,
        Command::Notice(Notice::List { all }) => {
            let which = if all { Which::All } else { Which::Pending };
            notice::run(&home()?, format, which).await
        }
        Command::Identity(asked) => identity::run(&home()?, format, asked).await,
        Command::Claim(claim) => claim::run(&home()?, format, claim).await,
        Command::Quarantine(quarantine) => quarantine::run(&home()?, format, quarantine).await,
        Command::Journal(journal) => journal::run(&home()?, format, journal).await,
        Command::Replay(asked) => replay::run(&home()?, format, asked).await,
        Command::Policy(asks) => policy::run(&home, format, asks).await,
        Command::Simulate(simulate) => simulate::run(format, &simulate),
        Command::Judge(judge) => judge::run(format, &judge).await,
        Command::Doctor(Doctor { server: Some(server) }) => doctor::ask(server, format).await,
        Command::Doctor(Doctor { server: None }) => doctor::run(&home()?, format).await,
        Command::Projection(projection) => projection::run(&home()?, format, projection).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "chaperone", &mut script);
            output::bytes(script.trim_ascii_end())?;
            Ok(Exit::Ok)
        }
    }
}

impl From<Moment> for Asked {
    fn from(moment: Moment) -> Self {
        Self { as_of: moment.as_of, known_at: moment.known_at }
    }
}

/// All bytes of a file, or of standard input for `-`.
fn read_all(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).context("reading standard input")?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    }
    Ok(bytes)
}

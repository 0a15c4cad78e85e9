//! What each subcommand does, one file each.

mod account;
mod case;
mod claim;
mod deal;
mod demo;
mod doctor;
mod handoff;
mod ingest;
mod init;
mod journal;
mod partner;
mod quarantine;
mod replay;
mod serve;
mod submit;

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use services::queries::Asked;

use crate::cli::{Cli, Command, Moment};
use crate::data;
use crate::exit::Exit;

/// Runs the command that was asked for and says how it ended.
///
/// # Errors
/// What went wrong, as a chain; `exit::report` knows the code.
pub async fn run(arguments: Cli) -> anyhow::Result<Exit> {
    let Cli { data, output, command } = arguments;
    let told = data.as_deref();
    let folder = || data::folder(told);
    match command {
        Command::Init(init) => init::run(&folder()?, init).await,
        Command::Demo(demo) => demo::run(told, output, demo).await,
        Command::Serve(serve) => serve::run(&folder()?, serve).await,
        Command::Ingest(ingest) => ingest::run(&folder()?, output, ingest).await,
        Command::Submit(file) => submit::run(&folder()?, output, &file.file).await,
        Command::Account(read) => account::run(&folder()?, output, read).await,
        Command::Deal(read) => deal::run(&folder()?, output, read).await,
        Command::Handoff(read) => handoff::run(&folder()?, output, read).await,
        Command::Partner(read) => partner::run(&folder()?, output, read).await,
        Command::Case(read) => case::run(&folder()?, output, read),
        Command::Claim(claim) => claim::run(&folder()?, output, claim).await,
        Command::Quarantine(quarantine) => quarantine::run(&folder()?, output, quarantine).await,
        Command::Journal(journal) => journal::run(&folder()?, output, journal).await,
        Command::Replay(moment) => replay::run(&folder()?, output, moment).await,
        Command::Doctor => doctor::run(&folder()?, output).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "chaperone", &mut std::io::stdout());
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

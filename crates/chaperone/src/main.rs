//! Chaperone, the one binary: reads the command line, wires the adapters and says what came of it.

mod bus;
mod checkpoints;
mod cli;
mod commands;
mod data;
mod exit;
mod output;
mod playing;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

use crate::exit::Exit;

/// Small things are made on one thread and dropped on another all the time: a third less processor time in
/// `ingest` than with the system's allocator. Without huge pages (`no_thp`), which would make a tenth more of it
/// resident.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long a thread for blocking work is kept when there is none: memory it freed is given back when it ends.
const IDLE_THREAD_KEPT: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let arguments = match cli::Cli::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers; everything else is a mistake in the call.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            let _closed_pipe = error.print();
            return code.into();
        }
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = match runtime.enable_all().thread_keep_alive(IDLE_THREAD_KEPT).build() {
        Ok(runtime) => runtime,
        Err(error) => return exit::report(&anyhow::Error::new(error).context("starting the runtime")).into(),
    };
    match runtime.block_on(commands::run(arguments)) {
        Ok(code) => code.into(),
        Err(error) => exit::report(&error).into(),
    }
}

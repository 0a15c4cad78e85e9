//! Writes a seeded history of events to stdout: `generate --events 1000000 --accounts 50000 --seed 7 > history.ndjson`.

use std::io::{self, BufWriter, Write as _};

use anyhow::Context as _;
use clap::Parser;
use tests::generator::{Plan, write_history};

/// Writes a seeded history of a partner program, one CloudEvents line per fact.
#[derive(Parser)]
struct Arguments {
    /// Lines to write.
    #[arg(long, default_value_t = 100_000)]
    events: u64,
    /// Customer accounts; every fifth has a live handoff.
    #[arg(long, default_value_t = 5_000)]
    accounts: u64,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

fn main() -> anyhow::Result<()> {
    let Arguments { events, accounts, seed } = Arguments::parse();
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    write_history(&Plan { events, accounts, seed }, &mut out)
        .and_then(|()| out.flush())
        .context("writing the history to stdout")
}

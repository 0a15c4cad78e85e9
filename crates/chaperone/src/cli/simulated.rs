//! The arguments of `simulate` and `judge`.

use std::path::PathBuf;

use clap::Args;

/// Which simulated world.
#[derive(Debug, Args)]
pub(crate) struct Simulated {
    /// Closed handoffs in a world.
    #[arg(long, default_value_t = 200)]
    pub handoffs: u32,
    /// How often which intent is met: as in life, or every pattern and look-alike in turn.
    #[arg(long, default_value = "default", value_parser = ["default", "balanced"])]
    pub mix: String,
    /// What becomes of events on their way.
    #[arg(long, default_value = "default", value_parser = ["none", "default"])]
    pub noise: String,
    /// Other numbers for the world (TOML, every member); the built-in ones are printed by `simulate`.
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// Where all choices come from: the same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub world: Simulated,
    /// Where events.jsonl and labels.jsonl are written.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// The first and the last seed; each is one world.
    #[arg(long, default_value = "1..20", value_name = "A..B", value_parser = seeds)]
    pub seeds: (u64, u64),
    #[command(flatten)]
    pub world: Simulated,
    /// Search for plans that take the account and raise no alert: so many are tried.
    #[arg(long, value_name = "N")]
    pub red_team: Option<u32>,
}

fn seeds(text: &str) -> Result<(u64, u64), String> {
    let ends =
        text.split_once("..").and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    ends.filter(|(first, last)| first <= last)
        .ok_or_else(|| "expected the first and the last seed, such as 1..20".to_owned())
}

//! `simulate`: a world of partners that act with intent, as events and, apart from them, labels.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use channel_world::{Parameters, VERSION, Wanted, World};
use serde::Serialize;

use crate::cli::simulated::{Simulate, Simulated};
use crate::exit::{Exit, stop};
use crate::output::{self, Format, talk};

/// What was written.
#[derive(Serialize)]
struct Summary {
    generator_version: u32,
    seed: u64,
    events: usize,
    handoffs: usize,
}

pub(super) fn run(output: Format, simulate: &Simulate) -> anyhow::Result<Exit> {
    let parameters = parameters(&simulate.world)?;
    let world = channel_world::simulate(&parameters, wanted(&simulate.world, simulate.seed)?);
    fs::create_dir_all(&simulate.out).with_context(|| format!("making {}", simulate.out.display()))?;
    write(&simulate.out.join("events.jsonl"), world.events.iter().cloned())?;
    let labels: Result<Vec<String>, _> = world.labels.iter().map(serde_json::to_string).collect();
    write(&simulate.out.join("labels.jsonl"), labels?.into_iter())?;
    talk(format_args!("{}", toml_of(simulate, &parameters)?));
    let World { events, labels } = &world;
    let summary = Summary {
        generator_version: VERSION,
        seed: simulate.seed,
        events: events.len(),
        handoffs: labels.len(),
    };
    output::one(output, &summary)?;
    Ok(Exit::Ok)
}

/// The numbers of the world: the built-in ones with their comments, or those of the file.
fn toml_of(simulate: &Simulate, parameters: &Parameters) -> anyhow::Result<String> {
    if simulate.world.parameters.is_none() {
        return Ok(Parameters::built_in_text().to_owned());
    }
    parameters.to_toml().context("writing the parameters")
}

/// The parameters that were asked for.
///
/// # Errors
/// The file cannot be read, or holds no parameters.
pub(super) fn parameters(world: &Simulated) -> anyhow::Result<Parameters> {
    let Some(file) = &world.parameters else { return Ok(Parameters::default()) };
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    Parameters::parse(&text).map_err(|error| {
        let chain = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
        stop(Exit::InvalidData, format!("{}: {error}{chain}", file.display()))
    })
}

pub(super) fn wanted(world: &Simulated, seed: u64) -> anyhow::Result<Wanted> {
    Ok(Wanted { seed, handoffs: world.handoffs, mix: world.mix.parse()?, noise: world.noise.parse()? })
}

fn write(file: &Path, lines: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}

//! `judge`: how well the rules find what was meant in simulated worlds, beside simpler methods.

mod ablation;
mod hearing;
mod red_team;
mod table;

use channel_world::baseline::{BASELINES, baselines};
use channel_world::score::{self, Said, Trial};
use channel_world::{Parameters, Wanted, World};
use tokio::task::JoinSet;

use super::simulate::{parameters, wanted};
use crate::cli::simulated::Judge;
use crate::exit::Exit;
use crate::output::{self, Format, talk};
use ablation::Ablation;
use hearing::{Hearing, hear};

/// Worlds judged at the same time: one per core of a small machine; each holds its events twice.
const WORLDS_MAX: usize = 2;

pub(super) async fn run(output: Format, judge: &Judge) -> anyhow::Result<Exit> {
    let (first, last) = judge.seeds;
    if let Some(plans) = judge.red_team {
        red_team::hunt(output, first, plans).await?;
        return Ok(Exit::Ok);
    }
    let parameters = parameters(&judge.world)?;
    let mut running: JoinSet<anyhow::Result<Judged>> = JoinSet::new();
    let mut judged = Vec::new();
    for seed in first..=last {
        if running.len() >= WORLDS_MAX {
            judged.extend(running.join_next().await.transpose()?.transpose()?);
        }
        running.spawn(one_world(parameters.clone(), wanted(&judge.world, seed)?));
    }
    while let Some(one) = running.join_next().await {
        judged.push(one??);
    }
    judged.sort_by_key(|one| one.trial.seed);
    let turned_away: u64 = judged.iter().map(|one| one.turned_away).sum();
    let differing: u64 = judged.iter().map(|one| one.differing).sum();
    let trials: Vec<Trial> = judged.into_iter().map(|one| one.trial).collect();
    let looked_for: Vec<&str> = policing::patterns::PATTERNS.iter().map(|row| row.pattern).collect();
    let report = score::report(&trials, &looked_for, &methods());
    if output == Format::Table {
        table::print(&report)?;
        talk(format_args!(
            "{turned_away} records turned away; {differing} findings differ between live and replay"
        ));
    } else {
        output::one(output, &report)?;
    }
    Ok(Exit::Ok)
}

/// One world as every method saw it.
struct Judged {
    trial: Trial,
    turned_away: u64,
    differing: u64,
}

fn methods() -> Vec<(&'static str, &'static str)> {
    let ours = [("rules", "all rules, on the events as they arrived")];
    let simpler = BASELINES.iter().map(|(name, what, _)| (*name, *what));
    let without = Ablation::ALL.iter().map(|ablation| (ablation.name(), ablation.what()));
    ours.into_iter().chain(simpler).chain(without).collect()
}

async fn one_world(parameters: Parameters, wanted: Wanted) -> anyhow::Result<Judged> {
    let World { events, labels } = channel_world::simulate(&parameters, wanted);
    let Hearing { alerts, turned_away, differing } = hear(&events).await?;
    let mut said = vec![Said { method: "rules", alerts }];
    said.extend(baselines(&events)?);
    for ablation in Ablation::ALL {
        let events = ablation.of(&events)?;
        said.push(Said { method: ablation.name(), alerts: hear(&events).await?.alerts });
    }
    Ok(Judged { trial: Trial { seed: wanted.seed, labels, said }, turned_away, differing })
}

//! A seeded world of vendors, partners and customers whose agents act with intent, and the labels of what they meant.
//!
//! It shares no code with the rules it is used to judge: it knows the published event formats and nothing of
//! findings. What an agent means is written to the labels and never into an event; the events are those that
//! such people would cause, with the papers they would have. Everything follows from one seed.

mod at;
pub mod baseline;
mod benign;
mod book;
mod cast;
mod change;
mod errors;
mod host;
mod intent;
mod label;
mod lawful;
mod noise;
mod parameters;
mod random;
pub mod red_team;
pub mod score;
mod stage;
mod takeover;

pub use intent::Intent;
pub use label::{Act, Label, Link};
pub use parameters::{BadParameters, Mix, Noise, Parameters, UnknownWord};

/// The version of the generator: raised whenever the same seed gives other bytes, so that figures published
/// with one version are never compared with those of another.
pub const VERSION: u32 = 2;

/// What world to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Where all choices come from.
    pub seed: u64,
    /// Closed handoffs, at least; a plan that needs several is always told whole.
    pub handoffs: u32,
    /// How often which intent is met.
    pub mix: Mix,
    /// What becomes of events on their way.
    pub noise: Noise,
}

/// A world as it was told, and as it was meant.
#[derive(Debug, Clone)]
pub struct World {
    /// CloudEvents, one JSON text each, in order of arrival.
    pub events: Vec<String>,
    /// One for each handoff, in order of acceptance.
    pub labels: Vec<Label>,
}

/// Makes the world that follows from `wanted`: the same bytes every time.
pub fn simulate(parameters: &Parameters, wanted: Wanted) -> World {
    let quiet = noise::Rates::none();
    let rates = match wanted.noise {
        Noise::None => &quiet,
        Noise::Default => &parameters.noise,
    };
    let mut book = book::Book::new(wanted.seed, parameters, rates);
    let mut draws = 0;
    while book.labels_len() < wanted.handoffs {
        intent::act_out(&mut book, parameters, wanted.mix, draws);
        draws += 1;
    }
    let (told, mut labels) = book.close();
    labels.sort_by(|a, b| (&a.accepted_at, &a.handoff).cmp(&(&b.accepted_at, &b.handoff)));
    World { events: noise::arrive(told, rates, wanted.seed), labels }
}

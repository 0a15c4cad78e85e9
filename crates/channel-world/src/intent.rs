//! What an agent is up to, and how often which is.

use serde::{Deserialize, Serialize};

use crate::book::Book;
use crate::parameters::{Mix, Parameters};
use crate::stage::{Meant, Stage};
use crate::{benign, errors, host, lawful, takeover};

/// What was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Nobody wants anything that is not agreed.
    Benign,
    /// The account moves, or seems to, as the terms allow.
    Lawful,
    /// The guest's side takes what it may not.
    Predatory,
    /// The host uses its rights against the guest.
    HostAbuse,
    /// Somebody makes a mistake.
    InnocentError,
}

/// A plot: its name in the labels and how it is acted out.
pub(crate) type Plot = (&'static str, fn(&mut Stage<'_>));

/// Acts out one intent, and labels every handoff it took.
pub(crate) fn act_out(book: &mut Book, parameters: &Parameters, mix: Mix, draws: usize) {
    let (intent, plots) = match mix {
        Mix::Default => drawn(book, parameters),
        Mix::Balanced => in_turn(book, draws),
    };
    let meant = Meant {
        story: format!("s-{:06}", book.number()),
        intent,
        plan: plots.iter().map(|(name, _)| (*name).to_owned()).collect(),
    };
    let mut stage = Stage::new(book, meant);
    match plots.as_slice() {
        [] => benign::ordinary(&mut stage),
        [(_, act)] => act(&mut stage),
        [(_, first), rest @ ..] => {
            first(&mut stage);
            rest.iter().for_each(|(_, more)| more(&mut stage));
        }
    }
    stage.finish();
}

fn drawn(book: &mut Book, parameters: &Parameters) -> (Intent, Vec<Plot>) {
    let mix = &parameters.mix;
    let mut at = u32::try_from(book.random.below(10_000)).unwrap_or(0);
    let mut within = |share: u32| {
        let inside = at < share;
        at = at.saturating_sub(share);
        inside
    };
    if within(mix.benign_bp) {
        (Intent::Benign, Vec::new())
    } else if within(mix.lawful_bp) {
        (Intent::Lawful, vec![*book.random.pick(&lawful::PLOTS)])
    } else if within(mix.predatory_bp) {
        let first = *book.random.pick(&takeover::PLOTS);
        let composite = book.random.chance(mix.composites_bp);
        (Intent::Predatory, if composite { composed(book, first) } else { vec![first] })
    } else if within(mix.host_abuse_bp) {
        (Intent::HostAbuse, vec![*book.random.pick(&host::PLOTS)])
    } else {
        (Intent::InnocentError, vec![*book.random.pick(&errors::PLOTS)])
    }
}

/// A plan made of several: something more is done on the same account.
fn composed(book: &mut Book, first: Plot) -> Vec<Plot> {
    let more: Vec<Plot> = takeover::SEQUELS.iter().copied().filter(|(name, _)| *name != first.0).collect();
    vec![first, *book.random.pick(&more)]
}

/// One of everything after the other, then some composites and some handoffs where nothing happens.
fn in_turn(book: &mut Book, draws: usize) -> (Intent, Vec<Plot>) {
    let kinds =
        [takeover::PLOTS.len(), lawful::PLOTS.len(), host::PLOTS.len(), errors::PLOTS.len(), 10, 1, 8];
    let mut at = draws % kinds.iter().sum::<usize>();
    for (kind, plots) in kinds.into_iter().enumerate() {
        if at >= plots {
            at -= plots;
            continue;
        }
        return match kind {
            0 => (Intent::Predatory, vec![takeover::PLOTS[at]]),
            1 => (Intent::Lawful, vec![lawful::PLOTS[at]]),
            2 => (Intent::HostAbuse, vec![host::PLOTS[at]]),
            3 => (Intent::InnocentError, vec![errors::PLOTS[at]]),
            4 => {
                let first = *book.random.pick(&takeover::PLOTS);
                (Intent::Predatory, composed(book, first))
            }
            5 => (Intent::Predatory, vec![takeover::REPEATED]),
            _ => (Intent::Benign, Vec::new()),
        };
    }
    (Intent::Benign, Vec::new())
}

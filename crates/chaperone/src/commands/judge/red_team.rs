//! The search for plans that take the account and raise no alert.

use channel_world::red_team::{Hunt, Scheme, play};
use serde::Serialize;

use super::hearing::hear;
use crate::output::{self, Format, talk};

/// Each plan is acted out in so many worlds, and is unnoticed only if it is in all of them.
const WORLDS: u64 = 3;
/// Severity from which somebody looks.
const ALERT_FROM: u8 = 2;

/// A plan nobody noticed.
#[derive(Serialize)]
struct Unnoticed {
    cost: u32,
    plan: String,
}

/// Tries `plans` plans, leaves out of each unnoticed one what it does not need, and prints what is left.
pub(super) async fn hunt(output: Format, seed: u64, plans: u32) -> anyhow::Result<()> {
    let mut hunt = Hunt::new(seed);
    for _ in 0..plans {
        let drawn = hunt.next_scheme();
        let mut left = if is_noticed(&drawn).await? { Vec::new() } else { vec![drawn] };
        while let Some(scheme) = left.pop() {
            hunt.went_unnoticed(scheme);
            for cheaper in scheme.cheaper() {
                if !hunt.is_known(cheaper) && !is_noticed(&cheaper).await? {
                    left.push(cheaper);
                }
            }
        }
    }
    let (tried, unnoticed) = hunt.counts();
    let row = |scheme: &Scheme| Unnoticed { cost: scheme.cost(), plan: scheme.to_string() };
    let rows: Vec<Unnoticed> = hunt.bare().iter().map(row).collect();
    output::rows(output, &["cost", "plan"], &rows)?;
    talk(format_args!(
        "{tried} plans tried, {unnoticed} unnoticed; cost in days of work of a capable person"
    ));
    Ok(())
}

async fn is_noticed(scheme: &Scheme) -> anyhow::Result<bool> {
    for world in 1..=WORLDS {
        let world = play(scheme, world);
        let heard = hear(&world.events).await?;
        let accounts: Vec<&String> = world.labels.iter().flat_map(|label| &label.accounts).collect();
        let seen = heard
            .alerts
            .iter()
            .any(|alert| alert.stands && alert.severity >= ALERT_FROM && accounts.contains(&&alert.account));
        if seen {
            return Ok(true);
        }
    }
    Ok(false)
}

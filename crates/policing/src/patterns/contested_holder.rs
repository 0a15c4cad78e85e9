//! Two records of one instant name different holders of one scope. Neither is believed over the other: the last
//! recorded counts for the time being, and a person looks which of the two is wrong.

use std::collections::BTreeSet;

use domain::account::Account;
use domain::account::holding::Holding;
use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::case::{Clearing, Ground, Severity, Unknown};
use domain::fact::Fact;
use domain::protection::words;

use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

/// One sighting per record that another one of the same instant contradicts. It is gone when one of the two is
/// corrected or retracted.
pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    let holdings = &scene.known.account.holdings;
    let mut seen = BTreeSet::new();
    let mut sightings = Vec::new();
    for (place, later) in holdings.iter().enumerate() {
        // Holdings stand in fold order, so the one further down the list is the one believed for now.
        let contradicts = |earlier: &&Holding| {
            earlier.holder != later.holder
                && earlier.during.from == later.during.from
                && (earlier.contested == Some(later.event) || later.contested == Some(earlier.event))
        };
        let Some(earlier) = holdings[..place].iter().find(contradicts) else { continue };
        if seen.insert(later.event) {
            sightings.push(sighting(scene, earlier, later));
        }
    }
    sightings
}

/// Whether two records contradict each other, so that the account has to be looked at.
pub(crate) fn is_contested(account: &Account) -> bool {
    account.holdings.iter().any(|holding| holding.contested.is_some())
}

/// Whether the account these facts add up to may be contested: a corrected fact may say anything.
pub(crate) fn may_be_contested(facts: &[Fact]) -> bool {
    let mut recorded: Vec<_> = facts
        .iter()
        .filter_map(|fact| {
            let Event::Account(AccountEvent::HolderRecorded(recorded)) = &fact.event else { return None };
            Some((recorded.from, &recorded.holder))
        })
        .collect();
    if recorded.len() < 2 {
        return false;
    }
    recorded.sort_unstable();
    recorded.windows(2).any(|two| two[0].0 == two[1].0 && two[0].1 != two[1].1)
        || facts.iter().any(|fact| fact.corrects().is_some())
}

fn sighting<'a>(scene: &Scene<'a>, earlier: &Holding, later: &Holding) -> Sighting<'a> {
    let (at, account) = (later.during.from, scene.known.account_id);
    let shared = earlier.scope.and(&later.scope).unwrap_or_else(|| later.scope.clone());
    let sentence = format!(
        "{} and {} are both recorded as the holder of {} from {}",
        earlier.holder,
        later.holder,
        words::scope(&shared),
        words::day(at),
    );
    let proof = vec![earlier.event, later.event];
    let ground = Ground::new("contested", sentence.clone(), proof.clone());
    let clearing = Clearing {
        basis: "correction".to_owned(),
        missing: "a correction or retraction of one of the two records".to_owned(),
    };
    Sighting {
        act: later.event,
        at,
        actor: later.holder.clone(),
        respondent: "vendor".to_owned(),
        severity: Severity::S2,
        about: About::Subject {
            subject: account.to_string(),
            losing: earlier.holder.clone(),
            gaining: later.holder.clone(),
        },
        seen: Seen::Breach(Breach {
            unknown: Some(Unknown::Contested),
            proof,
            context: Vec::new(),
            grounds: vec![ground],
            clearing: vec![clearing],
            sentence,
        }),
    }
}

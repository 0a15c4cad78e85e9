//! T23: a person goes from one partner to another, and accounts follow.
//!
//! It is off until a policy turns it on, since it follows persons, of which nothing is known but a reference. Trigger:
//! within the days the policy names (180) after the person joined, as many accounts as it names (2) went from the
//! first partner's family to the second's, without the customer's letter, any basis, or a list both sides agreed on.
//! Two are the reason to count and no more: of all accounts that left the first family in that time, one after the
//! other, those that followed must be more than chance has it (see `chance`). With fewer than ten there is nothing to
//! judge, and that is what is said, on the account that followed as the second. It is a statistic: for review (S2), on
//! the account with which it was no chance any more.

use std::collections::BTreeSet;

use domain::calendar::zone_or_utc;
use domain::event::case::{Clearing, Ground, Severity, Unknown};
use domain::family::PersonMoved;
use domain::id::{AccountId, EventId};
use domain::protection::words;
use domain::time::Instant;

use crate::across::{Departure, Wide};
use crate::chance::{Happened, exceeded_after};
use crate::judged::{About, Breach, Seen, Sighting};
use crate::scene::Scene;

pub(super) fn look<'a>(scene: &Scene<'a>) -> Vec<Sighting<'a>> {
    if scene.among.own.departures.is_empty() {
        return Vec::new();
    }
    let wide = scene.wide();
    let moved = wide.families.people_moved();
    let followed = moved.iter().filter_map(|person| Followed::of(wide, person));
    let own = followed.filter(|followed| followed.found_in.account == *scene.known.account_id);
    own.map(|followed| sighting(&followed)).collect()
}

/// The accounts on which it may be found because of `departure`.
pub(crate) fn accounts(wide: Wide<'_>, departure: &Departure) -> Vec<AccountId> {
    let moved = wide.families.people_moved();
    let concerned = moved.iter().filter(|person| {
        wide.are_kin(person.from, &departure.from, person.joined_at)
            && person.joined_at <= departure.at
            && departure.at < until(wide, person)
    });
    let followed = concerned.filter_map(|person| Followed::of(wide, person));
    followed.map(|followed| followed.found_in.account.clone()).collect()
}

/// Accounts that left one family after a person did.
struct Followed<'w> {
    person: &'w PersonMoved<'w>,
    /// Those that count, in order, and whether each followed the person.
    left: Vec<(&'w Departure, Happened)>,
    found_in: &'w Departure,
    /// Why it cannot be judged, if so.
    unknown: Option<Unknown>,
}

impl<'w> Followed<'w> {
    /// What followed the person; `None` while too little did to count, or no more than chance has it.
    fn of(wide: Wide<'w>, person: &'w PersonMoved<'w>) -> Option<Self> {
        let policy = &wide.program.policy_at(person.joined_at).policy.policing;
        let mut left = left(wide, person)?;
        let mut followed = left.iter().filter(|(_, happened)| *happened == Happened::Yes);
        let (trigger, _) = *followed.nth(usize::from(policy.follow_accounts_min).saturating_sub(1))?;
        if left.len() < usize::from(policy.chance_trials_min) {
            left.retain(|(departure, happened)| {
                *happened == Happened::Yes && (departure.at, departure.event) <= (trigger.at, trigger.event)
            });
            return Some(Self { person, left, found_in: trigger, unknown: Some(Unknown::TooFew) });
        }
        let after = exceeded_after(policy, left.iter().map(|(_, happened)| *happened))?;
        left.truncate(after);
        let (found_in, _) = *left.last()?;
        Some(Self { person, left, found_in, unknown: None })
    }
}

/// The accounts that left the person's first family in the time after it did, each once.
fn left<'w>(wide: Wide<'w>, person: &PersonMoved<'_>) -> Option<Vec<(&'w Departure, Happened)>> {
    let from = wide.family(person.from, person.joined_at);
    let to = wide.family(person.to, person.joined_at);
    if to.contains(person.from) {
        return None;
    }
    let until = until(wide, person);
    let of_family = from.iter().flat_map(|member| wide.among.left(member, person.joined_at, until));
    // What stays in the family did not leave it.
    let mut left: Vec<&Departure> = of_family.filter(|departure| !from.contains(&departure.to)).collect();
    left.sort_by_key(|departure| (departure.at, departure.event));
    let mut met = BTreeSet::new();
    left.retain(|departure| met.insert(&departure.account));
    let happened = |departure: &Departure| {
        let follows = to.contains(&departure.to)
            && departure.because.is_none()
            && !person.carries.contains(&departure.account);
        if follows { Happened::Yes } else { Happened::No }
    };
    Some(left.into_iter().map(|departure| (departure, happened(departure))).collect())
}

fn until(wide: Wide<'_>, person: &PersonMoved<'_>) -> Instant {
    let policy = &wide.program.policy_at(person.joined_at).policy;
    person.joined_at.plus_civil_days(i64::from(policy.policing.follow_days), &zone_or_utc(&policy.zone))
}

fn sighting<'a>(followed: &Followed<'_>) -> Sighting<'a> {
    let (person, found_in) = (followed.person, followed.found_in);
    Sighting {
        act: found_in.event,
        at: found_in.at,
        actor: person.to.clone(),
        respondent: person.to.to_string(),
        severity: Severity::S2,
        about: About::Subject {
            subject: format!("{} {} {} {}", person.person, person.from, person.to, found_in.account),
            losing: person.from.clone(),
            gaining: person.to.clone(),
        },
        seen: Seen::Breach(breach(followed)),
    }
}

fn breach(followed: &Followed<'_>) -> Breach {
    let (person, left) = (followed.person, &followed.left);
    let came = || left.iter().filter(|(_, happened)| *happened == Happened::Yes);
    let came_by: Vec<EventId> = came().flat_map(|(departure, _)| departure.proof.clone()).collect();
    let counted = match followed.unknown {
        Some(_) => format!("{} accounts that left {}", left.len(), person.from),
        None => format!("{} of {} accounts that left {}", came().count(), left.len(), person.from),
    };
    let sentence = format!(
        "{counted} went to {} after a person did on {}, without a customer's letter or an agreed list",
        person.to,
        words::day(person.joined_at),
    );
    let moved = format!("a person of {} joined {}", person.from, person.to);
    let all = left.iter().flat_map(|(departure, _)| departure.proof.clone());
    Breach {
        unknown: followed.unknown,
        proof: person.shown_by.into_iter().chain(all).collect(),
        context: Vec::new(),
        grounds: vec![
            Ground::new("person", moved, person.shown_by.into()),
            Ground::new("followed", format!("{counted} went to {}", person.to), came_by),
        ],
        clearing: vec![
            Clearing {
                basis: "V1".to_owned(),
                missing: "the customer's letter for each account that followed".to_owned(),
            },
            Clearing {
                basis: "carry_list".to_owned(),
                missing: "a list of these accounts, agreed when the person joined".to_owned(),
            },
        ],
        sentence,
    }
}

//! T23: a person goes from one partner to another, and accounts follow.

use std::collections::BTreeSet;

use domain::event::case::{Severity, Unknown};
use domain::event::consent::{Authority, Inducement};
use domain::id::{AccountId, EventId, PartnerId};
use domain::time::Instant;

use super::chance::exceeded_after;
use super::takeover::violation;
use super::{Claim, Evidence, Shown};
use crate::family::Kin;
use crate::gains::{Gain, Kind};
use crate::holdings::{holdings, left_of};
use crate::known::Person;
use crate::parts::covers;
use crate::question::Answer;
use crate::scene::Scene;
use crate::walk;

/// An account that went from one partner to another.
struct Departure<'a> {
    account: &'a AccountId,
    from: PartnerId,
    to: PartnerId,
    at: Instant,
    event: EventId,
    is_wanted: bool,
}

pub(super) fn follows(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let mut all = departures(scene);
    for apart in &scene.known.apart {
        all.extend(departures(&Scene::of(apart)));
    }
    all.sort_by_key(|departure| (departure.at, departure.event));
    let people = &scene.known.people;
    let joined =
        people.iter().filter(|joined| joined.carries.is_some() && claim.proof.contains(&joined.event));
    for joined in joined {
        let elsewhere = people.iter().filter(|seen| {
            seen.person == joined.person && seen.partner != joined.partner && seen.at <= joined.at
        });
        let Some(before) = elsewhere.max_by_key(|seen| (seen.at, seen.event)) else { continue };
        if let Some(shown) = followed(scene, claim, before, joined, &all) {
            return Ok(shown);
        }
    }
    Err("no person is shown whom as many accounts followed as chance does not explain".to_owned())
}

fn followed(
    scene: &Scene<'_>,
    claim: &Claim<'_>,
    before: &Person,
    joined: &Person,
    all: &[Departure<'_>],
) -> Option<Shown> {
    let policing = &scene.policy_at(joined.at).policing;
    let is_cited = |one: &&Departure<'_>| claim.proof.contains(&one.event);
    let cited: Vec<&Departure<'_>> = all.iter().filter(is_cited).collect();
    let left = trials(scene, before, joined, cited.into_iter());
    let least = usize::from(policing.follow_accounts_min).checked_sub(1)?;
    let (trigger, _) = *left.iter().filter(|(_, follows)| *follows).nth(least)?;
    let (found_in, unknown) = if left.len() < usize::from(policing.chance_trials_min) {
        (trigger, Some(Unknown::TooFew))
    } else {
        let after = exceeded_after(policing, left.iter().map(|(_, follows)| *follows))?;
        (left.get(after.checked_sub(1)?)?.0, None)
    };
    // Of too few only those are shown that followed; where chance is asked, all are that left.
    let is_left_out = |(one, follows): &(&Departure<'_>, bool)| {
        let is_earlier = (one.at, one.event) < (found_in.at, found_in.event);
        is_earlier && !is_cited(one) && (*follows || unknown.is_none())
    };
    if claim.evidence == Evidence::All && trials(scene, before, joined, all.iter()).iter().any(is_left_out) {
        return None;
    }
    let shown = Shown::of(Severity::S2, Kin::Known, found_in.at, &joined.partner);
    let until_then = left.iter().take_while(|(one, _)| (one.at, one.event) <= (found_in.at, found_in.event));
    let counted = until_then.filter(|(_, follows)| *follows).count();
    (found_in.event == claim.act).then_some(Shown { unknown, counted, ..shown })
}

/// The accounts that left the person's first partner in the time after it did, each once, and whether each followed.
fn trials<'d, 'a>(
    scene: &Scene<'_>,
    before: &Person,
    joined: &Person,
    departures: impl Iterator<Item = &'d Departure<'a>>,
) -> Vec<(&'d Departure<'a>, bool)>
where
    'a: 'd,
{
    let follow_days = scene.policy_at(joined.at).policing.follow_days;
    let until = scene.known.program.days_after(joined.at, follow_days);
    let of = |family: &PartnerId, who: &PartnerId| scene.kin(family, who, joined.at).is_some();
    let mut accounts = BTreeSet::new();
    let left = departures.filter(|one| {
        let leaves = of(&before.partner, &one.from) && !of(&before.partner, &one.to);
        leaves && joined.at <= one.at && one.at < until && accounts.insert(one.account)
    });
    let trial = |one: &'d Departure<'a>| {
        let carried = joined.carries.iter().flatten().any(|account| account == one.account);
        (one, of(&joined.partner, &one.to) && !one.is_wanted && !carried)
    };
    left.map(trial).collect()
}

/// Changes of holder from one partner to another, each pair once. What stands on a duplicate that is only linked left
/// that account.
fn departures<'a>(scene: &Scene<'a>) -> Vec<Departure<'a>> {
    let left_there =
        |gain: &Gain<'_>| scene.known.elsewhere(gain.event).is_some_and(|other| other.tie.by_link);
    let mut moves: Vec<&Gain<'a>> =
        scene.gains.iter().filter(|gain| gain.moves() && !left_there(gain)).collect();
    moves.sort_by_key(|gain| (gain.at, gain.event));
    let mut found: Vec<Departure<'a>> = Vec::new();
    for gain in moves {
        let Some(from) = holder_before(scene, gain).filter(|from| from != gain.partner) else { continue };
        let is_known = found.iter().any(|known| known.to == *gain.partner && known.from == from);
        let reversed = gain
            .change()
            .is_some_and(|change| scene.told.reversed.iter().any(|on| on.said.change == *change));
        if is_known || reversed || matches!(gain.kind, Kind::Held { batch: Some(_), .. }) {
            continue;
        }
        let (account, is_wanted) = (scene.account, is_wanted(scene, gain));
        let to = gain.partner.clone();
        found.push(Departure { account, from, to, at: gain.at, event: gain.event, is_wanted });
    }
    found
}

fn holder_before(scene: &Scene<'_>, gain: &Gain<'_>) -> Option<PartnerId> {
    let held = scene.told.held.iter().find(|on| on.id() == gain.event);
    if let Some(previous) = held.and_then(|on| on.said.previous.as_ref()) {
        return Some(previous.clone());
    }
    let all = holdings(scene);
    let before = all.iter().filter(|holding| {
        holding.event != gain.event
            && holding.from < gain.at
            && gain.scope.as_ref().is_none_or(|scope| left_of(&all, holding, gain.at).meets(scope))
    });
    before.max_by_key(|holding| (holding.from, holding.event)).map(|holding| holding.holder.clone())
}

/// Whether a basis allowed it, or the customer's letter named whoever gained.
fn is_wanted(scene: &Scene<'_>, gain: &Gain<'_>) -> bool {
    let cleared = scene.terms.iter().any(|terms| {
        let answer = walk::ask(scene, terms, gain, &|_| true);
        let is_open = matches!(answer, Answer::Open(_));
        matches!(answer, Answer::Cleared(_)) || (is_open && violation(scene, terms, gain).is_err())
    });
    let days = scene.policy_at(gain.at).consent.letter_days;
    let wrote = scene.told.letters.iter().any(|on| {
        let said = on.said;
        let back = scene.told.taken_back.iter().rfind(|back| back.said.letter == said.letter);
        said.gaining == *gain.partner
            && gain.scope.as_ref().is_none_or(|scope| covers(&said.scope, scope))
            && said.signed_at <= gain.at
            && gain.at <= scene.known.program.days_after(said.signed_at, days)
            && said.authority != Authority::Unknown
            && said.inducement == Inducement::None
            && back.is_none_or(|back| gain.at < back.said.signed_at)
    });
    cleared || wrote
}

//! Which of the customer's papers an order needs to be covered: as few as let it pass by themselves.

use std::collections::HashSet;

use domain::account::Account;
use domain::account::gain::Gain;
use domain::account::guest::{Change, ChangeState, Handoff, Letter, Token};
use domain::event::case::ClearedBy;
use domain::event::change::Basis;
use domain::id::EventId;
use domain::protection::{self, Known, Outcome, kin};

use crate::scene::Scene;

/// Of `papers` and the steps of the changes they belong to, those without any one of which the customer's will does
/// not let the order pass; all of them where they do not suffice. With how whoever was moved to belongs to the guest.
pub(super) fn needed(scene: &Scene<'_>, handoff: &Handoff, gain: &Gain, papers: &[EventId]) -> Vec<EventId> {
    let account = scene.known.account;
    let mut kept = with_steps(account, papers);
    if suffice(scene, handoff, gain, &kept) {
        // What one event makes needless another may make needed: until nothing more can go.
        while let Some(spared) = spared(scene, handoff, gain, &kept) {
            kept.remove(spared);
        }
    }
    let moved = account.gains.iter().filter(|other| kept.contains(&other.event));
    let paths = moved.filter_map(|other| kin::of_guest(scene.known, handoff, &other.partner, other.at));
    let paths: Vec<EventId> = paths.flat_map(|kinship| kinship.path).collect();
    kept.into_iter().chain(paths).collect()
}

/// The place of an event that can go.
fn spared(scene: &Scene<'_>, handoff: &Handoff, gain: &Gain, kept: &[EventId]) -> Option<usize> {
    (0..kept.len()).rev().find(|place| {
        let mut fewer = kept.to_vec();
        fewer.remove(*place);
        suffice(scene, handoff, gain, &fewer)
    })
}

/// The papers, and the requests and executions of the changes that show them; the executions last.
fn with_steps(account: &Account, papers: &[EventId]) -> Vec<EventId> {
    let shows = |change: &&Change| {
        let letter = change.letter.as_ref().and_then(|letter| account.letter(letter));
        letter.is_some_and(|letter| papers.contains(&letter.event))
            || change.verifications.iter().any(|known| papers.contains(&known.event))
            || account.tokens.iter().any(|token| is_redeemed_for(token, change, papers))
    };
    let changes: Vec<&Change> = account.changes.iter().filter(shows).collect();
    let requests = changes.iter().filter_map(|change| change.requested);
    let done = changes.iter().flat_map(|change| change.executions.iter().map(|done| done.event));
    let mut seen = HashSet::new();
    let all = papers.iter().copied().chain(requests).chain(done);
    all.filter(|event| seen.insert(*event)).collect()
}

fn is_redeemed_for(token: &Token, change: &Change, papers: &[EventId]) -> bool {
    let of_change = token.redemptions.iter().filter(|(_, redeemed, _)| redeemed.change == change.change);
    of_change.into_iter().any(|(_, _, event)| papers.contains(event))
}

/// Whether the order is covered when nothing else is on record: the customer's will, or the end of window and tail,
/// lets it pass.
fn suffice(scene: &Scene<'_>, handoff: &Handoff, gain: &Gain, kept: &[EventId]) -> bool {
    let account = only(scene.known.account, handoff, gain, kept);
    let Some(handoff) = account.handoffs.first() else { return false };
    let known = Known { account: &account, ..scene.known };
    let outcome = protection::about(known, handoff, gain);
    let Some(Outcome::Cleared { by: ClearedBy::Basis(by), .. }) = outcome else { return false };
    matches!(by, Basis::CustomerLetter | Basis::WindowOver)
}

/// The account as the handoff, the order and these events alone tell it.
fn only(account: &Account, handoff: &Handoff, gain: &Gain, kept: &[EventId]) -> Account {
    let is_kept = |event: &EventId| kept.contains(event);
    let mut handoff = handoff.clone();
    handoff.releases.retain(|release| is_kept(&release.event));
    handoff.forfeitures.retain(|claim| is_kept(&claim.event));
    let mut alone = Account::default();
    alone.handoffs.push(handoff);
    alone.gains = account.gains.clone();
    alone.gains.retain(|other| is_kept(&other.event) || other.event == gain.event);
    alone.changes = account.changes.iter().filter_map(|change| change_of(change, kept)).collect();
    let letters = account.letters.iter().filter(|letter| is_kept(&letter.event));
    alone.letters = letters.map(|letter| letter_of(letter, &alone.changes)).collect();
    alone.tokens = account.tokens.iter().filter(|token| is_kept(&token.event)).cloned().collect();
    for token in &mut alone.tokens {
        token.voided = None;
        token.redemptions.retain(|(_, _, event)| is_kept(event));
    }
    alone.overrides = account.overrides.iter().filter(|known| is_kept(&known.event)).cloned().collect();
    alone.anchors = account.anchors.iter().filter(|known| is_kept(&known.event)).cloned().collect();
    alone
}

/// What is left of a change when only `kept` tells of it.
fn change_of(change: &Change, kept: &[EventId]) -> Option<Change> {
    let mut left = change.clone();
    left.executions.retain(|done| kept.contains(&done.event));
    left.verifications.retain(|known| kept.contains(&known.event));
    (left.objections, left.rescinded, left.reversed) = (Vec::new(), None, None);
    left.state = if left.executions.is_empty() { ChangeState::Requested } else { ChangeState::Executed };
    if left.requested.is_none_or(|event| !kept.contains(&event)) {
        let first = left.executions.first();
        left.gaining = first.map(|done| done.executed.holder.clone());
        left.scope = first.map(|done| done.executed.scope.clone()).unwrap_or_default();
        (left.requested, left.letter, left.token) = (None, None, None);
    }
    let is_told = left.requested.is_some() || !left.executions.is_empty();
    is_told.then_some(left)
}

/// A letter of which only these changes are known to make use.
fn letter_of(letter: &Letter, changes: &[Change]) -> Letter {
    let uses =
        |change: &&Change| change.letter.as_ref() == Some(&letter.letter) && !change.executions.is_empty();
    let users = changes.iter().filter(uses);
    let used_by = users.min_by_key(|change| change.executions.first().map(|done| done.at));
    let used_by = used_by.map(|change| change.change.clone());
    Letter { rescinded: None, rescinded_by: None, used_by, ..letter.clone() }
}

//! Everything that lets go of a protected scope: agreements, earlier relationships, the nine bases, uniform acts.

mod consent;
mod forfeiture;
mod mistake;
mod papers;

use domain::event::Evidence;
use domain::event::Party;
use domain::event::account::{OverrideAct, OverrideReason, OverrideRecorded};
use domain::event::case::ClearedBy;
use domain::event::change::Basis;
use domain::event::handoff::Released;
use domain::fact::Role;
use domain::id::{EventId, PartnerId};
use domain::scope::Scope;
use domain::time::Instant;

pub(crate) use consent::{defects, letter_of};
pub(crate) use mistake::supports as put_right;
pub(crate) use papers::{anchored, is_credible, proves};

use crate::family::Owned;
use crate::gains::{Gain, Kind, Touch};
use crate::parts::{Part, meet};
use crate::question::Question;
use crate::scene::Scene;
use crate::terms::Terms;
use crate::told::On;

/// Something lets go of a scope; of everything where it names none.
#[derive(Debug, Clone)]
pub(crate) struct Support {
    pub(crate) by: ClearedBy,
    pub(crate) scope: Option<Scope>,
}

impl Support {
    fn basis(basis: Basis, scope: Option<Scope>) -> Self {
        Self { by: ClearedBy::Basis(basis), scope }
    }
}

/// What lets go, given what is still open.
pub(crate) type Supports = fn(&Question<'_, '_>, &Part) -> Vec<Support>;

/// In the order in which they are asked; the last one that was needed names the reason.
pub(crate) const IN_ORDER: [Supports; 15] = [
    stewardship,
    granted,
    left_behind,
    prior,
    window_over,
    released,
    forfeiture::supports,
    deauthorised,
    inherited,
    consent::supports,
    declared_prior,
    mistake::supports,
    overridden,
    uniform,
    tender,
];

/// Whether it is what earlier acts left behind, which has a basis of its own.
pub(crate) fn is_left(supports: Supports) -> bool {
    std::ptr::fn_addr_eq(supports, left_behind as Supports)
}

/// Whether it is one of the nine bases, or what one left behind.
pub(crate) fn is_basis(supports: Supports) -> bool {
    let others: [Supports; 5] = [stewardship, granted, prior, uniform, tender];
    !others.into_iter().any(|other| std::ptr::fn_addr_eq(other, supports))
}

fn stewardship(question: &Question<'_, '_>, _: &Part) -> Vec<Support> {
    let act = question.act;
    let recorded = matches!(act.kind, Kind::Held { .. }) && !act.tried;
    let own = question.scene.told.stewardships.iter().filter(|on| {
        recorded && on.said.steward == *act.partner && on.at() <= act.at && act.at < on.said.until
    });
    own.map(|on| Support { by: ClearedBy::Stewardship, scope: Some(on.said.scope.clone()) }).collect()
}

/// Terms that host and guest signed, of this handoff or of another between the two that is running.
fn granted(question: &Question<'_, '_>, _: &Part) -> Vec<Support> {
    let (act, terms) = (question.act, question.terms);
    let (Some(word), Some(_)) = (act.granted_as(), &act.scope) else { return Vec::new() };
    let running = question.scene.terms.iter().filter(|other| {
        other.host() == terms.host()
            && other.guest() == terms.guest()
            && other.accepted_at() <= act.at
            && act.at < other.tail_until()
    });
    let grants = running.filter_map(|other| other.grant_at(act.at));
    let scopes = grants.filter(|grant| grant.acts.contains(&word)).map(|grant| grant.scope.clone());
    scopes.map(|scope| Support { by: ClearedBy::Granted, scope: Some(scope) }).collect()
}

fn left_behind(question: &Question<'_, '_>, _: &Part) -> Vec<Support> {
    question.ledger.left_behind(question.act)
}

/// Somebody of the guest's family held it or sold in it before, on record by then or told by somebody else.
fn prior(question: &Question<'_, '_>, open: &Part) -> Vec<Support> {
    let accepted_at = question.terms.accepted_at();
    let before = question.scene.gains.iter().filter(|gain| gain.at < accepted_at && gain.is_business());
    let counts = |gain: &&Gain<'_>| {
        let told_by_family = gain.by.is_some_and(|by| question.guests(by, open).is_some());
        was_family(question, gain, open) && (gain.told_at < accepted_at || !told_by_family)
    };
    let scopes = before.filter(counts).filter_map(|gain| gain.scope.clone());
    scopes.map(|scope| Support { by: ClearedBy::Prior, scope: Some(scope) }).collect()
}

fn was_family(question: &Question<'_, '_>, gain: &Gain<'_>, open: &Part) -> bool {
    let (guest, then) = (question.terms.guest(), question.terms.accepted_at());
    gain.partner == question.act.partner
        || (question.scene.kin(guest, gain.partner, then).is_some()
            && question.guests(gain.partner, open).is_some())
}

/// Where an act lies in the life of a handoff.
pub(crate) fn is_protected<'q, 'a>(question: &Question<'q, 'a>) -> Result<Option<&'q Touch<'a>>, Instant> {
    let (at, terms) = (question.act.at, question.terms);
    if at < terms.protected_until() {
        return Ok(None);
    }
    let touch = (at < terms.tail_until()).then(|| tail_touch(question)).flatten();
    touch.map(Some).ok_or(terms.protected_until())
}

/// The first unreported touch of the guest's family in the last days of the window.
fn tail_touch<'q, 'a>(question: &Question<'q, 'a>) -> Option<&'q Touch<'a>> {
    let until = question.terms.protected_until();
    let from = question.days_after(until, -i64::from(question.rights.handoff.touch_days));
    let touched = question.touched();
    let counts = |touch: &&Touch<'_>| {
        touch.reported_under.is_none()
            && from <= touch.at
            && touch.at < until
            && touch.scope.as_ref().is_none_or(|scope| touched.meets(scope))
            && question.guests(touch.partner, &touched).is_some()
    };
    question.scene.touches.iter().filter(counts).min_by_key(|touch| (touch.at, touch.event))
}

/// V4.
fn window_over(question: &Question<'_, '_>, _: &Part) -> Vec<Support> {
    let over = is_protected(question).is_err();
    over.then(|| Support::basis(Basis::WindowOver, None)).into_iter().collect()
}

/// V2: in force at the act, or given soon after it to make it good.
pub(crate) fn released(question: &Question<'_, '_>, open: &Part) -> Vec<Support> {
    let act = question.act;
    let ratify_until = question.business_days_after(act.at, question.rights.handoff.ratify_days_business);
    let counts = |on: &&On<'_, Released>| {
        let said = on.said;
        let backed = said.anchor.as_ref().is_some_and(|anchor| proves(question.scene, anchor, act.at));
        let credible =
            on.by().is_none_or(|by| question.is_hosts(by) || question.guests(by, open).is_none() || backed);
        let from = if backed { said.from } else { said.from.max(on.at()) };
        let in_force = from <= act.at && said.until.is_none_or(|until| act.at < until);
        let names_it = !act.tried && said.ratifies == Some(act.event);
        let reaches =
            said.ratifies.is_none() && said.from <= act.at && said.until.is_none_or(|until| act.at < until);
        let ratifies = (names_it || reaches) && act.at <= on.at() && on.at() < ratify_until;
        credible && (in_force || ratifies)
    };
    let counting = question.terms.released.iter().filter(counts);
    counting.map(|on| Support::basis(Basis::HostRelease, Some(on.said.scope.clone()))).collect()
}

/// V5.
pub(crate) fn deauthorised(question: &Question<'_, '_>, _: &Part) -> Vec<Support> {
    let barred = question.scene.known.families.barred.iter();
    let in_force =
        barred.filter(|(partner, terms)| partner == question.terms.host() && terms.from <= question.act.at);
    in_force.map(|(_, terms)| Support::basis(Basis::HostDeauthorised, Some(terms.scope.clone()))).collect()
}

/// V6: into the host's family by a merger that moved the book with notice, or a purchase the vendor long knew of.
fn inherited(question: &Question<'_, '_>, open: &Part) -> Vec<Support> {
    let days = question.procedure.change.merger_notice_days;
    let counts = |link: &Owned| {
        let in_time = match &link.merger {
            Some(merger) => merger.book_transferred && merger.notice_days >= days,
            None => question.days_after(link.told_at, days) <= question.act.at,
        };
        !question.is_excluded(link, open) && (link.during.contains(question.terms.accepted_at()) || in_time)
    };
    let (host, at) = (question.terms.host(), question.act.at);
    let joined = question.scene.known.families.kin_by(host, question.act.partner, at, &counts);
    joined.map(|_| Support::basis(Basis::Inheritance, None)).into_iter().collect()
}

/// V7: declared at acceptance, with evidence from before.
fn declared_prior(question: &Question<'_, '_>, open: &Part) -> Vec<Support> {
    let by = question.terms.accepted_at();
    let declared = question.terms.accepted.said.declared_prior.iter().filter(|prior| {
        let anchored = || prior.anchor.as_ref().is_some_and(|anchor| proves(question.scene, anchor, by));
        let shown = is_shown(question.scene, &prior.evidence, by) || anchored();
        shown && question.guests(&prior.partner, open).is_some() && prior.since < by
    });
    declared.map(|prior| Support::basis(Basis::DeclaredPrior, Some(prior.scope.clone()))).collect()
}

fn is_shown(scene: &Scene<'_>, evidence: &Evidence, by: Instant) -> bool {
    match evidence {
        Evidence::Paper { digest, .. } => anchored(scene, *digest, by),
        Evidence::Event(event) => {
            let gains = scene.gains.iter().map(|gain| (gain.event, gain.told_at));
            let letters = scene.told.letters.iter().map(|on| (on.id(), on.told_at()));
            let laid = scene.told.committed.iter().map(|on| (on.id(), on.told_at()));
            gains.chain(letters).chain(laid).any(|(known, at)| known == *event && at <= by)
        }
    }
}

/// V9.
fn overridden(question: &Question<'_, '_>, _: &Part) -> Vec<Support> {
    let sides = [question.terms.host(), question.terms.guest()];
    let moves = question.scene.told.overrides.iter().filter(|on| {
        on.said.act == OverrideAct::Change
            && is_for(on.said, question.act.partner)
            && is_in_force(on, question.act.at)
            && is_formal(question.scene, on, &sides)
    });
    moves.map(|on| Support::basis(Basis::Override, Some(on.said.scope.clone()))).collect()
}

fn is_for(said: &OverrideRecorded, partner: &PartnerId) -> bool {
    said.holder.as_ref().is_none_or(|holder| holder == partner)
}

pub(crate) fn is_in_force(on: &On<'_, OverrideRecorded>, at: Instant) -> bool {
    on.at() <= at && at < on.said.until
}

/// Two officers, none of direct sales, and a reason.
pub(crate) fn is_signed(said: &OverrideRecorded) -> bool {
    let first = said.officers.first().map(|officer| &officer.principal);
    said.officers.iter().any(|officer| Some(&officer.principal) != first)
        && said.officers.iter().all(|officer| officer.role != Role::DirectSales)
        && !said.reason_text.trim().is_empty()
}

/// Signed, and both sides were told.
fn is_formal(scene: &Scene<'_>, on: &On<'_, OverrideRecorded>, sides: &[&PartnerId; 2]) -> bool {
    let told = sides.iter().enumerate().all(|(side, partner)| was_told(scene, on.said, side, partner));
    is_signed(on.said) && told
}

/// Whether word of it reached the losing (0) or the gaining (1) side.
pub(crate) fn was_told(scene: &Scene<'_>, said: &OverrideRecorded, side: usize, partner: &PartnerId) -> bool {
    let mut reached = scene.notices().filter(|notice| notice.delivered.is_some());
    reached.any(|notice| {
        let to_side = match &notice.sent.said.to {
            Party::Host => side == 0,
            Party::Guest => side == 1,
            Party::Partner(named) => named == partner,
            Party::Customer | Party::Vendor => false,
        };
        to_side && said.published_to.contains(&notice.sent.said.notice)
    })
}

/// The override that lets a step of a change be skipped.
pub(crate) fn emergency(
    scene: &Scene<'_>,
    sides: &[&PartnerId; 2],
    gaining: &PartnerId,
    scope: &Scope,
    at: Instant,
) -> Option<EventId> {
    let skips = scene.told.overrides.iter().find(|on| {
        is_for(on.said, gaining)
            && is_in_force(on, at)
            && crate::parts::covers(&on.said.scope, scope)
            && is_formal(scene, on, sides)
    });
    skips.map(|on| on.id())
}

/// A record of a batch that covers enough accounts, which no partner wrote.
fn uniform(question: &Question<'_, '_>, _: &Part) -> Vec<Support> {
    let Kind::Held { batch: Some(batch), .. } = question.act.kind else { return Vec::new() };
    let enough = usize::from(question.procedure.policing.uniform_accounts_min);
    let covered = question.scene.known.batches.get(batch).map_or(0, |accounts| accounts.len());
    let is_uniform = question.act.by.is_none() && covered >= enough;
    is_uniform.then_some(Support { by: ClearedBy::UniformAction, scope: None }).into_iter().collect()
}

/// A tender that two officers confirmed.
fn tender(question: &Question<'_, '_>, _: &Part) -> Vec<Support> {
    let sides = [question.terms.host(), question.terms.guest()];
    let confirmed = question.scene.told.overrides.iter().filter(|on| {
        on.said.reason == OverrideReason::PublicTender
            && is_in_force(on, question.act.at)
            && is_formal(question.scene, on, &sides)
    });
    confirmed.map(|on| Support { by: ClearedBy::Tender, scope: Some(on.said.scope.clone()) }).collect()
}

/// Whether a scope of a handoff's terms lets the guest sell in `scope` at `at`.
pub(crate) fn sells(terms: &Terms<'_>, scope: &Scope, at: Instant) -> Option<EventId> {
    use domain::event::handoff::GrantedAct::{Order, Renew};
    let grant = terms.grant_at(at)?;
    let sells = grant.acts.iter().any(|act| matches!(act, Order | Renew));
    (sells && meet(&grant.scope, scope)).then_some(grant.event)
}

//! Whether an account was frozen toward a partner when a change was executed.

use domain::event::Party;
use domain::event::account::{FreezeTarget, Lifted, OverrideAct};
use domain::event::case::ClearedBy;
use domain::event::change::Basis;
use domain::id::{HandoffId, PartnerId};
use domain::scope::Scope;
use domain::time::{Instant, Interval};

use crate::bases::{self, IN_ORDER, Support, is_in_force, is_signed};
use crate::changes::Change;
use crate::gains::Gain;
use crate::parts::Part;
use crate::procedure::covered;
use crate::question::Question;
use crate::scene::Scene;
use crate::terms::Terms;
use crate::walk::walk;

/// A freeze, or the one that came with a handoff.
struct Freeze<'a> {
    name: Lifted,
    scope: &'a Scope,
    /// Whom it keeps out; everybody where it names nobody.
    against: Option<&'a PartnerId>,
    during: Interval,
    handoff: Option<&'a HandoffId>,
}

/// Whether some freeze that nobody lifted kept the act's partner out.
pub(crate) fn is_frozen(scene: &Scene<'_>, act: &Gain<'_>) -> Result<(), String> {
    let mut why = "no freeze against whoever gained is shown".to_owned();
    for freeze in freezes(scene) {
        match stands(scene, &freeze, act) {
            Ok(()) => return Ok(()),
            Err(Some(reason)) => why = reason,
            Err(None) => {}
        }
    }
    Err(why)
}

fn freezes<'a>(scene: &Scene<'a>) -> Vec<Freeze<'a>> {
    let placed = scene.told.frozen.iter().map(|on| Freeze {
        name: Lifted::Freeze(on.said.freeze.clone()),
        scope: &on.said.scope,
        against: match &on.said.against {
            FreezeTarget::All => None,
            FreezeTarget::FamilyOf(guest) => Some(guest),
        },
        during: Interval::new(on.said.from, on.said.until),
        handoff: on.said.handoff.as_ref(),
    });
    let of_handoffs = scene.terms.iter().map(|terms| Freeze {
        name: Lifted::Handoff(terms.id().clone()),
        scope: terms.protects(),
        against: Some(terms.guest()),
        during: Interval::new(terms.accepted_at(), terms.protected_until()),
        handoff: Some(terms.id()),
    });
    placed.chain(of_handoffs).collect()
}

/// Whether the freeze kept the act out; else why it did not, if it came near it.
fn stands(scene: &Scene<'_>, freeze: &Freeze<'_>, act: &Gain<'_>) -> Result<(), Option<String>> {
    let own = match &freeze.name {
        Lifted::Handoff(handoff) => scene.handoff(handoff),
        Lifted::Freeze(_) => None,
    };
    let declared = own.is_some_and(|terms| terms.accepted.said.declared_family.contains(act.partner));
    let against = freeze.against.is_none_or(|guest| scene.kin(guest, act.partner, act.at).is_some());
    let hosts = own.is_some_and(|terms| scene.kin(terms.host(), act.partner, terms.accepted_at()).is_some());
    if !freeze.during.contains(act.at) || !(declared || against) || hosts {
        return Err(None);
    }
    let frozen = Part::of(freeze.scope);
    let mut held = act.scope.iter().fold(frozen, Part::and);
    if held.is_empty() {
        return Err(None);
    }
    held = lifted(scene, freeze, act.at).fold(held, Part::minus);
    let overrides = scene.told.overrides.iter().filter(|on| {
        let lifts = matches!(on.said.act, OverrideAct::Lift | OverrideAct::Change);
        lifts && is_in_force(on, act.at) && is_signed(on.said)
    });
    held = overrides.map(|on| &on.said.scope).fold(held, Part::minus);
    if let Some(terms) = own {
        held = let_go(scene, terms, act.at).into_iter().fold(held, |held, scope| held.minus(&scope));
    }
    if held.is_empty() {
        return Err(Some("the freeze was lifted or had nothing left to guard".to_owned()));
    }
    match own.and_then(|terms| fallen(scene, terms, act, &held)) {
        Some(by) => Err(Some(format!("the freeze fell with what it guarded: {by:?}"))),
        None => Ok(()),
    }
}

/// What customer or host lifted by `at`; a lift told late acts from its telling unless a paper backs it.
fn lifted<'s, 'a>(
    scene: &'s Scene<'a>,
    freeze: &'s Freeze<'a>,
    at: Instant,
) -> impl Iterator<Item = &'a Scope> + 's {
    let lifts = scene.told.lifted.iter().filter(move |on| {
        let said = on.said;
        let named = match (&said.lifted, &freeze.name) {
            (Lifted::Freeze(id), Lifted::Freeze(own)) => id == own,
            (Lifted::Freeze(id), Lifted::Handoff(own)) => id.as_str() == own.as_str(),
            (Lifted::Handoff(id), _) => freeze.handoff == Some(id),
        };
        let may = match &said.by {
            Party::Customer | Party::Host => true,
            Party::Guest | Party::Vendor => false,
            Party::Partner(partner) => {
                freeze.against.is_none_or(|guest| scene.kin(guest, partner, at).is_none())
            }
        };
        let backed = said.evidence.is_some() || said.anchor.is_some();
        let from = if backed { said.from } else { said.from.max(on.at()) };
        named && may && from <= at
    });
    lifts.map(|on| &on.said.scope)
}

/// What the host no longer holds against the guest.
fn let_go(scene: &Scene<'_>, terms: &Terms<'_>, at: Instant) -> Vec<Scope> {
    let released = terms.released.iter().filter(|on| {
        let in_force = on.said.from <= at && on.said.until.is_none_or(|until| at < until);
        in_force && (on.at() <= at || on.said.anchor.is_some())
    });
    let forfeited = terms.forfeited.iter().filter(|on| on.said.cure_until <= at);
    let gone = Change::all(scene).into_iter().filter(|change| change.reversed_at.is_none());
    let gone = gone
        .flat_map(|change| change.executed)
        .filter(|on| on.at() < at && scene.kin(terms.guest(), &on.said.holder, at).is_some());
    released
        .map(|on| on.said.scope.clone())
        .chain(forfeited.map(|on| on.said.scope.clone()))
        .chain(gone.map(|on| on.said.scope.clone()))
        .collect()
}

/// What makes all of `held` no longer worth guarding: a basis of the host's side, and no choice of the customer.
fn fallen(scene: &Scene<'_>, terms: &Terms<'_>, act: &Gain<'_>, held: &Part) -> Option<ClearedBy> {
    let (ledger, _) = walk(scene, terms, &|gain| gain.at < act.at);
    let question = Question::new(scene, terms, act, &ledger);
    let thaws = |support: &Support| {
        matches!(support.by, ClearedBy::Basis(basis)
            if !matches!(basis, Basis::CustomerLetter | Basis::DeclaredPrior))
    };
    let asked = IN_ORDER.into_iter().filter(|supports| bases::is_basis(*supports));
    let supports = asked.flat_map(|supports| supports(&question, held)).filter(thaws).collect();
    covered(held, supports)
}

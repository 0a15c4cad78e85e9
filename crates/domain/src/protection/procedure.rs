//! The steps a change of holder owes to the side that loses: notice, a window to object, no haste.
//!
//! A breach of these is another matter than a takeover: the customer's valid letter heals the one and never
//! the other.

pub mod opening;

use crate::account::guest::{Change, Handoff};
use crate::account::holding::Holding;
use crate::event::Party;
use crate::event::case::ClearedBy;
use crate::event::change::Basis;
use crate::event::notice::{About, Answer};
use crate::id::{EventId, PartnerId};
use crate::protection::Known;
use crate::protection::act::{Act, Judged};
use crate::protection::basis::{Support, correction, forfeiture, host, overriding, release};
use crate::protection::question::Question;
use crate::protection::walk::Ledger;
use crate::scope::{Region, Scope};
use crate::time::Instant;
use opening::{Window, window};

fn is_losing(party: &Party, losing: Option<&PartnerId>) -> bool {
    match party {
        Party::Host => true,
        Party::Partner(partner) => losing == Some(partner),
        // Nobody loses: the vendor stands in for the missing third.
        Party::Vendor => losing.is_none(),
        Party::Customer | Party::Guest => false,
    }
}

/// A change that was executed, or is about to be.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    pub change: &'a Change,
    pub gaining: &'a PartnerId,
    pub scope: &'a Scope,
    pub at: Instant,
    pub effective_from: Instant,
    /// The execution, or `None` while it is only asked for.
    pub executed: Option<EventId>,
}

/// Whether a change waits as long as it owes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Haste {
    /// The window was over, or nobody loses anything.
    InTime,
    /// It did not wait and did not have to.
    Excused { by: ClearedBy, because: Vec<EventId> },
    /// It did not wait: who lost by it, what shows that, and the window if one was opened.
    TooEarly { losing: PartnerId, shown_by: Vec<EventId>, window: Option<Window> },
}

/// Whether `step` is taken before its window is over, with neither waiver nor emergency (pattern T15).
pub fn haste(known: Known<'_>, step: &Step<'_>) -> Haste {
    let Some((losing, shown_by)) = losing_side(known, step) else { return Haste::InTime };
    let window = window(known.account, step.change, &losing, known.program);
    let over = |at: Instant| window.as_ref().is_some_and(|window| window.until <= at);
    if over(step.at) && over(step.effective_from) {
        return Haste::InTime;
    }
    match excuse(known, step, &losing, &HASTENS) {
        Some((by, because)) => Haste::Excused { by, because },
        None => Haste::TooEarly { losing, shown_by, window },
    }
}

/// Whether the losing side need not be heard: it spoke for itself, lost its standing, or two officers decided.
pub fn need_not_be_heard(known: Known<'_>, step: &Step<'_>) -> bool {
    let Some((losing, _)) = losing_side(known, step) else { return true };
    excuse(known, step, &losing, &HASTENS).is_some()
        || excuse(known, step, &losing, &[forfeiture::supports]).is_some()
}

/// What ends the wait for a host's word.
const HASTENS: [fn(&Question<'_>, &Region) -> Vec<Support>; 3] =
    [release::supports, host::deauthorised, correction::supports];

/// Who loses by the change, and events that show it: the holder before it, else the host of the handoff,
/// else whom the request names. What a request says comes last, for the gaining side may have written it.
fn losing_side(known: Known<'_>, step: &Step<'_>) -> Option<(PartnerId, Vec<EventId>)> {
    let others = |partner: &PartnerId| known.families.kinship(partner, step.gaining, step.at).is_none();
    let mut held = known.account.holdings.iter().filter(|holding| was_held(holding, step)).peekable();
    if held.peek().is_some() {
        let loses = held.find(|holding| others(&holding.holder))?;
        return Some((loses.holder.clone(), vec![loses.event]));
    }
    let hosted = || {
        let handoff = protecting(known, step.gaining, step.scope, step.at)?;
        let events = [handoff.invited, handoff.accepted].into_iter().flatten().collect();
        Some((handoff.host.clone(), events))
    };
    let requested = || Some((step.change.losing.clone()?, vec![step.change.requested?]));
    hosted().or_else(requested).filter(|(losing, _)| others(losing))
}

/// Whether somebody held part of the scope until the change took it.
fn was_held(holding: &Holding, step: &Step<'_>) -> bool {
    let taken_at = step.at.min(step.effective_from);
    holding.during.from < step.at
        && holding.during.until.is_none_or(|until| until >= taken_at)
        && Some(holding.event) != step.executed
        && holding.covers(step.scope)
}

/// The accepted handoff whose guest's family would gain part of what it protects; the one accepted last.
pub fn protecting<'a>(
    known: Known<'a>,
    gaining: &PartnerId,
    scope: &Scope,
    at: Instant,
) -> Option<&'a Handoff> {
    let of_guest = |handoff: &&Handoff| {
        handoff.accepted_at.is_some_and(|accepted| accepted <= at)
            && handoff.protected_scope.overlaps(scope)
            && handoff.guest.as_ref().is_some_and(|guest| {
                known.families.kinship(guest, gaining, at).is_some()
                    || handoff.declared_family.contains(gaining)
            })
    };
    let handoffs = known.account.handoffs.iter().filter(of_guest);
    handoffs.max_by(|a, b| (a.accepted_at, &a.handoff).cmp(&(b.accepted_at, &b.handoff)))
}

/// What excuses haste: a waiver by the losing side, its written release, the loss of its standing, an
/// error put right in time, or an emergency that two officers signed for.
fn excuse(
    known: Known<'_>,
    step: &Step<'_>,
    losing: &PartnerId,
    supports: &[fn(&Question<'_>, &Region) -> Vec<Support>],
) -> Option<(ClearedBy, Vec<EventId>)> {
    if let Some(waiver) = waiver(known, step, losing) {
        return Some((ClearedBy::Basis(Basis::HostRelease), vec![waiver]));
    }
    let region = Region::from(step.scope.clone());
    let handoff = protecting(known, step.gaining, step.scope, step.at);
    let sides: Vec<&PartnerId> = match handoff {
        Some(handoff) => [Some(&handoff.host), handoff.guest.as_ref()].into_iter().flatten().collect(),
        None => vec![losing, step.gaining],
    };
    let emergency = overriding::emergency(known.account, &sides, step.gaining, &region, step.at);
    if let Some(emergency) = emergency {
        return Some((ClearedBy::Basis(Basis::Override), vec![emergency.event]));
    }
    let gain = known.account.gains.iter().find(|gain| Some(gain.event) == step.executed);
    let act = Act::ChangeHolder { change: Some(&step.change.change), effective_from: step.effective_from };
    let act = Judged { act, partner: step.gaining, scope: Some(step.scope), at: step.at, gain };
    let ledger = Ledger::default();
    let question = Question::new(known, handoff?, act, &ledger)?;
    let touched = question.touched();
    supports.iter().find_map(|supports| covered(&touched, supports(&question, &touched)))
}

/// What clears all of `touched`, if `supports` do.
pub fn covered(touched: &Region, supports: Vec<Support>) -> Option<(ClearedBy, Vec<EventId>)> {
    let mut open = touched.clone();
    let mut because = Vec::new();
    for Support { by, scope, events } in supports {
        open = open.minus(&scope.unwrap_or_else(Scope::all));
        because.extend(events);
        if open.is_empty() {
            return Some((by, because));
        }
    }
    None
}

/// The losing side gave up the rest of its window before the change: by a waiver, or in answer to a notice.
fn waiver(known: Known<'_>, step: &Step<'_>, losing: &PartnerId) -> Option<EventId> {
    let change = step.change;
    let waivers = change.waivers.iter().filter(|waiver| is_losing(&waiver.by, Some(losing)));
    let waivers = waivers.map(|waiver| (waiver.at, waiver.event));
    let about = About::Change(change.change.clone());
    let notices = known.account.notices_about(&about).filter(|notice| is_losing(&notice.to, Some(losing)));
    let answers = notices
        .flat_map(|notice| &notice.answers)
        .filter_map(|(at, answer, event)| matches!(answer, Answer::Waives).then_some((*at, *event)));
    waivers.chain(answers).filter(|(at, _)| *at <= step.at).min().map(|(_, event)| event)
}

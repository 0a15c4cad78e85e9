//! From what the rules derived before to what they derive now: the facts that tell the difference.

use std::collections::BTreeMap;

use crate::account::history;
use crate::decide::Settled;
use crate::event::Event;
use crate::event::account::AccountEvent;
use crate::event::change::ChangeEvent;
use crate::event::correction::{CorrectionEvent, CorrectionReason, Retracted};
use crate::event::deal::DealEvent;
use crate::fact::Fact;
use crate::id::EventId;

/// What has to be recorded so that `derived` and nothing else stands derived beside `recorded`, cause by
/// cause. Recorded once, it leaves nothing due.
pub(super) fn due(recorded: &[Fact], derived: Vec<Settled>) -> Vec<Settled> {
    let mut standing: BTreeMap<EventId, Vec<Settled>> = BTreeMap::new();
    let mut ids: BTreeMap<EventId, Vec<EventId>> = BTreeMap::new();
    if recorded.iter().any(Fact::is_settled) {
        for fact in history::effective(recorded).iter().filter(|fact| fact.is_settled()) {
            let Some(causation) = fact.meta.causation else { continue };
            let (valid_at, event) = (fact.meta.valid_at, fact.event.clone());
            standing.entry(causation).or_default().push(Settled { valid_at, causation, event });
            ids.entry(causation).or_default().push(fact.meta.id);
        }
    }
    let mut due = Vec::new();
    for of_one_cause in by_cause(derived) {
        let Some(cause) = of_one_cause.first().map(|first| first.causation) else { continue };
        let before = standing.remove(&cause).unwrap_or_default();
        if before.len() == of_one_cause.len() && before.iter().zip(&of_one_cause).all(|(a, b)| is_same(a, b))
        {
            continue;
        }
        due.extend(withdrawn(&before, ids.get(&cause)));
        due.extend(of_one_cause);
    }
    for (cause, before) in standing {
        due.extend(withdrawn(&before, ids.get(&cause)));
    }
    due
}

/// The derived facts, those of one cause together, in the order the causes were met first.
fn by_cause(derived: Vec<Settled>) -> Vec<Vec<Settled>> {
    let mut places: BTreeMap<EventId, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<Settled>> = Vec::new();
    for settled in derived {
        let place = *places.entry(settled.causation).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(settled),
            None => groups.push(vec![settled]),
        }
    }
    groups
}

/// Whether a recorded derivation says what would be derived now. Under which policy it was worded and what
/// would have cleared a refused attempt may read differently by now; that alone changes nothing.
fn is_same(before: &Settled, now: &Settled) -> bool {
    let said = match (&before.event, &now.event) {
        (Event::Deal(DealEvent::Approved(before)), Event::Deal(DealEvent::Approved(now))) => {
            (&before.scope, before.protected_from, before.protected_until)
                == (&now.scope, now.protected_from, now.protected_until)
        }
        (Event::Deal(DealEvent::Rejected(before)), Event::Deal(DealEvent::Rejected(now))) => {
            (before.reason, &before.rival) == (now.reason, &now.rival)
        }
        (Event::Deal(DealEvent::Returned(before)), Event::Deal(DealEvent::Returned(now))) => {
            before.missing == now.missing
        }
        (
            Event::Account(AccountEvent::TakeoverRefused(before)),
            Event::Account(AccountEvent::TakeoverRefused(now)),
        ) => {
            (&before.rule, &before.handoff, &before.scope, &before.gaining)
                == (&now.rule, &now.handoff, &now.scope, &now.gaining)
        }
        (Event::Change(ChangeEvent::WindowOpened(before)), Event::Change(ChangeEvent::WindowOpened(now))) => {
            before == now
        }
        (before, now) => before == now,
    };
    said && before.valid_at == now.valid_at
}

fn withdrawn(before: &[Settled], ids: Option<&Vec<EventId>>) -> Vec<Settled> {
    let ids = ids.into_iter().flatten();
    let withdrawn = before.iter().zip(ids).map(|(settled, target)| {
        let reason = CorrectionReason::DecidedAnew;
        let retracted = Retracted { target: *target, reason, approved_by: None, evidence: None };
        let event = Event::Correction(CorrectionEvent::Retracted(retracted));
        Settled { event, ..settled.clone() }
    });
    withdrawn.collect()
}

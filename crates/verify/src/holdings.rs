//! Who held what, record by record: which records contradict each other, and whether one lasted.

use domain::event::account::OverrideAct;
use domain::id::{EventId, PartnerId};
use domain::scope::Scope;
use domain::time::Instant;

use crate::order::place;
use crate::parts::{Part, meet};
use crate::scene::Scene;

/// One record of who holds a scope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Holding<'a> {
    pub(crate) holder: &'a PartnerId,
    pub(crate) scope: &'a Scope,
    pub(crate) from: Instant,
    pub(crate) event: EventId,
    place: (Instant, u8, u64),
}

/// All records, in the order they take effect.
pub(crate) fn holdings<'a>(scene: &Scene<'a>) -> Vec<Holding<'a>> {
    let told = &scene.told;
    let held = told.held.iter().map(|on| Holding {
        holder: &on.said.holder,
        scope: &on.said.scope,
        from: on.said.from,
        event: on.id(),
        place: place(on.fact),
    });
    let executed = told.executed.iter().map(|on| Holding {
        holder: &on.said.holder,
        scope: &on.said.scope,
        from: on.said.effective_from,
        event: on.id(),
        place: place(on.fact),
    });
    let reversed = told.reversed.iter().map(|on| Holding {
        holder: &on.said.restores,
        scope: &on.said.scope,
        from: on.at(),
        event: on.id(),
        place: place(on.fact),
    });
    let decided = told.overrides.iter().filter(|on| on.said.act == OverrideAct::Change);
    let decided = decided.filter_map(|on| {
        let (holder, scope, from) = (on.said.holder.as_ref()?, &on.said.scope, on.at());
        Some(Holding { holder, scope, from, event: on.id(), place: place(on.fact) })
    });
    let mut all: Vec<Holding<'a>> = held.chain(executed).chain(reversed).chain(decided).collect();
    all.sort_by_key(|holding| holding.place);
    all
}

/// What is left of a record at `at`: its scope less those of the records that took effect after it, and began by then.
pub(crate) fn left_of(all: &[Holding<'_>], holding: &Holding<'_>, at: Instant) -> Part {
    let later = all.iter().filter(|other| other.place > holding.place && other.from < at);
    later.fold(Part::of(holding.scope), |left, other| left.minus(other.scope))
}

/// Whether the record's holder still had all of `scope` until `at`.
pub(crate) fn is_unbroken(scene: &Scene<'_>, event: EventId, scope: &Scope, at: Instant) -> bool {
    let all = holdings(scene);
    let Some(holding) = all.iter().find(|holding| holding.event == event) else { return false };
    let kept = left_of(&all, holding, at);
    Part::of(scope).is_within_part(&kept)
}

/// Two records of one instant that name different holders of one scope, the one believed for now last.
pub(crate) fn contradictions<'a>(scene: &Scene<'a>) -> Vec<(Holding<'a>, Holding<'a>)> {
    let all = holdings(scene);
    let mut found = Vec::new();
    for (number, later) in all.iter().enumerate() {
        let earlier = all[..number].iter().filter(|earlier| {
            earlier.from == later.from && earlier.holder != later.holder && meet(earlier.scope, later.scope)
        });
        found.extend(earlier.map(|earlier| (*earlier, *later)));
    }
    found
}

pub(crate) fn is_contested(scene: &Scene<'_>, event: EventId) -> bool {
    contradictions(scene).iter().any(|(one, other)| one.event == event || other.event == event)
}

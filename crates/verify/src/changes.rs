//! A change of holder as its steps tell it.

use domain::event::change::ObjectionGround;
use domain::event::change::{
    Executed, Objected, ObjectionDecided, ObjectionOutcome, Requested, Verified, WindowOpened,
};
use domain::id::{ChangeId, LetterId, PartnerId};
use domain::scope::Scope;
use domain::time::Instant;

use crate::scene::Scene;
use crate::told::On;

#[derive(Debug, Clone)]
pub(crate) struct Change<'a> {
    pub(crate) id: &'a ChangeId,
    pub(crate) requested: Option<On<'a, Requested>>,
    pub(crate) executed: Vec<On<'a, Executed>>,
    pub(crate) verified: Vec<On<'a, Verified>>,
    pub(crate) opened: Option<On<'a, WindowOpened>>,
    /// Objections, each with what was decided last.
    pub(crate) objected: Vec<(On<'a, Objected>, Option<On<'a, ObjectionDecided>>)>,
    pub(crate) rescinded_at: Option<Instant>,
    pub(crate) reversed_at: Option<Instant>,
}

impl<'a> Change<'a> {
    /// Every change of which something is told.
    pub(crate) fn all(scene: &Scene<'a>) -> Vec<Self> {
        let told = &scene.told;
        let requested = told.requested.iter().map(|on| &on.said.change);
        let executed = told.executed.iter().map(|on| &on.said.change);
        let verified = told.verified.iter().map(|on| &on.said.change);
        let objected = told.objected.iter().map(|on| &on.said.change);
        let redeemed = told.redeemed.iter().map(|on| &on.said.change);
        let mut ids: Vec<&ChangeId> =
            requested.chain(executed).chain(verified).chain(objected).chain(redeemed).collect();
        ids.sort();
        ids.dedup();
        ids.into_iter().map(|id| Self::of(scene, id)).collect()
    }

    pub(crate) fn of(scene: &Scene<'a>, id: &'a ChangeId) -> Self {
        let told = &scene.told;
        let objected = told.objected.iter().filter(|on| on.said.change == *id).map(|on| {
            let decided = told.decided.iter().rfind(|decided| decided.said.objection == on.id());
            (*on, decided.copied())
        });
        Self {
            id,
            requested: told.requested.iter().rfind(|on| on.said.change == *id).copied(),
            executed: told.executed.iter().filter(|on| on.said.change == *id).copied().collect(),
            verified: told.verified.iter().filter(|on| on.said.change == *id).copied().collect(),
            opened: told.windows.iter().rfind(|on| on.said.change == *id).copied(),
            objected: objected.collect(),
            rescinded_at: told.rescinded.iter().rfind(|on| on.said.change == *id).map(|on| on.at()),
            reversed_at: told.reversed.iter().rfind(|on| on.said.change == *id).map(|on| on.at()),
        }
    }

    /// Who gains by it: as requested, else as executed.
    pub(crate) fn gaining(&self) -> Option<&'a PartnerId> {
        let requested = self.requested.map(|on| &on.said.gaining);
        requested.or_else(|| self.executed.first().map(|on| &on.said.holder))
    }

    pub(crate) fn losing(&self) -> Option<&'a PartnerId> {
        self.requested.and_then(|on| on.said.losing.as_ref())
    }

    pub(crate) fn scope(&self) -> Scope {
        let requested = self.requested.map(|on| on.said.scope.clone());
        let executed = || self.executed.last().map(|on| on.said.scope.clone());
        requested.or_else(executed).unwrap_or_default()
    }

    pub(crate) fn letter(&self) -> Option<&'a LetterId> {
        self.requested.and_then(|on| on.said.letter.as_ref())
    }

    /// Whether an objection in form was upheld before it was executed.
    pub(crate) fn is_refused(&self) -> bool {
        self.executed.is_empty()
            && self.objected.iter().any(|(on, decided)| {
                let suspends = on.said.ground != ObjectionGround::Other && on.said.inquiry_attested;
                suspends && decided.is_some_and(|decided| decided.said.outcome == ObjectionOutcome::Upheld)
            })
    }

    /// Whether any objection was upheld by `at`.
    pub(crate) fn is_upheld_by(&self, at: Instant) -> bool {
        let decided = self.objected.iter().filter_map(|(_, decided)| *decided);
        decided.into_iter().any(|on| on.said.outcome == ObjectionOutcome::Upheld && on.at() <= at)
    }
}

//! Commands about who holds an account and what may not move.

use domain::command::{AccountCommand, Command};
use domain::event::account::{FreezeTarget, HoldingBasis};
use domain::event::{Anchor, Evidence, Party};
use domain::id::*;
use domain::scope::Scope;
use domain::time::Instant;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::command::Asking;
use crate::command::table::{Order, orders};
use crate::event::account::lifted;
use crate::shape::{Shape, published};

orders! { Account;
    /// A vendor officer records who holds the account.
    RecordHolder for AccountCommand::RecordHolder { holder: PartnerId, scope: Scope, basis: HoldingBasis }

    /// Stop changes of holder and approvals for a time.
    PlaceFreeze for AccountCommand::PlaceFreeze {
        freeze: FreezeId,
        scope: Scope,
        /// One partner's family, or all.
        against: FreezeTarget,
        until: Instant,
        requested_by: Party,
    }

    /// Somebody keeps the account for a time.
    StartStewardship for AccountCommand::StartStewardship {
        steward: PartnerId,
        scope: Scope,
        until: Instant,
        reason: String,
    }

    /// The refused side disagrees.
    DisputeRefusal for AccountCommand::DisputeRefusal {
        /// The refusal.
        refused: EventId,
        text: String,
    }
}

published! {
    /// End a freeze for a scope. It names the freeze, or the handoff whose default freeze it lifts.
    LiftFreeze {
        freeze: Option<FreezeId>,
        handoff: Option<HandoffId>,
        scope: Scope,
        /// Now, when left out.
        from: Option<Instant>,
        /// Customer, host or vendor.
        by: Party,
        evidence: Option<Evidence>,
        anchor: Option<Anchor>,
    }
}

/// A lift that names exactly one of freeze and handoff.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(try_from = "LiftFreeze")]
#[schemars(with = "LiftFreeze")]
pub struct OneLift(LiftFreeze);

impl TryFrom<LiftFreeze> for OneLift {
    type Error = &'static str;
    fn try_from(lift: LiftFreeze) -> Result<Self, Self::Error> {
        if lift.freeze.is_some() == lift.handoff.is_some() {
            return Err("expected either a member `freeze` or a member `handoff`");
        }
        Ok(Self(lift))
    }
}

impl Order for OneLift {
    fn command(self, asking: &Asking<'_>) -> Command {
        let Self(lift) = self;
        let around = &asking.around;
        Command::Account(AccountCommand::LiftFreeze {
            lifted: lifted(lift.freeze, lift.handoff, around),
            scope: Shape::from_json(lift.scope, around),
            from: Shape::from_json(lift.from, around),
            by: Shape::from_json(lift.by, around),
            evidence: Shape::from_json(lift.evidence, around),
            anchor: Shape::from_json(lift.anchor, around),
        })
    }
}

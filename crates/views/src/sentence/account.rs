//! Who holds an account, and what may not move for now, told in a sentence.

use domain::event::account::{
    AccountEvent, ContactPurpose, FreezeTarget, HolderRecorded, HoldingBasis, Lifted, OverrideAct,
    OverrideReason, OverrideRecorded, TakeoverRefused,
};

use super::words::{counted, day, of_scope};
use super::{Audience, Telling};

pub(super) fn sentence(event: &AccountEvent, telling: Telling<'_>) -> String {
    match event {
        AccountEvent::Opened(opened) => match telling.audience {
            Audience::Vendor => format!("the account of {} is opened", opened.legal_name),
            Audience::Partner(_) => "the account is opened".to_owned(),
        },
        AccountEvent::HolderRecorded(recorded) => of_holder(recorded, telling),
        AccountEvent::FreezePlaced(placed) => {
            let against = match &placed.against {
                FreezeTarget::FamilyOf(partner) => format!("toward {} and its family", telling.who(partner)),
                FreezeTarget::All => "toward anybody".to_owned(),
            };
            format!("changes of {} {against} are frozen until {}", of_scope(&placed.scope), day(placed.until))
        }
        AccountEvent::FreezeLifted(lifted) => {
            let handoff = match &lifted.lifted {
                Lifted::Freeze(_) => None,
                Lifted::Handoff(handoff) => Some(handoff),
            };
            let by = telling.party(&lifted.by, handoff);
            format!("{by} lifts the freeze of {} from {}", of_scope(&lifted.scope), day(lifted.from))
        }
        AccountEvent::Locked(locked) => {
            format!(
                "{} is locked after {} until {}",
                of_scope(&locked.scope),
                telling.change(&locked.change),
                day(locked.until)
            )
        }
        AccountEvent::ContactReplaced(replaced) => {
            let purpose = match replaced.purpose {
                ContactPurpose::Notice => "contact for notices",
                ContactPurpose::CustomerAuthority => "contact with authority to sign",
                ContactPurpose::Billing => "billing contact",
                ContactPurpose::Deputy => "deputy for notices",
            };
            format!("the {purpose} of {} is replaced", telling.party(&replaced.party, None))
        }
        AccountEvent::OverrideRecorded(recorded) => of_override(recorded, telling),
        AccountEvent::StewardshipStarted(started) => {
            let (steward, until) = (telling.who(&started.steward), day(started.until));
            format!("{steward} is steward of {} until {until}", of_scope(&started.scope))
        }
        AccountEvent::TakeoverRefused(refused) => of_refusal(refused, telling),
        AccountEvent::RefusalDisputed(disputed) => {
            format!("{} disputes a refusal", telling.who(&disputed.by))
        }
        AccountEvent::Absorbed(absorbed) => match telling.audience {
            Audience::Vendor => format!("the account is merged into {}", absorbed.into),
            Audience::Partner(_) => "the account is merged into another".to_owned(),
        },
        AccountEvent::Restored(restored) => match telling.audience {
            Audience::Vendor => format!("the account is split off again from {}", restored.from),
            Audience::Partner(_) => "the account is split off again".to_owned(),
        },
    }
}

fn of_holder(recorded: &HolderRecorded, telling: Telling<'_>) -> String {
    let basis = match recorded.basis_claimed {
        HoldingBasis::Initial => "as its first holder",
        HoldingBasis::Order => "on an order",
        HoldingBasis::CustomerLetter => "on a customer letter",
        HoldingBasis::Release => "on a release",
        HoldingBasis::Merger => "by a merger",
        HoldingBasis::Correction => "as a correction",
        HoldingBasis::Migration => "by a migration of records",
    };
    let after =
        recorded.previous.as_ref().map_or_else(String::new, |p| format!(", after {}", telling.who(p)));
    let (holder, from) = (telling.who(&recorded.holder), day(recorded.from));
    format!("{holder} is recorded as holder of {} from {from} {basis}{after}", of_scope(&recorded.scope))
}

fn of_override(recorded: &OverrideRecorded, telling: Telling<'_>) -> String {
    let reason = match recorded.reason {
        OverrideReason::PublicTender => "a public tender",
        OverrideReason::Continuity => "continuity",
        OverrideReason::CourtOrder => "a court order",
        OverrideReason::Insolvency => "insolvency",
        OverrideReason::Other => "another reason",
    };
    let act = match (recorded.act, &recorded.holder) {
        (OverrideAct::Change, Some(holder)) => {
            format!("give {} to {}", of_scope(&recorded.scope), telling.who(holder))
        }
        (OverrideAct::Change, None) => format!("move {}", of_scope(&recorded.scope)),
        (OverrideAct::Lift, _) => format!("lift the freeze of {}", of_scope(&recorded.scope)),
        (OverrideAct::Waive, _) => format!("waive the window for {}", of_scope(&recorded.scope)),
    };
    let officers = counted(recorded.officers.len(), "officer");
    format!("{officers} override the rules for {reason} until {}: {act}", day(recorded.until))
}

fn of_refusal(refused: &TakeoverRefused, telling: Telling<'_>) -> String {
    let attempt = match (&refused.deal, &refused.change, &refused.order) {
        (Some(_), _, _) => "registration",
        (None, Some(_), _) => "change of holder",
        (None, None, Some(_)) => "order",
        (None, None, None) => "attempt",
    };
    let gaining = telling.who(&refused.gaining);
    format!("{gaining}'s {attempt} for {} is refused by rule {}", of_scope(&refused.scope), refused.rule)
}

//! Records that contradict each other, and decisions that later history speaks against.

use domain::event::case::{Severity, Unknown};
use domain::event::deal::DealEvent;

use super::{Claim, Shown};
use crate::deals::Standing;
use crate::holdings::contradictions;
use crate::parts::meet;
use crate::scene::Scene;

pub(super) fn contested(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let found = contradictions(scene);
    let two = found.iter().find(|(_, later)| later.event == claim.act);
    let (_, later) = two.ok_or("no other record of that instant names another holder")?;
    Ok(Shown {
        severity: Severity::S2,
        at: later.from,
        actor: later.holder.clone(),
        respondent: "vendor".to_owned(),
        unknown: Some(Unknown::Contested),
        counted: 0,
    })
}

/// A decision about a registration, and where another one was first its submission, of an overlapping scope.
pub(super) fn registration(scene: &Scene<'_>, claim: &Claim<'_>) -> Result<Shown, String> {
    let decision = scene.told.deals.iter().find(|on| on.id() == claim.act);
    let decision = decision.ok_or("its act is on no record of the account")?;
    let deal = match decision.said {
        DealEvent::Approved(said) => Some(&said.deal),
        DealEvent::Rejected(said) => Some(&said.deal),
        DealEvent::Reported(_)
        | DealEvent::Submitted(_)
        | DealEvent::ReviewStarted(_)
        | DealEvent::Returned(_)
        | DealEvent::Extended(_)
        | DealEvent::Progressed(_)
        | DealEvent::Withdrawn(_)
        | DealEvent::Cancelled(_)
        | DealEvent::Won(_)
        | DealEvent::Lost(_) => None,
    };
    let deal = deal.and_then(|deal| scene.deal(deal)).ok_or("its act decides no registration")?;
    let rivals = scene
        .told
        .submitted
        .iter()
        .filter(|on| on.id() != claim.act && claim.proof.contains(&on.id()) && on.said.deal != *deal.id);
    let late = rivals.filter(|on| !meet(&on.said.scope, &deal.scope)).count();
    if late > 0 {
        return Err("the registration said to be first concerns something else".to_owned());
    }
    if deal.standing == Standing::Undecided {
        return Err("the registration is not decided".to_owned());
    }
    let actor = deal.partner.ok_or("nobody is shown to have registered it")?.clone();
    let at = decision.at();
    Ok(Shown {
        severity: Severity::S2,
        at,
        actor,
        respondent: "vendor".to_owned(),
        unknown: None,
        counted: 0,
    })
}

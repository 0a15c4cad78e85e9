//! What a partner may know before it registers a deal, and after it was refused: never another's name.

use crate::account::Account;
use crate::account::registration::{Deal, Outcome, Registration};
use crate::decide::Grounds;
use crate::decide::registration::judgement::{Ask, rivals, takeover};
use crate::event::deal::RejectionReason;
use crate::id::{DealId, EventId, PartnerId};
use crate::scope::Scope;
use crate::time::Instant;

/// The answer to "may I register this?", without who stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    /// Nobody keeps this partner out.
    Free,
    /// Another's right keeps this partner out.
    Held,
    /// Others disagree about it: several claim it, a claim waits for a person, or only a person can tell whether this
    /// is the customer that another holds.
    Contested,
}

impl Claim {
    /// The answer as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Held => "held",
            Self::Contested => "contested",
        }
    }
}

/// Whether `partner` could register `scope` at `at`: the rules that would decide the submission answer.
///
/// Who is holder of record does not matter here, since no published rule refuses a registration for it.
pub fn check(account: &Account, grounds: &Grounds<'_>, claimed: &Claimed<'_>) -> Claim {
    let Claimed { partner, scope, at } = *claimed;
    // The submission has no id yet; the rules ask for one only to record it.
    let unnamed: DealId = "claim".parse().expect("a lower-case token is a deal id");
    let ask = Ask { deal: &unnamed, partner, scope, missing: &[], tender: false, at };
    let mut keeping_out: Vec<&PartnerId> =
        rivals(account, grounds, &ask).filter_map(|deal| deal.partner.as_ref()).collect();
    keeping_out.sort();
    keeping_out.dedup();
    let registered = || grounds.registered(account);
    let is_anothers = |deal: &&Deal| deal.partner.as_ref().is_some_and(|of| of != partner);
    let mut others = registered().flat_map(|account| &account.deals).filter(is_anothers);
    let waits = others.any(|deal| deal.is_undecided() && deal.scope.overlaps(scope));
    let mut holdings = registered().flat_map(|account| &account.holdings);
    let disputed_holding = holdings.any(|held| held.contested.is_some() && held.covers(scope));
    if keeping_out.len() > 1 || waits || disputed_holding {
        Claim::Contested
    } else if keeping_out.len() == 1 || takeover(account, grounds, &ask, "deal.submit").is_some() {
        Claim::Held
    } else {
        Claim::Free
    }
}

/// Who asks for what, and when.
#[derive(Debug, Clone, Copy)]
pub struct Claimed<'a> {
    pub partner: &'a PartnerId,
    pub scope: &'a Scope,
    pub at: Instant,
}

/// Where a deal stands, why, and what its partner can do about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub registration: Registration,
    pub outcome: Outcome,
    /// Neutral: the reason, never the rival.
    pub reason: Option<RejectionReason>,
    /// The recorded decision: the reference to cite.
    pub decision: Option<EventId>,
    /// The end of the deal's own protection.
    pub protected_until: Option<Instant>,
    pub helps: Helps,
}

/// What would change the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Helps {
    /// Nothing needs to be done.
    Nothing,
    /// Say what is missing and submit again.
    Complete(Vec<String>),
    /// Submit again from this instant on: the window in the way is over then.
    After(Instant),
    /// The window in the way is over: submit again.
    SubmitAgain,
    /// Report activity, then extend before this instant.
    ExtendBefore(Instant),
    /// A lawful ground, in words, such as a release of the host.
    Clear(String),
    /// Only a person can tell; dispute the decision.
    Dispute,
}

/// Why `deal` stands as it does at `at`, in words its own partner may read; `None` when it is unknown.
pub fn explain(account: &Account, deal: &DealId, at: Instant) -> Option<Explanation> {
    let known = account.deal(deal)?;
    let helps = match known.registration {
        _ if known.outcome_at.is_some_and(|over| over <= at) => Helps::Nothing,
        Registration::Returned => Helps::Complete(known.missing.clone()),
        Registration::Rejected => after_rejection(account, known, at),
        Registration::Approved => match known.protection.and_then(|window| window.until) {
            Some(until) if at < until => Helps::ExtendBefore(until),
            Some(_) => Helps::SubmitAgain,
            None => Helps::Nothing,
        },
        Registration::Reported | Registration::Withdrawn => Helps::SubmitAgain,
        Registration::Submitted | Registration::InReview => Helps::Nothing,
        Registration::Cancelled => Helps::Dispute,
    };
    Some(Explanation {
        registration: known.registration,
        outcome: known.outcome,
        reason: known.rejection.as_ref().map(|rejection| rejection.reason),
        decision: known.decided,
        protected_until: known.protection.and_then(|window| window.until),
        helps,
    })
}

fn after_rejection(account: &Account, known: &Deal, at: Instant) -> Helps {
    let refused =
        account.refusals.iter().rev().find(|refused| refused.refused.deal.as_ref() == Some(&known.deal));
    if let Some(refused) = refused {
        return Helps::Clear(refused.refused.nearest_clearing.clone());
    }
    let rival = known.rejection.as_ref().and_then(|rejection| rejection.rival.as_ref());
    match rival.and_then(|rival| account.deal(rival)?.protection?.until) {
        Some(until) if at < until => Helps::After(until),
        Some(_) => Helps::SubmitAgain,
        None => Helps::Dispute,
    }
}

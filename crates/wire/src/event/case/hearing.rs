//! `case.*`: what persons do in a case, from its assignment to the ruling on an appeal.

use domain::dispute::Kept;
use domain::event::case as facts;
use domain::event::case::{CaseOutcome, Nearness, OwedCommission, Restoration, Showing, StayOutcome, Step};
use domain::event::{Evidence, Party};
use domain::id::*;
use domain::money::{BasisPoints, Money};
use domain::scope::Scope;
use domain::time::{Instant, Interval};

use crate::shape::{payload, words};

words! {
    Kept { OnFile = "on_file", Archived = "archived" }
    Showing { Letter = "letter", Other = "other" }
    StayOutcome { Granted = "granted", Denied = "denied" }
    Step {
        Answer = "answer", Proof = "proof", Decision = "decision", Appeal = "appeal",
        AppealAnswer = "appeal_answer", AppealDecision = "appeal_decision", Snooze = "snooze", Stay = "stay",
    }
    Nearness { Soon = "soon", Elapsed = "elapsed" }
}

payload! {
    /// Somebody looks at the case from now on.
    Assigned for facts::Assigned { assignee: PrincipalId, assigned_by: PrincipalId }

    /// The case is laid aside until a date, or until somebody shows something new.
    Snoozed for facts::Snoozed { until: Instant, reason: String, snoozed_by: PrincipalId }

    /// A side disputes the act: both sides are asked at once, and every clock runs from here.
    Filed for facts::Filed {
        by: Party,
        text: String,
        /// Where the customer's letter lies that the gaining side relies on; absent where it relies on none.
        letter: Option<Kept>,
        /// Why nothing may move on the account until it is ruled.
        stay: Option<String>,
        /// The request for that is decided by then.
        stay_until: Option<Instant>,
        /// The respondent answers by then.
        respondent_until: Instant,
        /// The letter is shown by then.
        proof_until: Option<Instant>,
        /// It is ruled by then.
        decision_until: Instant,
    }

    /// A person decides whether the account stands still while the dispute is heard.
    StayDecided for facts::StayDecided {
        outcome: StayOutcome,
        reason: String,
        decided_by: PrincipalId,
        /// Until when it stands still at most.
        until: Option<Instant>,
    }

    /// A side says how it was.
    Stated for facts::Stated { by: Party, text: String, evidence: Vec<Evidence> }

    /// A side shows a paper or an event.
    EvidenceAttached for facts::EvidenceAttached {
        by: Party,
        /// `letter` for the customer's letter that the gaining side relied on.
        shows: Showing,
        evidence: Evidence,
    }

    /// A person orders what the rules computed to put one act right.
    RemedyOrdered for facts::RemedyOrdered {
        act: EventId,
        handoff: HandoffId,
        /// To whom it is owed.
        host: PartnerId,
        /// Who holds it again; absent where the act moved no holder.
        restore: Option<Restoration>,
        owed: Vec<OwedCommission>,
        /// Share of what was withheld that is paid back.
        restitution as "restitution_bp": BasisPoints,
        /// When the orders were made whose margin is given up.
        margin_during: Interval,
        margin_orders: Vec<EventId>,
        /// What those orders were worth, one sum per currency.
        margin_net: Vec<Money>,
        ordered_by: PrincipalId,
    }

    /// Who holds these scopes again, and instead of whom.
    Restored for Restoration { holder: PartnerId, instead_of: PartnerId, scopes: Vec<Scope> }

    /// What the host is owed for one order.
    Owed for OwedCommission {
        order: OrderId,
        event: EventId,
        /// What remains to be paid; absent where it cannot be told from the record.
        outstanding: Option<Money>,
    }

    /// A side asks another officer to look at the ruling again, because of something new.
    Appealed for facts::Appealed {
        by: Party,
        grounds: String,
        evidence: Vec<Evidence>,
        /// The other side answers by then.
        respondent_until: Instant,
        /// It is ruled by then.
        decision_until: Instant,
    }

    /// Another officer rules once more, for the last time.
    AppealDecided for facts::AppealDecided { outcome: CaseOutcome, grounds: String, decided_by: PrincipalId }

    /// People are reminded of a step of the case.
    Reminded for facts::Reminded {
        step: Step,
        /// `soon` before its time is over, `elapsed` after.
        nearness: Nearness,
        due_at: Instant,
    }
}

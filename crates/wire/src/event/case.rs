//! `case.*`: what was found, what proves it, how it was decided.

mod hearing;

use domain::event::case as facts;
use domain::event::case::{
    CaseKind, CaseOutcome, ClearedBy, Clearing, Ground, Searched, SearchedPartner, Severity, SupersededBy,
    Unknown, Verdict,
};
use domain::event::change::Basis;
use domain::id::*;
use domain::time::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shape::compact::{Compact, Damaged, Reader};
use crate::shape::{Absent, Around, Reference, Shape, Word, payload, words};

words! {
    CaseKind {
        Takeover = "takeover", Procedure = "procedure", HostAbuse = "host_abuse", Statistical = "statistical",
        Registration = "registration",
    }
    Severity { S1 = "S1", S2 = "S2", S3 = "S3", S4 = "S4" }
    CaseOutcome { Confirmed = "confirmed", Valuable = "valuable", FalseAlarm = "false_alarm" }
    Unknown {
        ScopeUnknown = "scope_unknown", IdentityAmbiguous = "identity_ambiguous", Contested = "contested",
        Tender = "tender", Erased = "erased", GuardErrored = "guard_errored",
        TooFew = "too_few",
    }
}

payload! {
    /// A case about one handoff and guest; its findings follow.
    Opened for facts::Opened {
        kind: CaseKind,
        account: AccountId,
        handoff: Option<HandoffId>,
        host: Option<PartnerId>,
        guest: Option<PartnerId>,
    }

    /// What would clear a finding, and what is missing for it.
    ClearedIf for Clearing { basis: String, missing: String }

    /// One part of the formula, and the events that make it true.
    Part for Ground {
        /// Such as `gain`, `protected`, `family`, `not_granted` or `no_basis:V1`.
        part: String,
        holds_because: String,
        events: Vec<EventId>,
        /// Where something was looked for that is not there.
        searched: Option<Searched>,
    }

    /// What was looked through for something that is not there.
    LookedThrough for Searched {
        /// The account whose stream was read.
        account: AccountId,
        /// Up to which event of that stream, included.
        until: EventId,
        /// Streams of the partners concerned.
        partners: Vec<SearchedPartner>,
    }

    /// The stream of a partner, as far as it was read.
    LookedThroughPartner for SearchedPartner {
        partner: PartnerId,
        /// The last revision read, included.
        revision: u64,
    }

    /// One pattern found in one act: the certificate.
    FindingRecorded for facts::Finding {
        /// Such as `T01`.
        pattern: String,
        rule_version: u32,
        kind: CaseKind,
        policy: Digest,
        /// Who acted.
        actor: PartnerId,
        /// Who has to answer for it: a partner id, or `vendor`.
        respondent: String,
        act: EventId,
        verdict: Verdict,
        severity: Severity,
        /// When it happened.
        violated_at as "v_violation": Instant,
        /// The last event known when it was found.
        known: EventId,
        /// The smallest set of events that proves it.
        proof: Vec<EventId>,
        /// What helps to read it.
        context: Vec<EventId>,
        /// The finding in one sentence.
        sentence: String,
        /// The formula with each part bound to events.
        grounds: Vec<Ground>,
        clearing: Vec<Clearing>,
        /// Until when a basis may still arrive.
        provisional_until: Instant,
    }

    /// What is held of a finding changed.
    VerdictChanged for facts::VerdictChanged {
        pattern: String,
        act: EventId,
        verdict: Verdict,
        severity: Severity,
        /// The event that changed it.
        because: Option<EventId>,
        known: EventId,
    }

    /// An adjudicator decided the case.
    Decided for facts::Decided {
        outcome: CaseOutcome,
        grounds: String,
        remedy: Option<String>,
        decided_by: PrincipalId,
        appeal_until: Instant,
    }
}

impl crate::shape::Words for ClearedBy {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Basis(Basis::CustomerLetter), "V1"),
        (Self::Basis(Basis::HostRelease), "V2"),
        (Self::Basis(Basis::Forfeiture), "V3"),
        (Self::Basis(Basis::WindowOver), "V4"),
        (Self::Basis(Basis::HostDeauthorised), "V5"),
        (Self::Basis(Basis::Inheritance), "V6"),
        (Self::Basis(Basis::DeclaredPrior), "V7"),
        (Self::Basis(Basis::Correction), "V8"),
        (Self::Basis(Basis::Override), "V9"),
        (Self::Prior, "prior"),
        (Self::Granted, "granted"),
        (Self::UniformAction, "uniform_action"),
        (Self::Acquired, "acquired"),
        (Self::Stewardship, "stewardship"),
        (Self::Tender, "tender"),
        (Self::HeldBack, "held_back"),
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Basis(basis) => crate::shape::Words::word(basis),
            Self::Prior => "prior",
            Self::Granted => "granted",
            Self::UniformAction => "uniform_action",
            Self::Acquired => "acquired",
            Self::Stewardship => "stewardship",
            Self::Tender => "tender",
            Self::HeldBack => "held_back",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Superseding {
    Late,
    Correction,
}

words! { Superseding { Late = "late", Correction = "correction" } }

/// What is held of a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields, remote = "Self")]
pub enum Held {
    /// A basis may still arrive.
    Pending {},
    /// It stands.
    Confirmed {},
    /// A basis or look-alike clears it.
    Cleared {
        /// `V1` to `V9`, or the look-alike.
        by: Word<ClearedBy>,
    },
    /// A later event replaced it.
    Superseded(Superseded),
    /// It cannot be judged.
    Indeterminate {
        /// What is missing.
        reason: Word<Unknown>,
    },
}

/// What replaced a verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Superseded {
    by: Word<Superseding>,
    event: Reference,
}

crate::shape::object::written_as_objects! { Held }

impl Absent for Held {}

impl Shape for Verdict {
    type Json = Held;

    fn to_json(&self) -> Held {
        match self {
            Self::Pending => Held::Pending {},
            Self::Confirmed => Held::Confirmed {},
            Self::Cleared(by) => Held::Cleared { by: Word(*by) },
            Self::Superseded(SupersededBy::Late(event)) => {
                Held::Superseded(Superseded { by: Word(Superseding::Late), event: event.to_json() })
            }
            Self::Superseded(SupersededBy::Correction(event)) => {
                Held::Superseded(Superseded { by: Word(Superseding::Correction), event: event.to_json() })
            }
            Self::Indeterminate(reason) => Held::Indeterminate { reason: Word(*reason) },
        }
    }

    fn from_json(json: Held, around: &Around<'_>) -> Self {
        match json {
            Held::Pending {} => Self::Pending,
            Held::Confirmed {} => Self::Confirmed,
            Held::Cleared { by } => Self::Cleared(by.0),
            Held::Superseded(Superseded { by, event }) => {
                let event = EventId::from_json(event, around);
                Self::Superseded(match by.0 {
                    Superseding::Late => SupersededBy::Late(event),
                    Superseding::Correction => SupersededBy::Correction(event),
                })
            }
            Held::Indeterminate { reason } => Self::Indeterminate(reason.0),
        }
    }
}

impl Compact for Verdict {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Pending => out.push(0),
            Self::Confirmed => out.push(1),
            Self::Cleared(by) => {
                out.push(2);
                crate::shape::word::put(*by, out);
            }
            Self::Superseded(SupersededBy::Late(event)) => {
                out.push(3);
                event.put(out);
            }
            Self::Superseded(SupersededBy::Correction(event)) => {
                out.push(4);
                event.put(out);
            }
            Self::Indeterminate(reason) => {
                out.push(5);
                reason.put(out);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(match from.byte()? {
            0 => Self::Pending,
            1 => Self::Confirmed,
            2 => Self::Cleared(crate::shape::word::take(from)?),
            3 => Self::Superseded(SupersededBy::Late(Compact::take(from)?)),
            4 => Self::Superseded(SupersededBy::Correction(Compact::take(from)?)),
            5 => Self::Indeterminate(Compact::take(from)?),
            _ => return Err(Damaged),
        })
    }
}

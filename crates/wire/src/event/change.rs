//! `change.*`: a change of holder, step by step.

use domain::event::change as facts;
use domain::event::change::{
    Basis, CalendarRef, ErrorAnswer, ObjectionGround, ObjectionOutcome, ReversalReason, VerificationMethod,
    VerificationOutcome, Verifier,
};
use domain::event::{DecidedBy, Evidence, Party};
use domain::id::*;
use domain::scope::Scope;
use domain::time::Instant;

use crate::shape::compact::{Compact, Damaged, Reader};
use crate::shape::{Around, Known, Shape, payload, words};

words! {
    Basis {
        CustomerLetter = "V1", HostRelease = "V2", Forfeiture = "V3", WindowOver = "V4",
        HostDeauthorised = "V5", Inheritance = "V6", DeclaredPrior = "V7", Correction = "V8",
        Override = "V9",
    }
    VerificationMethod {
        CallBack = "call_back", Token = "token", ThirdParty = "third_party", InPerson = "in_person",
    }
    VerificationOutcome { Confirmed = "confirmed", Denied = "denied", Unreachable = "unreachable" }
    ObjectionGround {
        InvalidLetter = "invalid_letter", SignerNotAuthorised = "signer_not_authorised",
        IdentityMismatch = "identity_mismatch", ActiveDispute = "active_dispute",
        ScopeMismatch = "scope_mismatch", FreezeNotLifted = "freeze_not_lifted", Fraud = "fraud",
        UndeclaredAffiliation = "undeclared_affiliation", Other = "other",
    }
    ObjectionOutcome { Upheld = "upheld", Rejected = "rejected" }
    ErrorAnswer { Agrees = "agrees", Disagrees = "disagrees" }
    ReversalReason { Error = "error", Rescission = "rescission", Ruling = "ruling" }
}

payload! {
    /// Somebody asks that another partner hold the account.
    Requested for facts::Requested {
        change: ChangeId,
        losing: Option<PartnerId>,
        gaining: PartnerId,
        scope: Scope,
        effective_from: Instant,
        /// The ground claimed, V1 to V9.
        basis_claimed: Basis,
        letter: Option<LetterId>,
        /// SHA-256 of the customer's token.
        token: Option<Digest>,
        release: Option<EventId>,
        /// The change this one undoes.
        reverses: Option<ChangeId>,
    }

    /// Somebody independent asked the customer.
    Verified for facts::Verified {
        change: ChangeId,
        /// A partner, or `vendor`.
        verifier: Verifier,
        verifier_principal: PrincipalId,
        method: VerificationMethod,
        contact: ContactRef,
        contact_on_file_since: Instant,
        outcome: VerificationOutcome,
        /// SHA-256 of the recording.
        recording: Option<Digest>,
        /// Whether the verifier is paid by result.
        outcome_fee: bool,
    }

    /// Customer, host and guest were told who would gain.
    Notified for facts::Notified {
        change: ChangeId,
        notices: Vec<NoticeId>,
        /// Business days.
        window_days_business: u8,
        names_gaining: PartnerId,
    }

    /// A named, versioned business-day calendar.
    Calendar for CalendarRef { id: CalendarId, version: u32 }

    /// The last notice to host and customer was delivered: the objection window runs.
    WindowOpened for facts::WindowOpened {
        change: ChangeId,
        opened_by: NoticeId,
        window_until: Instant,
        calendar: CalendarRef,
    }

    /// A side objects. The list of grounds is closed; `other` suspends nothing.
    Objected for facts::Objected {
        change: ChangeId,
        by: Party,
        ground: ObjectionGround,
        text: Option<String>,
        evidence: Vec<Evidence>,
        /// Whether the objector says it asked the customer first.
        inquiry_attested: bool,
    }

    /// An adjudicator decides an objection.
    ObjectionDecided for facts::ObjectionDecided {
        change: ChangeId,
        objection: EventId,
        outcome: ObjectionOutcome,
        reason: String,
        decided_by: DecidedBy,
    }

    /// The losing side gives up the rest of its window.
    Waived for facts::Waived { change: ChangeId, by: Party, signed_by: PrincipalId }

    /// The account has another holder.
    Executed for facts::Executed {
        change: ChangeId,
        holder: PartnerId,
        scope: Scope,
        effective_from: Instant,
        /// The ground, V1 to V9.
        basis: Basis,
        basis_events: Vec<EventId>,
        /// The host's waiver.
        waiver: Option<EventId>,
        /// The override.
        emergency: Option<EventId>,
        decided_by: Option<DecidedBy>,
        lock_until: Option<Instant>,
    }

    /// The customer takes the request back before it was executed.
    Rescinded for facts::Rescinded { change: ChangeId, by: Party, letter: Option<LetterId> }

    /// The account goes back.
    Reversed for facts::Reversed {
        change: ChangeId,
        restores: PartnerId,
        scope: Scope,
        reason: ReversalReason,
    }

    /// A side says that the change was an error; the clocks of the fast way back run.
    ErrorReported for facts::ErrorReported {
        change: ChangeId,
        by: Party,
        text: String,
        /// When the other side owes an answer.
        reply_until: Instant,
        /// Until when both may agree; after that a person rules.
        agree_until: Instant,
        /// When the account is back, if both agree.
        restore_until: Instant,
    }

    /// What the other side says to a reported error.
    ErrorAnswered for facts::ErrorAnswered { change: ChangeId, by: Party, answer: ErrorAnswer }
}

const VENDOR: &str = "vendor";

impl Shape for Verifier {
    type Json = Known<PartnerId>;

    fn to_json(&self) -> Self::Json {
        match self {
            Self::Partner(partner) => partner.to_json(),
            Self::Vendor => Known::Id(VENDOR.parse().expect("a lower-case word is an id")),
        }
    }

    fn from_json(json: Self::Json, around: &Around<'_>) -> Self {
        match PartnerId::from_json(json, around) {
            partner if partner.as_str() == VENDOR => Self::Vendor,
            partner => Self::Partner(partner),
        }
    }
}

impl Compact for Verifier {
    fn put(&self, out: &mut Vec<u8>) {
        let partner = match self {
            Self::Vendor => None,
            Self::Partner(partner) => Some(partner.clone()),
        };
        partner.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok(<Option<PartnerId> as Compact>::take(from)?.map_or(Self::Vendor, Self::Partner))
    }
}

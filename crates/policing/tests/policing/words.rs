//! The events of the stories, each in one short call; what a test does not name has a harmless value.

use domain::event::account::{self as account, AccountEvent, FreezeTarget, HoldingBasis, Lifted};
use domain::event::account::{OverrideAct, OverrideReason};
use domain::event::change::{self as change, Basis, ChangeEvent, ReversalReason, VerificationMethod};
use domain::event::change::{VerificationOutcome, Verifier};
use domain::event::consent::{Authority, ConsentEvent, Inducement, LetterRecorded};
use domain::event::correction::{Committed, CorrectionEvent, CorrectionReason, Retracted};
use domain::event::deal::{self as deal, DealEvent};
use domain::event::handoff::{self as handoff, CommissionBase, CommissionTerms, GrantedAct, HandoffEvent};
use domain::event::notice::{self as notice, About, NoticeEvent, NoticeMethod};
use domain::event::partner::{self as partner, AffiliationBasis, PartnerEvent, Relation};
use domain::event::trade::{self as trade, Order, RenewalKind, TradeEvent};
use domain::event::{DecidedBy, Evidence, Officer, Party, PolicyRef};
use domain::fact::Role;
use domain::id::*;
use domain::money::BasisPoints;
use domain::scope::Scope;
use domain::time::Interval;

use crate::story::{day, id};

pub(crate) fn lines(lines: &[&str]) -> Scope {
    Scope::of_product_lines(lines.iter().map(|line| id(line)))
}

pub(crate) fn gtx() -> Scope {
    lines(&["gtx"])
}

pub(crate) fn digest(byte: u8) -> Digest {
    Digest([byte; 32])
}

fn policy() -> PolicyRef {
    PolicyRef { version: 0, digest: digest(0) }
}

pub(crate) fn invited_to(named: &str, guest: &str, granted: &[GrantedAct], scope: Scope) -> HandoffEvent {
    HandoffEvent::Invited(Box::new(handoff::Invited {
        handoff: id(named),
        host: id("host"),
        guest: id(guest),
        protected_scope: lines(&["gtx", "rtx"]),
        granted_scope: scope,
        granted_acts: granted.to_vec(),
        role: "reseller".to_owned(),
        terms: digest(1),
        commission: CommissionTerms {
            rate: BasisPoints::new(500).expect("five percent"),
            base: CommissionBase::NetOrder,
            minimum: None,
            tail_months: 12,
        },
        protection_days: 365,
        tail_days: 90,
        commitments: Vec::new(),
        expires_at: day(14),
        host_signed_at: day(0),
        customer_consent: None,
    }))
}

pub(crate) fn accepted(named: &str) -> handoff::Accepted {
    handoff::Accepted {
        handoff: id(named),
        terms: digest(1),
        signed_by: id("guest-ceo"),
        protected_until: day(366),
        tail_until: day(456),
        commission_until: day(731),
        declared_prior: Vec::new(),
        declared_family: Vec::new(),
        disclosed_networks: Vec::new(),
        policy: policy(),
    }
}

pub(crate) fn released(
    scope: Scope,
    from: i64,
    until: Option<i64>,
    ratifies: Option<EventId>,
) -> HandoffEvent {
    HandoffEvent::Released(handoff::Released {
        handoff: id("h1"),
        scope,
        from: day(from),
        until: until.map(day),
        signed_by: id("host-ceo"),
        signed_at: day(from),
        ratifies,
        anchor: None,
    })
}

pub(crate) fn amended(granted: &[GrantedAct], scope: Scope, signed: &[Party]) -> HandoffEvent {
    HandoffEvent::Amended(handoff::Amended {
        handoff: id("h1"),
        terms: digest(2),
        previous_terms: digest(1),
        granted_scope: Some(scope),
        granted_acts: Some(granted.to_vec()),
        role: None,
        prime: None,
        signed: signed.iter().map(|party| handoff::Signature { party: party.clone(), at: day(0) }).collect(),
        reason: handoff::AmendmentReason::Amendment,
    })
}

pub(crate) fn forfeited(notices: &[&str], cure_until: i64) -> HandoffEvent {
    HandoffEvent::ForfeitureClaimed(handoff::ForfeitureClaimed {
        handoff: id("h1"),
        scope: gtx(),
        claimed_by: Party::Guest,
        notices: notices.iter().map(|notice| id(notice)).collect(),
        cure_until: day(cure_until),
    })
}

pub(crate) fn progressed(by: Party, at: i64) -> HandoffEvent {
    HandoffEvent::Progressed(handoff::Progressed {
        handoff: id("h1"),
        commitment: None,
        kind: handoff::ProgressKind::Met,
        by,
        at: day(at),
    })
}

pub(crate) fn held(holder: &str, scope: Scope, from: i64) -> account::HolderRecorded {
    account::HolderRecorded {
        holder: id(holder),
        scope,
        from: day(from),
        previous: None,
        basis_claimed: HoldingBasis::Order,
        change: None,
        batch: None,
    }
}

pub(crate) fn holds(holder: &str, scope: Scope, from: i64) -> AccountEvent {
    AccountEvent::HolderRecorded(held(holder, scope, from))
}

pub(crate) fn put_back(holder: &str, scope: Scope, from: i64) -> AccountEvent {
    let basis_claimed = HoldingBasis::Correction;
    AccountEvent::HolderRecorded(account::HolderRecorded { basis_claimed, ..held(holder, scope, from) })
}

pub(crate) fn uniform(holder: &str, scope: Scope, from: i64) -> AccountEvent {
    let batch = Some(id("territories-2026"));
    AccountEvent::HolderRecorded(account::HolderRecorded { batch, ..held(holder, scope, from) })
}

pub(crate) fn steward(steward: &str, until: i64) -> AccountEvent {
    AccountEvent::StewardshipStarted(account::StewardshipStarted {
        steward: id(steward),
        scope: gtx(),
        until: day(until),
        reason: "the host's team is ill".to_owned(),
    })
}

pub(crate) fn frozen_by_hand(until: i64) -> AccountEvent {
    AccountEvent::FreezePlaced(account::FreezePlaced {
        freeze: id("f1"),
        scope: gtx(),
        against: FreezeTarget::FamilyOf(id("guest")),
        from: day(2),
        until: day(until),
        handoff: None,
        requested_by: Party::Customer,
    })
}

pub(crate) fn lifted(lifted: Lifted, by: Party, from: i64, evidence: Option<Evidence>) -> AccountEvent {
    let (scope, from) = (gtx(), day(from));
    AccountEvent::FreezeLifted(account::FreezeLifted { lifted, scope, from, by, evidence, anchor: None })
}

pub(crate) fn overridden(
    act: OverrideAct,
    reason: OverrideReason,
    officers: &[(&str, Role)],
) -> AccountEvent {
    AccountEvent::OverrideRecorded(account::OverrideRecorded {
        scope: gtx(),
        holder: Some(id("guest")),
        act,
        reason,
        reason_text: "the host cannot serve the customer's site".to_owned(),
        officers: officers
            .iter()
            .map(|(principal, role)| Officer { principal: id(principal), role: *role })
            .collect(),
        until: day(200),
        published_to: vec![id("n-host"), id("n-guest")],
    })
}

pub(crate) fn refused(deal: &str) -> AccountEvent {
    AccountEvent::TakeoverRefused(account::TakeoverRefused {
        command: "deal.submit".to_owned(),
        gaining: id("guest"),
        scope: gtx(),
        deal: Some(id(deal)),
        change: None,
        order: None,
        rule: "T02".to_owned(),
        handoff: id("h1"),
        nearest_clearing: String::new(),
    })
}

pub(crate) fn disputed(refused: EventId) -> AccountEvent {
    let text = "we were here first".to_owned();
    AccountEvent::RefusalDisputed(account::RefusalDisputed { refused, by: id("guest"), text })
}

pub(crate) fn submitted(deal: &str, partner: &str, tender: Option<bool>) -> DealEvent {
    DealEvent::Submitted(deal::Submitted {
        deal: id(deal),
        source: None,
        partner: id(partner),
        scope: gtx(),
        need: "more graphics".to_owned(),
        expected_value: None,
        expected_close: None,
        missing: Vec::new(),
        customer_confirmation: None,
        tender,
        under_handoff: None,
        renews: None,
        related_accounts: Vec::new(),
    })
}

pub(crate) fn approved(named: &str) -> DealEvent {
    DealEvent::Approved(deal::Approved {
        deal: id(named),
        scope: gtx(),
        protected_from: day(20),
        protected_until: day(110),
        decided_by: DecidedBy { policy: policy(), person: None },
        rivals_considered: Vec::new(),
    })
}

pub(crate) fn requested(named: &str, gaining: &str, scope: Scope, letter: Option<&str>) -> ChangeEvent {
    ChangeEvent::Requested(change::Requested {
        change: id(named),
        losing: Some(id("host")),
        gaining: id(gaining),
        scope,
        effective_from: day(30),
        basis_claimed: Basis::CustomerLetter,
        letter: letter.map(id),
        token: None,
        release: None,
        reverses: None,
    })
}

pub(crate) fn verification(named: &str) -> change::Verified {
    change::Verified {
        change: id(named),
        verifier: Verifier::Vendor,
        verifier_principal: id("call-centre"),
        method: VerificationMethod::CallBack,
        contact: id("customer-cio"),
        contact_on_file_since: day(-400),
        outcome: VerificationOutcome::Confirmed,
        recording: None,
        outcome_fee: false,
    }
}

pub(crate) fn execution(named: &str, holder: &str, scope: Scope, effective_from: i64) -> change::Executed {
    change::Executed {
        change: id(named),
        holder: id(holder),
        scope,
        effective_from: day(effective_from),
        basis: Basis::CustomerLetter,
        basis_events: Vec::new(),
        waiver: None,
        emergency: None,
        decided_by: None,
        lock_until: None,
    }
}

pub(crate) fn executed(named: &str, holder: &str, scope: Scope, effective_from: i64) -> ChangeEvent {
    ChangeEvent::Executed(execution(named, holder, scope, effective_from))
}

pub(crate) fn waived(named: &str, by: Party) -> ChangeEvent {
    ChangeEvent::Waived(change::Waived { change: id(named), by, signed_by: id("host-ceo") })
}

pub(crate) fn reversed(named: &str, reason: ReversalReason) -> ChangeEvent {
    let (restores, scope) = (id("host"), gtx());
    ChangeEvent::Reversed(change::Reversed { change: id(named), restores, scope, reason })
}

pub(crate) fn letter(named: &str) -> LetterRecorded {
    LetterRecorded {
        letter: id(named),
        legal_name: "Acme Ltd".to_owned(),
        account_key: id("crm:acme"),
        signer: id("customer-cio"),
        authority: Authority::Officer,
        authority_evidence: None,
        losing: Some(id("host")),
        gaining: id("guest"),
        scope: gtx(),
        signed_at: day(10),
        sole_purpose: true,
        inducement: Inducement::None,
        statement_version: "2026-1".to_owned(),
        document: digest(7),
        anchor: None,
        supersedes: None,
    }
}

pub(crate) fn wrote(letter: LetterRecorded) -> ConsentEvent {
    ConsentEvent::LetterRecorded(Box::new(letter))
}

pub(crate) fn sent(named: &str, to: Party, about: About) -> NoticeEvent {
    NoticeEvent::Sent(notice::Sent {
        notice: id(named),
        to,
        about,
        address: id("office"),
        address_on_file_since: day(-400),
        method: NoticeMethod::Email,
        names_gaining: None,
    })
}

pub(crate) fn delivered(named: &str, at: i64) -> NoticeEvent {
    NoticeEvent::Delivered(notice::Delivered { notice: id(named), at: day(at), receipt: None })
}

pub(crate) fn order(named: &str, partner: &str, scope: Option<Scope>, at: i64) -> Order {
    Order {
        order: id(named),
        partner: id(partner),
        sold_through: None,
        scope,
        lines: Vec::new(),
        net: None,
        booked_at: day(at),
        end_customer_key: None,
        under_handoff: None,
        deal: None,
        term: None,
        previous_order: None,
    }
}

pub(crate) fn booked(named: &str, partner: &str, scope: Scope, at: i64) -> TradeEvent {
    TradeEvent::OrderBooked(order(named, partner, Some(scope), at))
}

pub(crate) fn renewed(named: &str, renews: &str, partner: &str, scope: Scope, at: i64) -> TradeEvent {
    let order = order(named, partner, Some(scope), at);
    TradeEvent::RenewalBooked(trade::Renewal {
        order,
        renews: id(renews),
        renewal_kind: RenewalKind::Renewal,
    })
}

pub(crate) fn contracted(partner: &str, at: i64) -> TradeEvent {
    TradeEvent::ContractSigned(trade::Contract {
        contract: None,
        partner: id(partner),
        scope: Some(gtx()),
        at: day(at),
        reported_under: None,
        prime: None,
        subcontractors: Vec::new(),
        customer_initiated: None,
    })
}

pub(crate) fn quoted(partner: &str, at: i64, reported_under: Option<&str>) -> TradeEvent {
    TradeEvent::QuoteIssued(trade::Quote {
        quote: None,
        partner: id(partner),
        scope: Some(gtx()),
        at: day(at),
        reported_under: reported_under.map(id),
        customer_initiated: None,
    })
}

pub(crate) fn owned_by(owner: &str, basis: AffiliationBasis, share_bp: u32, from: i64) -> PartnerEvent {
    PartnerEvent::Affiliated(partner::Affiliated {
        with: id(owner),
        relation: Relation::Parent,
        share: BasisPoints::new(share_bp),
        control: false,
        during: Interval::open(day(from)),
        basis,
        evidence: None,
    })
}

pub(crate) fn parted(with: &str, at: i64) -> PartnerEvent {
    PartnerEvent::AffiliationEnded(partner::AffiliationEnded { with: id(with), at: day(at) })
}

pub(crate) fn merged(into: &str, at: i64, notice_days: u16, exclusions: &[(&str, Scope)]) -> PartnerEvent {
    PartnerEvent::Merged(partner::Merged {
        into: id(into),
        at: day(at),
        book_transferred: true,
        notice_days,
        exclusions: exclusions
            .iter()
            .map(|(account, scope)| partner::BookExclusion { account: id(account), scope: scope.clone() })
            .collect(),
        certificate: None,
    })
}

pub(crate) fn barred(from: i64) -> PartnerEvent {
    PartnerEvent::Deauthorised(partner::Deauthorised {
        scope: Scope::all(),
        from: day(from),
        reason: partner::DeauthorisationReason::AgreementEnded,
    })
}

pub(crate) fn committed(byte: u8) -> CorrectionEvent {
    CorrectionEvent::Committed(Committed { digest: digest(byte), kind: "letter".to_owned() })
}

pub(crate) fn retracted(target: EventId) -> CorrectionEvent {
    let reason = CorrectionReason::WrongIdentity;
    CorrectionEvent::Retracted(Retracted { target, reason, approved_by: None, evidence: None })
}

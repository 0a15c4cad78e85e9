//! An account in which northwind invited contoso while proseware, a rival, registered too.

use domain::account::{Account, history};
use domain::event::account::{AccountEvent, FreezeLifted, HolderRecorded, HoldingBasis, Lifted};
use domain::event::change::{self, Basis, ChangeEvent};
use domain::event::deal::{self, DealEvent, RejectionReason};
use domain::event::handoff::{self, CommissionBase, CommissionTerms, GrantedAct, HandoffEvent};
use domain::event::notice::{self, About, NoticeEvent, NoticeMethod};
use domain::event::trade::{Order, OrderLine, TradeEvent};
use domain::event::{DecidedBy, Event, Party, PolicyRef};
use domain::fact::{Actor, Class, Context, Fact, Meta, Origin, Producer};
use domain::id::{Digest, EventId};
use domain::money::{BasisPoints, Money};
use domain::scope::Scope;
use domain::stream::Stream;
use domain::time::Instant;

/// Midnight of a day, written 2026-03-01.
pub(crate) fn day(date: &str) -> Instant {
    format!("{date}T00:00:00Z").parse().unwrap()
}

pub(crate) fn lines(terms: &[&str]) -> Scope {
    Scope::of_product_lines(terms.iter().map(|term| term.parse().unwrap()))
}

pub(crate) fn euros(amount: &str) -> Money {
    Money::from_decimal(amount, "EUR".parse().unwrap()).unwrap()
}

pub(crate) fn stream() -> Stream {
    "account-meridian.orsa".parse().unwrap()
}

/// Event `number`, so that a test can say which event a bar comes from.
pub(crate) fn event_id(number: u64) -> EventId {
    format!("00000000-0000-0000-0000-{number:012}").parse().unwrap()
}

pub(crate) fn decided() -> DecidedBy {
    DecidedBy { policy: PolicyRef { version: 1, digest: Digest([1; 32]) }, person: None }
}

/// The account after these events, each valid on its day; event ids count from 1.
pub(crate) fn account(told: Vec<(&str, Event)>) -> Account {
    let facts: Vec<Fact> = told
        .into_iter()
        .zip(1..)
        .map(|((date, event), position)| Fact { meta: meta(day(date), position), event })
        .collect();
    history::fold(&facts)
}

fn meta(at: Instant, position: u64) -> Meta {
    Meta {
        id: event_id(position),
        position,
        revision: position - 1,
        valid_at: at,
        recorded_at: at,
        class: Class::Observed,
        origin: Origin::Live,
        producer: Producer {
            source: "crm.example".parse().unwrap(),
            id: position.to_string().parse().unwrap(),
        },
        actor: Actor::system(),
        causation: None,
        policy: None,
        context: Context::default(),
    }
}

pub(crate) fn submitted(deal: &str, partner: &str, scope: Scope) -> Event {
    Event::Deal(DealEvent::Submitted(deal::Submitted {
        deal: deal.parse().unwrap(),
        source: None,
        partner: partner.parse().unwrap(),
        scope,
        need: "ask for Erika Mustermann, room 12".to_owned(),
        expected_value: Some(euros("1000.00")),
        expected_close: None,
        missing: Vec::new(),
        customer_confirmation: None,
        tender: None,
        under_handoff: None,
        renews: None,
        related_accounts: Vec::new(),
    }))
}

pub(crate) fn approved(deal: &str, from: &str, until: &str) -> Event {
    Event::Deal(DealEvent::Approved(deal::Approved {
        deal: deal.parse().unwrap(),
        scope: lines(&["gtx-pro"]),
        protected_from: day(from),
        protected_until: day(until),
        decided_by: decided(),
        rivals_considered: Vec::new(),
    }))
}

pub(crate) fn rejected(deal: &str, rival: &str) -> Event {
    Event::Deal(DealEvent::Rejected(deal::Rejected {
        deal: deal.parse().unwrap(),
        reason: RejectionReason::DuplicateOfRegisteredDeal,
        rival: Some(rival.parse().unwrap()),
        decided_by: decided(),
        case: None,
    }))
}

pub(crate) fn won(deal: &str, at: &str) -> Event {
    let (deal, at) = (deal.parse().unwrap(), day(at));
    Event::Deal(DealEvent::Won(deal::Won {
        deal,
        at,
        value: Some(euros("900.00")),
        order: None,
        reason: None,
    }))
}

pub(crate) fn invited() -> Event {
    Event::Handoff(HandoffEvent::Invited(Box::new(handoff::Invited {
        handoff: "h-1".parse().unwrap(),
        host: "northwind".parse().unwrap(),
        guest: "contoso-services".parse().unwrap(),
        protected_scope: lines(&["gtx-pro", "wireless"]),
        granted_scope: lines(&["wireless"]),
        granted_acts: vec![GrantedAct::Order],
        role: "Services Partner".to_owned(),
        terms: Digest([2; 32]),
        commission: CommissionTerms {
            rate: BasisPoints::new(500).unwrap(),
            base: CommissionBase::NetOrder,
            minimum: None,
            tail_months: 12,
        },
        protection_days: 365,
        tail_days: 90,
        commitments: Vec::new(),
        expires_at: day("2026-02-20"),
        host_signed_at: day("2026-02-06"),
        customer_consent: None,
    })))
}

pub(crate) fn accepted() -> Event {
    Event::Handoff(HandoffEvent::Accepted(handoff::Accepted {
        handoff: "h-1".parse().unwrap(),
        terms: Digest([2; 32]),
        signed_by: "erika.mustermann@contoso.example".parse().unwrap(),
        protected_until: day("2027-02-10"),
        tail_until: day("2027-05-11"),
        commission_until: day("2027-02-10"),
        declared_prior: Vec::new(),
        declared_family: Vec::new(),
        disclosed_networks: Vec::new(),
        policy: PolicyRef { version: 1, digest: Digest([1; 32]) },
    }))
}

pub(crate) fn ordered(order: &str, partner: &str, line: &str, at: &str) -> Event {
    Event::Trade(TradeEvent::OrderBooked(Order {
        order: order.parse().unwrap(),
        partner: partner.parse().unwrap(),
        sold_through: None,
        scope: None,
        lines: vec![OrderLine { product_line: line.parse().unwrap(), quantity: 1, net: euros("920.50") }],
        net: Some(euros("920.50")),
        booked_at: day(at),
        end_customer_key: None,
        under_handoff: Some("h-1".parse().unwrap()),
        deal: None,
        term: None,
        previous_order: None,
    }))
}

pub(crate) fn recorded(holder: &str, scope: Scope, from: &str) -> Event {
    Event::Account(AccountEvent::HolderRecorded(HolderRecorded {
        holder: holder.parse().unwrap(),
        scope,
        from: day(from),
        previous: None,
        basis_claimed: HoldingBasis::Initial,
        change: None,
        batch: None,
    }))
}

pub(crate) fn lifted(scope: Scope, from: &str) -> Event {
    Event::Account(AccountEvent::FreezeLifted(FreezeLifted {
        lifted: Lifted::Handoff("h-1".parse().unwrap()),
        scope,
        from: day(from),
        by: Party::Customer,
        evidence: None,
        anchor: None,
    }))
}

pub(crate) fn requested() -> Event {
    Event::Change(ChangeEvent::Requested(change::Requested {
        change: "ch-1".parse().unwrap(),
        losing: Some("northwind".parse().unwrap()),
        gaining: "contoso-services".parse().unwrap(),
        scope: lines(&["gtx-pro"]),
        effective_from: day("2026-04-20"),
        basis_claimed: Basis::CustomerLetter,
        letter: None,
        token: None,
        release: None,
        reverses: None,
    }))
}

pub(crate) fn notice_sent() -> Event {
    Event::Notice(NoticeEvent::Sent(notice::Sent {
        notice: "n-1".parse().unwrap(),
        to: Party::Customer,
        about: About::Change("ch-1".parse().unwrap()),
        address: "erika.mustermann@orsa.example".parse().unwrap(),
        address_on_file_since: day("2025-01-01"),
        method: NoticeMethod::Email,
        names_gaining: Some("contoso-services".parse().unwrap()),
    }))
}

pub(crate) fn notice_delivered(at: &str) -> Event {
    let notice = "n-1".parse().unwrap();
    Event::Notice(NoticeEvent::Delivered(notice::Delivered { notice, at: day(at), receipt: None }))
}

pub(crate) fn window_opened(until: &str) -> Event {
    Event::Change(ChangeEvent::WindowOpened(change::WindowOpened {
        change: "ch-1".parse().unwrap(),
        opened_by: "n-1".parse().unwrap(),
        window_until: day(until),
        calendar: change::CalendarRef { id: "weekdays-utc".parse().unwrap(), version: 1 },
    }))
}

pub(crate) fn executed(from: &str, lock_until: &str) -> Event {
    Event::Change(ChangeEvent::Executed(change::Executed {
        change: "ch-1".parse().unwrap(),
        holder: "contoso-services".parse().unwrap(),
        scope: lines(&["gtx-pro"]),
        effective_from: day(from),
        basis: Basis::CustomerLetter,
        basis_events: Vec::new(),
        waiver: None,
        emergency: None,
        decided_by: None,
        lock_until: Some(day(lock_until)),
    }))
}

/// The days of the story as told to everybody: registration, rival, handoff, order, lawful change.
pub(crate) fn story() -> Vec<(&'static str, Event)> {
    let scope = || lines(&["gtx-pro", "wireless"]);
    vec![
        ("2026-02-02", recorded("northwind", scope(), "2026-02-02")),
        ("2026-02-03", submitted("d-1", "northwind", lines(&["gtx-pro"]))),
        ("2026-02-04", approved("d-1", "2026-02-04", "2026-05-05")),
        ("2026-02-05", submitted("d-2", "proseware", lines(&["gtx-pro"]))),
        ("2026-02-05", rejected("d-2", "d-1")),
        ("2026-02-06", invited()),
        ("2026-02-10", accepted()),
        ("2026-02-18", ordered("so-1", "contoso-services", "wireless", "2026-02-18")),
        ("2026-03-02", won("d-1", "2026-03-02")),
        ("2026-04-06", requested()),
        ("2026-04-07", notice_sent()),
        ("2026-04-08", notice_delivered("2026-04-08")),
        ("2026-04-08", window_opened("2026-04-16")),
        ("2026-04-10", lifted(scope(), "2026-04-10")),
        ("2026-04-20", executed("2026-04-20", "2026-05-20")),
    ]
}

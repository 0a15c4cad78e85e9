//! Every type of event there is: its name, its number, who may claim it, and how its payload is read and written.

pub mod account;
pub mod case;
pub mod change;
mod claim;
pub mod commission;
pub mod consent;
pub mod correction;
pub mod deal;
pub mod handoff;
pub mod identity;
pub mod notice;
pub mod partner;
pub mod program;
pub mod trade;

use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::case::CaseEvent;
use domain::event::change::ChangeEvent;
use domain::event::commission::CommissionEvent;
use domain::event::consent::ConsentEvent;
use domain::event::correction::CorrectionEvent;
use domain::event::deal::DealEvent;
use domain::event::handoff::HandoffEvent;
use domain::event::identity::IdentityEvent;
use domain::event::notice::NoticeEvent;
use domain::event::partner::PartnerEvent;
use domain::event::program::ProgramEvent;
use domain::event::trade::TradeEvent;
use domain::fact::Class;
use domain::stream::Stream;
use schemars::{Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::json;
use crate::problem::Problem;
use crate::shape::compact::{Compact, Damaged, Reader};
use crate::shape::{Around, Beside, Shape};

pub use claim::class_claimed;

/// One type of event.
#[derive(Debug, Clone, Copy)]
pub struct Type {
    /// Such as `chaperone.deal.submitted.v1`.
    pub name: &'static str,
    /// Its number in the journal, for ever.
    pub kind: u16,
    /// The classes its facts can have.
    pub classes: &'static [Class],
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
}

/// The type with this name.
pub fn type_named(name: &str) -> Option<&'static Type> {
    kind_of(name).and_then(type_of_kind)
}

/// The type with this number.
pub fn type_of_kind(kind: u16) -> Option<&'static Type> {
    TYPES.iter().find(|one| one.kind == kind)
}

/// The numbers of the types whose short name, such as `deal.submitted`, is wanted: what a scan asks for.
pub fn kinds(wanted: impl Fn(&str) -> bool) -> Vec<u16> {
    TYPES.iter().filter(|one| wanted(one.short_name())).map(|one| one.kind).collect()
}

impl Type {
    /// The name without what all names share, such as `deal.submitted`.
    pub fn short_name(&self) -> &'static str {
        let rest = self.name.strip_prefix("chaperone.").unwrap_or(self.name);
        rest.rsplit_once('.').map_or(rest, |(short, _)| short)
    }
}

/// The second part of the name of a type, such as `deal`.
pub(crate) fn family(name: &str) -> &str {
    name.split('.').nth(1).unwrap_or_default()
}

/// Whether facts or commands of this name stand on such a stream.
pub(crate) fn belongs_on(name: &str, stream: &Stream) -> bool {
    match family(name) {
        "fact" => true,
        "partner" => matches!(stream, Stream::Partner(..)),
        "identity" => matches!(stream, Stream::Identity(_)),
        "case" => matches!(stream, Stream::Case(..)),
        "program" => matches!(stream, Stream::Program(_)),
        _ => matches!(stream, Stream::Account(..)),
    }
}

/// A payload as it was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) event: Event,
    pub(crate) beside: Beside,
}

/// A payload as it is written.
pub(crate) struct Data<'a>(pub(crate) &'a Event);

fn read_as<T: Shape, F>(
    variant: fn(T) -> F,
    family: fn(F) -> Event,
    text: &str,
    offset: u64,
    around: &Around<'_>,
) -> Result<Reading, Problem> {
    let shape: T::Json = json::parse(text, "/data", offset)?;
    let beside = T::beside(&shape, around);
    Ok(Reading { event: family(variant(T::from_json(shape, around))), beside })
}

fn schema_as<T: Shape, F>(_variant: fn(T) -> F, generator: &mut SchemaGenerator) -> Schema {
    generator.root_schema_for::<T::Json>()
}

/// The table of all types; numbers are never given twice.
macro_rules! events {
    ($($family:ident ($inner:ident) { $($kind:literal $name:literal $variant:ident [$($class:ident)*])* })*) => {
        /// Every type of event, by number.
        pub const TYPES: &[Type] = &[$($(
            Type {
                name: $name,
                kind: $kind,
                classes: &[$(Class::$class),*],
                schema: |generator| schema_as($inner::$variant, generator),
            },
        )*)*];

        /// The name of an event's type, such as `chaperone.deal.submitted.v1`.
        pub fn name(event: &Event) -> &'static str {
            match event { $($(Event::$family($inner::$variant(_)) => $name,)*)* }
        }

        /// The number of an event's type.
        pub fn kind(event: &Event) -> u16 {
            match event { $($(Event::$family($inner::$variant(_)) => $kind,)*)* }
        }

        /// The number of the type with this name.
        pub fn kind_of(name: &str) -> Option<u16> {
            match name { $($($name => Some($kind),)*)* _ => None }
        }

        /// Reads the payload of a type; `text` starts at `offset` of the record.
        pub(crate) fn read(name: &str, text: &str, offset: u64, around: &Around<'_>) -> Result<Reading, Problem> {
            match name {
                $($($name => read_as($inner::$variant, Event::$family, text, offset, around),)*)*
                _ => Err(Problem::at_pointer("/type", format!("expected a type of event, found {name:?}"))),
            }
        }

        impl Serialize for Data<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 {
                    $($(Event::$family($inner::$variant(payload)) => payload.to_json().serialize(serializer),)*)*
                }
            }
        }

        /// Writes the compact form of a payload.
        pub(crate) fn put(event: &Event, out: &mut Vec<u8>) {
            match event { $($(Event::$family($inner::$variant(payload)) => payload.put(out),)*)* }
        }

        /// Reads the compact form of a payload.
        pub(crate) fn take(kind: u16, from: &mut Reader<'_>) -> Result<Event, Damaged> {
            match kind {
                $($($kind => Compact::take(from).map($inner::$variant).map(Event::$family),)*)*
                _ => Err(Damaged),
            }
        }
    };
}

events! {
    Account(AccountEvent) {
        1 "chaperone.account.opened.v1" Opened [Derived Observed]
        2 "chaperone.account.holder_recorded.v1" HolderRecorded [Observed]
        3 "chaperone.account.freeze_placed.v1" FreezePlaced [Derived Asked]
        4 "chaperone.account.freeze_lifted.v1" FreezeLifted [Asked]
        5 "chaperone.account.locked.v1" Locked [Derived]
        6 "chaperone.account.contact_replaced.v1" ContactReplaced [Observed]
        7 "chaperone.account.override_recorded.v1" OverrideRecorded [Ruled]
        8 "chaperone.account.stewardship_started.v1" StewardshipStarted [Ruled]
        9 "chaperone.account.takeover_refused.v1" TakeoverRefused [Derived]
        10 "chaperone.account.refusal_disputed.v1" RefusalDisputed [Asked]
        11 "chaperone.account.absorbed.v1" Absorbed [Derived]
        12 "chaperone.account.restored.v1" Restored [Derived]
    }
    Deal(DealEvent) {
        21 "chaperone.deal.reported.v1" Reported [Observed]
        22 "chaperone.deal.submitted.v1" Submitted [Asked Observed]
        23 "chaperone.deal.review_started.v1" ReviewStarted [Derived Ruled]
        24 "chaperone.deal.returned.v1" Returned [Derived Ruled]
        25 "chaperone.deal.approved.v1" Approved [Derived Ruled]
        26 "chaperone.deal.rejected.v1" Rejected [Derived Ruled]
        27 "chaperone.deal.extended.v1" Extended [Derived Ruled]
        28 "chaperone.deal.progressed.v1" Progressed [Asked Observed]
        29 "chaperone.deal.withdrawn.v1" Withdrawn [Asked Observed]
        30 "chaperone.deal.cancelled.v1" Cancelled [Ruled]
        31 "chaperone.deal.won.v1" Won [Observed]
        32 "chaperone.deal.lost.v1" Lost [Observed]
    }
    Handoff(HandoffEvent) {
        41 "chaperone.handoff.reported.v1" Reported [Observed]
        42 "chaperone.handoff.requested.v1" Requested [Asked]
        43 "chaperone.handoff.invited.v1" Invited [Asked]
        44 "chaperone.handoff.accepted.v1" Accepted [Asked]
        45 "chaperone.handoff.declined.v1" Declined [Asked]
        46 "chaperone.handoff.revoked.v1" Revoked [Asked]
        47 "chaperone.handoff.amended.v1" Amended [Asked]
        48 "chaperone.handoff.progressed.v1" Progressed [Asked Observed]
        49 "chaperone.handoff.released.v1" Released [Asked]
        50 "chaperone.handoff.forfeiture_claimed.v1" ForfeitureClaimed [Asked]
        51 "chaperone.handoff.closed.v1" Closed [Derived Observed]
    }
    Change(ChangeEvent) {
        61 "chaperone.change.requested.v1" Requested [Asked]
        62 "chaperone.change.verified.v1" Verified [Asked]
        63 "chaperone.change.notified.v1" Notified [Derived]
        64 "chaperone.change.window_opened.v1" WindowOpened [Derived]
        65 "chaperone.change.objected.v1" Objected [Asked]
        66 "chaperone.change.objection_decided.v1" ObjectionDecided [Ruled]
        67 "chaperone.change.waived.v1" Waived [Asked]
        68 "chaperone.change.executed.v1" Executed [Derived Ruled Observed]
        69 "chaperone.change.rescinded.v1" Rescinded [Asked]
        70 "chaperone.change.reversed.v1" Reversed [Ruled]
        71 "chaperone.change.error_reported.v1" ErrorReported [Asked]
        72 "chaperone.change.error_answered.v1" ErrorAnswered [Asked]
    }
    Consent(ConsentEvent) {
        81 "chaperone.consent.letter_recorded.v1" LetterRecorded [Observed]
        82 "chaperone.consent.letter_rescinded.v1" LetterRescinded [Observed]
        83 "chaperone.consent.token_issued.v1" TokenIssued [Derived]
        84 "chaperone.consent.token_redeemed.v1" TokenRedeemed [Asked]
        85 "chaperone.consent.token_try_failed.v1" TokenTryFailed [Asked]
        86 "chaperone.consent.customer_asked.v1" CustomerAsked [Observed]
        87 "chaperone.consent.token_voided.v1" TokenVoided [Asked]
    }
    Notice(NoticeEvent) {
        101 "chaperone.notice.sent.v1" Sent [Derived Observed]
        102 "chaperone.notice.delivered.v1" Delivered [Observed]
        103 "chaperone.notice.bounced.v1" Bounced [Observed]
        104 "chaperone.notice.answered.v1" Answered [Observed]
        105 "chaperone.notice.reminded.v1" Reminded [Derived]
    }
    Trade(TradeEvent) {
        121 "chaperone.trade.order_booked.v1" OrderBooked [Observed]
        122 "chaperone.trade.renewal_booked.v1" RenewalBooked [Observed]
        123 "chaperone.trade.order_returned.v1" OrderReturned [Observed]
        124 "chaperone.trade.quote_issued.v1" QuoteIssued [Observed]
        125 "chaperone.trade.meeting_held.v1" MeetingHeld [Observed]
        126 "chaperone.trade.contract_signed.v1" ContractSigned [Observed]
    }
    Commission(CommissionEvent) {
        141 "chaperone.commission.accrued.v1" Accrued [Derived Observed]
        142 "chaperone.commission.waived.v1" Waived [Asked Ruled]
        143 "chaperone.commission.clawed_back.v1" ClawedBack [Asked Ruled]
    }
    Partner(PartnerEvent) {
        161 "chaperone.partner.enrolled.v1" Enrolled [Observed Asked]
        162 "chaperone.partner.affiliated.v1" Affiliated [Observed Asked]
        163 "chaperone.partner.affiliation_ended.v1" AffiliationEnded [Observed Asked]
        164 "chaperone.partner.merged.v1" Merged [Observed]
        165 "chaperone.partner.deauthorised.v1" Deauthorised [Ruled Observed]
        166 "chaperone.partner.person_joined.v1" PersonJoined [Observed]
        167 "chaperone.partner.person_left.v1" PersonLeft [Observed]
    }
    Identity(IdentityEvent) {
        181 "chaperone.identity.linked.v1" Linked [Ruled Derived]
        182 "chaperone.identity.merged.v1" Merged [Ruled Derived]
        183 "chaperone.identity.split.v1" Split [Ruled Derived]
        184 "chaperone.identity.related.v1" Related [Observed Ruled]
        185 "chaperone.identity.suspected.v1" Suspected [Derived]
        186 "chaperone.identity.kept_apart.v1" KeptApart [Ruled]
    }
    Case(CaseEvent) {
        201 "chaperone.case.opened.v1" Opened [Derived]
        202 "chaperone.case.finding_recorded.v1" FindingRecorded [Derived]
        203 "chaperone.case.verdict_changed.v1" VerdictChanged [Derived]
        204 "chaperone.case.decided.v1" Decided [Ruled]
        205 "chaperone.case.assigned.v1" Assigned [Ruled]
        206 "chaperone.case.snoozed.v1" Snoozed [Ruled]
        207 "chaperone.case.filed.v1" Filed [Asked]
        208 "chaperone.case.stated.v1" Stated [Asked]
        209 "chaperone.case.evidence_attached.v1" EvidenceAttached [Asked]
        210 "chaperone.case.remedy_ordered.v1" RemedyOrdered [Ruled]
        211 "chaperone.case.appealed.v1" Appealed [Asked]
        212 "chaperone.case.appeal_decided.v1" AppealDecided [Ruled]
        213 "chaperone.case.reminded.v1" Reminded [Derived]
        214 "chaperone.case.stay_decided.v1" StayDecided [Ruled]
    }
    Program(ProgramEvent) {
        221 "chaperone.program.policy_published.v1" PolicyPublished [Ruled]
        222 "chaperone.program.calendar_published.v1" CalendarPublished [Ruled]
    }
    Correction(CorrectionEvent) {
        241 "chaperone.fact.corrected.v1" Corrected [Asked Ruled]
        242 "chaperone.fact.retracted.v1" Retracted [Asked Ruled Derived]
        243 "chaperone.fact.committed.v1" Committed [Observed]
    }
}

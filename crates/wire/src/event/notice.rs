//! `notice.*`: notices and their delivery.

use domain::event::notice as facts;
use domain::event::notice::{About, Answer, NoticeMethod};
use domain::event::{Evidence, Party};
use domain::id::*;
use domain::time::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shape::compact::{Compact, Damaged, Reader};
use crate::shape::{Absent, Around, Known, Reference, Shape, Text, payload, words};

words! {
    NoticeMethod { Email = "email", Portal = "portal", Post = "post" }
    Answer {
        Objects = "objects", Waives = "waives", Acknowledges = "acknowledges", StillActive = "still_active",
    }
}

payload! {
    /// A notice went out.
    Sent for facts::Sent {
        notice: NoticeId,
        to: Party,
        about: About,
        address: ContactRef,
        address_on_file_since: Instant,
        method: NoticeMethod,
        /// The partner named as gaining.
        names_gaining: Option<PartnerId>,
    }

    /// A notice arrived.
    Delivered for facts::Delivered { notice: NoticeId, at: Instant, receipt: Option<Evidence> }

    /// A notice could not be delivered.
    Bounced for facts::Bounced { notice: NoticeId, at: Instant, reason: String }

    /// A notice was answered.
    Answered for facts::Answered { notice: NoticeId, at: Instant, by: PrincipalId, answer: Answer }

    /// People are reminded of what is about to end: an invitation, the window of a change, or a registration.
    Reminded for facts::Reminded { about: About, due_at: Instant }
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case", deny_unknown_fields, remote = "Self")]
pub enum Subject {
    /// A change of holder.
    Change(Known<ChangeId>),
    /// A handoff.
    Handoff(Known<HandoffId>),
    /// The forfeiture of a handoff.
    Forfeiture(Known<HandoffId>),
    /// An override, by its event.
    Override(Reference),
    /// A promise.
    Commitment(Known<CommitmentId>),
    /// A token that was tried, by its digest.
    Token(Text<Digest>),
    /// The registration of a deal, by the deal.
    Registration(Known<DealId>),
}

crate::shape::object::written_as_objects! { Subject }

impl Absent for Subject {}

impl Shape for About {
    type Json = Subject;

    fn to_json(&self) -> Subject {
        match self {
            Self::Change(id) => Subject::Change(id.to_json()),
            Self::Handoff(id) => Subject::Handoff(id.to_json()),
            Self::Forfeiture(id) => Subject::Forfeiture(id.to_json()),
            Self::Override(id) => Subject::Override(id.to_json()),
            Self::Commitment(id) => Subject::Commitment(id.to_json()),
            Self::Token(id) => Subject::Token(id.to_json()),
            Self::Registration(id) => Subject::Registration(id.to_json()),
        }
    }

    fn from_json(json: Subject, around: &Around<'_>) -> Self {
        match json {
            Subject::Change(id) => Self::Change(Shape::from_json(id, around)),
            Subject::Handoff(id) => Self::Handoff(Shape::from_json(id, around)),
            Subject::Forfeiture(id) => Self::Forfeiture(Shape::from_json(id, around)),
            Subject::Override(id) => Self::Override(Shape::from_json(id, around)),
            Subject::Commitment(id) => Self::Commitment(Shape::from_json(id, around)),
            Subject::Token(id) => Self::Token(Shape::from_json(id, around)),
            Subject::Registration(id) => Self::Registration(Shape::from_json(id, around)),
        }
    }
}

impl Compact for About {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Change(id) => tagged(0, id, out),
            Self::Handoff(id) => tagged(1, id, out),
            Self::Forfeiture(id) => tagged(2, id, out),
            Self::Override(id) => tagged(3, id, out),
            Self::Commitment(id) => tagged(4, id, out),
            Self::Token(id) => tagged(5, id, out),
            Self::Registration(id) => tagged(6, id, out),
        }
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        match from.byte()? {
            0 => Compact::take(from).map(Self::Change),
            1 => Compact::take(from).map(Self::Handoff),
            2 => Compact::take(from).map(Self::Forfeiture),
            3 => Compact::take(from).map(Self::Override),
            4 => Compact::take(from).map(Self::Commitment),
            5 => Compact::take(from).map(Self::Token),
            6 => Compact::take(from).map(Self::Registration),
            _ => Err(Damaged),
        }
    }
}

fn tagged(tag: u8, value: &impl Compact, out: &mut Vec<u8>) {
    out.push(tag);
    value.put(out);
}

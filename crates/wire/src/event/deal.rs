//! `deal.*`: what a partner asked, what the program decided, what the customer did.

use domain::event::account::{AccountKey, Opened};
use domain::event::deal as facts;
use domain::event::deal::{Notification, RejectionReason};
use domain::event::{DecidedBy, Evidence};
use domain::id::*;
use domain::money::Money;
use domain::scope::Scope;
use domain::time::Instant;
use jiff::civil::Date;

use crate::shape::compact::fields;
use crate::shape::{Around, Beside, Shape, payload, published, words};

words! {
    Notification { Created = "created", Updated = "updated", Snapshot = "snapshot" }
    RejectionReason {
        DuplicateOfRegisteredDeal = "duplicate_of_registered_deal",
        ExistingCustomerOfOther = "existing_customer_of_other", NotQualified = "not_qualified",
        OutOfProgram = "out_of_program", Incomplete = "incomplete", PublishedTender = "published_tender",
        Other = "other",
    }
}

payload! {
    /// Another system says a deal exists, by id alone. Gives no protection.
    Reported for facts::Reported {
        deal: DealId,
        /// The deal as that system knows it, `system:foreign id`.
        system: Key,
        notification: Notification,
        /// How often that system has changed it.
        snapshot_revision: Option<u32>,
    }

    /// A person looks at it: no rule could decide.
    ReviewStarted for facts::ReviewStarted { deal: DealId, reason: String, decide_until: Instant }

    /// Sent back to the partner: something is missing.
    Returned for facts::Returned { deal: DealId, missing: Vec<String>, decided_by: DecidedBy }

    /// The program recognises the deal and protects it for a time.
    Approved for facts::Approved {
        deal: DealId,
        scope: Scope,
        protected_from: Instant,
        protected_until: Instant,
        decided_by: DecidedBy,
        /// Other registrations that were weighed.
        rivals_considered: Vec<DealId>,
    }

    /// The program does not recognise the deal.
    Rejected for facts::Rejected {
        deal: DealId,
        reason: RejectionReason,
        /// The registration it would double; never shown to the partner.
        rival: Option<DealId>,
        decided_by: DecidedBy,
        /// The case about it.
        case: Option<CaseId>,
    }

    /// Protection lasts longer, because work was reported.
    Extended for facts::Extended {
        deal: DealId,
        protected_until: Instant,
        /// The reports of work it rests on.
        activity: Vec<EventId>,
        decided_by: DecidedBy,
    }

    /// The partner reports work on the deal.
    Progressed for facts::Progressed { deal: DealId, what: String, at: Instant }

    /// The partner takes its registration back.
    Withdrawn for facts::Withdrawn { deal: DealId, reason: Option<String> }

    /// The program takes an approval back.
    Cancelled for facts::Cancelled { deal: DealId, reason: String, decided_by: DecidedBy }

    /// The customer bought.
    Won for facts::Won {
        deal: DealId,
        at: Instant,
        #[serde(default, deserialize_with = "crate::shape::not_negative")]
        value: Option<Money>,
        order: Option<OrderId>,
        reason: Option<String>,
    }

    /// The customer did not buy.
    Lost for facts::Lost {
        deal: DealId,
        at: Instant,
        #[serde(default, deserialize_with = "crate::shape::not_negative")]
        value: Option<Money>,
        order: Option<OrderId>,
        reason: Option<String>,
    }
}

/// The customer, as a submission or invitation may introduce it.
pub(crate) struct Introduced(Opened);

published! {
    /// A customer met for the first time: `account.opened` is recorded beside the fact itself.
    Customer {
        legal_name: String,
        keys: Vec<AccountKey>,
        /// ISO 3166 country code.
        country: Option<String>,
        /// Postal code of the seat, as it is written there.
        postcode: Option<String>,
    }
}

impl Shape for Introduced {
    type Json = Customer;

    fn to_json(&self) -> Customer {
        Customer {
            legal_name: self.0.legal_name.clone(),
            keys: self.0.keys.to_json(),
            country: self.0.country.clone(),
            postcode: self.0.postcode.clone(),
        }
    }

    fn from_json(json: Customer, around: &Around<'_>) -> Self {
        Self(Opened {
            keys: Shape::from_json(json.keys, around),
            legal_name: json.legal_name,
            country: json.country,
            postcode: json.postcode,
            customer: None,
        })
    }
}

/// What a customer introduced on the way is recorded as.
pub(crate) fn opened(customer: Option<&Customer>, around: &Around<'_>) -> Beside {
    let opened = customer.map(|customer| Introduced::from_json(customer.clone(), around).0);
    Beside { opened, ..Beside::default() }
}

published! {
    /// A partner asks the program to recognise a deal as its own.
    Submitted {
        /// An id, or the deal as its system knows it (`system:foreign id`).
        deal: DealId,
        /// The deal as the source knows it, `system:foreign id`.
        source: Option<Key>,
        partner: PartnerId,
        scope: Scope,
        /// What the customer needs.
        need: String,
        #[serde(default, deserialize_with = "crate::shape::not_negative")]
        expected_value: Option<Money>,
        expected_close: Option<Date>,
        /// Whether it has all the program asks for; yes unless said or something is `missing`.
        complete: Option<bool>,
        /// What the program asks for and the submission lacks.
        missing: Vec<String>,
        customer_confirmation: Option<Evidence>,
        /// Whether it is a published tender.
        tender: Option<bool>,
        under_handoff: Option<HandoffId>,
        /// The order it renews.
        renews: Option<OrderId>,
        related_accounts: Vec<AccountId>,
        customer: Option<Introduced>,
    }
}

impl Shape for facts::Submitted {
    type Json = Submitted;

    fn to_json(&self) -> Submitted {
        Submitted {
            deal: self.deal.to_json(),
            source: self.source.to_json(),
            partner: self.partner.to_json(),
            scope: self.scope.to_json(),
            need: self.need.clone(),
            expected_value: self.expected_value.to_json(),
            expected_close: self.expected_close.to_json(),
            complete: Some(self.missing.is_empty()),
            missing: self.missing.to_json(),
            customer_confirmation: self.customer_confirmation.to_json(),
            tender: self.tender,
            under_handoff: self.under_handoff.to_json(),
            renews: self.renews.to_json(),
            related_accounts: self.related_accounts.to_json(),
            customer: None,
        }
    }

    fn from_json(json: Submitted, around: &Around<'_>) -> Self {
        let mut missing: Vec<String> = Shape::from_json(json.missing, around);
        if json.complete == Some(false) && missing.is_empty() {
            missing.push("unspecified".to_owned());
        }
        let source = Option::<Key>::from_json(json.source, around).or_else(|| json.deal.key().cloned());
        Self {
            deal: Shape::from_json(json.deal, around),
            source,
            partner: Shape::from_json(json.partner, around),
            scope: Shape::from_json(json.scope, around),
            need: json.need,
            expected_value: Shape::from_json(json.expected_value, around),
            expected_close: Shape::from_json(json.expected_close, around),
            missing,
            customer_confirmation: Shape::from_json(json.customer_confirmation, around),
            tender: json.tender,
            under_handoff: Shape::from_json(json.under_handoff, around),
            renews: Shape::from_json(json.renews, around),
            related_accounts: Shape::from_json(json.related_accounts, around),
        }
    }

    fn beside(json: &Submitted, around: &Around<'_>) -> Beside {
        opened(json.customer.as_ref(), around)
    }
}

fields! {
    facts::Submitted {
        deal, source, partner, scope, need, expected_value, expected_close, missing, customer_confirmation,
        tender, under_handoff, renews, related_accounts,
    }
}

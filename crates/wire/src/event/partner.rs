//! `partner.*`: partners and their families.

use domain::event::Evidence;
use domain::event::account::AccountKey;
use domain::event::partner as facts;
use domain::event::partner::{
    AffiliationBasis, BookExclusion, DeauthorisationReason, Origin, PartnerKind, Relation,
};
use domain::id::*;
use domain::money::BasisPoints;
use domain::scope::Scope;
use domain::time::{Instant, Interval};

use crate::shape::compact::fields;
use crate::shape::{Around, Beside, Shape, payload, published, words};

words! {
    PartnerKind {
        Var = "var", Si = "si", Isv = "isv", Oem = "oem", Msp = "msp", Aggregator = "aggregator",
        Distributor = "distributor", Direct = "direct",
    }
    Origin { Application = "application", Import = "import", SeenInData = "seen_in_data" }
    Relation {
        Parent = "parent", Subsidiary = "subsidiary", CommonControl = "common_control",
        Franchise = "franchise", MergedInto = "merged_into",
    }
    AffiliationBasis { Inferred = "inferred", Declared = "declared", Registry = "registry" }
    DeauthorisationReason {
        Insolvency = "insolvency", AgreementEnded = "agreement_ended", Breach = "breach",
    }
}

payload! {
    /// Two companies belong to one family.
    Affiliated for facts::Affiliated {
        with: PartnerId,
        /// What the other one is to this partner.
        relation: Relation,
        /// Basis points of ownership.
        share as "share_bp": Option<BasisPoints>,
        control: bool,
        during: Interval,
        /// Where it is known from.
        basis: AffiliationBasis,
        evidence: Option<Evidence>,
    }

    /// They no longer do.
    AffiliationEnded for facts::AffiliationEnded { with: PartnerId, at: Instant }

    /// An account that does not move with the book.
    Exclusion for BookExclusion { account: AccountId, scope: Scope }

    /// This partner became part of another.
    Merged for facts::Merged {
        into: PartnerId,
        at: Instant,
        book_transferred: bool,
        /// Civil days of notice given to the customers.
        notice_days: u16,
        exclusions: Vec<BookExclusion>,
        /// The paper both sides signed about the transfer of the book.
        certificate: Option<Evidence>,
    }

    /// This partner may no longer sell in a scope.
    Deauthorised for facts::Deauthorised { scope: Scope, from: Instant, reason: DeauthorisationReason }

    /// A person joined.
    PersonJoined for facts::PersonJoined {
        person: ContactRef,
        role: String,
        at: Instant,
        /// Accounts the person knows from before.
        carry_list: Vec<AccountId>,
    }

    /// A person left.
    PersonLeft for facts::PersonLeft { person: ContactRef, role: String, at: Instant }
}

published! {
    /// A partner is known from now on.
    Enrolled {
        /// The partner, which the stream names already; if given, the two must agree.
        partner: Option<PartnerId>,
        kinds: Vec<PartnerKind>,
        legal_name: String,
        keys: Vec<AccountKey>,
        /// ISO 3166 country code.
        country: Option<String>,
        origin: Origin,
    }
}

impl Shape for facts::Enrolled {
    type Json = Enrolled;

    fn to_json(&self) -> Enrolled {
        Enrolled {
            partner: None,
            kinds: self.kinds.to_json(),
            legal_name: self.legal_name.clone(),
            keys: self.keys.to_json(),
            country: self.country.clone(),
            origin: self.origin.to_json(),
        }
    }

    fn from_json(json: Enrolled, around: &Around<'_>) -> Self {
        Self {
            kinds: Shape::from_json(json.kinds, around),
            legal_name: json.legal_name,
            keys: Shape::from_json(json.keys, around),
            country: json.country,
            origin: Shape::from_json(json.origin, around),
        }
    }

    fn beside(json: &Enrolled, around: &Around<'_>) -> Beside {
        Beside { partner: Shape::from_json(json.partner.clone(), around), ..Beside::default() }
    }
}

fields! { facts::Enrolled { kinds, legal_name, keys, country, origin } }

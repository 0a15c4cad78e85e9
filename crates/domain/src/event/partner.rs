//! Partners and their families.

use crate::event::Evidence;
use crate::event::account::AccountKey;
use crate::id::*;
use crate::money::BasisPoints;
use crate::scope::Scope;
use crate::time::{Instant, Interval};

#[derive(Debug, Clone, PartialEq)]
pub enum PartnerEvent {
    Enrolled(Enrolled),
    Affiliated(Affiliated),
    AffiliationEnded(AffiliationEnded),
    Merged(Merged),
    Deauthorised(Deauthorised),
    PersonJoined(PersonJoined),
    PersonLeft(PersonLeft),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartnerKind {
    Var,
    Si,
    Isv,
    Oem,
    Msp,
    Aggregator,
    Distributor,
    /// The vendor's own sales team, under the same rules.
    Direct,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    Application,
    Import,
    /// Met in imported history; may send no commands.
    SeenInData,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Enrolled {
    pub kinds: Vec<PartnerKind>,
    pub legal_name: String,
    pub keys: Vec<AccountKey>,
    pub country: Option<String>,
    pub origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The other one is this partner's parent.
    Parent,
    /// The other one is this partner's subsidiary.
    Subsidiary,
    CommonControl,
    Franchise,
    MergedInto,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AffiliationBasis {
    /// Guessed from data; never more than severity S2.
    Inferred,
    Declared,
    Registry,
}

impl AffiliationBasis {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inferred => "inferred",
            Self::Declared => "declared",
            Self::Registry => "registry",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Affiliated {
    pub with: PartnerId,
    pub relation: Relation,
    pub share: Option<BasisPoints>,
    pub control: bool,
    pub during: Interval,
    pub basis: AffiliationBasis,
    pub evidence: Option<Evidence>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AffiliationEnded {
    pub with: PartnerId,
    pub at: Instant,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BookExclusion {
    pub account: AccountId,
    pub scope: Scope,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    pub into: PartnerId,
    pub at: Instant,
    pub book_transferred: bool,
    pub notice_days: u16,
    pub exclusions: Vec<BookExclusion>,
    /// The paper both sides signed about the transfer of the book.
    pub certificate: Option<Evidence>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeauthorisationReason {
    Insolvency,
    AgreementEnded,
    Breach,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Deauthorised {
    pub scope: Scope,
    pub from: Instant,
    pub reason: DeauthorisationReason,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PersonJoined {
    pub person: ContactRef,
    pub role: String,
    pub at: Instant,
    pub carry_list: Vec<AccountId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PersonLeft {
    pub person: ContactRef,
    pub role: String,
    pub at: Instant,
}

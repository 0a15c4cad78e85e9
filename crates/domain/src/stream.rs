//! The names of the streams: which story an event belongs to.

use std::fmt;
use std::str::FromStr;

use crate::id::{AccountId, BadId, CaseId, PartnerId, VendorId};

/// One stream of the journal. An account's stream is its consistency boundary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// Everything about one customer account: `account-<vendor>.<account>`.
    Account(VendorId, AccountId),
    /// Enrolment and family of a partner: `partner-<vendor>.<partner>`.
    Partner(VendorId, PartnerId),
    /// Policies and calendars of a vendor: `program-<vendor>`.
    Program(VendorId),
    /// Which external keys are which account: `identity-<vendor>`.
    Identity(VendorId),
    /// A case and its ruling: `case-<vendor>.<case>`.
    Case(VendorId, CaseId),
    /// Joint plan and agreements of a partner: `partnership-<vendor>.<partner>`.
    Partnership(VendorId, PartnerId),
}

impl Stream {
    pub fn vendor(&self) -> &VendorId {
        match self {
            Self::Account(vendor, _)
            | Self::Partner(vendor, _)
            | Self::Program(vendor)
            | Self::Identity(vendor)
            | Self::Case(vendor, _)
            | Self::Partnership(vendor, _) => vendor,
        }
    }

    /// The account this stream tells of, if it tells of one.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Account(_, account) => Some(account),
            Self::Partner(..)
            | Self::Program(_)
            | Self::Identity(_)
            | Self::Case(..)
            | Self::Partnership(..) => None,
        }
    }

    /// The case this stream tells of, if it tells of one.
    pub fn case(&self) -> Option<&CaseId> {
        match self {
            Self::Case(_, case) => Some(case),
            Self::Account(..)
            | Self::Partner(..)
            | Self::Program(_)
            | Self::Identity(_)
            | Self::Partnership(..) => None,
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(vendor, account) => write!(f, "account-{vendor}.{account}"),
            Self::Partner(vendor, partner) => write!(f, "partner-{vendor}.{partner}"),
            Self::Program(vendor) => write!(f, "program-{vendor}"),
            Self::Identity(vendor) => write!(f, "identity-{vendor}"),
            Self::Case(vendor, case) => write!(f, "case-{vendor}.{case}"),
            Self::Partnership(vendor, partner) => write!(f, "partnership-{vendor}.{partner}"),
        }
    }
}

impl FromStr for Stream {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId {
            expected: "a stream such as account-<vendor>.<account>, partner-<vendor>.<partner> or program-<vendor>",
        };
        let (category, key) = text.split_once('-').ok_or(bad.clone())?;
        let two = || key.split_once('.').ok_or(bad.clone());
        match category {
            "account" => two().and_then(|(v, k)| Ok(Self::Account(v.parse()?, k.parse()?))),
            "partner" => two().and_then(|(v, k)| Ok(Self::Partner(v.parse()?, k.parse()?))),
            "case" => two().and_then(|(v, k)| Ok(Self::Case(v.parse()?, k.parse()?))),
            "partnership" => two().and_then(|(v, k)| Ok(Self::Partnership(v.parse()?, k.parse()?))),
            "program" => Ok(Self::Program(key.parse()?)),
            "identity" => Ok(Self::Identity(key.parse()?)),
            _ => Err(bad),
        }
    }
}

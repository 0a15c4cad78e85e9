//! Records of other people's systems, read as they come: AWS Partner Central, Microsoft, spreadsheets.
//!
//! One entry, [`read`]; one module per format, each opening with what it reads and what it leaves out.
//! `FORMATS.md` beside this crate's manifest has every field of every format in one table.
//!
//! What all formats share:
//! - Everything is imported history: what partners asked is `asked`, everything else `observed`, both with
//!   a valid time of their own. A record without one is taken to be valid when it is read.
//! - A record's identity is its own: the same record again has the same source, id and digest, and is a
//!   repeat; the same id with other content has another digest, and is a conflict.
//! - Numbers are read by their digits, never through a float. A JSON key given twice is turned away.
//! - Names, e-mail addresses, phones and street addresses of people do not get into payloads. One contact
//!   of the customer is kept as a reference, `contact:` and 16 hex digits of a digest salted with the
//!   vendor's id. That salt is no secret: whoever knows the vendor and guesses the address can confirm it.
//!   Free text (`need`) is kept as written and may name people.

mod amount;
pub mod aws_eventbridge;
pub mod aws_lead;
pub mod aws_opportunity;
pub mod csv;
mod customer;
mod document;
mod facts;
mod imported_deal;
pub mod microsoft_referral;
mod tree;

use std::fmt;
use std::io::BufRead;
use std::str::FromStr;

use crate::input::{Defaults, Record};
use crate::problem::Problem;

/// A format of somebody else's, by the name the command line and the API use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Notifications of AWS Partner Central as EventBridge delivers them.
    AwsEventbridge,
    /// Opportunities as partners exchange them with AWS Partner Central.
    AwsOpportunity,
    /// Leads AWS offers to a partner.
    AwsLead,
    /// Co-sell referrals of Microsoft Partner Center.
    MicrosoftReferral,
    /// Any table, with a mapping that says what its columns are.
    Csv,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::AwsEventbridge, Self::AwsOpportunity, Self::AwsLead, Self::MicrosoftReferral, Self::Csv];

    /// Its name, such as `aws-eventbridge`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AwsEventbridge => "aws-eventbridge",
            Self::AwsOpportunity => "aws-opportunity",
            Self::AwsLead => "aws-lead",
            Self::MicrosoftReferral => "microsoft-referral",
            Self::Csv => "csv",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected aws-eventbridge, aws-opportunity, aws-lead, microsoft-referral or csv, not {0:?}")]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;
    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// The records of a file, one by one.
pub type Records<'a> = Box<dyn Iterator<Item = Record> + Send + 'a>;

/// Reads `input` as `format`: each record with the inputs it comes down to, or why it cannot be read.
///
/// Pointers in a record's problem start at the record. `mapping` is needed for [`Format::Csv`] and unused
/// otherwise.
///
/// # Errors
/// The problem, when nothing in the file can be read as the format.
pub fn read<'a>(
    format: Format,
    input: Box<dyn BufRead + Send + 'a>,
    mapping: Option<&csv::Mapping>,
    defaults: &Defaults,
) -> Result<Records<'a>, Problem> {
    let shape = match format {
        Format::AwsEventbridge => &aws_eventbridge::SHAPE,
        Format::AwsOpportunity => &aws_opportunity::SHAPE,
        Format::AwsLead => &aws_lead::SHAPE,
        Format::MicrosoftReferral => &microsoft_referral::SHAPE,
        Format::Csv => {
            let mapping = mapping.ok_or_else(|| {
                Problem::at_byte(0, "expected a mapping, because csv has no fields of its own")
            })?;
            return Ok(Box::new(csv::records(input, mapping.clone(), defaults)?));
        }
    };
    document::records(input, shape, defaults)
}

//! What the columns of a table are: a TOML file, parsed strictly, with errors that name the key.
//!
//! `deploy/mappings/crm.toml` is a commented example. Every key that is not known is turned away, and so is
//! an alias or a stage that no column uses.

use std::collections::BTreeMap;

use domain::id::{SourceId, VendorId};
use domain::money::Currency;
use domain::time::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// What a column tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The row's own id, which becomes the deal's.
    Id,
    /// Who asks for the deal.
    Partner,
    /// The source's own key of the customer's account.
    Account,
    /// When the deal was asked for.
    Submitted,
    /// The product line.
    Product,
    /// The territory.
    Territory,
    /// The segment.
    Segment,
    /// What the customer needs, in words.
    Need,
    /// The stage, which says the outcome.
    Stage,
    /// When the deal was won or lost.
    Closed,
    /// What the outcome was worth.
    Value,
}

impl Role {
    const ALL: [Self; 11] = [
        Self::Id,
        Self::Partner,
        Self::Account,
        Self::Submitted,
        Self::Product,
        Self::Territory,
        Self::Segment,
        Self::Need,
        Self::Stage,
        Self::Closed,
        Self::Value,
    ];

    /// The role of this name in the mapping's table `table`.
    fn named(table: &str, name: &str) -> Result<Self, MappingError> {
        let found = Self::ALL.into_iter().find(|role| role.name() == name);
        let names = || Self::ALL.map(Self::name).join(", ");
        found.ok_or_else(|| wrong(format!("{table}.{name}"), format!("one of {} as the key", names())))
    }

    /// Its name in the mapping.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Partner => "partner",
            Self::Account => "account",
            Self::Submitted => "submitted",
            Self::Product => "product",
            Self::Territory => "territory",
            Self::Segment => "segment",
            Self::Need => "need",
            Self::Stage => "stage",
            Self::Closed => "closed",
            Self::Value => "value",
        }
    }
}

/// Roles without which a row is no submission, whatever the mapping says.
pub(super) const ALWAYS_REQUIRED: [Role; 4] = [Role::Id, Role::Partner, Role::Account, Role::Submitted];

/// What a stage says of the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageMeaning {
    /// The customer has not decided.
    Open,
    /// The customer has bought.
    Won,
    /// The customer has not bought.
    Lost,
}

/// A checked mapping.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The prefix of every key, such as `crm` in `crm:1C1I7A6R`.
    pub system: String,
    /// Whose book the rows go to, when they do not go to the caller's own.
    pub vendor: Option<VendorId>,
    /// The source the rows are published under.
    pub source: SourceId,
    /// What stands between two cells.
    pub delimiter: u8,
    /// The names of the columns, by what they tell.
    pub columns: BTreeMap<Role, String>,
    /// Roles a row must have to be a submission.
    pub required: Vec<Role>,
    /// How dates are written (strptime).
    pub date_format: String,
    /// Where a date's midnight is.
    pub zone: TimeZone,
    /// The valid time of partners and accounts met in the file; the row's own when it is not given.
    pub known_since: Option<Instant>,
    /// The currency of every value.
    pub currency: Option<Currency>,
    /// What every stage says of the outcome.
    pub stages: BTreeMap<String, StageMeaning>,
    /// Spellings and what they stand for, by what their column tells.
    pub aliases: BTreeMap<Role, BTreeMap<String, String>>,
}

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: expected {expected}")]
pub struct MappingError {
    /// The key in dotted form, such as `columns.partner`.
    pub key: String,
    /// What would have been accepted there.
    pub expected: String,
}

fn wrong(key: impl Into<String>, expected: impl Into<String>) -> MappingError {
    MappingError { key: key.into(), expected: expected.into() }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    system: String,
    vendor: Option<String>,
    source: Option<String>,
    delimiter: Option<String>,
    columns: BTreeMap<String, String>,
    #[serde(default)]
    required: Vec<Role>,
    dates: Dates,
    #[serde(default)]
    constants: Constants,
    #[serde(default)]
    stages: BTreeMap<String, StageMeaning>,
    #[serde(default)]
    aliases: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dates {
    format: String,
    zone: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Constants {
    currency: Option<String>,
    known_since: Option<String>,
}

impl Mapping {
    /// The mapping written in `text`.
    ///
    /// # Errors
    /// The first key that cannot be used, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let document = toml::Deserializer::parse(text)
            .map_err(|error| wrong("the file", format!("TOML: {}", error.message())))?;
        let written: Written = serde_path_to_error::deserialize(document).map_err(|error| {
            let key = error.path().to_string();
            let key = if key == "." { "the file".to_owned() } else { key };
            wrong(key, format!("something else: {}", error.inner().message()))
        })?;
        let columns = by_role("columns", &written.columns)?;
        let aliases = by_role("aliases", &written.aliases)?;
        check(&written, &columns, &aliases)?;
        let zone = TimeZone::get(&written.dates.zone)
            .map_err(|_| wrong("dates.zone", "an IANA time zone such as Europe/Berlin or UTC"))?;
        if Date::new(2016, 10, 20).ok().and_then(|date| again(&written.dates.format, date)).is_none() {
            let expected = "a strptime format with year, month and day, such as %m/%d/%Y";
            return Err(wrong("dates.format", expected));
        }
        let known_since = written.constants.known_since.as_deref().map(|text| {
            let date: Result<Date, _> = text.parse();
            date.map(|date| Instant::midnight(date, &zone))
                .map_err(|_| wrong("constants.known_since", "a date such as 2016-10-01"))
        });
        let source = written.source.unwrap_or_else(|| format!("csv:{}", written.system));
        Ok(Self {
            vendor: written.vendor.map(|text| id("vendor", &text)).transpose()?,
            source: id("source", &source)?,
            delimiter: delimiter(written.delimiter.as_deref().unwrap_or(","))?,
            known_since: known_since.transpose()?,
            currency: written.constants.currency.map(|text| id("constants.currency", &text)).transpose()?,
            system: written.system,
            columns,
            required: ALWAYS_REQUIRED.into_iter().chain(written.required).collect(),
            date_format: written.dates.format,
            zone,
            stages: written.stages,
            aliases,
        })
    }
}

/// `date` written and read in `format`, if that gives the same date.
fn again(format: &str, date: Date) -> Option<Date> {
    let written = jiff::fmt::strtime::format(format, date).ok()?;
    Date::strptime(format, written).ok().filter(|read| *read == date)
}

fn id<T: std::str::FromStr<Err = domain::id::BadId>>(key: &str, text: &str) -> Result<T, MappingError> {
    text.parse().map_err(|error: domain::id::BadId| wrong(key, error.expected))
}

fn delimiter(text: &str) -> Result<u8, MappingError> {
    match text.as_bytes() {
        [one] if one.is_ascii() && !matches!(one, b'"' | b'\n' | b'\r') => Ok(*one),
        _ => Err(wrong("delimiter", "one ASCII character that is no quote, such as \",\" or \"\\t\"")),
    }
}

/// A table of the mapping by the roles that are its keys.
fn by_role<T: Clone>(table: &str, written: &BTreeMap<String, T>) -> Result<BTreeMap<Role, T>, MappingError> {
    written.iter().map(|(name, value)| Ok((Role::named(table, name)?, value.clone()))).collect()
}

/// Whether the parts of a mapping fit each other.
fn check(
    written: &Written,
    columns: &BTreeMap<Role, String>,
    aliases: &BTreeMap<Role, BTreeMap<String, String>>,
) -> Result<(), MappingError> {
    let is_system = written.system.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if written.system.is_empty() || written.system.len() > 20 || !is_system {
        return Err(wrong("system", "1 to 20 of a-z, 0-9 and -"));
    }
    for role in ALWAYS_REQUIRED {
        if !columns.contains_key(&role) {
            return Err(wrong(format!("columns.{}", role.name()), "the name of a column; it is required"));
        }
    }
    let has = |role| columns.contains_key(&role);
    if let Some(role) = written.required.iter().find(|role| !has(**role)) {
        return Err(wrong("required", format!("roles with a column, and {} has none", role.name())));
    }
    if let Some(role) = aliases.keys().find(|role| !has(**role)) {
        return Err(wrong(format!("aliases.{}", role.name()), "aliases of a role that has a column"));
    }
    if has(Role::Stage) == written.stages.is_empty() {
        return Err(wrong("stages", "every value of the column columns.stage, and none without that column"));
    }
    let ends = written.stages.values().any(|meaning| *meaning != StageMeaning::Open);
    if ends && !has(Role::Closed) {
        return Err(wrong("columns.closed", "the column of the date a deal was won or lost"));
    }
    if has(Role::Value) && written.constants.currency.is_none() {
        return Err(wrong("constants.currency", "the currency of columns.value, such as USD"));
    }
    Ok(())
}

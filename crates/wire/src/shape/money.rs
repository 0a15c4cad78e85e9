//! Money as decimal strings, and stretches of time.

use std::borrow::Cow;
use std::fmt;

use domain::money::Currency;
use domain::time::Instant;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::shape::compact::{Compact, Damaged, Reader};
use crate::shape::{Absent, Around, Shape, Text};

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
#[schemars(with = "Written")]
pub struct Money(domain::money::Money);

/// An amount of money.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schemars(rename = "Money")]
struct Written {
    amount: Decimal,
    /// ISO 4217, such as `EUR`.
    currency: Text<Currency>,
}

/// A decimal number as text: no binary fraction ever stands for money.
#[derive(Serialize)]
struct Decimal(String);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl de::Visitor<'_> for Digits {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal string, since money is a decimal string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                Ok(Decimal(text.to_owned()))
            }
        }

        deserializer.deserialize_str(Digits)
    }
}

impl JsonSchema for Decimal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Decimal".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^-?[0-9]+([.][0-9]{1,4})?$",
            "description": "A decimal number, with at most as many digits after the point as the currency has."})
    }
}

impl TryFrom<Written> for Money {
    type Error = domain::id::BadId;
    fn try_from(written: Written) -> Result<Self, Self::Error> {
        domain::money::Money::from_decimal(&written.amount.0, written.currency.0).map(Self)
    }
}

impl From<Money> for Written {
    fn from(Money(money): Money) -> Self {
        Self { amount: Decimal(money.decimal()), currency: Text(money.currency) }
    }
}

impl Absent for Money {}

impl Shape for domain::money::Money {
    type Json = Money;

    fn to_json(&self) -> Money {
        Money(*self)
    }

    fn from_json(json: Money, _around: &Around<'_>) -> Self {
        json.0
    }
}

/// Reads money that cannot be less than nothing, such as the value of a deal.
pub(crate) fn not_negative<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    let money: Option<Money> = Deserialize::deserialize(deserializer)?;
    if money.as_ref().is_some_and(|money| money.0.minor < 0) {
        return Err(de::Error::custom("expected an amount that is not negative"));
    }
    Ok(money)
}

impl Compact for Currency {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_str().as_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let code: [u8; 3] = from.array()?;
        std::str::from_utf8(&code).ok().and_then(|code| code.parse().ok()).ok_or(Damaged)
    }
}

crate::shape::compact::fields! { domain::money::Money { minor, currency } }

/// A stretch of time `[from, until)`; without `until` it is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct Interval {
    from: Text<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Text<Instant>>,
}

crate::shape::object::written_as_objects! { Written, Interval }

impl Absent for Interval {}

impl Shape for domain::time::Interval {
    type Json = Interval;

    fn to_json(&self) -> Interval {
        Interval { from: Text(self.from), until: self.until.map(Text) }
    }

    fn from_json(json: Interval, _around: &Around<'_>) -> Self {
        Self { from: json.from.0, until: json.until.map(|until| until.0) }
    }
}

crate::shape::compact::fields! { domain::time::Interval { from, until } }

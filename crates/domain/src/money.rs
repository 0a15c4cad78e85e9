//! Money in minor units and shares in basis points; all arithmetic is checked.

use std::fmt;
use std::str::FromStr;

use crate::id::BadId;

/// An ISO 4217 currency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Digits after the decimal point (ISO 4217 minor unit; two unless listed).
    pub fn exponent(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency is three ASCII letters")
    }
}

impl FromStr for Currency {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(BadId { expected: "an ISO 4217 code of three capital letters, such as EUR" }),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount in minor units of one currency (cents for EUR).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount written as a decimal (`1054.00`) in `currency`.
    ///
    /// # Errors
    /// Says what was expected when it is no decimal, too fine for the currency, or too large.
    pub fn from_decimal(amount: &str, currency: Currency) -> Result<Self, BadId> {
        let bad =
            BadId { expected: "a decimal string with no more digits after the point than the currency has" };
        let (negative, digits) = amount.strip_prefix('-').map_or((false, amount), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let scale = usize::try_from(currency.exponent()).expect("an exponent is at most 4");
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let dangling = digits.ends_with('.');
        if whole.is_empty() || !plain(whole) || !plain(fraction) || fraction.len() > scale || dangling {
            return Err(bad);
        }
        let minor: i64 = format!("{whole}{fraction:0<scale$}").parse().map_err(|_| bad)?;
        Ok(Self { minor: if negative { -minor } else { minor }, currency })
    }

    /// The amount as a decimal string with the currency's own number of digits.
    pub fn decimal(&self) -> String {
        let scale = usize::try_from(self.currency.exponent()).expect("an exponent is at most 4");
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    /// The sum, or `None` when the currencies differ or the sum is too large.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let minor = (self.currency == other.currency).then(|| self.minor.checked_add(other.minor))??;
        Some(Self { minor, ..*self })
    }

    /// `share` of this amount, rounded toward zero, or `None` when it does not fit.
    pub fn share(&self, share: BasisPoints) -> Option<Self> {
        let minor = i128::from(self.minor) * i128::from(share.0) / 10_000;
        Some(Self { minor: i64::try_from(minor).ok()?, ..*self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

/// A share in basis points (1/100 of a percent), 0 to 100,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasisPoints(u32);

impl BasisPoints {
    /// The share, or `None` above 100,000 (1000 %).
    pub fn new(points: u32) -> Option<Self> {
        (points <= 100_000).then_some(Self(points))
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

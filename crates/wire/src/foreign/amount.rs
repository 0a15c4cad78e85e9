//! Amounts by their digits: a JSON number or a decimal text becomes money without passing through a float.

use domain::money::{Currency, Money};

use crate::foreign::tree::At;
use crate::problem::Problem;

/// Digits an amount may have at most; far more than money, far fewer than `1e999999999` would make.
const DIGITS_MAX: usize = 40;

/// The amount written as `text` (`50000`, `100.0`, `5e4`), or `None` when it is no number, finer than the
/// currency's minor unit, or too large.
pub(super) fn money(text: &str, currency: Currency) -> Option<Money> {
    Money::from_decimal(&plain(text)?, currency).ok()
}

/// The amount in one field with its currency in another, or `None` when no amount is given.
pub(super) fn priced(told: &At<'_>, amount: &str, currency: &str) -> Result<Option<Money>, Problem> {
    let Some(at) = told.field(amount)? else { return Ok(None) };
    let currency = told.required(currency)?;
    let code = currency.text()?.parse().map_err(|_| currency.expected("an ISO 4217 code such as EUR"))?;
    let priced = money(at.digits()?, code);
    priced.map(Some).ok_or_else(|| at.expected("an amount no finer than its currency"))
}

/// The number without exponent and without zeros that say nothing.
fn plain(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, unsigned) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = format!("{whole}{fraction}");
    if whole.is_empty() || digits.len() > DIGITS_MAX || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
    let (whole, fraction) = shifted(&digits, point)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    let number = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
    Some(if number == "0" { number } else { format!("{sign}{number}") })
}

/// `digits` with the point after the first `point` of them.
fn shifted(digits: &str, point: i64) -> Option<(String, String)> {
    let limit = i64::try_from(DIGITS_MAX).ok()?;
    if point.abs() > limit {
        let zero = digits.bytes().all(|b| b == b'0');
        return zero.then(|| ("0".to_owned(), String::new()));
    }
    let Ok(point) = usize::try_from(point) else {
        let zeros = usize::try_from(-point).ok()?;
        return Some(("0".to_owned(), format!("{}{digits}", "0".repeat(zeros))));
    };
    if point >= digits.len() {
        return Some((format!("{digits}{}", "0".repeat(point - digits.len())), String::new()));
    }
    let (whole, fraction) = digits.split_at(point);
    Some((whole.to_owned(), fraction.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Option<String> {
        money(text, "USD".parse().expect("USD is a currency")).map(|money| money.decimal())
    }

    #[test]
    fn an_amount_is_what_its_digits_say_in_every_notation() {
        assert_eq!(decimal("50000").as_deref(), Some("50000.00"));
        assert_eq!(decimal("100.0").as_deref(), Some("100.00"));
        assert_eq!(decimal("5e4").as_deref(), Some("50000.00"));
        assert_eq!(decimal("1.25E+1").as_deref(), Some("12.50"));
        assert_eq!(decimal("125e-2").as_deref(), Some("1.25"));
        assert_eq!(decimal("-0.10").as_deref(), Some("-0.10"));
        assert_eq!(decimal("0e999").as_deref(), Some("0.00"));
        // A float would make 90071992547409.92 of it.
        assert_eq!(decimal("90071992547409.93").as_deref(), Some("90071992547409.93"));
    }

    #[test]
    fn what_no_money_can_be_is_none() {
        for text in ["", "-", "abc", "1,054", "0.001", "1e99", "1e-3", "1e", "--1", ".5", "1.2.3"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}

//! Guards of a policy, written in CEL (the Common Expression Language): checked when the policy is read,
//! answered for one finding at a time.
//!
//! A guard may look at these and nothing else:
//!
//! | variable | type | what it is |
//! |---|---|---|
//! | `account.id` | string | the account |
//! | `finding.pattern` | string | such as `T01` |
//! | `finding.severity` | int | 1 to 4 |
//! | `finding.respondent` | string | a partner, or `vendor` |
//! | `act.kind` | string | `holder`, `change`, `registration`, `order`, `renewal`, `contract` or `attempt` |
//! | `act.by` | string | the partner who acted |
//! | `act.day` | string | the date in UTC, such as `2026-03-01` |
//! | `act.product_lines`, `act.territories` | list of strings | absent when everything or unknown |
//! | `deal.value` | int | what the deal is worth, in whole units of its currency, rounded down; absent when unknown |
//! | `deal.currency` | string | ISO 4217; absent when unknown |
//! | `handoff.host`, `handoff.guest` | string | absent without a handoff |
//! | `handoff.day` | string | the date of acceptance; absent without one |
//! | `handoff.rate_bp` | int | the finder's commission in basis points; absent without one |
//!
//! with comparisons, arithmetic on whole numbers, `&&`, `||`, `!`, `? :`, `in`, `has()`, `size()`,
//! `contains()`, `startsWith()` and `endsWith()`. What is absent cannot be compared: the answer is then an
//! error, and the finding indeterminate. `has(deal.value) && deal.value < 10000` asks first.

mod check;

use std::collections::HashMap;
use std::io;

use cel::{Context, Program, Value};
use domain::money::Money;
use domain::policy::Subject;
use domain::scope::Dimension;
use domain::time::Instant;

pub(crate) use check::check;

/// The longest guard, in characters: a sentence or two, far more than any in a published program.
pub const GUARD_CHARS_MAX: usize = 1_000;

/// Why a guard could not be answered for a finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unanswered(String);

/// Whether the guard's expression holds for a finding.
///
/// # Errors
/// It needs what is not known of the finding, or counts beyond 64 bits.
pub fn holds(when: &str, subject: &Subject) -> Result<bool, Unanswered> {
    with_room(|| answer(when, subject)).unwrap_or_else(|error| Err(Unanswered(error.to_string())))
}

fn answer(when: &str, subject: &Subject) -> Result<bool, Unanswered> {
    let program = Program::compile(when).map_err(|errors| Unanswered(errors.to_string()))?;
    match program.execute(&context(&Variables::of(subject))) {
        Ok(Value::Bool(answer)) => Ok(answer),
        Ok(other) => Err(Unanswered(format!("expected true or false, found {}", other.type_of()))),
        Err(error) => Err(Unanswered(error.to_string())),
    }
}

/// Bytes of stack for the parser, which takes some 200 KB for each level of brackets in a debug build.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Runs `work` with more stack than threads have: the parser of CEL descends through a dozen functions for each
/// level of an expression. A guard is asked once per finding, so a thread of its own costs nothing that counts.
fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    std::thread::scope(|scope| {
        let roomy = std::thread::Builder::new().stack_size(STACK_BYTES);
        let thread = roomy.spawn_scoped(scope, work)?;
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// One group of variables: its members with their values.
type Members = Vec<(&'static str, Value)>;

/// Everything a guard may look at, by group.
struct Variables(Vec<(&'static str, Members)>);

impl Variables {
    fn of(subject: &Subject) -> Self {
        let handoff = subject.handoff.as_ref();
        let scope = subject.scope.as_ref();
        let terms = |dimension: Option<&Dimension>| dimension.and_then(named);
        Self(vec![
            ("account", present([("id", Some(text(&subject.account)))])),
            (
                "finding",
                present([
                    ("pattern", Some(text(&subject.pattern))),
                    ("severity", Some(Value::Int(subject.severity as i64 + 1))),
                    ("respondent", Some(text(&subject.respondent))),
                ]),
            ),
            (
                "act",
                present([
                    ("kind", Some(text(&subject.act))),
                    ("by", Some(text(&subject.by))),
                    ("day", Some(day(subject.at))),
                    ("product_lines", terms(scope.map(|scope| &scope.product_lines))),
                    ("territories", terms(scope.map(|scope| &scope.territories))),
                ]),
            ),
            (
                "deal",
                present([
                    ("value", subject.value.map(|value| Value::Int(whole(value)))),
                    ("currency", subject.value.map(|value| text(&value.currency))),
                ]),
            ),
            (
                "handoff",
                present([
                    ("host", handoff.map(|handoff| text(&handoff.host))),
                    ("guest", handoff.map(|handoff| text(&handoff.guest))),
                    ("day", handoff.and_then(|handoff| handoff.accepted_at).map(day)),
                    (
                        "rate_bp",
                        handoff.and_then(|handoff| handoff.rate_bp).map(|rate| Value::Int(i64::from(rate))),
                    ),
                ]),
            ),
        ])
    }

    fn group(&self, name: &str) -> Option<&Members> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, members)| members)
    }
}

fn present<const N: usize>(members: [(&'static str, Option<Value>); N]) -> Members {
    members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn text(value: &impl ToString) -> Value {
    Value::from(value.to_string())
}

fn day(at: Instant) -> Value {
    let text = at.to_string();
    Value::from(text.get(..10).unwrap_or(&text).to_owned())
}

/// The terms of a dimension that lists some; what is everything but some has no list.
fn named(dimension: &Dimension) -> Option<Value> {
    match dimension {
        Dimension::Only(terms) => {
            Some(Value::from(terms.iter().map(ToString::to_string).collect::<Vec<String>>()))
        }
        Dimension::Except(_) => None,
    }
}

fn whole(value: Money) -> i64 {
    value.minor.div_euclid(10_i64.pow(value.currency.exponent()))
}

fn context(variables: &Variables) -> Context<'_, '_> {
    let mut context = Context::default();
    for (name, members) in &variables.0 {
        let members: HashMap<String, Value> =
            members.iter().map(|(member, value)| ((*member).to_owned(), value.clone())).collect();
        context.add_variable_from_value(*name, members);
    }
    context
}

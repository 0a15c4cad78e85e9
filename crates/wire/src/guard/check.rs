//! Checking a guard before it is published: it is parsed, walked, and tried on a finding of which all is known.

use cel::common::ast::{Expr, IdedExpr, operators};
use cel::{Context, Program, Value};
use domain::event::case::Severity;
use domain::money::{Currency, Money};
use domain::policy::Subject;
use domain::policy::guard::HandoffSubject;
use domain::scope::{Dimension, Scope};
use domain::time::Instant;

use super::{GUARD_CHARS_MAX, Variables, context, with_room};

/// What a guard may use beside the variables, and how a person writes it.
const FUNCTIONS: [(&str, &str); 21] = [
    (operators::CONDITIONAL, "? :"),
    (operators::LOGICAL_AND, "&&"),
    (operators::LOGICAL_OR, "||"),
    (operators::LOGICAL_NOT, "!"),
    (operators::SUBSTRACT, "-"),
    (operators::ADD, "+"),
    (operators::MULTIPLY, "*"),
    (operators::DIVIDE, "/"),
    (operators::MODULO, "%"),
    (operators::NEGATE, "-"),
    (operators::EQUALS, "=="),
    (operators::NOT_EQUALS, "!="),
    (operators::GREATER_EQUALS, ">="),
    (operators::LESS_EQUALS, "<="),
    (operators::GREATER, ">"),
    (operators::LESS, "<"),
    (operators::IN, "in"),
    ("size", "size()"),
    ("contains", "contains()"),
    ("startsWith", "startsWith()"),
    ("endsWith", "endsWith()"),
];

/// Whether a guard can be answered: what is wrong with it otherwise, as "expected ..., found ...".
pub(crate) fn check(when: &str) -> Result<(), String> {
    let length = when.chars().count();
    if length > GUARD_CHARS_MAX {
        return Err(format!("expected at most {GUARD_CHARS_MAX} characters, found {length}"));
    }
    flat(when)?;
    with_room(|| check_flat(when)).unwrap_or_else(|error| Err(format!("expected room for it: {error}")))
}

fn check_flat(when: &str) -> Result<(), String> {
    let program = Program::compile(when).map_err(|errors| {
        let first = errors.to_string();
        format!("expected a CEL expression: {}", first.lines().next().unwrap_or_default())
    })?;
    let variables = Variables::of(&sample());
    known(program.expression(), &variables)?;
    let context = context(&variables);
    answers(program.expression(), &context)?;
    boolean(program.expression(), &context)
}

/// Brackets inside brackets, signs before signs and conditions inside conditions, each at most this deep: the
/// parser descends with each of them, and [`with_room`] has room for a hundred times as many.
const DEPTH_MAX: usize = 12;

/// Whether the text is flat enough to be parsed at all.
fn flat(when: &str) -> Result<(), String> {
    let (mut open, mut signs, mut conditions) = (0_usize, 0_usize, 0_usize);
    for letter in when.chars().filter(|letter| !letter.is_whitespace()) {
        match letter {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '?' => conditions += 1,
            _ => {}
        }
        signs = if matches!(letter, '!' | '-') { signs + 1 } else { 0 };
        if open.max(signs).max(conditions) > DEPTH_MAX {
            return Err(format!(
                "expected at most {DEPTH_MAX} brackets, signs or conditions inside one another"
            ));
        }
    }
    Ok(())
}

/// Walks the expression: every variable, member and function is one of those there are.
fn known(expression: &IdedExpr, variables: &Variables) -> Result<(), String> {
    match &expression.expr {
        Expr::Literal(_) => Ok(()),
        Expr::Ident(name) => match variables.group(name) {
            Some(members) => Err(format!("expected a member of {name}: {}", list(members))),
            None => Err(unknown_variable(name, variables)),
        },
        Expr::Select(select) => {
            let Expr::Ident(name) = &select.operand.expr else {
                return Err(format!("expected a variable before .{}", select.field));
            };
            let members = variables.group(name).ok_or_else(|| unknown_variable(name, variables))?;
            if members.iter().any(|(member, _)| *member == select.field) {
                return Ok(());
            }
            Err(format!("expected one of {}, found {name}.{}", list(members), select.field))
        }
        Expr::Call(call) => {
            if !FUNCTIONS.iter().any(|(name, _)| *name == call.func_name) {
                let allowed: Vec<&str> = FUNCTIONS.iter().map(|(_, written)| *written).collect();
                let found = &call.func_name;
                return Err(format!("expected one of {}, found {found}", allowed.join(" ")));
            }
            call.target
                .iter()
                .map(AsRef::as_ref)
                .chain(&call.args)
                .try_for_each(|part| known(part, variables))
        }
        Expr::List(list) => list.elements.iter().try_for_each(|part| known(part, variables)),
        Expr::Comprehension(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
            Err("expected variables, values and operators; loops, maps and objects are not for guards"
                .to_owned())
        }
    }
}

fn unknown_variable(name: &str, variables: &Variables) -> String {
    let groups: Vec<&str> = variables.0.iter().map(|(group, _)| *group).collect();
    format!("expected one of the variables {}, found {name}", groups.join(", "))
}

fn list(members: &super::Members) -> String {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

/// Tries every part on the sample, also those that a whole answer would skip.
fn answers(expression: &IdedExpr, context: &Context<'_, '_>) -> Result<(), String> {
    let Expr::Call(call) = &expression.expr else { return Ok(()) };
    let parts: Vec<&IdedExpr> = call.target.iter().map(AsRef::as_ref).chain(&call.args).collect();
    parts.iter().try_for_each(|part| answers(part, context))?;
    match call.func_name.as_str() {
        operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT => {
            parts.iter().try_for_each(|part| boolean(part, context))
        }
        operators::CONDITIONAL => parts.first().map_or(Ok(()), |condition| boolean(condition, context)),
        // Values of two types are never equal, so such a comparison is a slip.
        operators::EQUALS | operators::NOT_EQUALS => alike(&parts, context),
        _ => value(expression, context).map(drop),
    }
}

fn alike(parts: &[&IdedExpr], context: &Context<'_, '_>) -> Result<(), String> {
    let types = parts.iter().map(|part| value(part, context).map(|value| value.type_of().to_string()));
    let types: Vec<String> = types.collect::<Result<_, _>>()?;
    match types.as_slice() {
        [left, right] if left != right => {
            Err(format!("expected two of one type to compare, found {left} and {right}"))
        }
        _ => Ok(()),
    }
}

fn boolean(expression: &IdedExpr, context: &Context<'_, '_>) -> Result<(), String> {
    let answer = value(expression, context)?;
    if matches!(answer, Value::Bool(_)) {
        return Ok(());
    }
    Err(format!("expected true or false as the answer, found {}", answer.type_of()))
}

fn value(expression: &IdedExpr, context: &Context<'_, '_>) -> Result<Value, String> {
    Value::resolve(expression, context).map_err(|error| format!("expected an answer on the sample: {error}"))
}

/// A finding of which everything is known.
fn sample() -> Subject {
    let at = Instant::from_unix_ms(1_767_225_600_000).expect("2026 is an instant");
    let id = |text: &str| text.parse().expect("a plain word is an id");
    let only = |term: &str| Dimension::Only(vec![term.parse().expect("a plain word is a term")]);
    let currency: Currency = "EUR".parse().expect("EUR is a currency");
    Subject {
        account: "globex".parse().expect("a plain word is an id"),
        pattern: "T01".to_owned(),
        severity: Severity::S4,
        respondent: "wingtip".to_owned(),
        act: "change",
        by: id("wingtip"),
        at,
        scope: Some(Scope { product_lines: only("storage"), territories: only("emea"), ..Scope::default() }),
        value: Some(Money::new(1_000_000, currency)),
        handoff: Some(HandoffSubject {
            host: id("northwind"),
            guest: id("wingtip"),
            accepted_at: Some(at),
            rate_bp: Some(500),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::holds;

    #[test]
    fn what_is_not_there_or_not_of_its_type_is_refused_by_name() {
        let cases = [
            ("deal.worth < 3", "expected one of value, currency, found deal.worth"),
            ("true || opportunity.value < 3", "found opportunity"),
            ("deal.value", "expected true or false as the answer, found int"),
            ("true || deal.value == 'much'", "expected two of one type to compare, found int and string"),
            ("false && deal.value < 'much'", "expected an answer on the sample"),
            ("deal.value < 3 ? 1 : 2", "expected true or false as the answer, found int"),
            ("deal.value <", "expected a CEL expression"),
            ("matches(act.by, '.*')", "found matches"),
            ("act.product_lines.exists(line, line == 'x')", "loops"),
            ("deal == deal", "expected a member of deal: value, currency"),
            ("act.day.size().size() > 3", "expected an answer on the sample"),
        ];
        for (when, expected) in cases {
            let refused = check(when).expect_err(when);
            assert!(refused.contains(expected), "{when}: {refused}");
        }
    }

    #[test]
    fn no_text_is_too_deep_for_the_parser() {
        let nested = |depth: usize| format!("{}true{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(check(&nested(DEPTH_MAX)), Ok(()));
        assert!(check(&nested(DEPTH_MAX + 1)).expect_err("too deep").contains("inside one another"));
        assert!(check(&"([".repeat(400)).is_err());
        assert!(check(&format!("{}true", "! ".repeat(400))).is_err());
        assert!(check(&"true ? ".repeat(140)).is_err());
        let chain = |part: &str, between: &str, parts: usize| vec![part; parts].join(between);
        assert_eq!(check(&chain("true", " && ", 120)), Ok(()));
        assert_eq!(check(&format!("{} > 0", chain("1", " - ", 200))), Ok(()));
        assert!(check(&format!("act{}", ".day".repeat(200))).is_err());
        assert!(check(&format!("act{}", "[0]".repeat(200))).is_err());
    }

    #[test]
    fn what_can_be_answered_is_answered() {
        let cases = [
            ("deal.value < 10001 && deal.currency == 'EUR'", true),
            ("deal.value < 10000", false),
            ("'storage' in act.product_lines", true),
            ("finding.severity >= 4 && finding.pattern.startsWith('T')", true),
            ("act.day >= '2026-01-01' && handoff.day < '2026-01-02'", true),
            ("has(handoff.rate_bp) ? handoff.rate_bp > 400 : false", true),
            ("size(act.territories) == 1 && act.by != handoff.host", true),
        ];
        for (when, expected) in cases {
            assert_eq!(check(when), Ok(()), "{when}");
            assert_eq!(holds(when, &sample()), Ok(expected), "{when}");
        }
    }

    #[test]
    fn what_is_not_known_cannot_be_compared_but_asked_for() {
        let unknown = Subject { value: None, scope: None, handoff: None, ..sample() };
        for when in ["deal.value < 10000", "'storage' in act.product_lines", "handoff.rate_bp > 3"] {
            assert!(holds(when, &unknown).is_err(), "{when}");
        }
        assert_eq!(holds("has(deal.value) && deal.value < 10000", &unknown), Ok(false));
    }
}

//! What a policy says of each pattern: its switch, a cap on its severity, and a guard.

use std::collections::BTreeMap;

use domain::event::case::Severity;
use domain::policy::{Guard, Measure, PatternPolicy, Policy, Switch};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::Stated;
use crate::guard::{self, GUARD_CHARS_MAX};
use crate::shape::compact::fields;
use crate::shape::{Word, words};

words! {
    Switch { On = "on", Off = "off" }
    Measure {
        HoldBack = "hold_back", DemoteToS1 = "demote_to_s1", DemoteToS2 = "demote_to_s2",
        DemoteToS3 = "demote_to_s3",
    }
}

fields! { PatternPolicy { switch, severity_max, guard } }
fields! { Guard { when, then } }

/// Whether a pattern is looked for, and what is made of what is found. What is left out has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, remote = "Self")]
#[schemars(rename = "PatternPolicy")]
pub(super) struct Pattern {
    /// Whether it is looked for at all.
    switch: Word<Switch>,
    /// The highest severity a finding of it may have; no cap when null.
    severity_max: Option<Word<Severity>>,
    /// When a finding of it is held back or demoted; never when null.
    guard: Option<GuardShape>,
}

/// A question about a finding, and what follows when the answer is yes. When it cannot be answered, the
/// finding stands as indeterminate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, remote = "Self")]
#[schemars(rename = "Guard")]
pub(super) struct GuardShape {
    /// A CEL expression over `account`, `finding`, `act`, `deal` and `handoff`, such as
    /// `has(deal.value) && deal.value < 10000`.
    when: Expression,
    /// What follows.
    then: Word<Measure>,
}

crate::shape::object::written_as_objects! { Pattern, GuardShape }

impl Default for Pattern {
    fn default() -> Self {
        Self::state(PatternPolicy::default())
    }
}

/// A guard that can be answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Expression(String);

impl TryFrom<String> for Expression {
    type Error = String;
    fn try_from(when: String) -> Result<Self, String> {
        guard::check(&when).map(|()| Self(when))
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> Self {
        expression.0
    }
}

impl JsonSchema for Expression {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "maxLength": GUARD_CHARS_MAX})
    }
}

impl Stated<PatternPolicy> for Pattern {
    fn state(value: PatternPolicy) -> Self {
        let guard =
            value.guard.map(|guard| GuardShape { when: Expression(guard.when), then: Word(guard.then) });
        Self { switch: Word(value.switch), severity_max: value.severity_max.map(Word), guard }
    }

    fn value(self) -> PatternPolicy {
        let guard = self.guard.map(|guard| Guard { when: guard.when.0, then: guard.then.0 });
        PatternPolicy { switch: self.switch.0, severity_max: self.severity_max.map(|max| max.0), guard }
    }
}

/// What is said of patterns, by name.
pub(super) type Patterns = BTreeMap<String, Pattern>;

impl Stated<BTreeMap<String, PatternPolicy>> for Patterns {
    fn state(value: BTreeMap<String, PatternPolicy>) -> Self {
        value.into_iter().map(|(pattern, policy)| (pattern, Pattern::state(policy))).collect()
    }

    /// What the document does not name keeps its default.
    fn value(self) -> BTreeMap<String, PatternPolicy> {
        let mut patterns = Policy::patterns_by_default();
        patterns.extend(self.into_iter().map(|(pattern, said)| (pattern, said.value())));
        patterns
    }
}

//! The shapes of all answers, for documents that describe them.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::*;

/// A JSON Schema (2020-12) of every answer by its name, which refer to one another below
/// `#/components/schemas/`, where OpenAPI keeps them.
pub fn schemas() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    macro_rules! known {
        ($($answer:ident)*) => { $(let _ = generator.subschema_for::<$answer>();)* };
    }
    known! {
        AccountRow AccountAnswer HistoryRow DealRow DealExplanation Explanation ClaimAnswer HandoffRow PartnerRow CaseRow
        CaseAnswer PrecedentRow PrecisionRow NoticeRow FindingRow QuarantineRow HeadAnswer ReceiptAnswer RoleRow ProblemAnswer AccountDifference
        ScoreRow LintAnswer PolicyRow PolicyAnswer CalendarRow IdentityRow SuspicionRow ComparisonAnswer
    }
    generator.take_definitions(true)
}

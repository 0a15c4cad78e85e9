//! One row: its cells by what they tell, checked, and the submission and outcome it comes down to.

use domain::event::Event;
use domain::event::deal::{DealEvent, Submitted};
use domain::fact::{Actor, Producer};
use domain::id::Key;
use domain::money::Money;
use domain::scope::{Dimension, Scope};
use domain::stream::Stream;
use domain::time::Instant;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::mapping::{Mapping, Role, StageMeaning};
use crate::foreign::amount;
use crate::foreign::customer::Customer;
use crate::foreign::facts::{FOREIGN_ID_BYTES_MAX, Partner, Run, Told as Telling, is_foreign_id, reference};
use crate::foreign::imported_deal::{Closed, Closing, outcome_event};
use crate::ids;
use crate::input::Input;
use crate::problem::Problem;
use ::csv::ByteRecord;

/// Longest cell, in bytes.
const CELL_BYTES_MAX: usize = 4096;

/// Roles whose cells make the submission; the others make the outcome.
const SUBMISSION: [Role; 8] = [
    Role::Id,
    Role::Partner,
    Role::Account,
    Role::Submitted,
    Role::Product,
    Role::Territory,
    Role::Segment,
    Role::Need,
];
const OUTCOME: [Role; 4] = [Role::Id, Role::Stage, Role::Closed, Role::Value];

/// Where the columns of a mapping stand in one file.
pub(super) struct Columns {
    header: Vec<String>,
    places: Vec<(Role, usize)>,
}

/// What a row says.
#[derive(Debug)]
pub(super) struct Told {
    pub id: String,
    pub partner: String,
    pub account: String,
    pub submitted_at: Instant,
    scope: Scope,
    need: String,
    outcome: Option<Outcome>,
    /// The row's own texts, by what they make.
    submission_texts: Value,
    outcome_texts: Value,
}

#[derive(Debug)]
struct Outcome {
    closed: Closed,
    at: Instant,
    value: Option<Money>,
}

impl Columns {
    /// Finds the columns of `mapping` in `header`.
    pub(super) fn find(header: &ByteRecord, mapping: &Mapping) -> Result<Self, Problem> {
        let header: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        if header.iter().all(String::is_empty) {
            return Err(Problem::at_byte(0, "expected a header row that names the columns, found none"));
        }
        let mut places = Vec::new();
        for (role, name) in &mapping.columns {
            let mut found = header.iter().enumerate().filter(|(_, own)| *own == name);
            let Some((place, _)) = found.next() else {
                let shown: String = header.join(", ").chars().take(400).collect();
                let role = role.name();
                let expected = format!(
                    "expected the column that the mapping names as columns.{role}; the header has {shown}"
                );
                return Err(Problem::at_column(name, expected));
            };
            if found.next().is_some() {
                return Err(Problem::at_column(name, "expected one column of this name, found several"));
            }
            places.push((*role, place));
        }
        Ok(Self { header, places })
    }

    /// What `row` says.
    pub(super) fn read(&self, row: &ByteRecord, mapping: &Mapping) -> Result<Told, Problem> {
        if let Some(missing) = self.header.get(row.len()) {
            let expected =
                format!("expected {} columns as in the header, found {}", self.header.len(), row.len());
            return Err(Problem::at_column(missing, expected));
        }
        if row.len() > self.header.len() {
            let expected =
                format!("expected {} columns as in the header, found {}", self.header.len(), row.len());
            return Err(Problem::at_column((self.header.len() + 1).to_string(), expected));
        }
        let cells = Cells { columns: self, row, mapping };
        for role in &mapping.required {
            cells.required(*role)?;
        }
        let product = cells.name(Role::Product)?;
        let need = match cells.text(Role::Need)? {
            Some(need) => Some(need.to_owned()),
            None => product.clone(),
        };
        Ok(Told {
            id: cells.foreign_id(Role::Id)?,
            partner: cells.foreign_id(Role::Partner)?,
            account: cells.foreign_id(Role::Account)?,
            submitted_at: cells.midnight(Role::Submitted)?,
            scope: Scope {
                product_lines: cells.dimension(product.as_deref()),
                territories: cells.dimension(cells.name(Role::Territory)?.as_deref()),
                segments: cells.dimension(cells.name(Role::Segment)?.as_deref()),
            },
            need: need.unwrap_or_default(),
            outcome: cells.outcome()?,
            submission_texts: cells.texts(&SUBMISSION)?,
            outcome_texts: cells.texts(&OUTCOME)?,
        })
    }
}

/// The cells of one row.
struct Cells<'a> {
    columns: &'a Columns,
    row: &'a ByteRecord,
    mapping: &'a Mapping,
}

impl<'a> Cells<'a> {
    /// The name of the role's column, for problems.
    fn column(&self, role: Role) -> &str {
        self.mapping.columns.get(&role).map_or(role.name(), String::as_str)
    }

    fn problem(&self, role: Role, expected: impl Into<String>) -> Problem {
        Problem::at_column(self.column(role), expected)
    }

    /// The text as written, without blanks around it; `None` when there is none.
    fn text(&self, role: Role) -> Result<Option<&'a str>, Problem> {
        let place = self.columns.places.iter().find(|(own, _)| *own == role);
        let Some(bytes) = place.and_then(|(_, place)| self.row.get(*place)) else { return Ok(None) };
        if bytes.len() > CELL_BYTES_MAX {
            let expected = format!("expected at most {CELL_BYTES_MAX} bytes, found {}", bytes.len());
            return Err(self.problem(role, expected));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| self.problem(role, "expected UTF-8"))?.trim();
        let is_control = |c: char| c.is_control() && !(role == Role::Need && c.is_whitespace());
        if text.contains(is_control) {
            return Err(self.problem(role, "expected text without control characters"));
        }
        Ok((!text.is_empty()).then_some(text))
    }

    /// The text, or what its alias stands for.
    fn name(&self, role: Role) -> Result<Option<String>, Problem> {
        let Some(text) = self.text(role)? else { return Ok(None) };
        let alias = self.mapping.aliases.get(&role).and_then(|aliases| aliases.get(text));
        Ok(Some(alias.map_or(text, String::as_str).to_owned()))
    }

    fn required(&self, role: Role) -> Result<String, Problem> {
        let value = || format!("expected a value: without {} a row is no submission", role.name());
        self.name(role)?.ok_or_else(|| self.problem(role, value()))
    }

    fn foreign_id(&self, role: Role) -> Result<String, Problem> {
        let text = self.required(role)?;
        let expected = || format!("expected at most {FOREIGN_ID_BYTES_MAX} bytes, found {}", text.len());
        if is_foreign_id(&text) { Ok(text) } else { Err(self.problem(role, expected())) }
    }

    fn midnight(&self, role: Role) -> Result<Instant, Problem> {
        let text = self.required(role)?;
        let format = &self.mapping.date_format;
        let date = Date::strptime(format, &text).map_err(|_| {
            self.problem(role, format!("expected a date written as {format}, found {text:?}"))
        })?;
        Ok(Instant::midnight(date, &self.mapping.zone))
    }

    fn dimension(&self, name: Option<&str>) -> Dimension {
        name.map_or(Dimension::ALL, |name| Dimension::only([ids::slug(name)]))
    }

    fn outcome(&self) -> Result<Option<Outcome>, Problem> {
        let Some(stage) = self.name(Role::Stage)? else { return Ok(None) };
        let known = self.mapping.stages.get(&stage).ok_or_else(|| {
            let words: Vec<&str> = self.mapping.stages.keys().map(String::as_str).collect();
            self.problem(Role::Stage, format!("expected one of {}, found {stage:?}", words.join(", ")))
        })?;
        let closed = match known {
            StageMeaning::Open => return Ok(None),
            StageMeaning::Won => Closed::Won,
            StageMeaning::Lost => Closed::Lost,
        };
        if self.text(Role::Closed)?.is_none() {
            let expected = format!("expected a date: a deal in stage {stage:?} has been closed");
            return Err(self.problem(Role::Closed, expected));
        }
        Ok(Some(Outcome { closed, at: self.midnight(Role::Closed)?, value: self.value()? }))
    }

    fn value(&self) -> Result<Option<Money>, Problem> {
        let (Some(text), Some(currency)) = (self.text(Role::Value)?, self.mapping.currency) else {
            return Ok(None);
        };
        // No deal is worth less than nothing, and a spreadsheet that shortens to `1E+09` has lost the digits.
        let is_written_out = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let money = is_written_out.then(|| amount::money(text, currency)).flatten();
        let expected = || format!("expected an amount in {currency} such as 1054.00, found {text:?}");
        money.map(Some).ok_or_else(|| self.problem(Role::Value, expected()))
    }

    /// The row's own texts of these roles, aliases not applied.
    fn texts(&self, roles: &[Role]) -> Result<Value, Problem> {
        let mut texts = Map::new();
        for role in roles {
            let text = self.text(*role)?;
            texts.extend(text.map(|text| (role.name().to_owned(), Value::from(text))));
        }
        Ok(Value::Object(texts))
    }
}

/// The submission of a row, and its outcome if it has one.
pub(super) fn deal_inputs(
    run: &Run,
    mapping: &Mapping,
    told: &Told,
    partner: &Partner,
    customer: &Customer,
) -> Vec<Input> {
    let key: Key = reference(&format!("{}:{}", mapping.system, told.id));
    let deal = ids::deal_id(&run.vendor, &key);
    let stream = Stream::Account(run.vendor.clone(), run.account(customer));
    let producer = |suffix: &str| Producer {
        source: mapping.source.clone(),
        id: reference(&format!("{}{suffix}", told.id)),
    };
    let submitted = Submitted {
        deal: deal.clone(),
        source: Some(key),
        partner: partner.id.clone(),
        scope: told.scope.clone(),
        need: told.need.clone(),
        expected_value: None,
        expected_close: None,
        missing: Vec::new(),
        customer_confirmation: None,
        tender: None,
        under_handoff: None,
        renews: None,
        related_accounts: Vec::new(),
    };
    let telling = Telling {
        stream: stream.clone(),
        producer: producer(""),
        content: told.submission_texts.clone(),
        actor: partner.actor(),
    };
    let mut inputs = vec![telling.asked(told.submitted_at, Event::Deal(DealEvent::Submitted(submitted)))];
    if let Some(outcome) = &told.outcome {
        let closing = Closing { closed: outcome.closed, value: outcome.value, reason: None };
        let (_, event) = outcome_event(&deal, &closing, outcome.at);
        let telling = Telling {
            stream,
            producer: producer("#outcome"),
            content: told.outcome_texts.clone(),
            actor: Actor::system(),
        };
        inputs.push(telling.observed(outcome.at, Event::Deal(event)));
    }
    inputs
}

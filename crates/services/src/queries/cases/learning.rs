//! What closed cases teach: precedents of a case, and how often a pattern was right.

use std::collections::BTreeSet;
use std::str::FromStr;

use domain::case::RespondentRole;
use domain::id::BadId;
use views::cases::Likeness;
use wire::answers::{PrecedentRow, PrecisionRow};
use wire::shape::Words as _;

use crate::book::Book;

/// The side a respondent stands on, by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Respondent(pub RespondentRole);

impl FromStr for Respondent {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        let found = RespondentRole::WORDS.iter().find(|(_, word)| *word == text);
        let (role, _) = found.ok_or(BadId { expected: "host, guest, vendor or another" })?;
        Ok(Self(*role))
    }
}

/// What precedents are looked for by: another case, and what is said beside it, which goes before.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    pub case: Option<String>,
    pub pattern: Option<String>,
    pub respondent: Option<RespondentRole>,
    /// One part of a formula, such as `no_basis:V1`.
    pub ground: Option<String>,
}

/// Closed cases like the one that is sought, those that share the most first, then the latest; `None` when nobody
/// knows the case that is named.
pub fn precedents(book: &Book, sought: &Sought) -> Option<Vec<PrecedentRow>> {
    let shelf = book.shelf();
    let named = match &sought.case {
        Some(id) => Some(shelf.cases.stream(id)?.clone()),
        None => None,
    };
    let like = named.as_ref().and_then(|stream| shelf.cases.get(stream)).map(|case| Likeness::of(&case));
    let like = like.unwrap_or_default();
    let likeness = Likeness {
        pattern: sought.pattern.clone().or(like.pattern),
        respondent: sought.respondent.or(like.respondent),
        grounds: sought.ground.clone().map_or(like.grounds, |ground| BTreeSet::from([ground])),
    };
    let others = shelf.cases.ruled().filter(|(stream, _)| named.as_ref() != Some(*stream));
    let mut rows: Vec<PrecedentRow> = others
        .filter_map(|(stream, case)| {
            let shared = likeness.shared(&case)?;
            let first = case.ruling.as_ref().map(|(ruling, _)| ruling.grounds.clone());
            let last = case.appeal_ruling.as_ref().map(|(ruling, _)| ruling.grounds.clone());
            let instance = if last.is_some() { "appeal" } else { "first" };
            Some(PrecedentRow {
                case: stream.case()?.to_string(),
                pattern: likeness.pattern.clone().or_else(|| Some(case.strongest()?.pattern.clone()))?,
                respondent: case.respondent_role()?.word().to_owned(),
                shared: shared.into_iter().collect(),
                outcome: case.outcome()?.word().to_owned(),
                decided_at: case.ruled_at()?.to_string(),
                grounds: last.or(first)?,
                instance: instance.to_owned(),
            })
        })
        .collect();
    rows.sort_by(|a, b| {
        (b.shared.len(), &b.decided_at, &a.case).cmp(&(a.shared.len(), &a.decided_at, &b.case))
    });
    Some(rows)
}

/// How often each pattern was right, by the rulings of persons.
pub fn precision(book: &Book) -> Vec<PrecisionRow> {
    let shelf = book.shelf();
    let tallies = views::cases::tallies(shelf.cases.iter().map(|(_, case)| case));
    let row = |(pattern, tally): (String, views::cases::Tally)| PrecisionRow {
        pattern,
        ruled: tally.ruled(),
        confirmed: tally.confirmed,
        valuable: tally.valuable,
        false_alarm: tally.false_alarm,
        open: tally.open,
        precision_bp: tally.precision_bp(),
        useful_bp: tally.useful_bp(),
    };
    tallies.into_iter().map(row).collect()
}

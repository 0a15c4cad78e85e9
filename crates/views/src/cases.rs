//! What cases teach: which closed ones are like another, and how often a pattern was right.

use std::collections::{BTreeMap, BTreeSet};

use domain::case::RespondentRole;
pub use domain::case::{Case, stands};
use domain::event::case::{CaseOutcome, Finding};

/// What a precedent is looked for by; what is absent matches everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Likeness {
    pub pattern: Option<String>,
    pub respondent: Option<RespondentRole>,
    /// Parts of a formula, such as `no_basis:V1`.
    pub grounds: BTreeSet<String>,
}

impl Likeness {
    /// What a case is like, by the finding it leads with.
    pub fn of(case: &Case) -> Self {
        let Some(finding) = case.strongest() else { return Self::default() };
        let pattern = Some(finding.pattern.clone());
        Self { pattern, respondent: case.respondent_role(), grounds: parts(finding) }
    }

    /// The grounds a closed case shares with this; `None` when it is open, or of another pattern or respondent,
    /// or shares none of the grounds that are asked for.
    pub fn shared(&self, case: &Case) -> Option<BTreeSet<String>> {
        let is_closed = case.outcome().is_some() && !case.is_open();
        let finding = match &self.pattern {
            Some(pattern) => case.findings.iter().find(|finding| finding.pattern == *pattern)?,
            None => case.strongest()?,
        };
        let is_alike = self.respondent.is_none_or(|role| case.respondent_role() == Some(role));
        let shared: BTreeSet<String> = parts(finding).intersection(&self.grounds).cloned().collect();
        (is_closed && is_alike && (self.grounds.is_empty() || !shared.is_empty())).then_some(shared)
    }
}

fn parts(finding: &Finding) -> BTreeSet<String> {
    finding.grounds.iter().map(|ground| ground.part.clone()).collect()
}

/// How persons ruled on the cases one pattern was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub confirmed: u64,
    pub valuable: u64,
    pub false_alarm: u64,
    /// Cases nobody has ruled on yet.
    pub open: u64,
}

impl Tally {
    /// Cases somebody ruled on: what the shares are shares of.
    pub fn ruled(&self) -> u64 {
        self.confirmed + self.valuable + self.false_alarm
    }

    /// Basis points of the ruled cases that were confirmed; `None` when nobody ruled on any.
    pub fn precision_bp(&self) -> Option<u64> {
        (self.confirmed * 10_000).checked_div(self.ruled())
    }

    /// Basis points of the ruled cases that were worth looking at: confirmed, or of value.
    pub fn useful_bp(&self) -> Option<u64> {
        ((self.confirmed + self.valuable) * 10_000).checked_div(self.ruled())
    }

    /// The tally with one more case.
    pub fn with(mut self, outcome: Option<CaseOutcome>) -> Self {
        match outcome {
            Some(CaseOutcome::Confirmed) => self.confirmed += 1,
            Some(CaseOutcome::Valuable) => self.valuable += 1,
            Some(CaseOutcome::FalseAlarm) => self.false_alarm += 1,
            None => self.open += 1,
        }
        self
    }
}

/// How often each pattern was right: a case counts once for every pattern that stands in it, and for the leading
/// one where none stands any more. Cases that were cleared before anybody ruled count nowhere.
pub fn tallies(cases: impl IntoIterator<Item = Case>) -> BTreeMap<String, Tally> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for case in cases {
        let outcome = if case.is_open() { None } else { case.outcome() };
        if outcome.is_none() && !case.is_open() {
            continue;
        }
        let mut patterns: BTreeSet<&str> =
            case.standing().iter().map(|finding| finding.pattern.as_str()).collect();
        if patterns.is_empty() {
            patterns.extend(case.strongest().map(|finding| finding.pattern.as_str()));
        }
        for pattern in patterns {
            let tally = tallies.entry(pattern.to_owned()).or_default();
            *tally = tally.with(outcome);
        }
    }
    tallies
}

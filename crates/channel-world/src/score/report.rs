//! The table: recall, precision and false alerts, by method, by tier, by pattern and by look-alike.

use serde::Serialize;

use super::outcome::{ALERT_FROM, Outcome, STATISTICAL, outcomes};
use super::{Rate, Trial};
use crate::intent::Intent;

/// Everything the judge has to say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub generator_version: u32,
    pub seeds: u64,
    pub handoffs: u64,
    pub methods: Vec<MethodRow>,
    /// The first method by the least severity that counts.
    pub tiers: Vec<TierRow>,
    pub patterns: Vec<PatternRow>,
    pub look_alikes: Vec<LookAlikeRow>,
    pub delay: Delay,
    /// What no event can show.
    pub not_visible: [&'static str; 3],
}

/// One method over all handoffs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MethodRow {
    pub method: String,
    pub what: String,
    /// Of predatory handoffs that leave a trace.
    pub recall: Rate,
    /// Of handoffs alerted, as drawn.
    pub precision: Rate,
    /// Precision if one in a hundred handoffs is a takeover and the rest is as in the default mix.
    pub precision_at_default_mix: Option<f64>,
    pub false_per_lawful_change: Rate,
    pub false_per_benign_handoff: Rate,
    pub false_per_innocent_error: Rate,
    /// Mistakes of which it is said that a step was left out, and no more.
    pub procedure_per_innocent_error: Rate,
}

/// The first method, counting alerts from one severity on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierRow {
    /// Such as `S3 and up`.
    pub tier: String,
    pub recall: Rate,
    pub precision: Rate,
    pub false_per_lawful_change: Rate,
    pub false_per_benign_handoff: Rate,
}

/// One pattern, by those who acted it out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PatternRow {
    pub pattern: String,
    /// `looked for`, `not looked for`, `not judgeable`.
    pub state: &'static str,
    /// Any alert about its accounts.
    pub recall: Rate,
    /// An alert that names a pattern of the plan.
    pub named: Rate,
    pub held: Rate,
    /// Recall of the other methods, in the order of `methods`.
    pub others: Vec<Rate>,
    pub delay: Delay,
}

/// One look-alike, or one kind of handoff in which nobody takes anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LookAlikeRow {
    pub look_alike: String,
    pub false_alerts: Rate,
    /// Of which it is said that a step was left out, and no more: for a mistake (`E`) no false alert.
    pub procedure: Rate,
    /// Alerts raised that a paper or a correction has cleared since.
    pub cleared: Rate,
    /// Of the severity that holds an account.
    pub held: Rate,
    pub others: Vec<Rate>,
}

/// Hours from the act to the first alert.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Delay {
    pub median_hours: Option<i64>,
    pub of_ten_nine_within_hours: Option<i64>,
}

/// What the events cannot show, said below the table.
const NOT_VISIBLE: [&str; 3] =
    ["oral solicitation of the customer", "sales outside the program", "another vendor's product"];

/// Joins labels and alerts. `looked_for` names the patterns the rules know; `methods` explains each method.
pub fn report(trials: &[Trial], looked_for: &[&str], methods: &[(&str, &str)]) -> Report {
    let judged: Vec<Vec<Outcome>> = trials.iter().map(outcomes).collect();
    let mut patterns: Vec<String> = (1..=25).map(|number| format!("T{number:02}")).collect();
    patterns.extend(["R1".to_owned(), "composite".to_owned()]);
    let seen = judged.iter().flatten().filter(|outcome| outcome.is_breach()).map(|outcome| &outcome.row);
    let mut more: Vec<String> = seen.filter(|row| !patterns.contains(row)).cloned().collect();
    more.sort();
    more.dedup();
    patterns.extend(more);
    let mut look_alikes: Vec<String> = (1..=20).map(|number| format!("L{number}")).collect();
    look_alikes.extend((1..=5).map(|number| format!("E{number}")));
    look_alikes.push("benign".to_owned());
    Report {
        generator_version: crate::VERSION,
        seeds: trials.len() as u64,
        handoffs: judged.iter().map(|world| world.len() as u64).sum(),
        methods: methods.iter().enumerate().map(|(at, name)| method_row(&judged, at, *name)).collect(),
        tiers: (ALERT_FROM..=4).map(|from| tier_row(&judged, from)).collect(),
        patterns: patterns.iter().map(|row| pattern_row(&judged, row, looked_for, methods.len())).collect(),
        look_alikes: look_alikes.iter().map(|row| look_alike_row(&judged, row, methods.len())).collect(),
        delay: delay(judged.iter().flatten()),
        not_visible: NOT_VISIBLE,
    }
}

/// How many of the outcomes that `count` are `hit`, world by world.
fn rate(judged: &[Vec<Outcome>], counts: impl Fn(&Outcome) -> bool, hit: impl Fn(&Outcome) -> bool) -> Rate {
    let world = |outcomes: &Vec<Outcome>| {
        let counted = outcomes.iter().filter(|outcome| counts(outcome));
        counted.fold((0, 0), |(hits, of), outcome| (hits + u64::from(hit(outcome)), of + 1))
    };
    Rate::of(&judged.iter().map(world).collect::<Vec<_>>())
}

fn is(intent: Intent) -> impl Fn(&Outcome) -> bool {
    move |outcome| outcome.intent == intent
}

/// A takeover that leaves a trace and that statistics are not needed for.
fn counts_for_recall(outcome: &Outcome) -> bool {
    outcome.intent == Intent::Predatory && outcome.judgeable && !outcome.row.ends_with("unfiled")
}

fn method_row(judged: &[Vec<Outcome>], method: usize, (name, what): (&str, &str)) -> MethodRow {
    let alerted = |outcome: &Outcome| outcome.alerted(method, ALERT_FROM);
    let counted = |outcome: &Outcome| outcome.is_counted(method, ALERT_FROM);
    let recall = rate(judged, counts_for_recall, alerted);
    let lawful = rate(judged, is(Intent::Lawful), alerted);
    let benign = rate(judged, is(Intent::Benign), alerted);
    let error = rate(judged, is(Intent::InnocentError), counted);
    let abuse = rate(judged, is(Intent::HostAbuse), alerted);
    let share = |rate: &Rate| rate.share.unwrap_or_default();
    let right = 0.01 * share(&recall) + 0.005 * share(&abuse);
    let wrong = 0.275 * share(&lawful) + 0.70 * share(&benign) + 0.01 * share(&error);
    MethodRow {
        method: name.to_owned(),
        what: what.to_owned(),
        recall,
        precision: rate(judged, counted, Outcome::is_breach),
        precision_at_default_mix: (right + wrong > 0.0).then(|| right / (right + wrong)),
        false_per_lawful_change: lawful,
        false_per_benign_handoff: benign,
        false_per_innocent_error: error,
        procedure_per_innocent_error: rate(judged, is(Intent::InnocentError), |outcome| {
            outcome.is_of_procedure(method, ALERT_FROM)
        }),
    }
}

fn tier_row(judged: &[Vec<Outcome>], from: u8) -> TierRow {
    let alerted = |outcome: &Outcome| outcome.alerted(0, from);
    TierRow {
        tier: if from == 4 { "S4".to_owned() } else { format!("S{from} and up") },
        recall: rate(judged, counts_for_recall, alerted),
        precision: rate(judged, |outcome| outcome.is_counted(0, from), Outcome::is_breach),
        false_per_lawful_change: rate(judged, is(Intent::Lawful), alerted),
        false_per_benign_handoff: rate(judged, is(Intent::Benign), alerted),
    }
}

fn pattern_row(judged: &[Vec<Outcome>], row: &str, looked_for: &[&str], methods: usize) -> PatternRow {
    let in_row = |outcome: &Outcome| outcome.row == row && outcome.is_breach();
    let by = |method: usize| rate(judged, in_row, move |outcome| outcome.alerted(method, ALERT_FROM));
    let pattern = row.split(' ').next().unwrap_or(row);
    let unjudgeable = STATISTICAL.contains(&pattern)
        && !judged.iter().flatten().any(|outcome| in_row(outcome) && outcome.judgeable);
    let state = if row != "composite" && !looked_for.contains(&pattern) {
        "not looked for"
    } else if unjudgeable {
        "not judgeable"
    } else {
        "looked for"
    };
    PatternRow {
        pattern: row.to_owned(),
        state,
        recall: by(0),
        named: rate(judged, in_row, |outcome| outcome.named),
        held: rate(judged, in_row, |outcome| outcome.alerted(0, 4)),
        others: (1..methods).map(by).collect(),
        delay: delay(judged.iter().flatten().filter(|outcome| in_row(outcome))),
    }
}

fn look_alike_row(judged: &[Vec<Outcome>], row: &str, methods: usize) -> LookAlikeRow {
    let in_row = |outcome: &Outcome| outcome.row == row && !outcome.is_breach();
    let by = |method: usize| rate(judged, in_row, move |outcome| outcome.is_counted(method, ALERT_FROM));
    LookAlikeRow {
        look_alike: row.to_owned(),
        false_alerts: by(0),
        procedure: rate(judged, in_row, |outcome| outcome.is_of_procedure(0, ALERT_FROM)),
        cleared: rate(judged, in_row, |outcome| outcome.cleared),
        held: rate(judged, in_row, |outcome| outcome.alerted(0, 4)),
        others: (1..methods).map(by).collect(),
    }
}

fn delay<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Delay {
    let right = outcomes.filter(|outcome| outcome.is_breach());
    let mut hours: Vec<i64> = right.filter_map(|outcome| outcome.delay_hours).collect();
    hours.sort_unstable();
    let at = |tenths: usize| hours.get(hours.len() * tenths / 10).copied();
    Delay { median_hours: at(5), of_ten_nine_within_hours: at(9) }
}

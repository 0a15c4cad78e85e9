//! One handoff with what was meant and what each method said about it.

use std::collections::HashMap;

use super::{Alert, Concern, JUDGEABLE_HANDOFFS_MIN, Trial};
use crate::intent::Intent;
use crate::label::{Label, Link};

/// Plans whose single acts break no rule: only counting can show them.
pub(super) const STATISTICAL: [&str; 1] = ["T23"];

/// Severity from which something is an alert; below it is a signal that opens no case.
pub(super) const ALERT_FROM: u8 = 2;

/// One handoff, judged.
pub(super) struct Outcome {
    pub(super) intent: Intent,
    /// The row it is counted in, such as `T01`, `T06 unfiled`, `composite`, `L7`.
    pub(super) row: String,
    /// Whether statistics could say anything about its guest.
    pub(super) judgeable: bool,
    /// By method: the highest severity of what was said, 0 for nothing.
    pub(super) severity: Vec<u8>,
    /// The same without what is about procedure alone.
    pub(super) taking: Vec<u8>,
    /// Whether the first method raised an alert that it has cleared since.
    pub(super) cleared: bool,
    /// Whether the first method named a pattern of the plan.
    pub(super) named: bool,
    /// Hours from the act to the first alert of the first method.
    pub(super) delay_hours: Option<i64>,
}

impl Outcome {
    pub(super) fn alerted(&self, method: usize, from: u8) -> bool {
        self.severity[method] >= from
    }

    /// Whether there is an alert that counts, right or false. Of a mistake it may be true that a step was left out,
    /// and to say so reproaches nobody with more; whoever meant no breach otherwise left out none.
    pub(super) fn is_counted(&self, method: usize, from: u8) -> bool {
        match self.intent {
            Intent::InnocentError => self.taking[method] >= from,
            Intent::Benign | Intent::Lawful | Intent::Predatory | Intent::HostAbuse => {
                self.alerted(method, from)
            }
        }
    }

    /// Whether all that was said is that a step was left out.
    pub(super) fn is_of_procedure(&self, method: usize, from: u8) -> bool {
        self.alerted(method, from) && self.taking[method] < from
    }

    /// Whether an alert about it is right.
    pub(super) fn is_breach(&self) -> bool {
        matches!(self.intent, Intent::Predatory | Intent::HostAbuse)
    }
}

/// Every handoff of a world, judged.
pub(super) fn outcomes(trial: &Trial) -> Vec<Outcome> {
    let mut invited: HashMap<&str, usize> = HashMap::new();
    for label in &trial.labels {
        *invited.entry(&label.guest).or_default() += 1;
    }
    let by_account: Vec<HashMap<&str, Vec<&Alert>>> = trial
        .said
        .iter()
        .map(|said| {
            let mut alerts: HashMap<&str, Vec<&Alert>> = HashMap::new();
            for alert in &said.alerts {
                alerts.entry(&alert.account).or_default().push(alert);
            }
            alerts
        })
        .collect();
    trial.labels.iter().map(|label| outcome(label, &by_account, invited[label.guest.as_str()])).collect()
}

fn outcome(label: &Label, by_account: &[HashMap<&str, Vec<&Alert>>], invited: usize) -> Outcome {
    let about = |method: usize| {
        let accounts = label.accounts.iter();
        accounts.flat_map(move |account| by_account[method].get(account.as_str()).into_iter().flatten())
    };
    let stands = |alert: &&&Alert| alert.stands;
    let highest = |counts: &dyn Fn(&Alert) -> bool| -> Vec<u8> {
        let of = |method: usize| {
            let standing = about(method).filter(stands).filter(|alert| counts(alert));
            standing.map(|alert| alert.severity).max().unwrap_or_default()
        };
        (0..by_account.len()).map(of).collect()
    };
    let raised = || about(0).filter(|alert| alert.severity >= ALERT_FROM);
    let ours = || raised().filter(stands);
    let named = ours().any(|alert| alert.pattern.as_ref().is_some_and(|named| label.plan.contains(named)));
    let first = ours().filter_map(|alert| alert.raised_s).min();
    let statistical = label.plan.first().is_some_and(|plan| STATISTICAL.contains(&plan.as_str()));
    Outcome {
        intent: label.intent,
        row: row(label),
        judgeable: !statistical || invited >= JUDGEABLE_HANDOFFS_MIN,
        severity: highest(&|_| true),
        taking: highest(&|alert| alert.concern == Concern::Taking),
        cleared: raised().next().is_some() && ours().next().is_none(),
        named,
        delay_hours: first.zip(acted(label)).map(|(raised, acted)| (raised - acted).max(0) / 3_600),
    }
}

/// The first act, in seconds since 1970.
fn acted(label: &Label) -> Option<i64> {
    let times = label.acts.iter().filter_map(|act| act.at.parse::<jiff::Timestamp>().ok());
    times.map(jiff::Timestamp::as_second).min()
}

fn row(label: &Label) -> String {
    match (label.plan.as_slice(), label.link) {
        ([], _) => "benign".to_owned(),
        ([plan], Link::Unfiled) => format!("{plan} unfiled"),
        ([plan], Link::None | Link::Filed) => plan.clone(),
        (_, _) => "composite".to_owned(),
    }
}

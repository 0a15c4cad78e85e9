//! What is held of one account, as answers that can be compared and as lines of the verdict log.

use std::collections::BTreeMap;

use domain::account::Account;
use domain::account::registration::{Deal, Registration};
use domain::event::case::Finding;
use domain::id::AccountId;
use domain::stream::Stream;
use domain::time::Instant;
use views::cases::stands;
use views::holders;
use wire::answers::VerdictLine;
use wire::shape::Words as _;

use super::naming::Naming;
use super::standing::Stood;
use crate::queries::{cases, words};

/// What an answer is about: the pattern (or `deal`, `change`, `attempt`, `holder`, `handoff`), and which one.
pub(crate) type About = (String, String);
/// Every answer that stands.
pub(crate) type Verdicts = BTreeMap<About, String>;

/// What stands about an account.
pub(crate) fn verdicts<'f>(
    account_id: &AccountId,
    account: &Account,
    findings: impl IntoIterator<Item = &'f Finding>,
    (naming, as_of): (&Naming, Instant),
) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let mut say = |pattern: &str, about: String, says: String| {
        verdicts.insert((pattern.to_owned(), about), says);
    };
    for deal in account.deals.iter().filter(|deal| is_decided(deal)) {
        say("deal", deal.deal.to_string(), decision(deal));
    }
    for change in &account.changes {
        say("change", change.change.to_string(), words::change_state(change.state).to_owned());
    }
    for refused in &account.refusals {
        say("attempt", naming.name(refused.event), format!("refused by {}", refused.refused.rule));
    }
    for row in holders::rows(account_id, account, as_of) {
        let says = format!("{} since {}", row.holder, row.since);
        say("holder", format!("{} by {}", words::scope(&row.scope), naming.name(row.event)), says);
    }
    for handoff in &account.handoffs {
        let until = handoff.protected_until.map(|until| format!(", protected until {until}"));
        let says = format!("{}{}", words::phase(handoff.phase), until.unwrap_or_default());
        say("handoff", handoff.handoff.to_string(), says);
    }
    for finding in findings.into_iter().filter(|finding| stands(&finding.verdict)) {
        let says = format!("{} {}", cases::severity(finding.severity), words::verdict(&finding.verdict));
        say(&finding.pattern, naming.name(finding.act), says);
    }
    verdicts
}

fn decision(deal: &Deal) -> String {
    let reason = deal.rejection.as_ref().map(|rejection| format!(" ({})", rejection.reason.word()));
    let until = deal.protection.and_then(|window| window.until).map(|until| format!(" until {until}"));
    let registration = deal.registration.as_str();
    match deal.registration {
        Registration::Rejected => format!("{registration}{}", reason.unwrap_or_default()),
        Registration::Approved => format!("{registration}{}", until.unwrap_or_default()),
        Registration::Reported
        | Registration::Submitted
        | Registration::InReview
        | Registration::Returned
        | Registration::Withdrawn
        | Registration::Cancelled => registration.to_owned(),
    }
}

/// Whether anybody decided about the registration.
fn is_decided(deal: &Deal) -> bool {
    match deal.registration {
        Registration::Returned
        | Registration::Approved
        | Registration::Rejected
        | Registration::Withdrawn
        | Registration::Cancelled => true,
        Registration::Reported | Registration::Submitted | Registration::InReview => false,
    }
}

/// The account's lines of the verdict log, and how many of them are decisions.
pub(super) fn lines(stream: &Stream, stood: &Stood) -> (Vec<String>, u64) {
    let account = &stood.account;
    let decided = account.deals.iter().filter(|deal| is_decided(deal)).map(|deal| VerdictLine::Decision {
        account: stream.to_string(),
        deal: deal.deal.to_string(),
        source_id: deal.source.as_ref().map(ToString::to_string),
        partner: deal.partner.as_ref().map(ToString::to_string),
        registration: deal.registration.as_str().to_owned(),
        rejection_reason: deal.rejection.as_ref().map(|rejection| rejection.reason.word().to_owned()),
        protected_until: deal.protection.and_then(|window| window.until).map(|until| until.to_string()),
    });
    let refused = account.refusals.iter().map(|refused| VerdictLine::Refused {
        account: stream.to_string(),
        command: refused.refused.command.clone(),
        at: refused.at.to_string(),
        gaining: refused.refused.gaining.to_string(),
        rule: refused.refused.rule.clone(),
        handoff: refused.refused.handoff.to_string(),
    });
    let changed = account.changes.iter().map(|change| VerdictLine::Change {
        account: stream.to_string(),
        change: change.change.to_string(),
        state: words::change_state(change.state).to_owned(),
        executed_at: change.executions.first().map(|execution| execution.at.to_string()),
    });
    let decisions: Vec<String> = decided.chain(refused).chain(changed).map(|line| line.canonical()).collect();
    let count = u64::try_from(decisions.len()).unwrap_or(u64::MAX);
    let naming = stood.naming();
    let found = stood.judged.iter().map(|judged| found(stream, &judged.finding, &naming).canonical());
    (decisions.into_iter().chain(found).collect(), count)
}

fn found(stream: &Stream, finding: &Finding, naming: &Naming) -> VerdictLine {
    VerdictLine::Finding {
        account: stream.to_string(),
        pattern: finding.pattern.clone(),
        rule_version: finding.rule_version,
        act: naming.name(finding.act),
        at: finding.violated_at.to_string(),
        severity: cases::severity(finding.severity).to_owned(),
        verdict: words::verdict(&finding.verdict),
        policy: finding.policy.to_string(),
    }
}

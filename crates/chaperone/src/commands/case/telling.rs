//! One case for people: what was found and what proves it, then how it goes on.

use wire::answers::{CaseAnswer, Hearing, RemedyAnswer};

use crate::output::line;

/// The sentence, the events that prove it and what would clear it, for each finding; then clocks, sides, rulings.
pub(super) fn tell(case: &CaseAnswer) -> anyhow::Result<()> {
    for finding in &case.findings {
        line(&format!(
            "{} {} ({}): {}",
            finding.severity, finding.pattern, finding.verdict, finding.sentence
        ))?;
        line("  evidence")?;
        for ground in finding.grounds.iter().filter(|ground| !ground.events.is_empty()) {
            line(&format!("    {}: {} [{}]", ground.part, ground.holds_because, ground.events.join(", ")))?;
        }
        line("  would be cleared by")?;
        finding.clearing.iter().try_for_each(|clearing| line(&format!("    {clearing}")))?;
    }
    if let Some(assignee) = &case.row.assignee {
        line(&format!("assigned to {assignee}"))?;
    }
    hearing(case, &case.hearing)
}

fn hearing(case: &CaseAnswer, hearing: &Hearing) -> anyhow::Result<()> {
    if let (Some(until), Some(reason)) = (&case.row.snoozed_until, &hearing.snoozed_for) {
        line(&format!("laid aside until {until}: {reason}"))?;
    }
    if let Some(filed) = &hearing.filed {
        line(&format!("{} {} disputes it: {}", filed.at, filed.by, filed.text))?;
        if let Some(stay) = &filed.stay {
            let outcome = filed.stay_outcome.as_deref().unwrap_or("asked for");
            line(&format!("  that nothing move meanwhile is {outcome}: {stay}"))?;
        }
    }
    for said in &hearing.statements {
        line(&format!("{} {} says: {}{}", said.at, said.by, said.text, listed(&said.evidence)))?;
    }
    for shown in &hearing.shown {
        line(&format!("{} {} shows ({}): {}", shown.at, shown.by, shown.shows, shown.evidence))?;
    }
    if let Some(ruling) = &hearing.ruling {
        line(&format!(
            "{} ruled {} by {}: {}",
            ruling.at, ruling.outcome, ruling.decided_by, ruling.grounds
        ))?;
    }
    if let Some(appeal) = &hearing.appeal {
        let new = listed(&appeal.evidence);
        line(&format!("{} {} appeals: {}{new}", appeal.at, appeal.by, appeal.grounds))?;
        if let (Some(at), Some(outcome), Some(by), Some(why)) =
            (&appeal.decided_at, &appeal.outcome, &appeal.decided_by, &appeal.ruling)
        {
            line(&format!("{at} ruled {outcome} on appeal by {by}: {why}"))?;
        }
    }
    hearing.remedies_proposed.iter().try_for_each(|one| remedy("the rules propose", one))?;
    hearing.remedies_ordered.iter().try_for_each(|one| remedy("ordered", one))?;
    if let Some(ladder) = &hearing.ladder {
        line(&format!("the program proposes, {ladder}"))?;
    }
    if !hearing.deadlines.is_empty() {
        line("due")?;
    }
    for due in &hearing.deadlines {
        line(&format!("  {} until {} ({}); after that {}", due.step, due.until, due.state, due.follows))?;
    }
    Ok(())
}

fn remedy(verb: &str, remedy: &RemedyAnswer) -> anyhow::Result<()> {
    line(&format!("{verb}, to put act {} right", remedy.act))?;
    if let Some(restore) = &remedy.restore {
        let scopes = restore.scopes.join("; ");
        line(&format!("  {} holds {scopes} again instead of {}", restore.holder, restore.instead_of))?;
    }
    for owed in &remedy.owed {
        let percent = remedy.restitution_bp / 100;
        line(&format!("  {} is owed commission, {percent} % of it: {owed}", remedy.host))?;
    }
    if !remedy.margin_orders.is_empty() {
        let (worth, until) = (remedy.margin_net.join(", "), remedy.margin_until.as_deref().unwrap_or("open"));
        let from = &remedy.margin_from;
        line(&format!(
            "  the margin of {} orders worth {worth} from {from} until {until} is given up",
            remedy.margin_orders.len()
        ))?;
    }
    Ok(())
}

fn listed(evidence: &[String]) -> String {
    if evidence.is_empty() { String::new() } else { format!(" [{}]", evidence.join(", ")) }
}

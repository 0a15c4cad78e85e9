//! How a case went on after its findings: clocks, statements, rulings, and what the rules propose.

use domain::case::{Case, Due};
use domain::event::Evidence;
use domain::event::case::{CaseOutcome, RemedyOrdered};
use domain::id::{OrderId, PartnerId};
use domain::ladder::{self, Step as Rung};
use domain::money::Money;
use domain::remedy::Proposal;
use domain::stream::Stream;
use domain::time::{Instant, Interval};
use wire::answers::{
    AppealAnswer, DeadlineRow, EvidenceRow, FilingAnswer, Hearing, RemedyAnswer, RestoreAnswer, RulingAnswer,
    StatementRow,
};
use wire::shape::Words as _;

use crate::book::Book;
use crate::desk::hearing::computed;
use crate::queries::words;

/// What persons said and did in a case, from its own stream alone.
pub(super) fn answer(case: &Case) -> Hearing {
    let stay = case.stay.as_ref().map(|(decided, _)| decided);
    let filed = case.filed.as_ref().map(|(filed, at)| FilingAnswer {
        by: words::party(&filed.by),
        at: at.to_string(),
        text: filed.text.clone(),
        letter: filed.letter.map(|kept| kept.word().to_owned()),
        stay: filed.stay.clone(),
        stay_outcome: stay.map(|decided| decided.outcome.word().to_owned()),
        stay_until: stay.and_then(|decided| decided.until).map(|until| until.to_string()),
    });
    let statements = case.statements.iter().map(|(stated, at)| StatementRow {
        by: words::party(&stated.by),
        at: at.to_string(),
        text: stated.text.clone(),
        evidence: stated.evidence.iter().map(evidence).collect(),
    });
    let shown = case.evidence.iter().map(|(attached, at)| EvidenceRow {
        by: words::party(&attached.by),
        at: at.to_string(),
        shows: attached.shows.word().to_owned(),
        evidence: evidence(&attached.evidence),
    });
    Hearing {
        filed,
        statements: statements.collect(),
        shown: shown.collect(),
        snoozed_for: case.snoozed.as_ref().map(|snoozed| snoozed.reason.clone()),
        ruling: ruling(case),
        appeal: appeal(case),
        remedies_ordered: case.remedies.iter().map(|(remedy, at)| ordered(remedy, *at)).collect(),
        ..Hearing::default()
    }
}

/// The same with what takes more than the case itself: the clocks at `now`, and what the rules propose.
///
/// # Errors
/// The journal cannot be read.
pub(super) async fn weighed(
    book: &Book,
    stream: &Stream,
    case: &Case,
    now: Instant,
    hearing: Hearing,
) -> anyhow::Result<Hearing> {
    let deadlines = case.deadlines().into_iter().map(|deadline| DeadlineRow {
        step: deadline.step.word().to_owned(),
        until: deadline.until.to_string(),
        state: match deadline.at(now) {
            Due::Running => "running".to_owned(),
            Due::Elapsed => "elapsed".to_owned(),
        },
        follows: deadline.follows().to_owned(),
    });
    let mut remedies_proposed = Vec::new();
    if let Some(opened) = &case.opened {
        let is_ordered = |act| case.remedies.iter().any(|(remedy, _)| remedy.act == act);
        let mut acts: Vec<_> = case.standing().iter().map(|finding| finding.act).collect();
        acts.sort_unstable();
        acts.dedup();
        for act in acts.into_iter().filter(|act| !is_ordered(*act)) {
            let proposal = computed(book, stream, opened, act).await?;
            remedies_proposed.extend(proposal.map(|proposal| proposed(act.to_string(), &proposal)));
        }
    }
    let ladder = ladder(book, stream, case, now);
    Ok(Hearing { deadlines: deadlines.collect(), remedies_proposed, ladder, ..hearing })
}

/// What the program proposes for the respondent once this case is confirmed, with what was upheld against its
/// family before.
fn ladder(book: &Book, stream: &Stream, case: &Case, now: Instant) -> Option<String> {
    if matches!(case.outcome(), Some(CaseOutcome::Valuable | CaseOutcome::FalseAlarm)) {
        return None;
    }
    let respondent: PartnerId = case.strongest()?.respondent.parse().ok()?;
    let world = book.world(stream.vendor());
    let is_alike = |other: &Case| {
        let other = other.strongest().and_then(|finding| finding.respondent.parse::<PartnerId>().ok());
        other.is_some_and(|other| world.families.kinship(&respondent, &other, now).is_some())
    };
    let shelf = book.shelf();
    let others =
        shelf.cases.ruled().filter(|(known, _)| *known != stream && known.vendor() == stream.vendor());
    let upheld = others.filter(|(_, other)| is_alike(other)).filter_map(|(_, other)| {
        (other.outcome() == Some(CaseOutcome::Confirmed)).then(|| other.ruled_at()).flatten()
    });
    let at = case.ruled_at().unwrap_or(now);
    let upheld: Vec<Instant> = upheld.chain([at]).collect();
    let step = ladder::propose(&world.program, &upheld, at)?;
    let day = |until: Instant| until.date_in(&jiff::tz::TimeZone::UTC);
    let proposal = match step {
        Rung::Notice => "a notice and training".to_owned(),
        Rung::Pause { until } => format!("no matchmaking until {}", day(until)),
        Rung::LongPause { until } => {
            format!("no matchmaking and no verification of its own customers until {}", day(until))
        }
    };
    let condition = if case.outcome().is_some() { "" } else { "if confirmed: " };
    Some(format!("{condition}{proposal} for {respondent}"))
}

fn ruling(case: &Case) -> Option<RulingAnswer> {
    let (ruling, at) = case.ruling.as_ref()?;
    Some(RulingAnswer {
        outcome: ruling.outcome.word().to_owned(),
        grounds: ruling.grounds.clone(),
        remedy: ruling.remedy.clone(),
        decided_by: ruling.decided_by.to_string(),
        at: at.to_string(),
        appeal_until: ruling.appeal_until.to_string(),
    })
}

fn appeal(case: &Case) -> Option<AppealAnswer> {
    let (appeal, at) = case.appeal.as_ref()?;
    let ruling = case.appeal_ruling.as_ref();
    Some(AppealAnswer {
        by: words::party(&appeal.by),
        at: at.to_string(),
        grounds: appeal.grounds.clone(),
        evidence: appeal.evidence.iter().map(evidence).collect(),
        outcome: ruling.map(|(ruling, _)| ruling.outcome.word().to_owned()),
        decided_by: ruling.map(|(ruling, _)| ruling.decided_by.to_string()),
        ruling: ruling.map(|(ruling, _)| ruling.grounds.clone()),
        decided_at: ruling.map(|(_, at)| at.to_string()),
    })
}

fn proposed(act: String, proposal: &Proposal) -> RemedyAnswer {
    let restore = proposal.restore.as_ref().map(|restore| RestoreAnswer {
        holder: restore.holder.to_string(),
        instead_of: restore.instead_of.to_string(),
        scopes: restore.scopes.iter().map(words::scope).collect(),
    });
    let owed = proposal.commission.iter().map(|owed| (&owed.order, owed.outstanding));
    RemedyAnswer {
        act,
        handoff: proposal.handoff.to_string(),
        host: proposal.host.to_string(),
        restore,
        owed: owed.map(|(order, outstanding)| owed_in_words(order, outstanding)).collect(),
        restitution_bp: proposal.restitution.get(),
        margin_orders: proposal.margin.orders.iter().map(ToString::to_string).collect(),
        margin_net: proposal.margin.net.iter().map(ToString::to_string).collect(),
        ..during(proposal.margin.during)
    }
}

fn ordered(remedy: &RemedyOrdered, at: Instant) -> RemedyAnswer {
    let restore = remedy.restore.as_ref().map(|restore| RestoreAnswer {
        holder: restore.holder.to_string(),
        instead_of: restore.instead_of.to_string(),
        scopes: restore.scopes.iter().map(words::scope).collect(),
    });
    RemedyAnswer {
        act: remedy.act.to_string(),
        handoff: remedy.handoff.to_string(),
        host: remedy.host.to_string(),
        restore,
        owed: remedy.owed.iter().map(|owed| owed_in_words(&owed.order, owed.outstanding)).collect(),
        restitution_bp: remedy.restitution.get(),
        margin_orders: remedy.margin_orders.iter().map(ToString::to_string).collect(),
        margin_net: remedy.margin_net.iter().map(ToString::to_string).collect(),
        ordered_by: Some(remedy.ordered_by.to_string()),
        ordered_at: Some(at.to_string()),
        ..during(remedy.margin_during)
    }
}

fn during(during: Interval) -> RemedyAnswer {
    let (margin_from, margin_until) = (during.from.to_string(), during.until.map(|until| until.to_string()));
    RemedyAnswer { margin_from, margin_until, ..RemedyAnswer::default() }
}

fn owed_in_words(order: &OrderId, outstanding: Option<Money>) -> String {
    outstanding.map_or_else(|| format!("{order}: not on record"), |amount| format!("{order}: {amount}"))
}

/// An event's id, or a paper's digest.
fn evidence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Event(event) => event.to_string(),
        Evidence::Paper { digest, .. } => digest.to_string(),
    }
}

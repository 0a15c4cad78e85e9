//! Why an account, a handoff or a family stands as it does, each reason with the events it rests on.

use domain::id::{AccountId, PartnerId, VendorId};
use domain::stream::Stream;
use wire::answers::{Explanation, HandoffRow, HistoryRow, Reason};

use super::accounts::{self, told};
use super::{Asked, partners};
use crate::book::Book;

/// Why the account is held as it is, and what limits it.
///
/// # Errors
/// The journal cannot be read.
pub async fn account(
    book: &Book,
    vendor: &VendorId,
    account_id: &AccountId,
    asked: Asked,
) -> anyhow::Result<Explanation> {
    let answer = accounts::show(book, vendor, account_id, asked).await?;
    let story = accounts::history(book, vendor, account_id, asked).await?;
    let mut because: Vec<Reason> = Vec::new();
    for held in &answer.holders {
        let says = format!(
            "{} holds {} since {}: {}",
            held.holder,
            held.scope,
            held.since,
            said(&story, &held.event)
        );
        because.push(Reason { says, events: vec![held.event.clone()] });
    }
    if answer.holders.is_empty() {
        because.push(Reason { says: "no event says who holds it".to_owned(), events: Vec::new() });
    }
    because.extend(answer.handoffs.iter().map(protection));
    because.extend(answer.cases.iter().map(|case| Reason {
        says: format!(
            "case {} stands against it: {} {} ({})",
            case.case, case.severity, case.pattern, case.verdict
        ),
        events: case.evidence.clone(),
    }));
    Ok(Explanation { subject: answer.account, because })
}

/// Why a handoff stands as it does: its terms, and every event of it.
pub fn handoff(row: &HandoffRow, story: &[HistoryRow]) -> Explanation {
    let steps =
        story.iter().map(|line| Reason { says: line.sentence.clone(), events: vec![line.event.clone()] });
    let because = std::iter::once(protection(row)).chain(steps).collect();
    Explanation { subject: row.handoff.clone(), because }
}

/// Who belongs to a partner's family, through which declarations.
///
/// # Errors
/// The journal cannot be read.
pub async fn partner(book: &Book, id: &str, asked: Asked) -> anyhow::Result<Option<Explanation>> {
    let moment = asked.moment(book).await?;
    let Some((vendor, partner)) = partners::place(book, id) else { return Ok(None) };
    let Some(row) = partners::show(book, id, moment) else { return Ok(None) };
    let world = book.world_at(&vendor, moment.known.lo());
    let story = family_story(book, &vendor, &partner, &row.family).await?;
    let origin = format!("{} is known by {}", row.partner, row.origin.replace('_', " "));
    let mut because = vec![Reason { says: origin, events: Vec::new() }];
    for member in world.families.family(&partner, moment.as_of) {
        let Some(kinship) = world.families.kinship(&partner, &member, moment.as_of) else { continue };
        let events: Vec<String> = kinship.path.iter().map(ToString::to_string).collect();
        if events.is_empty() {
            continue;
        }
        let links: Vec<&str> = events.iter().map(|event| said(&story, event)).collect();
        because.push(Reason { says: format!("{member} is of its family: {}", links.join("; ")), events });
    }
    Ok(Some(Explanation { subject: row.partner, because }))
}

async fn family_story(
    book: &Book,
    vendor: &VendorId,
    partner: &PartnerId,
    family: &[String],
) -> anyhow::Result<Vec<HistoryRow>> {
    let members = family.iter().filter_map(|member| member.parse().ok()).chain([partner.clone()]);
    let mut story = Vec::new();
    for member in members {
        let stream = Stream::Partner(vendor.clone(), member);
        let loaded = book.load(&stream).await?;
        story.extend(loaded.facts.iter().map(|fact| told(&stream, fact, None)));
    }
    Ok(story)
}

fn protection(row: &HandoffRow) -> Reason {
    let party = |name: &Option<String>| name.clone().unwrap_or_else(|| "somebody".to_owned());
    let until = row.protected_until.as_ref().map_or_else(String::new, |until| format!(" until {until}"));
    let granted = row.granted_scope.as_ref().map_or_else(
        || "nothing is granted".to_owned(),
        |scope| format!("{} may {} in {scope}", party(&row.guest), row.granted_acts.join(", ")),
    );
    let says = format!(
        "handoff {} ({}) keeps {} for {} from {}{until}; {granted}",
        row.handoff,
        row.phase,
        row.protected_scope,
        party(&row.host),
        party(&row.guest),
    );
    Reason { says, events: row.events.clone() }
}

fn said<'a>(story: &'a [HistoryRow], event: &str) -> &'a str {
    story
        .iter()
        .find(|line| line.event == event)
        .map_or("its event is not known at this moment", |line| &line.sentence)
}

//! Partners: who takes part in the program, and who belongs to whom.

use std::collections::BTreeMap;

use domain::id::{PartnerId, VendorId};
use domain::stream::Stream;
use policing::patterns::r1_repeated::Tally;
use views::scorecard::{Role, Score};
use wire::answers::{HistoryRow, PartnerRow, ScoreRow};
use wire::shape::Words as _;

use super::accounts::told;
use super::{Asked, Moment, customers};
use crate::book::Book;

/// Every partner of every vendor, with its family at the moment.
pub fn list(book: &Book, moment: Moment) -> Vec<PartnerRow> {
    let places: Vec<(VendorId, PartnerId)> = {
        let shelf = book.shelf();
        shelf.directory.partners().map(|(vendor, partner, _)| (vendor.clone(), partner.clone())).collect()
    };
    places.iter().filter_map(|(vendor, partner)| row(book, vendor, partner, moment)).collect()
}

/// What the closed handoffs to every partner's family say now, by partner.
///
/// # Errors
/// The journal cannot be read.
pub async fn tallies(book: &Book) -> anyhow::Result<BTreeMap<String, Tally>> {
    let mut partners: BTreeMap<VendorId, Vec<PartnerId>> = BTreeMap::new();
    for (vendor, partner, _) in book.shelf().directory.partners() {
        partners.entry(vendor.clone()).or_default().push(partner.clone());
    }
    let mut tallies = BTreeMap::new();
    for (vendor, partners) in partners {
        let of_vendor = book.ledger.tallies(book, &vendor, &partners, book.now()).await?;
        tallies.extend(partners.iter().map(ToString::to_string).zip(of_vendor));
    }
    Ok(tallies)
}

/// One partner by its id.
pub fn show(book: &Book, id: &str, moment: Moment) -> Option<PartnerRow> {
    place(book, id).and_then(|(vendor, partner)| row(book, &vendor, &partner, moment))
}

/// How a partner does in handoffs as host and as guest, by all that is known now, or `None` when nobody knows it;
/// reads the whole journal, so it blocks.
///
/// # Errors
/// The journal cannot be read.
pub fn scorecard(book: &Book, id: &str, moment: Moment) -> anyhow::Result<Option<Vec<ScoreRow>>> {
    let Some((vendor, partner)) = place(book, id) else { return Ok(None) };
    let roles = [Role::Host, Role::Guest];
    let world = book.world(&vendor);
    let mut scores = [Score::default(), Score::default()];
    customers::each(book, moment.known, &mut |stream, facts| {
        if *stream.vendor() == vendor {
            let account = moment.account(&facts);
            for (score, role) in scores.iter_mut().zip(roles) {
                let counted = std::mem::take(score);
                *score = counted.with_account((&partner, role), &account, &world.program, moment.as_of);
            }
        }
        Ok(())
    })?;
    for (stream, case) in book.shelf().cases.iter() {
        if *stream.vendor() == vendor {
            for (score, role) in scores.iter_mut().zip(roles) {
                *score = std::mem::take(score).with_case((&partner, role), &case);
            }
        }
    }
    Ok(Some(scores.iter().zip(roles).map(|(score, role)| score_row(role, score)).collect()))
}

fn score_row(role: Role, score: &Score) -> ScoreRow {
    let Score { promises, filed, against, .. } = score;
    let (role, declined) = match role {
        Role::Host => ("host", None),
        Role::Guest => ("guest", Some(score.declined)),
    };
    ScoreRow {
        role: role.to_owned(),
        handoffs: score.handoffs,
        answered: u64::try_from(score.answers_ms.len()).unwrap_or(u64::MAX),
        declined,
        unanswered: score.unanswered,
        median_answer_h: score.median_answer_h(),
        slowest_answer_h: score.slowest_answer_h(),
        promises_kept: promises.kept,
        promises_late: promises.late,
        promises_missed: promises.missed,
        promises_excused: promises.excused,
        promises_open: promises.open,
        disputes_upheld: filed.confirmed,
        disputes_valuable: filed.valuable,
        disputes_rejected: filed.false_alarm,
        disputes_open: filed.open,
        against_confirmed: against.confirmed,
        against_valuable: against.valuable,
        against_false_alarm: against.false_alarm,
        against_open: against.open,
    }
}

/// Whose partner an id names.
pub(super) fn place(book: &Book, id: &str) -> Option<(VendorId, PartnerId)> {
    let shelf = book.shelf();
    let mut partners = shelf.directory.partners();
    partners.find(|(_, partner, _)| partner.as_str() == id).map(|(v, p, _)| (v.clone(), p.clone()))
}

fn row(book: &Book, vendor: &VendorId, partner: &PartnerId, moment: Moment) -> Option<PartnerRow> {
    let world = book.world_at(vendor, moment.known.lo());
    // Nobody is listed before anybody knew of it.
    world.families.origin(partner)?;
    let shelf = book.shelf();
    let enrolled = shelf.directory.partner(vendor, partner)?;
    let mut family = world.families.family(partner, moment.as_of);
    family.remove(partner);
    Some(PartnerRow {
        partner: partner.to_string(),
        name: enrolled.legal_name.clone(),
        kinds: enrolled.kinds.iter().map(|kind| kind.word().to_owned()).collect(),
        origin: enrolled.origin.word().to_owned(),
        family: family.iter().map(ToString::to_string).collect(),
    })
}

/// A partner's events up to a moment, or `None` when nobody knows it.
///
/// # Errors
/// The journal cannot be read.
pub async fn history(book: &Book, id: &str, asked: Asked) -> anyhow::Result<Option<Vec<HistoryRow>>> {
    let moment = asked.moment(book).await?;
    let Some((vendor, partner)) = place(book, id) else { return Ok(None) };
    let stream = Stream::Partner(vendor, partner);
    let loaded = book.load(&stream).await?;
    Ok(Some(moment.known(&loaded.facts).map(|fact| told(&stream, fact, None)).collect()))
}

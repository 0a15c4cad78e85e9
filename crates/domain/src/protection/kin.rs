//! On whose side a partner stands: in the guest's family, in the host's, or in neither.

use crate::account::guest::Handoff;
use crate::event::partner::AffiliationBasis;
use crate::family::{Kinship, Link};
use crate::id::PartnerId;
use crate::protection::Known;
use crate::protection::question::Question;
use crate::scope::Region;
use crate::time::Instant;

/// The side a partner is on for one act.
#[derive(Debug, Clone, PartialEq)]
pub enum Side {
    Neither,
    /// In the guest's family; how, unless it is the guest itself.
    Guests(Option<Kinship>),
    /// In the host's family since before the handoff.
    Hosts,
}

/// The side of the act's partner, for what the act touches.
pub fn side(question: &Question<'_>, touched: &Region) -> Side {
    let partner = question.act.partner;
    let Some(kinship) = guests(question, partner, touched) else { return Side::Neither };
    let stays = |link: &Link| !is_excluded(question, link, touched);
    let (host, families) = (&question.handoff.host, question.known.families);
    if families.kinship_by(host, partner, question.accepted_at, &stays).is_some() {
        return Side::Hosts;
    }
    Side::Guests((partner != question.guest).then_some(kinship))
}

/// How the partner came to the host's family since acceptance: by mergers and purchases told in time.
pub fn joined_hosts(question: &Question<'_>, touched: &Region) -> Option<Kinship> {
    let (host, partner) = (&question.handoff.host, question.act.partner);
    let told = |link: &Link| !is_excluded(question, link, touched) && was_told_in_time(question, link);
    question.known.families.kinship_by(host, partner, question.act.at, &told)
}

/// How `partner` belongs to the guest's family at the act, or `None` when it does not.
///
/// A company the guest declared as its own when it accepted belongs to it until they part.
pub fn guests(question: &Question<'_>, partner: &PartnerId, touched: &Region) -> Option<Kinship> {
    let (families, guest, at) = (question.known.families, question.guest, question.act.at);
    let stays = |link: &Link| !is_excluded(question, link, touched);
    let by_links = families.kinship_by(guest, partner, at, &stays);
    by_links.or_else(|| declared(question.known, question.handoff, partner, at))
}

/// Whether `partner` is of the host's family at `at`, whatever came of it since acceptance.
pub fn is_hosts(question: &Question<'_>, partner: &PartnerId, at: Instant) -> bool {
    of_host(question.known, question.handoff, partner, at)
}

/// Whether `partner` is of the family of the handoff's host at `at`, or was at acceptance.
pub fn of_host(known: Known<'_>, handoff: &Handoff, partner: &PartnerId, at: Instant) -> bool {
    let is_at = |at| known.families.kinship(&handoff.host, partner, at).is_some();
    handoff.accepted_at.is_some_and(is_at) || is_at(at)
}

/// How `partner` belongs to the family of the handoff's guest at `at`, whatever a merger left out of the book.
pub fn of_guest(known: Known<'_>, handoff: &Handoff, partner: &PartnerId, at: Instant) -> Option<Kinship> {
    let guest = handoff.guest.as_ref()?;
    let by_links = known.families.kinship(guest, partner, at);
    by_links.or_else(|| declared(known, handoff, partner, at))
}

/// The same, if that was since the handoff was accepted: who opens another account for the customer then, knew of it.
pub fn since_acceptance(
    known: Known<'_>,
    handoff: &Handoff,
    partner: &PartnerId,
    at: Instant,
) -> Option<Kinship> {
    handoff.accepted_at.filter(|accepted| *accepted <= at)?;
    of_guest(known, handoff, partner, at)
}

/// A company the guest declared as its own when it accepted, until they part.
fn declared(known: Known<'_>, handoff: &Handoff, partner: &PartnerId, at: Instant) -> Option<Kinship> {
    let guest = handoff.guest.as_ref()?;
    let holds = handoff.declared_family.contains(partner) && !known.families.have_parted(guest, partner, at);
    let path = || handoff.accepted.into_iter().collect();
    holds.then(|| Kinship { path: path(), basis: AffiliationBasis::Declared })
}

/// A merger may leave parts of the book where they were: there the old family holds.
fn is_excluded(question: &Question<'_>, link: &Link, touched: &Region) -> bool {
    question.known.families.merger(link.event).is_some_and(|merger| {
        let excluded = &merger.terms.exclusions;
        excluded
            .iter()
            .any(|part| part.account == *question.known.account_id && touched.overlaps(&part.scope))
    })
}

/// Whether a link that came after acceptance counts for the host's family: a merger that moved the book
/// with notice, or a purchase the vendor knew of long enough. Else the guest could buy the host's shell.
fn was_told_in_time(question: &Question<'_>, link: &Link) -> bool {
    let notice_days = question.procedure.change.merger_notice_days;
    if link.during.contains(question.accepted_at) {
        return true;
    }
    match question.known.families.merger(link.event) {
        Some(merger) => merger.terms.book_transferred && merger.terms.notice_days >= notice_days,
        None => {
            let known_for = link.recorded_at.plus_civil_days(i64::from(notice_days), &question.zone);
            known_for <= question.act.at
        }
    }
}

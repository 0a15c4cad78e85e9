//! V9: the vendor steps over the rules, with two officers, a reason, an end, and notice to both sides.

use crate::account::Account;
use crate::account::guest::Override;
use crate::event::Party;
use crate::event::account::OverrideAct;
use crate::event::change::Basis;
use crate::fact::Role;
use crate::id::PartnerId;
use crate::protection::basis::{Missing, Support};
use crate::protection::question::Question;
use crate::protection::words;
use crate::scope::Region;
use crate::time::Instant;

/// Overrides that move the scope and hold at the act.
pub fn supports(question: &Question<'_>, _: &Region) -> Vec<Support> {
    let account = question.known.account;
    let both = [&question.handoff.host, question.guest];
    let moves = account.overrides.iter().filter(|known| {
        known.act == OverrideAct::Change
            && known.is_for(question.act.partner)
            && known.during.contains(question.act.at)
            && is_formal(account, known, &both)
    });
    let support =
        |known: &Override| Support::basis(Basis::Override, Some(known.scope.clone()), vec![known.event]);
    moves.map(support).collect()
}

/// The override that lets a step be skipped for `gaining` at `at`: of any kind, if it has the form.
pub fn emergency<'a>(
    account: &'a Account,
    sides: &[&PartnerId],
    gaining: &PartnerId,
    scope: &Region,
    at: Instant,
) -> Option<&'a Override> {
    account.overrides.iter().find(|known| {
        known.is_for(gaining)
            && known.during.contains(at)
            && scope.scopes().iter().all(|part| known.scope.covers(part))
            && is_formal(account, known, sides)
    })
}

/// Two different officers signed, none of direct sales, with a reason in words.
pub fn is_signed(known: &Override) -> bool {
    let different = known.officers.iter().any(|a| known.officers.iter().any(|b| a.principal != b.principal));
    let independent = known.officers.iter().all(|officer| officer.role != Role::DirectSales);
    different && independent && !known.reason_text.trim().is_empty()
}

/// It is signed, has an end, and both sides were told.
pub fn is_formal(account: &Account, known: &Override, sides: &[&PartnerId]) -> bool {
    let both_told = sides.iter().enumerate().all(|(side, partner)| was_told(account, known, side, partner));
    is_signed(known) && known.during.until.is_some() && both_told
}

/// Whether a notice of it reached the partner on `side`: 0 for the losing side, 1 for the gaining.
pub fn was_told(account: &Account, known: &Override, side: usize, partner: &PartnerId) -> bool {
    let to_side = |party: &Party| match party {
        Party::Host => side == 0,
        Party::Guest => side == 1,
        Party::Partner(named) => named == partner,
        Party::Customer | Party::Vendor => false,
    };
    let mut delivered = account.notices.iter().filter(|notice| notice.delivered.is_some());
    delivered.any(|notice| known.published_to.contains(&notice.notice) && to_side(&notice.to))
}

impl Override {
    fn is_for(&self, partner: &PartnerId) -> bool {
        self.holder.as_ref().is_none_or(|holder| holder == partner)
    }
}

pub fn missing(question: &Question<'_>, open: &Region) -> Option<Missing> {
    let (scope, day) = (words::region(open), words::day(question.act.at));
    let words = format!(
        "an override for {scope} in force on {day}, by two officers outside direct sales, with both sides told"
    );
    Some(Missing::new(4, words))
}

//! V4, V5 and V6: what became of the host's right by itself.

use crate::event::change::Basis;
use crate::family::{Barred, Kinship};
use crate::protection::basis::{Missing, Support};
use crate::protection::question::Question;
use crate::protection::window::{self, Phase};
use crate::protection::{kin, words};
use crate::scope::Region;

/// V4: window and tail are over, or the window is and nobody was at work in the tail unreported.
pub fn window_over(question: &Question<'_>, touched: &Region) -> Vec<Support> {
    let over = window::phase(question, touched) == Phase::Over;
    let accepted = question.handoff.accepted.into_iter().collect();
    over.then(|| Support::basis(Basis::WindowOver, None, accepted)).into_iter().collect()
}

pub fn window_not_over(question: &Question<'_>, _: &Region) -> Option<Missing> {
    let until = question.handoff.tail_until.or(question.handoff.protected_until)?;
    Some(Missing::new(8, format!("the same act after window and tail, from {}", words::day(until))))
}

/// V5: the host is deauthorised or insolvent for the scope at the act.
pub fn deauthorised(question: &Question<'_>, _: &Region) -> Vec<Support> {
    let barred = question.known.families.barred(&question.handoff.host).iter();
    let in_force = barred.filter(|barred| barred.terms.from <= question.act.at);
    let support = |barred: &Barred| {
        Support::basis(Basis::HostDeauthorised, Some(barred.terms.scope.clone()), vec![barred.event])
    };
    in_force.map(support).collect()
}

pub fn not_deauthorised(question: &Question<'_>, open: &Region) -> Option<Missing> {
    let (host, scope) = (&question.handoff.host, words::region(open));
    let day = words::day(question.act.at);
    Some(Missing::new(6, format!("a deauthorisation of {host} for {scope} in force on {day}")))
}

/// V6: the partner came to the host's family by a merger that moved the book with notice, or by a
/// purchase the vendor knew of in time.
pub fn inherited(question: &Question<'_>, touched: &Region) -> Vec<Support> {
    let joined = kin::joined_hosts(question, touched);
    let support = |kinship: Kinship| Support::basis(Basis::Inheritance, None, kinship.path);
    joined.map(support).into_iter().collect()
}

pub fn not_inherited(question: &Question<'_>, _: &Region) -> Option<Missing> {
    let (host, partner) = (&question.handoff.host, question.act.partner);
    let days = question.procedure.change.merger_notice_days;
    let words = format!("a merger of {host} and {partner} that moved the book with {days} days' notice");
    Some(Missing::new(7, words))
}

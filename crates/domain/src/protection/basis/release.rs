//! V2: the host lets go of a scope in writing, before the act, or ratifies the act soon after.

use crate::account::guest::Release;
use crate::event::change::Basis;
use crate::protection::basis::{Missing, Support};
use crate::protection::question::Question;
use crate::protection::{credible, kin, words};
use crate::scope::Region;
use crate::time::Instant;

/// Releases of the handoff that are in force at the act, or ratify it.
pub fn supports(question: &Question<'_>, touched: &Region) -> Vec<Support> {
    let releases = question.handoff.releases.iter();
    let counts = |release: &&Release| {
        is_the_hosts(question, release, touched)
            && (is_in_force(question, release) || ratifies(question, release))
    };
    let support = |release: &Release| {
        Support::basis(Basis::HostRelease, Some(release.scope.clone()), vec![release.event])
    };
    let mut counting: Vec<&Release> = releases.filter(counts).collect();
    counting.sort_by_key(|release| (release.during.from, release.event));
    counting.into_iter().map(support).collect()
}

/// Nobody but the host lets go of what is the host's; a release the guest's side shows late needs an anchor.
fn is_the_hosts(question: &Question<'_>, release: &Release, touched: &Region) -> bool {
    let Some(teller) = &release.reported_by else { return true };
    let guests = kin::guests(question, teller, touched).is_some();
    let hosts = kin::is_hosts(question, teller, question.act.at);
    hosts || !guests || backing(question, release)
}

fn backing(question: &Question<'_>, release: &Release) -> bool {
    let anchor = release.anchor.as_ref();
    anchor.is_some_and(|anchor| credible::proves(question.known.account, anchor, question.act.at).is_some())
}

/// A release acts from the day it names if that lies ahead or is anchored, else from when it was given.
fn is_in_force(question: &Question<'_>, release: &Release) -> bool {
    let given = release.valid_at;
    let from = if backing(question, release) { release.during.from } else { release.during.from.max(given) };
    from <= question.act.at && release.during.until.is_none_or(|until| question.act.at < until)
}

/// A release given within the business days the program allows makes good an act done before it.
fn ratifies(question: &Question<'_>, release: &Release) -> bool {
    let at = question.act.at;
    let names_it = question.act.event().is_some() && release.ratifies == question.act.event();
    let reaches_back = release.ratifies.is_none() && release.during.contains(at);
    (names_it || reaches_back) && at <= release.valid_at && release.valid_at < ratify_until(question)
}

fn ratify_until(question: &Question<'_>) -> Instant {
    question.business_days_after(question.act.at, question.rights.handoff.ratify_days_business)
}

pub fn missing(question: &Question<'_>, open: &Region) -> Option<Missing> {
    let (scope, day) = (words::region(open), words::day(question.act.at));
    let ratified = words::day(ratify_until(question).plus_ms(-1));
    let words = format!("a host release covering {scope} valid at {day}, or a ratification by {ratified}");
    Some(Missing::new(2, words))
}

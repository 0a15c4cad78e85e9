//! The steps a change of holder owes to whoever loses by it: who that is, when its window ended, what excuses haste.

use domain::event::Party;
use domain::event::case::ClearedBy;
use domain::event::change::{Basis, Executed};
use domain::event::notice::Answer;
use domain::id::{EventId, PartnerId};
use domain::time::Instant;

use crate::bases::{self, Supports};
use crate::changes::Change;
use crate::holdings::{holdings, left_of};
use crate::parts::Part;
use crate::question::Question;
use crate::scene::{Notice, Scene};
use crate::told::On;
use crate::walk::Ledger;

/// Whether a change waited as long as it owed to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Haste {
    InTime,
    Excused(ClearedBy),
    /// Who lost by it, and whether a window was opened at all.
    TooEarly {
        losing: PartnerId,
        window: Option<Instant>,
    },
}

pub(crate) fn haste<'a>(scene: &Scene<'a>, change: &Change<'a>, done: &On<'a, Executed>) -> Haste {
    let Some(losing) = losing(scene, change, done) else { return Haste::InTime };
    let window = window(scene, change, &losing);
    let (at, from) = (done.at(), done.said.effective_from);
    if window.is_some_and(|until| until <= at && until <= from) {
        return Haste::InTime;
    }
    match excuse(scene, change, done, &losing) {
        Some(by) => Haste::Excused(by),
        None => Haste::TooEarly { losing, window },
    }
}

fn is_losing(party: &Party, losing: &PartnerId) -> bool {
    match party {
        Party::Host => true,
        Party::Partner(partner) => partner == losing,
        Party::Customer | Party::Guest | Party::Vendor => false,
    }
}

/// Who loses: whoever held it before, else the host of the handoff, else whom the request names.
fn losing<'a>(scene: &Scene<'a>, change: &Change<'a>, done: &On<'a, Executed>) -> Option<PartnerId> {
    let (at, gaining, scope) = (done.at(), &done.said.holder, &done.said.scope);
    let others = |partner: &PartnerId| scene.kin(partner, gaining, at).is_none();
    let taken_at = at.min(done.said.effective_from);
    let all = holdings(scene);
    let held: Vec<_> = all
        .iter()
        .filter(|holding| {
            holding.from < at && holding.event != done.id() && left_of(&all, holding, taken_at).meets(scope)
        })
        .collect();
    if !held.is_empty() {
        let loses = held.into_iter().find(|holding| others(holding.holder))?;
        return Some(loses.holder.clone());
    }
    let hosted = scene.protecting(gaining, scope, at).map(|terms| terms.host());
    hosted.or(change.losing()).filter(|losing| others(losing)).cloned()
}

/// When the window ended: 24:00 of its last business day after host and customer were both reached, or as recorded
/// where no notice is on record, or if that is later.
fn window<'a>(scene: &Scene<'a>, change: &Change<'a>, losing: &PartnerId) -> Option<Instant> {
    let recorded = change.opened.map(|on| on.said.window_until);
    let mut notices = scene.notices_of(change.id).peekable();
    if notices.peek().is_none() {
        return recorded;
    }
    let reached: Vec<Notice<'a>> = notices.filter(|notice| notice.delivered.is_some()).collect();
    let first = |is_for: &dyn Fn(&Party) -> bool| {
        let of = reached.iter().filter(|notice| is_for(&notice.sent.said.to));
        of.filter_map(|notice| notice.delivered).map(|on| on.said.at).min()
    };
    let at = first(&|to| is_losing(to, losing))?.max(first(&|to| *to == Party::Customer)?);
    let rules = &scene.policy_at(at).change;
    let notified = scene.told.notified.iter().rfind(|on| on.said.change == *change.id);
    let asked = notified.map_or(rules.window_days_business, |on| on.said.window_days_business);
    let days = asked.min(rules.window_days_business_max).max(rules.window_days_business);
    let computed = scene.known.program.business_days_after(at, u16::from(days));
    Some(recorded.map_or(computed, |recorded| recorded.max(computed)))
}

/// A waiver, an emergency, a release, a deauthorisation, or a mistake put right.
fn excuse<'a>(
    scene: &Scene<'a>,
    change: &Change<'a>,
    done: &On<'a, Executed>,
    losing: &PartnerId,
) -> Option<ClearedBy> {
    let at = done.at();
    if is_waived(scene, change, losing, at) {
        return Some(ClearedBy::Basis(Basis::HostRelease));
    }
    let (gaining, scope) = (&done.said.holder, &done.said.scope);
    let terms = scene.protecting(gaining, scope, at);
    let sides = terms.map_or([losing, gaining], |terms| [terms.host(), terms.guest()]);
    if bases::emergency(scene, &sides, gaining, scope, at).is_some() {
        return Some(ClearedBy::Basis(Basis::Override));
    }
    let hastens: [Supports; 3] = [bases::released, bases::deauthorised, bases::put_right];
    let gain = scene.gain(done.id())?;
    let nothing_before = Ledger::default();
    let question = Question::new(scene, terms?, gain, &nothing_before);
    let touched = question.touched();
    hastens.into_iter().find_map(|supports| covered(&touched, supports(&question, &touched)))
}

/// The reason that takes all of `touched` away, if `supports` do.
pub(crate) fn covered(touched: &Part, supports: Vec<bases::Support>) -> Option<ClearedBy> {
    let mut open = touched.clone();
    for support in supports {
        open = open.minus(&support.scope.unwrap_or_default());
        if open.is_empty() {
            return Some(support.by);
        }
    }
    None
}

fn is_waived(scene: &Scene<'_>, change: &Change<'_>, losing: &PartnerId, at: Instant) -> bool {
    let about = domain::event::notice::About::Change(change.id.clone());
    let waived = scene
        .told
        .waived
        .iter()
        .any(|on| on.said.change == *change.id && is_losing(&on.said.by, losing) && on.at() <= at);
    let answered = scene.told.answered.iter().any(|on| {
        let sent = scene.told.sent.iter().find(|sent| sent.said.notice == on.said.notice);
        let to_losing = sent.is_some_and(|sent| sent.said.about == about && is_losing(&sent.said.to, losing));
        to_losing && on.said.answer == Answer::Waives && on.said.at <= at
    });
    waived || answered
}

/// The notice of a change that reached the customer first, before it was executed.
pub(crate) fn customer_told<'a>(
    scene: &Scene<'a>,
    change: &Change<'a>,
    done: &On<'a, Executed>,
) -> Option<EventId> {
    let about = domain::event::notice::About::Change(change.id.clone());
    let to_customer = scene
        .notices()
        .filter(|notice| notice.sent.said.about == about && notice.sent.said.to == Party::Customer);
    let reached = to_customer.filter_map(|notice| notice.delivered).filter(|on| on.said.at <= done.at());
    reached.map(|on| on.id()).min()
}

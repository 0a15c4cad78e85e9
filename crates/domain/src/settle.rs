//! Settling: what the rules derive from what was asked, observed and ruled, history included.
//!
//! One walk over the facts in effect, in fold order, without what was derived from them before. The facts of
//! one instant are folded first; then its undecided submissions are decided in the order they stand in the
//! journal, each knowing the decisions before it. What comes out depends on no order of arrival; where it is
//! not what is recorded, the recorded derivation is retracted and the new one takes its place.
//!
//! What was decided about a live command stands: where the full history would decide otherwise, [`conflicts`]
//! says so, and a person looks at it.

mod anew;
mod standing;
pub mod window;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::account::history;
use crate::account::registration::{Deal, Registration};
use crate::account::{Account, Refused};
use crate::decide::Grounds;
pub use crate::decide::Settled;
use crate::decide::registration::judgement::{Ask, Judgement, judge, keeps_out};
use crate::event::account::AccountEvent;
use crate::event::deal::DealEvent;
use crate::event::{DecidedBy, Event};
use crate::fact::{Class, Fact, Meta, Origin};
use crate::family::Families;
use crate::id::{AccountId, DealId, EventId, PartnerId};
use crate::program::Program;
use crate::protection::Known;
use crate::rank::Rank;
use crate::time::Instant;
use standing::Standing;

/// A derived decision that the facts known now would not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub deal: DealId,
    /// The recorded decision.
    pub decision: EventId,
    pub at: Instant,
    pub recorded: Registration,
    pub otherwise: Registration,
    /// The registration that was first after all, when that is why.
    pub rival: Option<Rival>,
}

/// A registration that keeps another out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    pub deal: DealId,
    pub partner: Option<PartnerId>,
    pub submission: Option<EventId>,
    pub home: Home,
}

/// Under which account of the customer something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    Own,
    /// Another one that is surely the same customer.
    Other,
}

/// What has to be recorded so that everything that follows from `recorded`, and nothing else, is derived from
/// it: retractions of what follows no longer, then decisions, each valid from the fact it follows from. What
/// follows from one fact stands together.
///
/// The rules decide a submission unless another system did: its decision or review, told with the history,
/// stands as given. An account that was merged into another gets none from then on: its facts live on there.
///
/// What protects the customer under other accounts is not asked, as it is of a command: what is told was done already.
/// Which accounts are one is found out after most of their history and may be taken back, and what was decided on one
/// would be asked about in deciding the others; so with each link and each late fact decisions would be given anew on
/// streams nobody wrote to, and a gain that was taken would be none any more. It stands, and is found: by
/// policing, which looks at all accounts of a customer whenever one of them or their ties change.
pub fn settle(
    account_id: &AccountId,
    recorded: &[Fact],
    families: &Families,
    program: &Program,
) -> Vec<Settled> {
    let facts = history::effective(recorded.iter().filter(|fact| !fact.is_settled()));
    let grounds = Grounds { account: account_id, families, program, customers: &[], surely: &[] };
    let walk = Walk::new(grounds, &facts, Look::Forward).over(&facts);
    let merged_at = walk.account.into.as_ref().and_then(|_| merged_at(&facts));
    let mut settled = walk.settled;
    settled.extend(window::settle(Known { account: &walk.account, account_id, families, program }));
    settled.retain(|one| merged_at.is_none_or(|at| one.valid_at < at));
    anew::due(recorded, settled)
}

/// When the account was merged into another for the last time.
fn merged_at(facts: &[Cow<'_, Fact>]) -> Option<Instant> {
    let is_merged = |fact: &&Cow<'_, Fact>| matches!(fact.event, Event::Account(AccountEvent::Absorbed(_)));
    facts.iter().rfind(is_merged).map(|fact| fact.meta.valid_at)
}

/// Decisions the rules gave that the whole history, as known now, would give otherwise, in fold order.
///
/// Each is judged against everything else as it was recorded, so one late fact names only the decisions it
/// touches itself. `surely` is what stands on each other account that is surely the same customer: as the submission
/// of a live command was decided with it, it is judged with it; what was told is decided by its own account alone.
pub fn conflicts(
    account_id: &AccountId,
    recorded: &[Fact],
    surely: &[Vec<Fact>],
    families: &Families,
    program: &Program,
) -> Vec<Conflict> {
    let facts = history::effective(recorded);
    let grounds = Grounds { account: account_id, families, program, customers: &[], surely: &[] };
    let surely = surely.iter().map(history::effective).collect();
    Walk { surely, ..Walk::new(grounds, &facts, Look::Back) }.over(&facts).conflicts
}

/// Whether a walk also judges what was decided before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Forward,
    Back,
}

/// A deal submitted at the present instant, once or more often.
struct Open {
    deal: DealId,
    /// The submission recorded first: what is decided follows from it, so that a row told again changes nothing.
    first: Meta,
    last: EventId,
}

struct Walk<'a> {
    grounds: Grounds<'a>,
    look: Look,
    account: Account,
    standing: Standing,
    /// Submissions that a recorded fact answers.
    answered: HashSet<EventId>,
    /// Deals submitted at the present instant, in fold order.
    open: Vec<Open>,
    /// Where each of them stands in `open`.
    open_places: HashMap<DealId, usize>,
    settled: Vec<Settled>,
    conflicts: Vec<Conflict>,
    /// What is in effect on the other accounts that are surely the same customer.
    surely: Vec<Vec<Cow<'a, Fact>>>,
}

impl<'a> Walk<'a> {
    fn new(grounds: Grounds<'a>, facts: &[Cow<'_, Fact>], look: Look) -> Self {
        Self {
            grounds,
            look,
            account: Account::default(),
            standing: Standing::new(facts),
            answered: answered(facts),
            open: Vec::new(),
            open_places: HashMap::new(),
            settled: Vec::new(),
            conflicts: Vec::new(),
            surely: Vec::new(),
        }
    }

    fn over(mut self, facts: &[Cow<'_, Fact>]) -> Self {
        for instant in facts.chunk_by(|a, b| a.meta.valid_at == b.meta.valid_at) {
            let before_money = instant.partition_point(|fact| Rank::of(&fact.event) < Rank::Money);
            let (decided, money) = instant.split_at(before_money);
            for fact in decided {
                self.take(fact);
            }
            self.decide_open();
            for fact in money {
                self.take(fact);
            }
        }
        self
    }

    fn take(&mut self, fact: &Fact) {
        if self.look == Look::Back && fact.meta.class == Class::Derived {
            self.look_back(fact);
        }
        self.fold(fact);
        if let Event::Deal(DealEvent::Submitted(submitted)) = &fact.event {
            let next = self.open.len();
            let place = *self.open_places.entry(submitted.deal.clone()).or_insert(next);
            if place == next {
                let (deal, first, last) = (submitted.deal.clone(), fact.meta.clone(), fact.meta.id);
                self.open.push(Open { deal, first, last });
            } else {
                self.open[place].last = fact.meta.id;
            }
        }
    }

    fn fold(&mut self, fact: &Fact) {
        self.account = std::mem::take(&mut self.account).evolve(fact);
        match &fact.event {
            Event::Deal(DealEvent::Approved(approved)) => self.stand(&approved.deal),
            Event::Deal(DealEvent::Extended(extended)) => self.stand(&extended.deal),
            // An earlier end is found out when a rival is looked for.
            Event::Deal(_)
            | Event::Account(_)
            | Event::Handoff(_)
            | Event::Change(_)
            | Event::Consent(_)
            | Event::Notice(_)
            | Event::Trade(_)
            | Event::Commission(_)
            | Event::Partner(_)
            | Event::Identity(_)
            | Event::Case(_)
            | Event::Program(_)
            | Event::Correction(_) => {}
        }
    }

    fn stand(&mut self, deal: &DealId) {
        if let Some(place) = self.account.deal_place(deal) {
            self.standing.add(&self.account.deals[place], place);
        }
    }

    fn decide_open(&mut self) {
        self.open_places.clear();
        for Open { deal, first: submission, last } in std::mem::take(&mut self.open) {
            let Some(known) = self.account.deal(&deal) else { continue };
            if known.registration != Registration::Submitted || self.answered.contains(&last) {
                continue;
            }
            let known = known.clone();
            let Some(ask) = ask(&known, submission.valid_at) else { continue };
            let decided_by = self.decided_by(ask.at);
            for event in self.judge(&ask).events(&ask, decided_by) {
                let fact = Fact { meta: derived(&submission), event };
                self.fold(&fact);
                let (valid_at, causation) = (ask.at, submission.id);
                self.settled.push(Settled { valid_at, causation, event: fact.event });
            }
        }
    }

    fn look_back(&mut self, decision: &Fact) {
        let (deal, recorded) = match &decision.event {
            Event::Deal(DealEvent::Approved(approved)) => (&approved.deal, Registration::Approved),
            Event::Deal(DealEvent::Rejected(rejected)) => (&rejected.deal, Registration::Rejected),
            Event::Deal(DealEvent::Returned(returned)) => (&returned.deal, Registration::Returned),
            Event::Deal(_)
            | Event::Account(_)
            | Event::Handoff(_)
            | Event::Change(_)
            | Event::Consent(_)
            | Event::Notice(_)
            | Event::Trade(_)
            | Event::Commission(_)
            | Event::Partner(_)
            | Event::Identity(_)
            | Event::Case(_)
            | Event::Program(_)
            | Event::Correction(_) => return,
        };
        let Some(submission) = self.open_places.get(deal).map(|place| &self.open[*place].first) else {
            return;
        };
        let origin = submission.origin;
        let Some(known) = self.account.deal(deal).cloned() else { return };
        let at = decision.meta.valid_at;
        if self.is_refused_elsewhere(deal, at) {
            return;
        }
        let Some(ask) = ask(&known, at) else { return };
        let own = self.standing.rival(&self.account.deals, &ask);
        let own = own.and_then(|own| Some(Rival::of(self.account.deal(&own)?, Home::Own)));
        let rival = own.or_else(|| match origin {
            Origin::Live => self.rival_elsewhere(&ask, &decision.meta),
            Origin::Imported => None,
        });
        let first = || rival.as_ref().map(|rival| rival.deal.clone());
        let judgement = judge(&self.account, &self.grounds, &ask, first);
        let otherwise = judgement.registration();
        if otherwise != recorded {
            let is_outrun = matches!(judgement, Judgement::Rejected { rival: Some(_), .. });
            let rival = rival.filter(|_| is_outrun);
            let (deal, decision) = (deal.clone(), decision.meta.id);
            self.conflicts.push(Conflict { deal, decision, at, recorded, otherwise, rival });
        }
    }

    /// What kept a submission out by what stood on the other accounts of the customer when it was decided.
    fn rival_elsewhere(&self, ask: &Ask<'_>, decision: &Meta) -> Option<Rival> {
        let decided = (decision.valid_at, decision.position);
        let is_before = |fact: &&Cow<'_, Fact>| (fact.meta.valid_at, fact.meta.position) < decided;
        self.surely.iter().find_map(|facts| {
            let before = facts.iter().filter(is_before);
            let account = before.fold(Account::default(), |account, fact| account.evolve(fact));
            let rival = account.deals.iter().find(|deal| keeps_out(deal, ask))?;
            Some(Rival::of(rival, Home::Other))
        })
    }

    /// Whether the deal was refused for a handoff under another account of the customer: what was known of that then
    /// is no part of this account's history.
    fn is_refused_elsewhere(&self, deal: &DealId, at: Instant) -> bool {
        let of_deal = |refused: &&Refused| refused.at == at && refused.refused.deal.as_ref() == Some(deal);
        let mut refused = self.account.refusals.iter().filter(of_deal);
        refused.any(|refused| self.account.handoff(&refused.refused.handoff).is_none())
    }

    fn judge(&mut self, ask: &Ask<'_>) -> Judgement {
        let (account, standing) = (&self.account, &mut self.standing);
        judge(account, &self.grounds, ask, || standing.rival(&account.deals, ask))
    }

    fn decided_by(&self, at: Instant) -> DecidedBy {
        DecidedBy { policy: self.grounds.program.policy_at(at).name.clone(), person: None }
    }
}

impl Rival {
    fn of(deal: &Deal, home: Home) -> Self {
        let (partner, submission) = (deal.partner.clone(), deal.submission);
        Self { deal: deal.deal.clone(), partner, submission, home }
    }
}

fn ask(deal: &Deal, at: Instant) -> Option<Ask<'_>> {
    Some(Ask {
        deal: &deal.deal,
        partner: deal.partner.as_ref()?,
        scope: &deal.scope,
        // What an imported submission lacks was found out where its columns were read.
        missing: &deal.missing,
        tender: deal.tender,
        at,
    })
}

/// A decision not yet recorded stands beside its submission, under the submission's own id.
fn derived(submission: &Meta) -> Meta {
    Meta { class: Class::Derived, causation: Some(submission.id), ..submission.clone() }
}

/// The submissions that a later fact of the same deal answers, before the deal is submitted again.
///
/// What is told with the history answers any of them. A person's decision here comes after the rules have
/// answered an imported submission, so it answers only what was asked here; and who withdraws or cancels ends
/// what was decided.
fn answered(facts: &[Cow<'_, Fact>]) -> HashSet<EventId> {
    let mut answered = HashSet::new();
    // Which answers come next for a deal, before the same deal is submitted again.
    let mut next: HashMap<&DealId, Vec<Origin>> = HashMap::new();
    for fact in facts.iter().rev() {
        let Event::Deal(event) = &fact.event else { continue };
        let answers = match event {
            DealEvent::Submitted(submitted) => {
                let origins = next.remove(&submitted.deal).unwrap_or_default();
                let answers = |origin: &Origin| [Origin::Imported, fact.meta.origin].contains(origin);
                if origins.iter().any(answers) {
                    answered.insert(fact.meta.id);
                }
                continue;
            }
            DealEvent::ReviewStarted(answer) => &answer.deal,
            DealEvent::Returned(answer) => &answer.deal,
            DealEvent::Approved(answer) => &answer.deal,
            DealEvent::Rejected(answer) => &answer.deal,
            DealEvent::Withdrawn(_)
            | DealEvent::Cancelled(_)
            | DealEvent::Reported(_)
            | DealEvent::Extended(_)
            | DealEvent::Progressed(_)
            | DealEvent::Won(_)
            | DealEvent::Lost(_) => continue,
        };
        next.entry(answers).or_default().push(fact.meta.origin);
    }
    answered
}

//! What a tried cap on open registrations refuses, over all accounts, in the order in which everything was recorded.
//!
//! The cap is asked as it would have been live: of each submission that the tried policy approves, when it was
//! recorded, by what was known then. So which submissions it refuses does not depend on what came later, nor on the
//! order in which accounts are read. What is refused leaves nothing: what was asked about it afterwards (a
//! withdrawal, an extension) is refused as well, its rivals are let in, and those ask for places of their own.
//!
//! Exact are the count and the order. Of partners and of which accounts are one customer, what is known now is taken,
//! as in all of a replay. A submission that a person approved stays, since a person may approve beyond the cap, and
//! so does the account that a refused submission introduced. Two processes that decide side by side may each let in
//! one more than a cap allows; the walk, in which there is but one order, refuses it. Under the published policies
//! nothing is refused anew: what their caps refused left no record, and what is recorded they let in.

mod timeline;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use anyhow::{Context as _, ensure};
use domain::event::Event;
use domain::event::correction::CorrectionEvent;
use domain::event::deal::{DealEvent, Submitted};
use domain::fact::{Class, Fact, Origin, Producer};
use domain::id::{DealId, EventId, PartnerId, VendorId};
use domain::stream::Stream;
use domain::time::Instant;
use ports::{KindSet, Position, Scan, StreamNumber, StreamShare};

use super::{FoldedWorlds, Gathered, Inputs, on_ground, standing};
use crate::book::{Book, kind_of};
use crate::elsewhere::Elsewhere;
use crate::elsewhere::customers;
use crate::pen;
use crate::queries::Moment;
use timeline::{Step, What};

/// The submissions that a cap refuses, by account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Refused(HashMap<Stream, HashSet<EventId>>);

impl Refused {
    fn of(&self, stream: &Stream) -> Option<&HashSet<EventId>> {
        self.0.get(stream)
    }

    /// The facts of an account without the submissions that are refused, their answers, and what was asked about deals
    /// that are then unknown.
    pub(super) fn kept(&self, stream: &Stream, mut facts: Vec<Fact>) -> Vec<Fact> {
        if let Some(refused) = self.of(stream) {
            let gone: HashSet<EventId> = vain(&facts, refused).union(refused).copied().collect();
            let asked = facts.iter().filter(|fact| refused.contains(&fact.meta.id));
            let asked: HashSet<Producer> = asked.map(|fact| fact.meta.producer.clone()).collect();
            let is_answer =
                |fact: &Fact| fact.meta.class == Class::Derived && asked.contains(&fact.meta.producer);
            facts.retain(|fact| !gone.contains(&fact.meta.id) && !is_answer(fact));
        }
        facts
    }

    fn refuse(&mut self, stream: &Stream, submission: EventId) {
        self.0.entry(stream.clone()).or_default().insert(submission);
    }

    /// The accounts of which the two do not say the same.
    fn differing<'r>(&'r self, other: &'r Self) -> HashSet<&'r Stream> {
        let accounts = self.0.keys().chain(other.0.keys());
        accounts.filter(|account| self.of(account) != other.of(account)).collect()
    }
}

/// What was asked here about a deal of which every submission so far is refused.
fn vain(facts: &[Fact], refused: &HashSet<EventId>) -> HashSet<EventId> {
    let mut is_known: HashMap<&DealId, bool> = HashMap::new();
    let mut vain = HashSet::new();
    for fact in facts {
        let Event::Deal(event) = &fact.event else { continue };
        let asks = match event {
            DealEvent::Submitted(submitted) => {
                *is_known.entry(&submitted.deal).or_default() |= !refused.contains(&fact.meta.id);
                continue;
            }
            DealEvent::Withdrawn(withdrawn) => &withdrawn.deal,
            DealEvent::Progressed(progressed) => &progressed.deal,
            DealEvent::Reported(_)
            | DealEvent::ReviewStarted(_)
            | DealEvent::Returned(_)
            | DealEvent::Approved(_)
            | DealEvent::Rejected(_)
            | DealEvent::Extended(_)
            | DealEvent::Cancelled(_)
            | DealEvent::Won(_)
            | DealEvent::Lost(_) => continue,
        };
        let is_asked = fact.meta.class == Class::Asked && fact.meta.origin == Origin::Live;
        if is_asked && is_known.get(asks) == Some(&false) {
            vain.insert(fact.meta.id);
        }
    }
    vain
}

/// What a cap of `max` refuses by these inputs. It blocks.
///
/// Accounts depend on each other: what is refused on one leaves a place for another, and may let in a rival that
/// takes one. All accounts are walked together, each as it stands by what is taken to be refused, until the walk
/// refuses just that. Whether a submission is refused follows from which were refused before it: what was known of its
/// own account and counted on all stands before it in the journal, and of other accounts of the customer only what
/// happened before it. So whatever the walk before had wrong lies behind the first thing it had wrong, each walk is
/// right about one submission more than the one before, and one more walk than there are submissions is enough. There
/// are as many as one refusal brings about another by way of a rival.
///
/// # Errors
/// The journal or what was gathered of it cannot be read, or holds something that is not ours; or the walks come to no
/// rest after all, which is a mistake in here.
pub(super) fn refused(
    book: &Book,
    (folded, elsewhere): (&FoldedWorlds<'_>, &Elsewhere),
    gathered: &Gathered<'_>,
    (moment, inputs): (Moment, Inputs),
    max: u16,
) -> anyhow::Result<Refused> {
    let mut refused = Refused::default();
    let mut steps: HashMap<Stream, Vec<Step>> = HashMap::new();
    let Crowded { accounts: mut again, submissions } = crowded(book, moment.known, max)?;
    let walks_max = submissions.saturating_add(1);
    let mut walks = 0;
    let mut tied: HashSet<String> = HashSet::new();
    while !again.is_empty() {
        walks += 1;
        ensure!(
            walks <= walks_max,
            "what a cap of {max} refuses came to no rest in {walks_max} walks over {submissions} submissions"
        );
        let work = |stream: Stream, facts: Vec<Fact>| {
            let world = folded.of(stream.vendor(), inputs.horizon, inputs.under);
            let is_tied = stream.account().is_some_and(|id| customers::are_known(&world, id, &facts));
            let steps = on_ground(&stream, moment.as_of, inputs, (folded, elsewhere), |ground| {
                let ground = standing::Ground { refused: Some(&refused), ..ground };
                Some(timeline::steps(ground, facts))
            });
            Ok((stream, steps.unwrap_or_default(), is_tied))
        };
        gathered.map(&|name| again.contains(name), work, &mut |(stream, walked, is_tied)| {
            tied.extend(is_tied.then(|| stream.to_string()));
            steps.insert(stream, walked);
            Ok(())
        })?;
        let walked = walk(&steps, &refused, max);
        again = walked.differing(&refused).into_iter().map(Stream::to_string).collect();
        if !again.is_empty() {
            // What is refused on one account of a customer may matter to the others.
            again.extend(tied.iter().cloned());
        }
        refused = walked;
    }
    Ok(refused)
}

/// What a cap may refuse something of.
struct Crowded {
    /// The names of accounts with a submission of a partner that ever made more than the cap of them: nobody else can
    /// reach it.
    accounts: HashSet<String>,
    /// How many submissions are recorded, of whomever.
    submissions: usize,
}

fn crowded(book: &Book, upto: Position, max: u16) -> anyhow::Result<Crowded> {
    let mut submitted: HashMap<(VendorId, PartnerId), Vec<StreamNumber>> = HashMap::new();
    let kinds = KindSet::only(["deal.submitted", "fact.corrected"].map(kind_of));
    let scan = Scan { after: Position::START, upto, kinds: &kinds, streams: StreamShare::ALL };
    let mut failed = None;
    book.journal.scan_facts(scan, &mut |row| {
        let mut take = || {
            let fact = pen::scanned(&row)?;
            let Some(submission) = submission(&fact.event) else { return Ok(()) };
            let stream: Stream = name(book, row.stream)?.parse()?;
            let of_partner = (stream.vendor().clone(), submission.partner.clone());
            submitted.entry(of_partner).or_default().push(row.stream);
            anyhow::Ok(())
        };
        match take() {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(()), Err)?;
    let submissions = submitted.values().map(Vec::len).sum();
    let crowded = submitted.into_values().filter(|streams| streams.len() > usize::from(max));
    let streams: HashSet<StreamNumber> = crowded.flatten().collect();
    let accounts = streams.into_iter().map(|stream| name(book, stream)).collect::<anyhow::Result<_>>()?;
    Ok(Crowded { accounts, submissions })
}

fn name(book: &Book, stream: StreamNumber) -> anyhow::Result<String> {
    let name = book.journal.stream_name(stream).context("a scanned stream has a name")?;
    Ok(name.to_string())
}

/// What a fact says was submitted, itself or in another's place.
fn submission(event: &Event) -> Option<&Submitted> {
    if let Event::Correction(CorrectionEvent::Corrected(corrected)) = event {
        return submission(corrected.replaces.as_ref()?);
    }
    let Event::Deal(DealEvent::Submitted(submitted)) = event else { return None };
    Some(submitted)
}

/// What is refused when every account goes as `steps` say, which were taken with `assumed` refused.
fn walk(steps: &HashMap<Stream, Vec<Step>>, assumed: &Refused, max: u16) -> Refused {
    let of_accounts = steps.iter().flat_map(|(stream, steps)| steps.iter().map(move |step| (stream, step)));
    let mut in_order: Vec<(&Stream, &Step)> = of_accounts.collect();
    // No two accounts have anything at one position, and of one account the steps stand in order.
    in_order.sort_by_key(|(_, step)| step.position);
    let mut walk = Walk::new(assumed, max);
    for (stream, step) in in_order {
        walk.take(stream, step);
    }
    walk.refused
}

/// A deal on an account.
type Place<'s> = (&'s Stream, &'s DealId);

/// How far a walk over all accounts has come.
struct Walk<'s> {
    assumed: &'s Refused,
    max: usize,
    /// What each partner of a vendor has open, and until when.
    open: HashMap<(&'s VendorId, &'s PartnerId), HashMap<Place<'s>, Instant>>,
    /// What is refused here and not in its account's own steps, which go on as if it were open.
    gone: HashSet<Place<'s>>,
    refused: Refused,
}

impl<'s> Walk<'s> {
    fn new(assumed: &'s Refused, max: u16) -> Self {
        let (open, gone, refused) = Default::default();
        Self { assumed, max: usize::from(max), open, gone, refused }
    }

    fn take(&mut self, stream: &'s Stream, step: &'s Step) {
        let place = (stream, &step.deal);
        let open = self.open.entry((stream.vendor(), &step.partner)).or_default();
        match step.what {
            What::Asks { submission, at, until } => {
                let others = open.iter().filter(|(other, until)| **other != place && at < **until);
                if others.count() < self.max {
                    open.insert(place, until);
                    self.gone.remove(&place);
                    return;
                }
                self.refused.refuse(stream, submission);
                if !self.assumed.of(stream).is_some_and(|assumed| assumed.contains(&submission)) {
                    self.gone.insert(place);
                }
            }
            What::Opens { until } if !self.gone.contains(&place) => {
                open.insert(place, until);
            }
            What::Ends if !self.gone.contains(&place) => {
                open.remove(&place);
            }
            What::Opens { .. } | What::Ends => {}
        }
    }
}

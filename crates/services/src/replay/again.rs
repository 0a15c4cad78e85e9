//! Live commands decided again: the answer each got is dropped, and given once more under the rules of a replay.
//!
//! A submission stands in the journal as it was asked, so settling decides it again. Other commands left only
//! their answer, from which the command is read back: an execution, an extension, or a refused attempt, which
//! is recorded in full for this. What was sent out (notices, tokens) stays sent.

use std::collections::{HashMap, HashSet};

use domain::account::{Account, history};
use domain::command::{AccountCommand, ChangeCommand, Command, DealCommand};
use domain::decide::{self, Context, Decided};
use domain::event::Event;
use domain::event::account::{AccountEvent, HoldingBasis, TakeoverRefused};
use domain::event::change::ChangeEvent;
use domain::event::deal::{DealEvent, Submitted};
use domain::fact::{Class, Fact, Meta, Origin, Producer};
use domain::refusal::Refusal;
use domain::stream::Stream;

use super::standing::{Ground, elsewhere_recorded, elsewhere_told, with_derived};
use crate::elsewhere::customers::{self, Read};
use crate::elsewhere::{Subject, homes};

/// What stands on other accounts of the customer once their commands are decided again, by stream.
pub(super) type Others = HashMap<Stream, Vec<Fact>>;

/// The facts with every live command decided again, in the order of their instants, and those of the other accounts
/// that are surely the same customer: a registration on any of them decides about those on all.
pub(super) fn decided(ground: Ground<'_>, told: Vec<Fact>) -> (Vec<Fact>, Others) {
    let own = Told::of(ground, told);
    if own.asks.is_empty() { (own.facts, Others::new()) } else { together(ground, own) }
}

/// What stands on the other accounts that are surely the same customer, once all commands are decided again.
pub(super) fn others(ground: Ground<'_>, told: Vec<Fact>) -> Others {
    together(ground, Told::of(ground, told)).1
}

fn together(ground: Ground<'_>, own: Told) -> (Vec<Fact>, Others) {
    let streams: Vec<Stream> = std::iter::once(ground.stream.clone()).chain(beside(ground)).collect();
    let mut asks: Vec<(usize, Meta, Box<Command>)> = Vec::new();
    let mut others = Others::new();
    let mut told = Some(own);
    for (place, stream) in streams.iter().enumerate() {
        let here = Ground { stream, account: stream.account().unwrap_or(ground.account), ..ground };
        let told = told.take().unwrap_or_else(|| Told::of(here, elsewhere_recorded(here, stream)));
        asks.extend(told.asks.into_iter().map(|(asked, command)| (place, asked, command)));
        others.insert(stream.clone(), told.facts);
    }
    asks.sort_by_key(|(_, meta, _)| (meta.valid_at, meta.position));
    for (place, asked, command) in asks {
        let stream = &streams[place];
        let here = Ground { stream, account: stream.account().unwrap_or(ground.account), ..ground };
        let before = before(here, others.get(stream).map(Vec::as_slice).unwrap_or_default(), &asked);
        // A command that is refused leaves nothing.
        let decided = decide(here, &others, &before, &asked, &command).unwrap_or_default();
        others.entry(stream.clone()).or_default().extend(answered(here, &asked, decided));
    }
    others.values_mut().for_each(|facts| facts.sort_by_key(|fact| fact.meta.position));
    let own = others.remove(ground.stream).unwrap_or_default();
    (own, others)
}

/// The streams of the other accounts on which something stands that is surely about the same customer.
fn beside(ground: Ground<'_>) -> Vec<Stream> {
    let (identities, account) = (&ground.world.identities, ground.account);
    if !identities.reach(account) {
        return Vec::new();
    }
    let others = homes(identities, account).into_iter().filter(|home| *home != account);
    others.map(|home| Stream::Account(ground.stream.vendor().clone(), home.clone())).collect()
}

/// What is told of an account, and what was asked about it.
struct Told {
    facts: Vec<Fact>,
    asks: Vec<(Meta, Box<Command>)>,
}

impl Told {
    fn of(ground: Ground<'_>, told: Vec<Fact>) -> Self {
        let (mut facts, mut asks) = (Vec::with_capacity(told.len()), Vec::new());
        for one in self::told(ground, told) {
            match one.command {
                None => facts.push(one.fact),
                Some(command) => asks.push((one.fact.meta, command)),
            }
        }
        Self { facts, asks }
    }
}

/// One thing a replay is told.
pub(super) struct Said {
    pub(super) fact: Fact,
    /// What is decided again in place of the fact.
    pub(super) command: Option<Box<Command>>,
}

/// What stands of the facts and what was asked, in the order of the facts.
pub(super) fn told(ground: Ground<'_>, facts: Vec<Fact>) -> impl Iterator<Item = Said> {
    let submissions: HashSet<Producer> = facts
        .iter()
        .filter(|fact| matches!(fact.event, Event::Deal(DealEvent::Submitted(_))))
        .map(|fact| fact.meta.producer.clone())
        .collect();
    let is_asked_again = customers::are_known(ground.world, ground.account, &facts);
    facts.into_iter().filter_map(move |fact| {
        // Submissions are decided by settling, which reads one account.
        if is_asked_again && let Some(submitted) = submitted(&fact) {
            let command = Command::Deal(DealCommand::Submit(Box::new(submitted.clone())));
            return Some(Said { fact, command: Some(Box::new(command)) });
        }
        match answer(&fact, &submissions) {
            Answer::None => Some(Said { fact, command: None }),
            Answer::OfSubmission => None,
            Answer::Of(command) => Some(Said { fact, command: Some(command) }),
        }
    })
}

/// What was submitted, if it was asked for here.
pub(super) fn submitted(fact: &Fact) -> Option<&Submitted> {
    let Event::Deal(DealEvent::Submitted(submitted)) = &fact.event else { return None };
    (fact.meta.class == Class::Asked && fact.meta.origin == Origin::Live).then_some(submitted)
}

/// What was known of an account when something was asked.
pub(super) struct Before {
    facts: Vec<Fact>,
    account: Account,
}

/// The account as it was when `asked` was asked, by all that is known.
pub(super) fn before(ground: Ground<'_>, facts: &[Fact], asked: &Meta) -> Before {
    let facts: Vec<Fact> = facts.iter().filter(|fact| is_before(fact, asked)).cloned().collect();
    let facts = with_derived(ground.stream, facts, ground.world);
    Before { account: history::fold(&facts), facts }
}

fn is_before(fact: &Fact, asked: &Meta) -> bool {
    (fact.meta.valid_at, fact.meta.position) < (asked.valid_at, asked.position)
}

/// What follows from a command at the instant it was given, with `others` as they stand by then.
pub(super) fn decide(
    ground: Ground<'_>,
    others: &Others,
    before: &Before,
    asked: &Meta,
    command: &Command,
) -> Result<Vec<Decided>, Refusal> {
    let (vendor, account_id, world) = (ground.stream.vendor(), ground.account, ground.world);
    let subject = Subject { vendor, account_id, account: &before.account, facts: &before.facts };
    let told = |stream: &Stream, facts: &[Fact]| {
        if stream == ground.stream {
            return before.facts.clone();
        }
        let mut known = elsewhere_told(ground, others, stream, facts);
        known.retain(|fact| is_before(fact, asked));
        known
    };
    let whole = customers::known(&subject, world, ground.elsewhere, &told);
    let Read { customers, surely } = whole.read();
    let context = Context {
        now: asked.valid_at,
        actor: &asked.actor,
        account: account_id,
        families: &world.families,
        program: &world.program,
        // What a cap keeps out was found out beforehand, over all accounts.
        open_elsewhere: None,
        customers: &customers,
        surely: &surely,
    };
    decide::decide(&before.account, &context, command)
}

/// The answer as it would have been recorded: under the command's own key, so that its events have the ids
/// they would have had.
pub(super) fn answered(
    ground: Ground<'_>,
    asked: &Meta,
    decided: Vec<Decided>,
) -> impl Iterator<Item = Fact> {
    let fact = |(index, decided): (u32, Decided)| {
        let Producer { source, id } = &asked.producer;
        let meta = Meta {
            id: wire::ids::event_id(ground.stream.vendor(), source, id, index),
            class: decided.class,
            position: asked.position + u64::from(index),
            ..asked.clone()
        };
        Fact { meta, event: decided.event }
    };
    (0..).zip(decided).map(fact)
}

/// What a fact answers.
enum Answer {
    /// It is no answer to a live command, or one that reached somebody outside.
    None,
    /// A submission that is recorded itself, or a part of an answer that comes again with the rest.
    OfSubmission,
    Of(Box<Command>),
}

fn answer(fact: &Fact, submissions: &HashSet<Producer>) -> Answer {
    if fact.meta.class != Class::Derived || fact.meta.origin != Origin::Live {
        return Answer::None;
    }
    if submissions.contains(&fact.meta.producer) {
        return Answer::OfSubmission;
    }
    match &fact.event {
        Event::Deal(DealEvent::Extended(extended)) => {
            Answer::Of(Box::new(Command::Deal(DealCommand::Extend { deal: extended.deal.clone() })))
        }
        // It comes with the refused attempt to approve, or with the execution.
        Event::Deal(DealEvent::Rejected(_)) | Event::Account(AccountEvent::Locked(_)) => Answer::OfSubmission,
        Event::Change(ChangeEvent::Executed(executed)) => {
            let (change, effective_from) = (executed.change.clone(), Some(executed.effective_from));
            Answer::Of(Box::new(Command::Change(ChangeCommand::Execute { change, effective_from })))
        }
        Event::Account(AccountEvent::TakeoverRefused(refused)) => {
            attempt(refused).map_or(Answer::None, |attempt| Answer::Of(Box::new(attempt)))
        }
        Event::Account(_)
        | Event::Deal(_)
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
        | Event::Correction(_) => Answer::None,
    }
}

/// The command that was refused.
fn attempt(refused: &TakeoverRefused) -> Option<Command> {
    match refused.command.as_str() {
        "deal.approve" => Some(Command::Deal(DealCommand::Approve { deal: refused.deal.clone()? })),
        "change.execute" => {
            let change = refused.change.clone()?;
            Some(Command::Change(ChangeCommand::Execute { change, effective_from: None }))
        }
        "account.record_holder" => {
            let (holder, scope) = (refused.gaining.clone(), refused.scope.clone());
            // What was claimed beside the attempt decides nothing about it.
            let basis = HoldingBasis::Initial;
            Some(Command::Account(AccountCommand::RecordHolder { holder, scope, basis }))
        }
        _ => None,
    }
}

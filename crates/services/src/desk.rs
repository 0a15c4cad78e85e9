//! The desk: a command is decided on the account as it stands, and the answer is recorded before it is given.

pub(crate) mod hearing;
pub(crate) mod identity;
mod standstill;

use std::sync::Arc;

use domain::account::registration::OpenRegistrations;
use domain::command::{Command, CorrectionCommand};
use domain::decide::correction::{Effect, Sender, Target};
use domain::decide::{self, Decided};
use domain::event::Event;
use domain::event::account::AccountEvent;
use domain::event::correction::CorrectionEvent;
use domain::fact::{Class, Context, Fact, Origin};
use domain::id::{EventId, PartnerId};
use domain::refusal::Refusal;
use domain::remedy::Proposal;
use domain::stream::Stream;
use domain::time::Instant;
use ports::{AppendError, Outcome, Position, Receipt, Select, Version};
use wire::command::CommandInput;
use wire::problem::Problem;

use crate::accounts::Loaded;
use crate::book::{Book, CONFLICT_TRIES_MAX};
use crate::elsewhere::customers::{self, Read, Whole};
use crate::intake;
use crate::pen::{Entry, Line};
use crate::settling;
use crate::world::World;

/// What the desk answers to a command.
#[derive(Debug)]
pub enum Reply {
    Accepted {
        receipt: Receipt,
        events: Vec<EventId>,
    },
    /// The same command again: the first answer.
    Repeated {
        receipt: Receipt,
        events: Vec<EventId>,
    },
    /// An attempt on a protected account: recorded, so that it can be disputed.
    Prevented {
        receipt: Receipt,
        events: Vec<EventId>,
        rule: String,
        clearing: String,
    },
    /// The rules forbid it; nothing was recorded and the key is free.
    Refused(Refusal),
    /// The key was used for another command.
    Conflict(Problem),
    /// The account is not at the version the sender knows.
    Stale {
        actual: Option<Version>,
    },
}

/// Decides a command and records what follows.
///
/// With `known`, only while the stream's last revision is the one the sender knows.
///
/// # Errors
/// The journal cannot be read or written now; the same command may be sent again.
pub async fn answer(book: &Book, input: CommandInput, known: Option<u64>) -> anyhow::Result<Reply> {
    let vendor = input.stream.vendor();
    let key = wire::ids::input_key(vendor, &input.producer.source, &input.producer.id);
    if let Some(receipt) = book.journal.find(key).await? {
        return first_answer(book, &input, receipt).await;
    }
    for _ in 0..CONFLICT_TRIES_MAX {
        let loaded = book.load(&input.stream).await?;
        if known.is_some_and(|known| loaded.version.map(|version| version.revision) != Some(known)) {
            return Ok(Reply::Stale { actual: loaded.version });
        }
        let world = book.world(vendor);
        // Decided and recorded at one instant: a replay decides it again at the instant that is recorded.
        let now = book.now();
        let remedy = hearing::remedy(book, &input, &loaded).await?;
        let compared = identity::compared(book, &input, &world, now).await?;
        let counted = book.registrations.elsewhere(book, &input, &world, now).await?;
        let open_elsewhere = counted.as_ref().map(|counted| counted.open);
        let whole = customers::of(book, &input.stream, &loaded, &world).await?;
        let asked = Asked { input: &input, now, remedy, compared, open_elsewhere, whole: &whole };
        let decided = match decide_on(&asked, &loaded, &world) {
            Ok(decided) => decided,
            Err(refusal) => return Ok(Reply::Refused(refusal)),
        };
        standstill::keep(book, &input, &loaded, &decided, now).await?;
        let mut entry = entry(&input, decided, &world, now);
        if !whole.is_empty() {
            let decisions = book.load(&Stream::Identity(vendor.clone())).await?.version;
            let read = decisions.map(|version| version.revision);
            entry.lines.iter_mut().for_each(|line| line.context.identity_revision = read);
        }
        match book.write(entry, Arc::clone(&loaded)).await {
            Ok(written) if written.receipt.outcome == Outcome::Repeated => {
                return first_answer(book, &input, written.receipt).await;
            }
            Ok(written) => {
                // Whoever waits to count may: this one is recorded.
                drop(counted);
                settling::after(book, &input.stream).await?;
                return Ok(reply(written.receipt, &written.facts));
            }
            Err(AppendError::Conflict { .. }) => {}
            Err(AppendError::KeyMismatch { receipt }) => return first_answer(book, &input, *receipt).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(AppendError::Overloaded { retry_after_ms: 10 }.into())
}

/// The first answer again, as it was: also when it was that the attempt is refused.
async fn first_answer(book: &Book, input: &CommandInput, receipt: Receipt) -> anyhow::Result<Reply> {
    if receipt.digest != input.digest.0 {
        let expected = format!("the command first sent with id {}, found another one", input.producer.id);
        return Ok(Reply::Conflict(Problem::at_pointer("/id", expected)));
    }
    let facts = recorded(book, &receipt).await?;
    let events = facts.iter().map(|fact| fact.meta.id).collect();
    Ok(match facts.iter().find_map(intake::refusal) {
        Some((rule, clearing)) => Reply::Prevented { receipt, events, rule, clearing },
        None => Reply::Repeated { receipt, events },
    })
}

/// The facts of a receipt, which says only where they stand.
async fn recorded(book: &Book, receipt: &Receipt) -> anyhow::Result<Vec<Fact>> {
    let Some(first) = receipt.first else { return Ok(Vec::new()) };
    let before = Position::new(first.hi(), first.lo().saturating_sub(1));
    let page =
        book.journal.read_all(before, receipt.last, Select::Facts, ports::EVENTS_PER_APPEND_MAX).await?;
    page.events.iter().map(crate::pen::fact).collect()
}

fn reply(receipt: Receipt, facts: &[Fact]) -> Reply {
    let events = facts.iter().map(|fact| fact.meta.id).collect();
    match facts.iter().find_map(intake::refusal) {
        Some((rule, clearing)) => Reply::Prevented { receipt, events, rule, clearing },
        None => Reply::Accepted { receipt, events },
    }
}

/// A command, the instant it is decided at, and what was computed for it from another stream.
struct Asked<'a> {
    input: &'a CommandInput,
    now: Instant,
    remedy: Option<Proposal>,
    compared: Option<identity::Compared>,
    open_elsewhere: Option<OpenRegistrations>,
    whole: &'a Whole,
}

/// Each family of commands is decided on the state of the stream it is about.
fn decide_on(asked: &Asked<'_>, loaded: &Loaded, world: &World) -> Result<Vec<Decided>, Refusal> {
    let Asked { input, now, remedy, compared, open_elsewhere, whole } = asked;
    let (actor, now) = (&input.actor, *now);
    match (&input.command, &input.stream) {
        (
            Command::Correction(command @ (CorrectionCommand::Correct(_) | CorrectionCommand::Retract(_))),
            _,
        ) => correct(input, loaded, command),
        (Command::Partner(command), Stream::Partner(_, partner)) => {
            decide::partner::decide(partner, &world.families, actor, command)
        }
        (Command::Program(command), Stream::Program(_)) => {
            crate::rules::known_patterns(command)?;
            decide::program::decide(&world.program, actor, command)
        }
        (Command::Case(command), Stream::Case(..)) => {
            hearing::decide(loaded, world, (now, actor), command, remedy.as_ref())
        }
        (Command::Identity(command), Stream::Identity(_)) => {
            let published = world.program.policy_at(now);
            identity::decided(compared.as_ref(), world, (actor, published), command)
        }
        (command, Stream::Account(_, account)) => {
            let Read { customers, surely } = whole.read();
            let context = decide::Context {
                now,
                actor,
                account,
                families: &world.families,
                program: &world.program,
                open_elsewhere: *open_elsewhere,
                customers: &customers,
                surely: &surely,
            };
            decide::decide(&loaded.account, &context, command)
        }
        (
            _,
            Stream::Partner(..)
            | Stream::Program(_)
            | Stream::Identity(_)
            | Stream::Case(..)
            | Stream::Partnership(..),
        ) => Err(Refusal::WrongStream { stream: "account" }),
    }
}

fn correct(
    input: &CommandInput,
    loaded: &Loaded,
    command: &CorrectionCommand,
) -> Result<Vec<Decided>, Refusal> {
    let target = match command {
        CorrectionCommand::Correct(corrected) => corrected.target,
        CorrectionCommand::Retract(retracted) => retracted.target,
        CorrectionCommand::Commit(_) => return Err(Refusal::UnknownFact),
    };
    let fact = loaded.facts.iter().find(|fact| fact.meta.id == target).ok_or(Refusal::UnknownFact)?;
    let last_word = loaded.facts.iter().rev().find_map(|later| correction_of(later, target));
    // Whoever gained by a fact favours its own side by changing it.
    let own = input.actor.partner.as_ref();
    let effect = match own.is_some_and(|own| gained_by(&fact.event, own)) {
        true => Effect::FavoursItsOwnSide,
        false => Effect::FavoursNobody,
    };
    let sender = Sender { actor: &input.actor, source: &input.producer.source };
    decide::correction::decide(Some(&Target { fact, last_word, effect }), &sender, command)
}

fn correction_of(fact: &Fact, target: EventId) -> Option<&CorrectionEvent> {
    let Event::Correction(correction) = &fact.event else { return None };
    (correction.target() == Some(target)).then_some(correction)
}

fn gained_by(event: &Event, partner: &PartnerId) -> bool {
    settling::partners_of(event).contains(&partner)
}

fn entry(input: &CommandInput, decided: Vec<Decided>, world: &World, now: Instant) -> Entry {
    let policy = world.program.policy_at(now).name.digest;
    let partner_revisions =
        input.actor.partner.iter().filter_map(|partner| {
            world.families.revision(partner).map(|revision| (partner.clone(), revision))
        });
    let context = Context { identity_revision: None, partner_revisions: partner_revisions.collect() };
    // A customer the command introduces is known from now on, after the answer so that its ids keep their place.
    let met = input.opened.iter().filter(|_| !decided.is_empty()).cloned().map(|opened| Decided {
        class: Class::Observed,
        event: Event::Account(AccountEvent::Opened(opened)),
    });
    let met: Vec<Decided> = met.collect();
    let lines = decided.into_iter().chain(met).map(|decided| Line {
        class: decided.class,
        valid_at: now,
        causation: None,
        policy: Some(policy),
        context: context.clone(),
        event: decided.event,
    });
    Entry {
        stream: input.stream.clone(),
        producer: input.producer.clone(),
        digest: input.digest,
        actor: input.actor.clone(),
        origin: Origin::Live,
        lines: lines.collect(),
    }
}

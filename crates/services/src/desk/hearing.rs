//! Commands about a case: decided on its own stream, with what the rules compute from the account's.

use domain::case::Case;
use domain::command::{CaseCommand, Command};
use domain::decide::{self, Decided};
use domain::event::Event;
use domain::event::account::{AccountEvent, FreezePlaced, FreezeTarget};
use domain::event::case::{CaseEvent, Opened, StayDecided};
use domain::fact::{Actor, Class, Context, Origin, Producer};
use domain::id::EventId;
use domain::protection::Known;
use domain::refusal::Refusal;
use domain::remedy::{self, Proposal};
use domain::scope::Scope;
use domain::stream::Stream;
use domain::time::Instant;
use ports::AppendError;
use wire::command::CommandInput;

use crate::accounts::Loaded;
use crate::book::{Book, CONFLICT_TRIES_MAX};
use crate::intake::own_source;
use crate::pen::{Entry, Line};
use crate::settling;
use crate::world::World;

/// A case as its stream tells it.
pub(crate) fn case(loaded: &Loaded) -> Case {
    loaded.facts.iter().fold(Case::default(), Case::evolve)
}

/// What the rules compute for the act a command orders a remedy for; nothing for any other command.
pub(super) async fn remedy(
    book: &Book,
    input: &CommandInput,
    loaded: &Loaded,
) -> anyhow::Result<Option<Proposal>> {
    let Command::Case(CaseCommand::OrderRemedy { act }) = &input.command else { return Ok(None) };
    let Some(opened) = case(loaded).opened else { return Ok(None) };
    computed(book, &input.stream, &opened, *act).await
}

/// What would put an act of a case right; nothing when by all that is known nothing stands against it.
///
/// # Errors
/// The journal cannot be read.
pub(crate) async fn computed(
    book: &Book,
    stream: &Stream,
    opened: &Opened,
    act: EventId,
) -> anyhow::Result<Option<Proposal>> {
    let vendor = stream.vendor();
    let account = book.load(&Stream::Account(vendor.clone(), opened.account.clone())).await?;
    let world = book.world(vendor);
    let known = Known {
        account: &account.account,
        account_id: &opened.account,
        families: &world.families,
        program: &world.program,
    };
    Ok(remedy::propose(known, act))
}

/// A granted stay freezes the account before it is recorded in the case, under a key of its own: whoever is cut off
/// in between and asks again finds the freeze in place.
///
/// # Errors
/// The journal cannot be read or written now.
pub(super) async fn freeze(
    book: &Book,
    input: &CommandInput,
    loaded: &Loaded,
    decided: &[Decided],
    now: Instant,
) -> anyhow::Result<()> {
    let granted = decided.iter().find_map(|decided| {
        let Event::Case(CaseEvent::StayDecided(StayDecided { until, .. })) = &decided.event else {
            return None;
        };
        *until
    });
    let case = case(loaded);
    let (Some(until), Some(opened), Some((filed, _))) = (granted, &case.opened, &case.filed) else {
        return Ok(());
    };
    let Some(id) = input.stream.case() else { return Ok(()) };
    let account = Stream::Account(input.stream.vendor().clone(), opened.account.clone());
    let key = format!("stay:{}:{}", input.stream, filed.decision_until.unix_ms());
    let placed = FreezePlaced {
        freeze: format!("stay-{id}-{}", filed.decision_until.unix_ms() / 1_000)
            .parse()
            .expect("a case's id and a number are a freeze's id"),
        scope: Scope::all(),
        against: opened.guest.clone().map_or(FreezeTarget::All, FreezeTarget::FamilyOf),
        from: now,
        until,
        handoff: None,
        requested_by: filed.by.clone(),
    };
    for _ in 0..CONFLICT_TRIES_MAX {
        let stands = book.load(&account).await?;
        match book.write(frozen(&account, &key, input, placed.clone(), now), stands).await {
            Ok(_) | Err(AppendError::KeyMismatch { .. }) => return settling::after(book, &account).await,
            Err(AppendError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(AppendError::Overloaded { retry_after_ms: 10 }.into())
}

fn frozen(account: &Stream, key: &str, input: &CommandInput, placed: FreezePlaced, now: Instant) -> Entry {
    Entry {
        stream: account.clone(),
        producer: Producer {
            source: own_source(),
            id: key.parse().expect("a stream and a number are an input id"),
        },
        digest: wire::ids::digest(key.as_bytes()),
        actor: input.actor.clone(),
        origin: Origin::Live,
        lines: vec![Line {
            class: Class::Derived,
            valid_at: now,
            // It was decided on a command: settling, which derives from facts, leaves it alone.
            causation: None,
            policy: None,
            context: Context::default(),
            event: Event::Account(AccountEvent::FreezePlaced(placed)),
        }],
    }
}

/// What follows from a command about a case.
///
/// # Errors
/// The rule the command breaks.
pub(super) fn decide(
    loaded: &Loaded,
    world: &World,
    (now, actor): (Instant, &Actor),
    command: &CaseCommand,
    remedy: Option<&Proposal>,
) -> Result<Vec<Decided>, Refusal> {
    let case = case(loaded);
    let opened = case.opened.as_ref().ok_or(Refusal::WrongStream { stream: "known case" })?;
    let context = decide::Context {
        now,
        actor,
        account: &opened.account,
        families: &world.families,
        program: &world.program,
    };
    decide::case::decide(&case, &context, command, remedy)
}

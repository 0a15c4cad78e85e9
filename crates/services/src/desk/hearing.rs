//! Commands about a case: decided on its own stream, with what the rules compute from the account's.

use domain::case::Case;
use domain::command::{CaseCommand, Command};
use domain::decide::{self, Decided};
use domain::event::case::Opened;
use domain::fact::Actor;
use domain::id::EventId;
use domain::protection::Known;
use domain::refusal::Refusal;
use domain::remedy::{self, Proposal};
use domain::stream::Stream;
use domain::time::Instant;
use wire::command::CommandInput;

use crate::accounts::Loaded;
use crate::book::Book;
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
        open_elsewhere: None,
        customers: &[],
        surely: &[],
    };
    decide::case::decide(&case, &context, command, remedy)
}

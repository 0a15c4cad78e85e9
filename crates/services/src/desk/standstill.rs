//! A granted stay freezes the account while the dispute is heard, and the ruling lifts the freeze.

use domain::case::Case;
use domain::decide::Decided;
use domain::event::account::{AccountEvent, FreezeLifted, FreezePlaced, FreezeTarget, Lifted};
use domain::event::case::{CaseEvent, Filed, Opened, StayDecided, StayOutcome};
use domain::event::{Event, Party};
use domain::fact::{Class, Context, Origin, Producer};
use domain::id::FreezeId;
use domain::scope::Scope;
use domain::stream::Stream;
use domain::time::Instant;
use ports::AppendError;
use wire::command::CommandInput;

use super::hearing::case;
use crate::accounts::Loaded;
use crate::book::{Book, CONFLICT_TRIES_MAX};
use crate::intake::own_source;
use crate::pen::{Entry, Line};
use crate::settling;

/// Freezes or thaws the account before what was decided is recorded in the case, under a key of its own: whoever is
/// cut off in between and asks again finds it done.
///
/// # Errors
/// The journal cannot be read or written now.
pub(super) async fn keep(
    book: &Book,
    input: &CommandInput,
    loaded: &Loaded,
    decided: &[Decided],
    now: Instant,
) -> anyhow::Result<()> {
    let case = case(loaded);
    let (Some(opened), Some((filed, _))) = (&case.opened, &case.filed) else { return Ok(()) };
    let Some(freeze) = freeze(&input.stream, filed) else { return Ok(()) };
    let due = decided.iter().find_map(|decided| {
        let Event::Case(event) = &decided.event else { return None };
        if let CaseEvent::StayDecided(StayDecided { until: Some(until), .. }) = event {
            return Some(placed(opened, filed, freeze.clone(), (now, *until)));
        }
        let is_over = matches!(event, CaseEvent::Decided(_)) && stands_still(&case);
        is_over.then(|| lifted(freeze.clone(), now))
    });
    let Some((verb, class, event)) = due else { return Ok(()) };
    let account = Stream::Account(input.stream.vendor().clone(), opened.account.clone());
    let key = format!("{verb}:{}:{}", input.stream, filed.decision_until.unix_ms());
    let line = Line {
        class,
        valid_at: now,
        // It was decided on a command: settling, which derives from facts, leaves it alone.
        causation: None,
        policy: None,
        context: Context::default(),
        event: Event::Account(event),
    };
    record(book, &account, &key, input, line).await
}

/// Whether the dispute that is heard now was granted a stay.
fn stands_still(case: &Case) -> bool {
    case.awaits_ruling()
        && case.stay.as_ref().is_some_and(|(decided, _)| decided.outcome == StayOutcome::Granted)
}

/// One freeze for one dispute.
fn freeze(stream: &Stream, filed: &Filed) -> Option<FreezeId> {
    let due_s = filed.decision_until.unix_ms() / 1_000;
    let id = format!("stay-{}-{due_s}", stream.case()?);
    Some(id.parse().expect("a case's id and a number are a freeze's id"))
}

fn placed(
    opened: &Opened,
    filed: &Filed,
    freeze: FreezeId,
    (from, until): (Instant, Instant),
) -> (&'static str, Class, AccountEvent) {
    let against = opened.guest.clone().map_or(FreezeTarget::All, FreezeTarget::FamilyOf);
    let (scope, handoff, requested_by) = (Scope::all(), None, filed.by.clone());
    let placed = FreezePlaced { freeze, scope, against, from, until, handoff, requested_by };
    ("stay", Class::Derived, AccountEvent::FreezePlaced(placed))
}

fn lifted(freeze: FreezeId, from: Instant) -> (&'static str, Class, AccountEvent) {
    let (lifted, scope, by) = (Lifted::Freeze(freeze), Scope::all(), Party::Vendor);
    let lifted = FreezeLifted { lifted, scope, from, by, evidence: None, anchor: None };
    ("ruled", Class::Asked, AccountEvent::FreezeLifted(lifted))
}

async fn record(
    book: &Book,
    account: &Stream,
    key: &str,
    input: &CommandInput,
    line: Line,
) -> anyhow::Result<()> {
    let entry = Entry {
        stream: account.clone(),
        producer: Producer {
            source: own_source(),
            id: key.parse().expect("a stream and a number are an input id"),
        },
        digest: wire::ids::digest(key.as_bytes()),
        actor: input.actor.clone(),
        origin: Origin::Live,
        lines: vec![line],
    };
    for _ in 0..CONFLICT_TRIES_MAX {
        let stands = book.load(account).await?;
        match book.write(entry.clone(), stands).await {
            Ok(_) | Err(AppendError::KeyMismatch { .. }) => return settling::after(book, account).await,
            Err(AppendError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(AppendError::Overloaded { retry_after_ms: 10 }.into())
}

//! Deciding: from an account as it is and a command, to the events that follow or the rule that forbids it.
//!
//! A decider judges and changes nothing, reads no clock and makes no id. A command repeated after it took
//! effect yields no events. An attempt to take a protected account is no error: it is recorded as
//! `account.takeover_refused`, so that it can be disputed and decided again under another policy.

pub mod account;
pub(crate) mod authority;
pub mod case;
pub(crate) mod change;
pub(crate) mod consent;
pub mod correction;
mod customer;
pub(crate) mod freeze;
pub(crate) mod handoff;
pub mod identity;
pub(crate) mod parties;
pub mod partner;
pub mod program;
pub mod registration;

use crate::account::Account;
use crate::account::registration::OpenRegistrations;
use crate::command::{AccountCommand, Command, CorrectionCommand};
use crate::event::Event;
use crate::event::account::{FreezeLifted, FreezePlaced, StewardshipStarted};
use crate::fact::{Actor, Class};
use crate::family::Families;
use crate::id::{AccountId, EventId};
use crate::program::Program;
use crate::refusal::Refusal;
use crate::time::Instant;
pub use customer::Customer;

/// What a decider reads beside the account: all of it was folded from streams by the caller.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub now: Instant,
    pub actor: &'a Actor,
    pub account: &'a AccountId,
    pub families: &'a Families,
    pub program: &'a Program,
    /// What a partner that submits has open on other accounts; `None` where nobody counted, and then no cap applies.
    pub open_elsewhere: Option<OpenRegistrations>,
    /// As what customers the account is known, itself included where other accounts are known to be it; none where
    /// the account is all there is.
    pub customers: &'a [Customer<'a>],
    /// The other accounts that are surely this customer, by merges and hard ids, each with what is its own; itself
    /// only where something of its own stands on another stream or the other way round.
    pub surely: &'a [Customer<'a>],
}

/// An event that follows, valid from `now`, and whether somebody asked for it or the rules derived it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    pub class: Class,
    pub event: Event,
}

/// An event the rules derive from facts already recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    pub valid_at: Instant,
    /// The fact it follows from.
    pub causation: EventId,
    pub event: Event,
}

/// What the rules read beside the state of an account, whoever asks.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    pub account: &'a AccountId,
    pub families: &'a Families,
    pub program: &'a Program,
    /// As in [`Context`].
    pub customers: &'a [Customer<'a>],
    /// As in [`Context`].
    pub surely: &'a [Customer<'a>],
}

impl<'a> Context<'a> {
    pub(crate) fn grounds(&self) -> Grounds<'a> {
        let Self { account, families, program, customers, surely, .. } = *self;
        Grounds { account, families, program, customers, surely }
    }
}

/// What follows from a command about one account, as the account is now.
///
/// Partners, the program, cases and corrections of recorded facts have streams and states of their own:
/// see [`partner::decide`], [`program::decide`], [`case::decide`] and [`correction::decide`].
///
/// # Errors
/// The rule the command breaks.
pub fn decide(account: &Account, context: &Context<'_>, command: &Command) -> Result<Vec<Decided>, Refusal> {
    if let Some(into) = &account.into {
        return Err(Refusal::AccountAbsorbed { into: into.clone() });
    }
    match command {
        Command::Deal(command) => registration::decide(account, context, command),
        Command::Account(command) => of_account(account, context, command),
        Command::Handoff(command) => handoff::decide(account, context, command),
        Command::Change(command) => change::decide(account, context, command),
        Command::Consent(command) => consent::decide(account, context, command),
        Command::Partner(_) => Err(Refusal::WrongStream { stream: "partner" }),
        Command::Program(_) => Err(Refusal::WrongStream { stream: "program" }),
        Command::Case(_) => Err(Refusal::WrongStream { stream: "case" }),
        Command::Identity(_) => Err(Refusal::WrongStream { stream: "identity" }),
        Command::Correction(CorrectionCommand::Commit(committed)) => {
            Ok(correction::commit(account, committed))
        }
        Command::Correction(CorrectionCommand::Correct(_) | CorrectionCommand::Retract(_)) => {
            Err(Refusal::UnknownFact)
        }
    }
}

fn of_account(
    account: &Account,
    context: &Context<'_>,
    command: &AccountCommand,
) -> Result<Vec<Decided>, Refusal> {
    match command {
        AccountCommand::RecordHolder { holder, scope, basis } => {
            account::record_holder(account, context, holder, scope, *basis)
        }
        AccountCommand::PlaceFreeze { freeze, scope, against, until, requested_by } => {
            let (freeze, scope, against) = (freeze.clone(), scope.clone(), against.clone());
            let (from, until, requested_by) = (context.now, *until, requested_by.clone());
            let placed = FreezePlaced { freeze, scope, against, from, until, handoff: None, requested_by };
            freeze::place(account, context, &placed)
        }
        AccountCommand::LiftFreeze { lifted, scope, from, by, evidence, anchor } => {
            let (lifted, scope, from) = (lifted.clone(), scope.clone(), from.unwrap_or(context.now));
            let (by, evidence, anchor) = (by.clone(), evidence.clone(), anchor.clone());
            freeze::lift(account, context, &FreezeLifted { lifted, scope, from, by, evidence, anchor })
        }
        AccountCommand::Override(asked) => account::override_rules(account, context, asked),
        AccountCommand::StartStewardship { steward, scope, until, reason } => {
            let (steward, scope, reason) = (steward.clone(), scope.clone(), reason.clone());
            let started = StewardshipStarted { steward, scope, until: *until, reason };
            account::start_stewardship(account, context, &started)
        }
        AccountCommand::DisputeRefusal { refused, text } => {
            account::dispute_refusal(account, context, *refused, text)
        }
    }
}

//! Handoffs: a host brings in a guest on written terms, and what may become of that.

mod acceptance;
mod amendment;
mod forfeiture;
mod invitation;
mod progress;
mod release;

use crate::account::Account;
use crate::command::HandoffCommand;
use crate::decide::parties::may_ask;
use crate::decide::{Context, Decided};
use crate::event::Event;
use crate::event::handoff::HandoffEvent;
use crate::fact::Class;
use crate::refusal::Refusal;

/// What follows from a command about a handoff.
///
/// # Errors
/// The rule the command breaks.
pub(crate) fn decide(
    account: &Account,
    context: &Context<'_>,
    command: &HandoffCommand,
) -> Result<Vec<Decided>, Refusal> {
    may_ask(context)?;
    match command {
        HandoffCommand::Request(requested) => invitation::request(account, context, requested),
        HandoffCommand::Invite { invitation, expires_at } => {
            invitation::invite(account, context, invitation, *expires_at)
        }
        HandoffCommand::Accept { handoff, terms, declared_prior, declared_family, disclosed_networks } => {
            let declared =
                acceptance::Declared { prior: declared_prior, family: declared_family, disclosed_networks };
            acceptance::accept(account, context, handoff, *terms, &declared)
        }
        HandoffCommand::Decline { handoff, reason } => {
            invitation::decline(account, context, handoff, reason.clone())
        }
        HandoffCommand::Revoke { handoff, reason } => {
            invitation::revoke(account, context, handoff, reason.clone())
        }
        HandoffCommand::Amend(amended) => amendment::amend(account, context, amended),
        HandoffCommand::Progress(progressed) => progress::report(account, context, progressed),
        HandoffCommand::Release { handoff, scope, from, until, ratifies, anchor } => {
            let wanted = release::Wanted {
                scope,
                from: *from,
                until: *until,
                ratifies: *ratifies,
                anchor: anchor.as_ref(),
            };
            release::release(account, context, handoff, &wanted)
        }
        HandoffCommand::ClaimForfeiture { handoff, scope, claimed_by, notices } => {
            forfeiture::claim(account, context, handoff, &forfeiture::Claim { scope, claimed_by, notices })
        }
        HandoffCommand::Close { handoff, outcome } => progress::close(account, context, handoff, *outcome),
    }
}

fn asked(event: HandoffEvent) -> Vec<Decided> {
    vec![Decided { class: Class::Asked, event: Event::Handoff(event) }]
}

//! The command line of identity: which accounts are one customer, and what a person says of it.

use clap::{Args, Subcommand, ValueEnum};
use domain::id::{EventId, PrincipalId};

use super::Moment;

#[derive(Debug, Subcommand)]
pub(crate) enum Identity {
    /// Accounts that are known to be the customer of another account.
    List(Moment),
    /// Two accounts compared field by field, and what was decided about them.
    Explain {
        #[command(flatten)]
        pair: Pair,
        #[command(flatten)]
        moment: Moment,
    },
    /// Two accounts are one customer, for which the first stands from now on.
    Link {
        #[command(flatten)]
        pair: Pair,
        /// For good: nothing is written to the other account any more.
        #[arg(long)]
        merge: bool,
        #[command(flatten)]
        who: Person,
    },
    /// Two accounts are two customers after all.
    Part {
        #[command(flatten)]
        pair: Pair,
        /// Events on the account that stood for both which are the other one's.
        #[arg(long = "move", value_name = "EVENT")]
        moved: Vec<EventId>,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        who: Person,
    },
    /// Pairs that may be one customer and wait for a person.
    #[command(subcommand)]
    Queue(Queue),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Queue {
    /// All of them, the strongest evidence first.
    List(Moment),
    /// Answer for one of them.
    Decide {
        #[command(flatten)]
        pair: Pair,
        /// What they are.
        answer: Answer,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        who: Person,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Answer {
    Same,
    Different,
}

#[derive(Debug, Args)]
pub(crate) struct Pair {
    /// An account: its id, key or name.
    pub account: String,
    /// Another one.
    pub other: String,
}

#[derive(Debug, Args)]
pub(crate) struct Person {
    /// The vendor officer who decides.
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub principal: PrincipalId,
}

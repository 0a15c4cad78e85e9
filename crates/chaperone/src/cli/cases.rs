//! The command line of cases: reading them, and everything a person does in one.

use clap::{Args, Subcommand, ValueEnum};
use domain::id::{CaseId, EventId, PartnerId, PrincipalId};
use domain::time::Instant;
use serde_json::{Value, json};
use services::queries::cases::Respondent;

use super::{Moment, One, instant_or_date};

#[derive(Debug, Subcommand)]
pub(crate) enum Case {
    /// Cases in which something waits for somebody.
    List {
        /// Those that were cleared or decided too.
        #[arg(long)]
        all: bool,
        /// Only those that are laid aside.
        #[arg(long, conflicts_with = "all")]
        snoozed: bool,
        #[command(flatten)]
        moment: Moment,
    },
    /// One case: the sentence, its evidence, what would clear it, its clocks and what both sides said.
    Show(One),
    /// Its events, as sentences.
    History(One),
    /// Every part of the rule and why it holds, as data.
    Explain(One),
    /// Closed cases like another, or with a pattern, ground or respondent.
    Precedents(Precedents),
    /// How often each pattern was right, by the rulings of persons.
    Precision,
    /// Check certificates again from the recorded events alone, with nothing of the rules that found them; exit 5
    /// when one is rejected.
    Verify(Verify),
    #[command(flatten)]
    Act(Act),
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The case whose certificates are checked.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub case: Option<CaseId>,
    /// Every certificate there is.
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Precedents {
    /// Like this case; what is said beside it goes before.
    pub case: Option<String>,
    /// With a finding of this pattern, such as T01.
    #[arg(long)]
    pub pattern: Option<String>,
    /// With this part of the formula, such as no_basis:V1.
    #[arg(long)]
    pub ground: Option<String>,
    /// With such a respondent: host, guest, vendor or another.
    #[arg(long)]
    pub respondent: Option<Respondent>,
}

/// What a person does in a case.
#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// Somebody looks at it from now on.
    Assign {
        /// Which case: its id.
        case: String,
        /// Who looks at it.
        #[arg(long, value_name = "PRINCIPAL")]
        to: PrincipalId,
        #[command(flatten)]
        who: Who,
    },
    /// Lay it aside until a date, or until somebody shows something new.
    Snooze {
        /// Which case: its id.
        case: String,
        /// Until then, or until midnight (UTC) of this date.
        #[arg(long, value_name = "INSTANT|DATE", value_parser = instant_or_date)]
        until: Instant,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        who: Who,
    },
    /// Dispute the act: every clock runs from here.
    File {
        /// Which case: its id.
        case: String,
        /// For which side: host, guest, customer, vendor or `partner:ID`.
        #[arg(long)]
        side: String,
        /// What is disputed, in words.
        #[arg(long)]
        text: String,
        /// Where the customer's letter lies that the gaining side relies on, if it relies on one.
        #[arg(long, value_enum)]
        letter: Option<Letter>,
        /// Ask that nothing move on the account until it is ruled, and why.
        #[arg(long, value_name = "REASON")]
        stay: Option<String>,
        #[command(flatten)]
        who: Who,
    },
    /// Decide whether the account stands still until it is ruled; granted, it is frozen toward the guest.
    Stay {
        /// Which case: its id.
        case: String,
        /// Whether it does.
        #[arg(long, value_enum)]
        outcome: StayOutcome,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        who: Who,
    },
    /// Say how it was.
    State {
        /// Which case: its id.
        case: String,
        /// For which side: host, guest, customer, vendor or `partner:ID`.
        #[arg(long)]
        side: String,
        /// How it was, in words.
        #[arg(long)]
        text: String,
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        who: Who,
    },
    /// Show a paper or an event.
    Attach {
        /// Which case: its id.
        case: String,
        /// For which side: host, guest, customer, vendor or `partner:ID`.
        #[arg(long)]
        side: String,
        /// An event's id, or a paper as DIGEST,MEDIA_TYPE,HELD_BY.
        #[arg(long, value_parser = evidence)]
        evidence: Value,
        /// It is the customer's letter that the gaining side relied on.
        #[arg(long)]
        letter: bool,
        #[command(flatten)]
        who: Who,
    },
    /// Rule on it.
    Rule {
        /// Which case: its id.
        case: String,
        #[command(flatten)]
        ruling: Ruling,
        /// What is to be said about a remedy.
        #[arg(long)]
        remedy: Option<String>,
        #[command(flatten)]
        who: Who,
    },
    /// Order what the rules compute to put an act right.
    OrderRemedy {
        /// Which case: its id.
        case: String,
        /// The act [default: the one whose finding leads].
        #[arg(long)]
        act: Option<EventId>,
        #[command(flatten)]
        who: Who,
    },
    /// Ask another officer to look at the ruling again, because of something new.
    Appeal {
        /// Which case: its id.
        case: String,
        /// For which side: host, guest, customer, vendor or `partner:ID`.
        #[arg(long)]
        side: String,
        /// What is wrong with the ruling, and what is new.
        #[arg(long)]
        grounds: String,
        #[command(flatten)]
        shown: Shown,
        #[command(flatten)]
        who: Who,
    },
    /// Rule on an appeal, for the last time.
    RuleAppeal {
        /// Which case: its id.
        case: String,
        #[command(flatten)]
        ruling: Ruling,
        #[command(flatten)]
        who: Who,
    },
}

/// Who asks.
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// Who asks.
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub principal: PrincipalId,
    /// In which role [default: partner_user with --partner, else vendor_officer].
    #[arg(long, value_enum)]
    pub role: Option<Role>,
    /// For which partner.
    #[arg(long)]
    pub partner: Option<PartnerId>,
}

/// The roles in which somebody asks something of a case.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Role {
    PartnerUser,
    VendorOfficer,
    DirectSales,
    Customer,
    Adjudicator,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Letter {
    OnFile,
    Archived,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum StayOutcome {
    Granted,
    Denied,
}

#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// An event's id, or a paper as DIGEST,MEDIA_TYPE,HELD_BY; may be given several times.
    #[arg(long, value_parser = evidence)]
    pub evidence: Vec<Value>,
}

#[derive(Debug, Args)]
pub(crate) struct Ruling {
    /// What the ruling is.
    #[arg(long, value_enum)]
    pub outcome: Outcome,
    /// Why.
    #[arg(long)]
    pub grounds: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Confirmed,
    Valuable,
    FalseAlarm,
}

/// Evidence as commands state it.
fn evidence(text: &str) -> Result<Value, String> {
    match text.split(',').collect::<Vec<_>>().as_slice() {
        [event] if event.parse::<EventId>().is_ok() => Ok(json!(event)),
        [digest, media_type, held_by] => {
            Ok(json!({"digest": digest, "media_type": media_type, "held_by": held_by}))
        }
        _ => Err("expected an event's id, or DIGEST,MEDIA_TYPE,HELD_BY".to_owned()),
    }
}

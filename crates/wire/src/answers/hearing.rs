//! How a case goes on: its clocks, what the sides said, how it was ruled, and what closed cases teach.

use domain::case::RespondentRole;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shape::words;

words! {
    RespondentRole { Host = "host", Guest = "guest", Vendor = "vendor", Another = "another" }
}

/// What is due in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeadlineRow {
    /// `stay`, `answer`, `proof`, `decision`, `appeal`, `appeal_answer`, `appeal_decision` or `snooze`.
    pub step: String,
    /// By when.
    pub until: String,
    /// `running` or `elapsed`.
    pub state: String,
    /// What follows when nobody does it.
    pub follows: String,
}

/// A dispute, as a side filed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FilingAnswer {
    /// `host`, `guest`, `customer`, `vendor` or `partner:<id>`.
    pub by: String,
    /// When.
    pub at: String,
    /// What it says.
    pub text: String,
    /// Where the letter lies that the gaining side relies on: `on_file` or `archived`.
    pub letter: Option<String>,
    /// Why nothing may move on the account meanwhile, where that was asked for.
    pub stay: Option<String>,
    /// `granted` or `denied`, once it is decided.
    pub stay_outcome: Option<String>,
    /// Until when the account stands still at most.
    pub stay_until: Option<String>,
}

/// What a side said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementRow {
    /// The side.
    pub by: String,
    /// When.
    pub at: String,
    /// What it says.
    pub text: String,
    /// Events and papers it names.
    pub evidence: Vec<String>,
}

/// What a side showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceRow {
    /// The side.
    pub by: String,
    /// When.
    pub at: String,
    /// `letter` or `other`.
    pub shows: String,
    /// An event's id, or a paper's digest.
    pub evidence: String,
}

/// How a person ruled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulingAnswer {
    /// `confirmed`, `valuable` or `false_alarm`.
    pub outcome: String,
    /// Why.
    pub grounds: String,
    /// What the person adds about a remedy.
    pub remedy: Option<String>,
    /// Who.
    pub decided_by: String,
    /// When.
    pub at: String,
    /// Until when it may be appealed.
    pub appeal_until: String,
}

/// An appeal, and how another officer ruled on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppealAnswer {
    /// The side.
    pub by: String,
    /// When.
    pub at: String,
    /// Why.
    pub grounds: String,
    /// What is new.
    pub evidence: Vec<String>,
    /// `confirmed`, `valuable` or `false_alarm`, once it is ruled.
    pub outcome: Option<String>,
    /// Who ruled.
    pub decided_by: Option<String>,
    /// Why it was ruled so.
    pub ruling: Option<String>,
    /// When it was ruled.
    pub decided_at: Option<String>,
}

/// What puts one act right, computed by the published rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RemedyAnswer {
    /// The act.
    pub act: String,
    /// The handoff it broke.
    pub handoff: String,
    /// To whom it is owed.
    pub host: String,
    /// Who holds it again, and instead of whom.
    pub restore: Option<RestoreAnswer>,
    /// Orders the host is owed commission for, as `order: amount`; `order: not on record` where it cannot be told.
    pub owed: Vec<String>,
    /// Basis points of what was withheld that are paid back.
    pub restitution_bp: u32,
    /// From when the orders count whose margin is given up.
    pub margin_from: String,
    /// Until when they count.
    pub margin_until: Option<String>,
    /// Those orders, as events.
    pub margin_orders: Vec<String>,
    /// What they were worth, one sum per currency.
    pub margin_net: Vec<String>,
    /// Who ordered it; absent while it is only proposed.
    pub ordered_by: Option<String>,
    /// When it was ordered.
    pub ordered_at: Option<String>,
}

/// Who holds what again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RestoreAnswer {
    /// Who holds it again.
    pub holder: String,
    /// Instead of whom.
    pub instead_of: String,
    /// What, in words.
    pub scopes: Vec<String>,
}

/// How a case went on after its findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hearing {
    /// The last dispute filed.
    pub filed: Option<FilingAnswer>,
    /// What is due, the earliest first.
    pub deadlines: Vec<DeadlineRow>,
    /// What the sides said, in order.
    pub statements: Vec<StatementRow>,
    /// What they showed, in order.
    pub shown: Vec<EvidenceRow>,
    /// Why it is laid aside.
    pub snoozed_for: Option<String>,
    /// The last ruling.
    pub ruling: Option<RulingAnswer>,
    /// The appeal against it.
    pub appeal: Option<AppealAnswer>,
    /// What the rules compute for a person to order.
    pub remedies_proposed: Vec<RemedyAnswer>,
    /// What was ordered.
    pub remedies_ordered: Vec<RemedyAnswer>,
    /// What the program proposes for the respondent if it is confirmed, and nobody orders by itself.
    pub ladder: Option<String>,
}

/// A closed case that is like another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrecedentRow {
    /// The case.
    pub case: String,
    /// Its pattern.
    pub pattern: String,
    /// `host`, `guest`, `vendor` or `another`.
    pub respondent: String,
    /// Parts of the formula both have.
    pub shared: Vec<String>,
    /// `confirmed`, `valuable` or `false_alarm`, as ruled last.
    pub outcome: String,
    /// When it was ruled last.
    pub decided_at: String,
    /// Why, in the words of who ruled last.
    pub grounds: String,
    /// Whether that was on appeal: `first` or `appeal`.
    pub instance: String,
}

/// How often a pattern was right, by the rulings of persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrecisionRow {
    /// The pattern.
    pub pattern: String,
    /// Cases somebody ruled on: what the shares are shares of.
    pub ruled: u64,
    /// Ruled a breach.
    pub confirmed: u64,
    /// Ruled worth knowing, and no breach.
    pub valuable: u64,
    /// Ruled a false alarm.
    pub false_alarm: u64,
    /// Cases that wait for a ruling.
    pub open: u64,
    /// Basis points of the ruled that were confirmed.
    pub precision_bp: Option<u64>,
    /// Basis points of the ruled that were confirmed or valuable.
    pub useful_bp: Option<u64>,
}

/// Something people are reminded of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoticeRow {
    /// The event that says so.
    pub event: String,
    /// The stream it is about.
    pub stream: String,
    /// `invitation`, `objection_window`, `registration`, or a step of a case such as `answer`.
    pub about: String,
    /// The handoff, change, deal or case.
    pub id: String,
    /// `soon` before its time is over, `elapsed` after.
    pub nearness: String,
    /// When its time is over.
    pub due_at: String,
    /// When people were told.
    pub told_at: String,
    /// One sentence.
    pub sentence: String,
}

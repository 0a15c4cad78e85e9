//! What the book answers: the same shapes on the command line, over HTTP and on the dashboard.
//!
//! Ids are strings, positions decimal strings, instants RFC 3339 UTC with milliseconds, money a decimal
//! string with its currency.

mod bus;
mod hearing;
mod identity;
mod policy;
mod problem;
mod replay;
mod schemas;
mod scorecard;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use bus::{BusReceipt, RoleRow};
pub use hearing::{
    AppealAnswer, DeadlineRow, EvidenceRow, FilingAnswer, Hearing, NoticeRow, PrecedentRow, PrecisionRow,
    RemedyAnswer, RestoreAnswer, RulingAnswer, StatementRow,
};
pub use identity::{ComparisonAnswer, IdentityRow, SuspicionRow, WeightRow};
pub use policy::{CalendarRow, LintAnswer, PolicyAnswer, PolicyChange, PolicyRow, PublishAnswer};
pub use problem::{ProblemAnswer, ProblemPlace};
pub use replay::{
    AccountDifference, BacktestAnswer, BacktestReport, Difference, ReplayAnswer, RulingRow, VerdictLine,
    digest_of_lines,
};
pub use schemas::schemas;
pub use scorecard::ScoreRow;

/// Who holds a scope of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HolderRow {
    /// The account.
    pub account: String,
    /// The partner of record.
    pub holder: String,
    /// Product lines x territories x segments, in words.
    pub scope: String,
    /// From when.
    pub since: String,
    /// Until when, if it ended or will.
    pub until: Option<String>,
    /// On what basis: `initial`, `order`, `customer_letter`, `change`, `override`, ...
    pub basis: String,
    /// The event that made it so.
    pub event: String,
    /// Another observation of the same instant that says otherwise.
    pub contested_by: Option<String>,
}

/// A deal: what the program decided and what the customer did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DealRow {
    /// Our id of the deal.
    pub deal: String,
    /// The deal as its source knows it, `system:foreign id`.
    pub source_id: Option<String>,
    /// The account.
    pub account: String,
    /// Who registers it.
    pub partner: Option<String>,
    /// `reported`, `submitted`, `in_review`, `returned`, `approved`, `rejected`, `withdrawn` or `cancelled`.
    pub registration: String,
    /// Why it was rejected.
    pub rejection_reason: Option<String>,
    /// `open`, `won` or `lost`.
    pub outcome: String,
    /// Until when others are kept out; the end of an approved window, earlier if the deal closed.
    pub protected_until: Option<String>,
}

/// Why a deal stands as it does, and what would help. Names no rival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DealExplanation {
    /// The deal.
    #[serde(flatten)]
    pub deal: DealRow,
    /// The status in the field's words: Submitted, In Review, Action Required, Approved, ...
    pub status: String,
    /// One sentence: what was decided and why.
    pub because: String,
    /// A reference to quote when asking; stands for the decision.
    pub reference: Option<String>,
    /// When what stands in the way ends by itself.
    pub until: Option<String>,
    /// What would help, most helpful first.
    pub would_help: Vec<String>,
    /// The events this rests on.
    pub events: Vec<String>,
}

/// Why something stands as it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// What it is about.
    pub subject: String,
    /// One reason a line, with the events it rests on.
    pub because: Vec<Reason>,
}

/// One reason, and the events that make it one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// One sentence.
    pub says: String,
    /// The events it rests on.
    pub events: Vec<String>,
}

/// An account in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountRow {
    /// The account.
    pub account: String,
    /// The customer's legal name, as far as known.
    pub name: String,
    /// Its keys, strongest first.
    pub keys: Vec<String>,
    /// Who holds it now; several when scopes are split.
    pub holders: Vec<String>,
    /// Deals known.
    pub deals: u64,
    /// Handoffs whose protection or tail runs.
    pub live_handoffs: u64,
}

/// One account at an instant, as known at a place in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountAnswer {
    /// The account.
    pub account: String,
    /// Whose program.
    pub vendor: String,
    /// The customer's legal name, as far as known.
    pub name: String,
    /// Its keys, strongest first.
    pub keys: Vec<String>,
    /// Other accounts that are known to be this customer; what is recorded of them is answered here.
    pub others: Vec<String>,
    /// The account this one was merged into.
    pub absorbed_into: Option<String>,
    /// The instant the answer is about.
    pub as_of: String,
    /// The journal position the answer knows up to.
    pub known_at: String,
    /// Who holds it at `as_of`.
    pub holders: Vec<HolderRow>,
    /// Deals.
    pub deals: Vec<DealRow>,
    /// Handoffs.
    pub handoffs: Vec<HandoffRow>,
    /// Changes of holder.
    pub changes: Vec<ChangeRow>,
    /// Cases.
    pub cases: Vec<CaseRow>,
}

/// A handoff in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandoffRow {
    /// The handoff.
    pub handoff: String,
    /// The account.
    pub account: String,
    /// The host.
    pub host: Option<String>,
    /// The guest.
    pub guest: Option<String>,
    /// `reported`, `requested`, `invited`, `accepted`, `declined`, `lapsed`, `revoked` or `closed`.
    pub phase: String,
    /// What the guest must not take.
    pub protected_scope: String,
    /// Where the guest may act.
    pub granted_scope: Option<String>,
    /// What the guest may do there.
    pub granted_acts: Vec<String>,
    /// When the terms were accepted.
    pub accepted_at: Option<String>,
    /// End of protection.
    pub protected_until: Option<String>,
    /// End of the tail.
    pub tail_until: Option<String>,
    /// The events it rests on.
    pub events: Vec<String>,
}

/// A change of holder in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeRow {
    /// The change.
    pub change: String,
    /// `requested`, `verified`, `notified`, `window_open`, `objected`, `executed`, `rescinded`, `reversed`, `refused`.
    pub state: String,
    /// Who would lose.
    pub losing: Option<String>,
    /// Who would gain.
    pub gaining: Option<String>,
    /// What moves.
    pub scope: String,
    /// End of the objection window.
    pub window_until: Option<String>,
    /// When it was executed.
    pub executed_at: Option<String>,
}

/// A partner in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartnerRow {
    /// The partner.
    pub partner: String,
    /// Its legal name.
    pub name: String,
    /// `var`, `si`, `isv`, `oem`, `msp`, `aggregator`, `distributor`, `direct`.
    pub kinds: Vec<String>,
    /// `application`, `import` or `seen_in_data`.
    pub origin: String,
    /// Its family, itself left out.
    pub family: Vec<String>,
}

/// One event as a line of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryRow {
    /// Place in the journal.
    pub position: String,
    /// The event's id.
    pub event: String,
    /// Its type, such as `chaperone.deal.submitted.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its stream.
    pub stream: String,
    /// When it was so.
    pub valid_at: String,
    /// When it was recorded.
    pub recorded_at: String,
    /// `asked`, `observed`, `ruled` or `derived`.
    pub class: String,
    /// What it says, in one sentence.
    pub sentence: String,
}

/// A case in a list; its strongest finding leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseRow {
    /// The case.
    pub case: String,
    /// The pattern, such as `T01`.
    pub pattern: String,
    /// `S1` to `S4`.
    pub severity: String,
    /// `pending`, `confirmed`, `cleared(V1)`, `superseded(late)`, `indeterminate(scope_unknown)`, ...
    pub verdict: String,
    /// The account.
    pub account: String,
    /// The host.
    pub host: Option<String>,
    /// The guest.
    pub guest: Option<String>,
    /// The events that prove it.
    pub evidence: Vec<String>,
    /// What would clear it, nearest first.
    pub clearing: Vec<String>,
    /// Who looks at it.
    pub assignee: Option<String>,
    /// What is due next: `answer`, `proof`, `decision`, `appeal`, `appeal_answer` or `appeal_decision`.
    pub due: Option<String>,
    /// By when.
    pub due_at: Option<String>,
    /// Until when it was laid aside; it is back before, once something new is shown.
    pub snoozed_until: Option<String>,
}

/// A case with all its findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseAnswer {
    /// The case as a row.
    #[serde(flatten)]
    pub row: CaseRow,
    /// `takeover`, `procedure` or `registration`.
    pub kind: String,
    /// The handoff it is about.
    pub handoff: Option<String>,
    /// One sentence of verdict.
    pub sentence: String,
    /// All findings, strongest first.
    pub findings: Vec<FindingAnswer>,
    /// How it was decided last: `confirmed`, `valuable` or `false_alarm`.
    pub decided: Option<String>,
    /// How it went on after its findings.
    #[serde(flatten)]
    pub hearing: Hearing,
}

/// One pattern found in one act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingAnswer {
    /// The pattern.
    pub pattern: String,
    /// `S1` to `S4`.
    pub severity: String,
    /// The verdict.
    pub verdict: String,
    /// One sentence.
    pub sentence: String,
    /// Who has to answer for it.
    pub respondent: String,
    /// The act it is about.
    pub act: String,
    /// When the act happened.
    pub violated_at: String,
    /// Until when a late basis may still arrive.
    pub provisional_until: String,
    /// The smallest set of events that proves it.
    pub proof: Vec<String>,
    /// Events that help to read it.
    pub context: Vec<String>,
    /// The formula, part by part.
    pub grounds: Vec<GroundAnswer>,
    /// What would clear it, nearest first.
    pub clearing: Vec<String>,
}

/// One part of a finding's formula.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroundAnswer {
    /// The part's name.
    pub part: String,
    /// Why it holds.
    pub holds_because: String,
    /// The events that make it hold.
    pub events: Vec<String>,
    /// Where something was looked for that is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched: Option<SearchedAnswer>,
}

/// What was looked through for something that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SearchedAnswer {
    /// The account whose stream was read.
    pub account: String,
    /// Up to which event of that stream, included.
    pub until: String,
    /// Streams of partners, as `partner=revision`, up to that revision.
    pub partners: Vec<String>,
}

/// One finding of a story or a replay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FindingRow {
    /// The case it belongs to.
    pub case: String,
    /// The pattern.
    pub pattern: String,
    /// `S1` to `S4`.
    pub severity: String,
    /// The verdict so far.
    pub verdict: String,
    /// The account.
    pub account: String,
    /// The host.
    pub host: Option<String>,
    /// The guest.
    pub guest: Option<String>,
    /// The events that prove it.
    pub evidence: Vec<String>,
}

/// What a story told, or a replay found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StorySummary {
    /// Events in the journal.
    pub events: u64,
    /// Accounts known.
    pub accounts: u64,
    /// Findings that stand (not cleared, not superseded).
    pub findings: Vec<FindingRow>,
    /// Time it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IngestSummary {
    /// Records read.
    pub read: u64,
    /// Records of which something was recorded now.
    pub accepted: u64,
    /// Records that were known already, word for word.
    pub repeated: u64,
    /// Records recorded as an ask that the rules then refused as a takeover attempt.
    pub refused: u64,
    /// Records turned away to the quarantine.
    pub quarantined: u64,
    /// Cases opened.
    pub cases: u64,
}

/// What became of one command or event: the receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptAnswer {
    /// `accepted`, `repeated`, `refused` or `quarantined`.
    pub status: String,
    /// The stream written to.
    pub stream: String,
    /// The events recorded for it, in order.
    pub events: Vec<String>,
    /// The journal position after which it is part of the book.
    pub position: Option<String>,
    /// When it was recorded.
    pub recorded_at: Option<String>,
    /// Why it was refused: a stable code.
    pub code: Option<String>,
    /// Why it was refused or turned away, in one sentence.
    pub message: Option<String>,
}

/// `free`, `held` or `contested`, never a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimAnswer {
    /// The answer.
    pub claim: String,
    /// The instant it is about.
    pub as_of: String,
}

/// Something turned away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuarantineRow {
    /// Its id in the quarantine.
    pub id: String,
    /// Whose input it was.
    pub source: String,
    /// Where it stood: `line 17`, `row 204`.
    pub origin: String,
    /// What is wrong, and what was expected.
    pub reason: String,
    /// A JSON pointer, `byte 17` or `column account`.
    pub place: String,
    /// SHA-256 of all its bytes.
    pub digest: String,
    /// Length in bytes, of which at most 64 KiB are kept.
    pub length: u64,
    /// When it was turned away.
    pub received_at: String,
    /// When it was released, if it was.
    pub released_at: Option<String>,
}

/// How far the journal is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeadAnswer {
    /// The journal's own id.
    pub journal: String,
    /// The last position.
    pub position: String,
    /// When it was recorded.
    pub recorded_at: Option<String>,
}

//! The policy as a JSON document: every number with its unit in the name, what is left out has its default.

mod diff;
mod patterns;
mod stated;

use std::fmt;
use std::str::FromStr;

use domain::event::program::CalendarPublished;
use domain::id::{BadId, Digest};
use domain::policy::{
    ChangePolicy, ConsentPolicy, DisputePolicy, HandoffPolicy, PatternPolicy, PolicingPolicy, Policy,
    Recordings, RegistrationPolicy, Tenders,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::json;
use crate::problem::Problem;
use crate::shape::compact::{Compact, Damaged, Reader, put_text};
use crate::shape::{Absent, Around, Shape, Text, Word, words};
pub use diff::diff;
pub use identity::Identity;
use patterns::Patterns;
use stated::{Stated, Within};

/// Reads a policy; what it leaves out has its default.
///
/// # Errors
/// Where something is unknown, of the wrong type or out of its range.
pub fn read(bytes: &[u8]) -> Result<Policy, Problem> {
    let document: Document = json::parse(json::utf8(bytes)?, "", 0)?;
    Ok(document.policy())
}

/// Reads a version of a calendar, as `program.calendar_published` states it.
///
/// # Errors
/// Where something is unknown or of the wrong type.
pub fn read_calendar(bytes: &[u8]) -> Result<CalendarPublished, Problem> {
    let vendor = "default".parse().expect("a plain word is a vendor id");
    let document = json::parse(json::utf8(bytes)?, "", 0)?;
    Ok(CalendarPublished::from_json(document, &Around { vendor: &vendor }))
}

/// The policy as a value, every number stated; a cap that is off is left out.
pub fn document(policy: &Policy) -> serde_json::Value {
    serde_json::to_value(policy.to_json()).expect("numbers and texts are always JSON")
}

/// The policy as it is published: every number stated, in RFC 8785 form.
pub fn canonical(policy: &Policy) -> Vec<u8> {
    json::canonical(&policy.to_json())
}

/// SHA-256 of the RFC 8785 form: the name under which decisions cite the policy.
pub fn digest(policy: &Policy) -> Digest {
    json::sha256(&canonical(policy))
}

/// The built-in policy as a document to start from, indented.
pub fn default_document() -> String {
    serde_json::to_string_pretty(&Policy::default().to_json()).expect("numbers and texts are always JSON")
}

/// The schema of the document.
pub(crate) fn schema(generator: &mut SchemaGenerator) -> Schema {
    generator.root_schema_for::<Document>()
}

words! { Tenders { Refused = "refused", Allowed = "allowed" } }
words! { Recordings { Required = "required" } }

/// The time zone civil days are counted in.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone(String);

impl Zone {
    pub(crate) fn named(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Zone {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        domain::calendar::zone(text).map(|_| Self(text.to_owned()))
    }
}

impl crate::shape::Form for Zone {
    fn schema() -> Schema {
        json_schema!({"type": "string", "description": "An IANA time zone name, such as Europe/Berlin."})
    }
}

impl Shape for Zone {
    type Json = Text<Self>;

    fn to_json(&self) -> Text<Self> {
        Text(self.clone())
    }

    fn from_json(json: Text<Self>, _around: &Around<'_>) -> Self {
        json.0
    }
}

/// Civil days: at most ten years.
type Days = Within<0, 3_650>;
/// Civil days of something that must last.
type SomeDays = Within<1, 3_650>;
/// Business days: at most half a year.
type DaysBusiness = Within<0, 130>;

/// Declares one section of the document: its members, and the range or words of each.
macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident for $domain:ident at $section:ident {
        $($(#[$note:meta])* $field:ident : $type:ty),* $(,)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default, remote = "Self")]
        pub struct $name {$(
            $(#[$note])*
            $field: $type,
        )*}

        crate::shape::object::written_as_objects! { $name }

        impl Default for $name {
            fn default() -> Self {
                Self::state(Policy::default().$section)
            }
        }

        impl Stated<$domain> for $name {
            fn state(value: $domain) -> Self {
                Self { $($field: Stated::state(value.$field)),* }
            }

            fn value(self) -> $domain {
                $domain { $($field: Stated::value(self.$field)),* }
            }
        }

    )*};
}

// It uses the macro above.
mod identity;

sections! {
    /// Registration of deals.
    Registration for RegistrationPolicy at registration {
        /// Civil days an approved registration protects.
        protection_days: SomeDays,
        /// Civil days one extension adds.
        extension_days: Days,
        /// How often a registration may be extended.
        extensions_max: Within<0, 100>,
        /// Civil days before an extension within which activity must have been reported.
        activity_days: Days,
        /// Business days within which a registration is decided.
        decision_days_business: DaysBusiness,
        /// Civil days before the end of an approved registration at which a person is reminded, each of them once.
        reminder_days: Vec<Days>,
        /// Whether published tenders may be registered.
        tenders: Word<Tenders>,
        /// Registrations of one partner that may be open at a time, over all accounts: those that wait for a decision,
        /// and approved ones until they end. No cap when null or left out. A person may approve beyond it, and
        /// imported history is never refused.
        // Left out where there is none: what was published before there were caps keeps its digest.
        #[serde(skip_serializing_if = "Option::is_none")]
        open_max: Option<Within<1, 10_000>>,
    }

    /// Handoffs between a host and a guest.
    Handoff for HandoffPolicy at handoff {
        /// Civil days an invitation lives.
        invitation_days: SomeDays,
        /// Civil days of protection from acceptance.
        protection_days: SomeDays,
        /// Civil days of tail after protection.
        tail_days: Days,
        /// Civil days before the end of the tail in which an unreported touch counts.
        touch_days: Days,
        /// Months the finder's commission runs on.
        commission_tail_months: Within<0, 120>,
        /// Business days within which a host may ratify an act.
        ratify_days_business: DaysBusiness,
        /// Delivered notices before a host can forfeit.
        forfeiture_notices: Within<1, 10>,
        /// Civil days between the first and the last of them.
        forfeiture_notice_gap_days: Days,
        /// Civil days from the first notice until the cure period is over.
        forfeiture_cure_days: Days,
        /// Civil days before an invitation lapses at which a person is reminded.
        reminder_days: Days,
    }

    /// The customer's consent.
    Consent for ConsentPolicy at consent {
        /// Civil days a letter is good for; its last instant counts.
        letter_days: SomeDays,
        /// Civil days a token lives.
        token_days: SomeDays,
        /// Wrong tries before a token is spent.
        token_tries_max: Within<1, 100>,
        /// Civil days a contact must have been on file before it can verify.
        contact_on_file_days: Days,
        /// `required` if a customer's yes on the telephone counts only with the digest of its recording; none asks for
        /// none.
        // Left out where none is asked for: what was published before keeps its digest.
        #[serde(skip_serializing_if = "Option::is_none")]
        recordings: Option<Word<Recordings>>,
        /// Civil days within which two reversals call for a call-back.
        flip_days: Days,
        /// Civil days in which nothing moves after the second of them.
        stand_still_days: Days,
    }

    /// Changes of holder.
    Change for ChangePolicy at change {
        /// Business days of the objection window, from the last delivered notice.
        window_days_business: Within<0, 130>,
        /// The longest window a change may ask for, in business days.
        window_days_business_max: Within<0, 130>,
        /// Delivered notices after which silence of the losing side counts as consent; one to its deputy will do.
        silence_notices: Within<1, 10>,
        /// Civil days of lock after a change.
        lock_days: Days,
        /// Business days after execution in which the customer may still rescind.
        rescission_days_business: DaysBusiness,
        /// Business days in which an error is corrected without a person.
        correction_days_business: DaysBusiness,
        /// Business days in which a reported error is answered.
        error_reply_days_business: DaysBusiness,
        /// Business days in which both sides may agree that it was one.
        error_agree_days_business: DaysBusiness,
        /// Business days by whose end the account is back.
        error_restore_days_business: DaysBusiness,
        /// Civil days of notice before a book of business moves by a merger.
        merger_notice_days: Days,
        /// Civil days before an objection window ends at which a person is reminded.
        reminder_days: Days,
    }

    /// Finding breaches.
    Policing for PolicingPolicy at policing {
        /// Civil days a basis may arrive late; until then a verdict is pending.
        lateness_days: Days,
        /// Civil days after which a lawful gain by a third party ends the host's protection.
        relay_days: Days,
        /// Months within which a second refused attempt becomes a finding.
        attempt_months: Within<0, 120>,
        /// Accounts a uniform vendor act must cover to be uniform.
        uniform_accounts_min: Within<1, 10_000>,
        /// Basis points of ownership from which a company belongs to a family.
        family_share_bp: Within<1, 10_000>,
        /// Civil days after an order within which its commission must have accrued, and within which orders below
        /// the minimum count together.
        accrual_days: SomeDays,
        /// Objections of one host on one account that may be rejected before it is asked why.
        objections_rejected_min: Within<1, 100>,
        /// Registrations of one partner that may lapse without activity on one account before it is asked why.
        idle_registrations_min: Within<2, 100>,
        /// Civil days after a rescission in which a letter of another signer calls for a call-back.
        new_signer_days: Days,
        /// Civil days after the tail in which a gain follows from unreported work before its end (T11).
        pounce_days: Days,
        /// Civil days after the end of protection in which a gain follows from a promise never kept (T12).
        stall_days: Days,
        /// Civil days before the cure period in which a new address of the host is too new (T13).
        address_days: Days,
        /// Civil days before a change in which a contact replaced by the gaining side matters (T20).
        capture_days: Days,
        /// Civil days before a claim within which a claimant's first touch is a late one (T22).
        late_touch_days: Days,
        /// Civil days without a touch that break a chain (T22).
        chain_gap_days: SomeDays,
        /// Months within which the takeovers of one ring lie (T10).
        ring_months: Within<1, 120>,
        /// Partners a ring has at most (T10).
        ring_partners_max: Within<2, 4>,
        /// Civil days after a person joined within which an account is said to follow it (T23).
        follow_days: SomeDays,
        /// Accounts that follow before they are counted against chance (T23).
        follow_accounts_min: Within<2, 100>,
        /// How many there must be before chance can be judged at all (T23, R1).
        chance_trials_min: Within<10, 200>,
        /// Of how many handoffs an honest partner keeps the account, in basis points, as measured on others before
        /// this policy was published (T23, R1).
        chance_baseline_bp: Within<1, 5_000>,
        /// The chance, in basis points, that an honest partner is ever named (T23, R1).
        chance_alpha_bp: Within<1, 1_000>,
    }

    /// Disputes: their clocks, and what is put right.
    Dispute for DisputePolicy at dispute {
        /// Civil days from when a breach could be known within which it is filed.
        filing_days: SomeDays,
        /// Months from the act after which nothing is filed any more.
        filing_months_max: Within<1, 120>,
        /// Hours of business days within which an emergency stay is decided.
        stay_hours_business: Within<1, 80>,
        /// Civil days in which the respondent answers.
        respondent_days: SomeDays,
        /// Civil days in which the gaining side proves a letter it relied on; no proof, upheld.
        proof_days: SomeDays,
        /// The same where the letter lies in an archive.
        archive_proof_days: SomeDays,
        /// Civil days in which it is decided.
        decision_days: SomeDays,
        /// Business days in which the decision may be appealed.
        appeal_days_business: DaysBusiness,
        /// Civil days of the guest's margin that are reversed.
        margin_days: Days,
        /// Basis points of the commission withheld that are paid back.
        restitution_bp: Within<0, 10_000>,
        /// Months within which upheld findings count together for the ladder.
        ladder_months: Within<1, 120>,
        /// Civil days without matchmaking after the second.
        pause_days: Days,
        /// Months without matchmaking and own verification after the third.
        pause_months: Within<0, 120>,
        /// Civil days before a clock of a case runs out at which a person is reminded.
        reminder_days: Days,
    }
}

/// The program's rules as numbers. What is left out has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, remote = "Self")]
#[schemars(rename = "Policy")]
pub struct Document {
    registration: Registration,
    handoff: Handoff,
    consent: Consent,
    change: Change,
    policing: Policing,
    dispute: Dispute,
    identity: Identity,
    /// What is looked for and what is made of it, by pattern, such as `T01`. What is not named is on, except
    /// T23, which follows persons.
    patterns: Patterns,
    /// The time zone civil days are counted in.
    zone: Text<Zone>,
}

crate::shape::object::written_as_objects! { Document }

impl Default for Document {
    fn default() -> Self {
        Policy::default().to_json()
    }
}

impl Document {
    fn policy(self) -> Policy {
        Policy {
            registration: self.registration.value(),
            handoff: self.handoff.value(),
            consent: self.consent.value(),
            change: self.change.value(),
            policing: self.policing.value(),
            dispute: self.dispute.value(),
            identity: self.identity.value(),
            patterns: self.patterns.value(),
            zone: self.zone.0.0,
        }
    }
}

impl Absent for Document {}

impl Shape for Policy {
    type Json = Document;

    fn to_json(&self) -> Document {
        let policy = self.clone();
        Document {
            registration: Stated::state(policy.registration),
            handoff: Stated::state(policy.handoff),
            consent: Stated::state(policy.consent),
            change: Stated::state(policy.change),
            policing: Stated::state(policy.policing),
            dispute: Stated::state(policy.dispute),
            identity: Stated::state(policy.identity),
            patterns: Stated::state(policy.patterns),
            zone: Text(Zone(policy.zone)),
        }
    }

    fn from_json(json: Document, _around: &Around<'_>) -> Self {
        json.policy()
    }
}

/// A policy's numbers stand in its compact form by name, so that a new one does not change the layout; what an
/// older policy does not state has its default. Guards are kept as they are: they were checked when published.
impl Compact for Policy {
    fn put(&self, out: &mut Vec<u8>) {
        // The patterns stand beside the numbers: said twice, a change in one of the two would go unseen.
        let numbers = Self { patterns: std::collections::BTreeMap::new(), ..self.clone() };
        let numbers = String::from_utf8(canonical(&numbers)).expect("RFC 8785 is UTF-8");
        put_text(&numbers, out);
        self.patterns.clone().into_iter().collect::<Vec<_>>().put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        let numbers: Document = serde_json::from_str(from.text()?).map_err(|_| Damaged)?;
        let patterns: Vec<(String, PatternPolicy)> = Vec::take(from)?;
        Ok(Self { patterns: patterns.into_iter().collect(), ..numbers.policy() })
    }
}

impl Compact for (String, PatternPolicy) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Result<Self, Damaged> {
        Ok((Compact::take(from)?, Compact::take(from)?))
    }
}

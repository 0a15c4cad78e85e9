//! The program's rules as numbers: published as data, with a date from which they hold.
//!
//! Every figure is a default a vendor may change; where a figure comes from stands beside it. A figure is added
//! in three lines: its field and its default here, its range in `wire::policy`.

pub mod guard;
mod identity;

use std::collections::BTreeMap;

use crate::event::case::Severity;
pub use guard::{Guard, Measure, Subject};
pub use identity::IdentityPolicy;

/// All numbers and switches of one published policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub registration: RegistrationPolicy,
    pub handoff: HandoffPolicy,
    pub consent: ConsentPolicy,
    pub change: ChangePolicy,
    pub policing: PolicingPolicy,
    pub dispute: DisputePolicy,
    pub identity: IdentityPolicy,
    /// What is looked for and what is made of it, by pattern; see [`Policy::pattern`].
    pub patterns: BTreeMap<String, PatternPolicy>,
    /// IANA zone in which civil days are counted.
    pub zone: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationPolicy {
    /// Civil days an approved registration protects (commonest of 30 to 180 in published programs).
    pub protection_days: u16,
    /// Civil days one extension adds.
    pub extension_days: u16,
    /// How often a registration may be extended.
    pub extensions_max: u8,
    /// Civil days before an extension within which activity must have been reported.
    pub activity_days: u16,
    /// Business days within which a registration is decided (Fortra, Noetfield).
    pub decision_days_business: u16,
    /// Civil days before the end of an approved registration at which a person is reminded, each of them once.
    pub reminder_days: Vec<u16>,
    /// Whether published tenders may be registered (NeuVector: no).
    pub tenders: Tenders,
    /// Registrations of one partner that may be open at a time, over all accounts; `None` for no cap (HubSpot: 25).
    /// A command beyond it is refused; imported history never is.
    pub open_max: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tenders {
    Refused,
    Allowed,
}

/// What is asked of whoever heard the customer on the telephone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recordings {
    Required,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoffPolicy {
    /// Civil days an invitation lives (Microsoft 14, AWS 15).
    pub invitation_days: u16,
    /// Civil days of protection from acceptance (listing clauses).
    pub protection_days: u16,
    /// Civil days of tail after protection.
    pub tail_days: u16,
    /// Civil days before the end of protection in which an unreported touch extends it into the tail.
    pub touch_days: u16,
    /// Months the finder's commission runs on (HubSpot: 36).
    pub commission_tail_months: u16,
    /// Business days within which a host may ratify an act.
    pub ratify_days_business: u16,
    /// Delivered notices before a host can forfeit.
    pub forfeiture_notices: u8,
    /// Civil days between the first and the last of them.
    pub forfeiture_notice_gap_days: u16,
    /// Civil days from the first notice until the cure period is over.
    pub forfeiture_cure_days: u16,
    /// Civil days before an invitation lapses at which a person is reminded.
    pub reminder_days: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentPolicy {
    /// Civil days a letter is good for; its last instant counts.
    pub letter_days: u16,
    /// Civil days a token lives (ICANN: 14).
    pub token_days: u16,
    /// Wrong tries before a token is spent.
    pub token_tries_max: u8,
    /// Civil days a contact must have been on file before it can verify.
    pub contact_on_file_days: u16,
    /// Whether a customer's yes on the telephone counts only with the digest of its recording (TPV: so it does);
    /// `None` asks for none.
    pub recordings: Option<Recordings>,
    /// Civil days within which two reversals call for a call-back.
    pub flip_days: u16,
    /// Civil days in which nothing moves after the second of them.
    pub stand_still_days: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePolicy {
    /// Business days of the objection window, from the last delivered notice.
    pub window_days_business: u8,
    /// The longest window a change may ask for, in business days.
    pub window_days_business_max: u8,
    /// Delivered notices after which silence of the losing side counts as consent; one to its deputy will do.
    pub silence_notices: u8,
    /// Civil days of lock after a change (ICANN: 60, now 30).
    pub lock_days: u16,
    /// Business days after execution in which the customer may still rescind.
    pub rescission_days_business: u16,
    /// Business days in which an error is corrected without a person.
    pub correction_days_business: u16,
    /// Business days in which a reported error is answered (Erroneous Transfer Charter: 5).
    pub error_reply_days_business: u16,
    /// Business days in which both sides may agree that it was one (Erroneous Transfer Charter: 20).
    pub error_agree_days_business: u16,
    /// Business days by whose end the account is back (Erroneous Transfer Charter: 21).
    pub error_restore_days_business: u16,
    /// Civil days of notice before a book of business moves by a merger.
    pub merger_notice_days: u16,
    /// Civil days before an objection window ends at which a person is reminded.
    pub reminder_days: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicingPolicy {
    /// Civil days a basis may arrive late (letters); until then a verdict is pending.
    pub lateness_days: u16,
    /// Civil days after which a lawful gain by a third party ends the host's protection.
    pub relay_days: u16,
    /// Months within which a second refused attempt becomes a finding.
    pub attempt_months: u16,
    /// Accounts a uniform vendor act must cover to be uniform.
    pub uniform_accounts_min: u16,
    /// Basis points of ownership from which a company belongs to a family.
    pub family_share_bp: u32,
    /// Civil days after an order within which its commission must have accrued, and within which orders below
    /// the minimum count together.
    pub accrual_days: u16,
    /// Objections of one host on one account that may be rejected before it is asked why.
    pub objections_rejected_min: u8,
    /// Registrations of one partner that may lapse without activity on one account before it is asked why.
    pub idle_registrations_min: u8,
    /// Civil days after a rescission in which a letter of another signer calls for a call-back.
    pub new_signer_days: u16,
    /// T11: civil days after the tail in which a gain follows from unreported work before its end.
    pub pounce_days: u16,
    /// T12: civil days after the end of protection in which a gain follows from a promise never kept.
    pub stall_days: u16,
    /// T13: civil days before the cure period in which a new address of the host is too new.
    pub address_days: u16,
    /// T20: civil days before a change in which a contact replaced by the gaining side matters.
    pub capture_days: u16,
    /// T22: civil days before a claim within which a claimant's first touch is a late one.
    pub late_touch_days: u16,
    /// T22: civil days without a touch that break a chain (procuring cause: three weeks).
    pub chain_gap_days: u16,
    /// T10: months within which the takeovers of one ring lie.
    pub ring_months: u16,
    /// T10: partners a ring has at most.
    pub ring_partners_max: u8,
    /// T23: civil days after a person joined within which an account is said to follow it.
    pub follow_days: u16,
    /// T23: accounts that follow before they are counted against chance.
    pub follow_accounts_min: u8,
    /// T23, R1: how many there must be before chance can be judged at all.
    pub chance_trials_min: u8,
    /// T23, R1: of how many handoffs an honest partner keeps the account, in basis points; measured on others
    /// before this policy was published, and frozen with it.
    pub chance_baseline_bp: u32,
    /// T23, R1: the chance, in basis points, that an honest partner is ever named.
    pub chance_alpha_bp: u32,
}

/// Clocks of a dispute, and what is put right by it (47 CFR 64.1150, ICANN's dispute policy, realtors' rules).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputePolicy {
    /// Civil days from when a breach could be known within which it is filed.
    pub filing_days: u16,
    /// Months from the act after which nothing is filed any more.
    pub filing_months_max: u16,
    /// Hours of business days within which an emergency stay is decided.
    pub stay_hours_business: u8,
    /// Civil days in which the respondent answers.
    pub respondent_days: u16,
    /// Civil days in which the gaining side proves a letter it relied on; no proof, upheld.
    pub proof_days: u16,
    /// The same where the letter lies in an archive.
    pub archive_proof_days: u16,
    /// Civil days in which it is decided.
    pub decision_days: u16,
    /// Business days in which the decision may be appealed.
    pub appeal_days_business: u16,
    /// Civil days of the guest's margin that are reversed.
    pub margin_days: u16,
    /// Basis points of the commission withheld that are paid back.
    pub restitution_bp: u32,
    /// Months within which upheld findings count together for the ladder.
    pub ladder_months: u16,
    /// Civil days without matchmaking after the second.
    pub pause_days: u16,
    /// Months without matchmaking and own verification after the third.
    pub pause_months: u16,
    /// Civil days before a clock of a case runs out at which a person is reminded.
    pub reminder_days: u16,
}

/// What a policy says of one pattern.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PatternPolicy {
    /// Whether it is looked for at all.
    pub switch: Switch,
    /// The highest severity a finding of it may have.
    pub severity_max: Option<Severity>,
    /// When a finding of it is held back or demoted.
    pub guard: Option<Guard>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Switch {
    #[default]
    On,
    Off,
}

/// Patterns that are off until a policy turns them on: T23 follows persons, which needs a lawful ground.
const OFF_BY_DEFAULT: [&str; 1] = ["T23"];

impl Policy {
    /// What this policy says of a pattern; one it does not name is on, without a cap or a guard.
    pub fn pattern(&self, pattern: &str) -> PatternPolicy {
        self.patterns.get(pattern).cloned().unwrap_or_default()
    }

    /// What a policy says of the patterns it does not name.
    pub fn patterns_by_default() -> BTreeMap<String, PatternPolicy> {
        let off = PatternPolicy { switch: Switch::Off, ..PatternPolicy::default() };
        OFF_BY_DEFAULT.iter().map(|pattern| ((*pattern).to_owned(), off.clone())).collect()
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            registration: RegistrationPolicy {
                protection_days: 90,
                extension_days: 30,
                extensions_max: 1,
                activity_days: 30,
                decision_days_business: 2,
                reminder_days: vec![30, 14, 7],
                tenders: Tenders::Refused,
                open_max: None,
            },
            handoff: HandoffPolicy {
                invitation_days: 14,
                protection_days: 365,
                tail_days: 90,
                touch_days: 60,
                commission_tail_months: 12,
                ratify_days_business: 10,
                forfeiture_notices: 2,
                forfeiture_notice_gap_days: 10,
                forfeiture_cure_days: 21,
                reminder_days: 3,
            },
            consent: ConsentPolicy {
                letter_days: 60,
                token_days: 14,
                token_tries_max: 3,
                contact_on_file_days: 30,
                recordings: None,
                flip_days: 30,
                stand_still_days: 10,
            },
            change: ChangePolicy {
                window_days_business: 5,
                window_days_business_max: 10,
                silence_notices: 2,
                lock_days: 30,
                rescission_days_business: 10,
                correction_days_business: 10,
                error_reply_days_business: 5,
                error_agree_days_business: 20,
                error_restore_days_business: 21,
                merger_notice_days: 30,
                reminder_days: 1,
            },
            policing: PolicingPolicy::default(),
            dispute: DisputePolicy {
                filing_days: 180,
                filing_months_max: 12,
                stay_hours_business: 4,
                respondent_days: 7,
                proof_days: 15,
                archive_proof_days: 30,
                decision_days: 30,
                appeal_days_business: 10,
                margin_days: 30,
                restitution_bp: 10_000,
                ladder_months: 12,
                pause_days: 90,
                pause_months: 12,
                reminder_days: 2,
            },
            identity: IdentityPolicy::default(),
            patterns: Self::patterns_by_default(),
            zone: "UTC".to_owned(),
        }
    }
}

impl Default for PolicingPolicy {
    fn default() -> Self {
        Self {
            lateness_days: 14,
            relay_days: 60,
            attempt_months: 12,
            uniform_accounts_min: 3,
            family_share_bp: 5_000,
            accrual_days: 30,
            objections_rejected_min: 3,
            idle_registrations_min: 3,
            new_signer_days: 14,
            pounce_days: 30,
            stall_days: 180,
            address_days: 7,
            capture_days: 30,
            late_touch_days: 14,
            chain_gap_days: 21,
            ring_months: 18,
            ring_partners_max: 4,
            follow_days: 180,
            follow_accounts_min: 2,
            chance_trials_min: 10,
            chance_baseline_bp: 500,
            chance_alpha_bp: 100,
        }
    }
}

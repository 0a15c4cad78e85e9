//! The program's rules as numbers: published as data, with a date from which they hold.
//!
//! Every figure is a default a vendor may change; where a figure comes from stands beside it.

/// All numbers and switches of one published policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub registration: RegistrationPolicy,
    pub handoff: HandoffPolicy,
    pub consent: ConsentPolicy,
    pub change: ChangePolicy,
    pub policing: PolicingPolicy,
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
    /// Civil days before the end at which a person is reminded.
    pub reminder_days: Vec<u16>,
    /// Open registrations a partner may have at once; off unless set (25 at HubSpot).
    pub open_max: Option<u32>,
    /// Whether published tenders may be registered (NeuVector: no).
    pub tenders: Tenders,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tenders {
    Refused,
    Allowed,
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
    /// Civil days within which two reversals call for a call-back.
    pub flip_days: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePolicy {
    /// Business days of the objection window, from the last delivered notice.
    pub window_days_business: u8,
    /// The longest window a change may ask for, in business days.
    pub window_days_business_max: u8,
    /// Civil days of lock after a change (ICANN: 60, now 30).
    pub lock_days: u16,
    /// Business days after execution in which the customer may still rescind.
    pub rescission_days_business: u16,
    /// Business days in which an error is corrected without a person.
    pub correction_days_business: u16,
    /// Civil days of notice before a book of business moves by a merger.
    pub merger_notice_days: u16,
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
                open_max: None,
                tenders: Tenders::Refused,
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
            },
            consent: ConsentPolicy {
                letter_days: 60,
                token_days: 14,
                token_tries_max: 3,
                contact_on_file_days: 30,
                flip_days: 30,
            },
            change: ChangePolicy {
                window_days_business: 5,
                window_days_business_max: 10,
                lock_days: 30,
                rescission_days_business: 10,
                correction_days_business: 10,
                merger_notice_days: 30,
            },
            policing: PolicingPolicy {
                lateness_days: 14,
                relay_days: 60,
                attempt_months: 12,
                uniform_accounts_min: 3,
                family_share_bp: 5_000,
            },
            zone: "UTC".to_owned(),
        }
    }
}

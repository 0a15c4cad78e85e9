//! Why a command is refused: one variant per broken rule, each with a code that never changes.
//!
//! What is said here is for the sender. A partner must not learn from a refusal that something exists
//! which it may not see: at the edge, [`Refusal::hides`] says which refusals look like absence.

use crate::account::registration::Registration;
use crate::id::{AccountId, PartnerId, PrincipalId};
use crate::letter::Defect;
use crate::time::Instant;

/// The rule a command breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    // Who may ask
    #[error("this needs {needs}")]
    NotAuthorised { needs: &'static str },
    #[error("{partner} is not enrolled in the program")]
    NotEnrolled { partner: PartnerId },
    #[error("{partner} was only met in imported data; it must enrol before it can ask for anything")]
    OnlySeenInData { partner: PartnerId },
    #[error("this command is not about an account; send it to the {stream} stream")]
    WrongStream { stream: &'static str },
    #[error("the account was merged into {into}; ask there")]
    AccountAbsorbed { into: AccountId },

    // Deals
    #[error("no such deal here")]
    UnknownDeal,
    #[error("the deal belongs to another partner")]
    NotYourDeal,
    #[error("the deal was never submitted")]
    NotSubmitted,
    #[error("the deal lacks {}", missing.join(", "))]
    Incomplete { missing: Vec<String> },
    #[error("the deal is already {}", registration.as_str())]
    AlreadyDecided { registration: Registration },
    #[error("only an approved deal can be extended or cancelled")]
    NotApproved,
    #[error("the customer decided on {at}")]
    CustomerDecided { at: Instant },
    #[error("the protection ended on {at}")]
    ProtectionOver { at: Instant },
    #[error("no activity was reported since {since}")]
    NoActivityToExtend { since: Instant },
    #[error("the deal was extended as often as the program allows ({max})")]
    ExtensionsUsedUp { max: u8 },
    #[error("an activity cannot lie in the future")]
    ActivityInFuture,

    // The account
    #[error("the account may not change hands before {until}")]
    AccountLocked { until: Instant },
    #[error("an override that changes the holder must name one")]
    OverrideWithoutHolder,
    #[error("exactly two different officers must sign")]
    NeedsTwoOfficers,
    #[error("{principal} belongs to direct sales and may not sign")]
    OfficerOfDirectSales { principal: PrincipalId },
    #[error("{principal} is no officer of the vendor")]
    NotAnOfficer { principal: PrincipalId },
    #[error("a reason must be given in words")]
    ReasonMissing,
    #[error("the end must lie in the future")]
    EndNotInFuture,
    #[error("no such refused attempt here")]
    UnknownRefusal,
    #[error("the refused attempt was another partner's")]
    NotYourRefusal,

    // Handoffs
    #[error("no such handoff here")]
    UnknownHandoff,
    #[error("the handoff is between other partners")]
    NotYourHandoff,
    #[error("another handoff has this id")]
    HandoffIdTaken,
    #[error("nothing lies in the scope")]
    EmptyScope,
    #[error("a host cannot invite itself")]
    HostIsGuest,
    #[error("the host signs before it invites")]
    HostHasNotSigned,
    #[error("no invitation waits for an answer")]
    NotInvited,
    #[error("the invitation lapsed on {at}")]
    InvitationLapsed { at: Instant },
    #[error("the handoff is accepted; only a release ends it")]
    AlreadyAccepted,
    #[error("the handoff was never accepted")]
    NotAccepted,
    #[error("the handoff is closed")]
    HandoffClosed,
    #[error("the terms are not the ones in force")]
    TermsDiffer,
    #[error("{partner} is not of the guest's family")]
    PriorOfStranger { partner: PartnerId },
    #[error("what is reported cannot lie in the future")]
    InFuture,
    #[error("the other side has not signed this amendment")]
    SignatureOfAnother,
    #[error("the handoff has no such commitment")]
    UnknownCommitment,
    #[error("an earlier start needs a paper that was laid down by then")]
    Backdated,
    #[error("the named event laid down no such digest here")]
    UnknownAnchor,
    #[error("the guest's side gained nothing by that event")]
    NothingToRatify,
    #[error("the act could be ratified until {until}")]
    RatifiedTooLate { until: Instant },
    #[error("no such notice to the host here")]
    UnknownNotice,
    #[error("a notice went to an address that is not the host's own")]
    NotTheHostsAddress,
    #[error("a notice was not delivered")]
    NotDelivered,
    #[error("the host must have been told {needed} times")]
    TooFewNotices { needed: u8 },
    #[error("the first and the last notice must lie {days} days apart")]
    NoticesTooClose { days: u16 },
    #[error("the host responded on {at}")]
    HostResponded { at: Instant },

    // Freezes
    #[error("no such freeze here")]
    UnknownFreeze,
    #[error("another freeze has this id")]
    FreezeIdTaken,
    #[error("the family that is kept out may not lift the freeze")]
    FrozenOut,

    // Consent
    #[error("another letter has this id")]
    LetterIdTaken,
    #[error("no such letter here")]
    UnknownLetter,
    #[error("the token stands for something else already")]
    TokenTaken,
    #[error("the contact is not on file for the customer")]
    ContactNotOnFile,
    #[error("the contact is on file only since {since}")]
    ContactTooNew { since: Instant },
    #[error("the token was used")]
    TokenUsed,
    #[error("the token expired on {at}")]
    TokenExpired { at: Instant },
    #[error("the token was tried wrongly {max} times")]
    TokenTriesUsedUp { max: u8 },

    // Changes of holder
    #[error("no such change here")]
    UnknownChange,
    #[error("another change has this id")]
    ChangeIdTaken,
    #[error("the change is over")]
    ChangeOver,
    #[error("the gaining partner holds it already")]
    GainsFromItself,
    #[error("the losing partner does not hold it")]
    NotTheHolder,
    #[error("a claim of the customer's word names its letter or token")]
    PaperNotNamed,
    #[error("{verifier} belongs to a side of the change")]
    VerifierNotIndependent { verifier: PartnerId },
    #[error("a verifier may earn nothing by the answer")]
    VerifierPaidByOutcome,
    #[error("the customer has not confirmed the change")]
    NotVerified,
    #[error("all sides were notified")]
    AlreadyNotified,
    #[error("exactly one notice goes to the customer, the losing and the gaining side")]
    NotAllThree,
    #[error("another notice has this id")]
    NoticeIdTaken,
    #[error("a notice must be about the change and name who gains")]
    GainingNotNamed,
    #[error("the gaining side replaced the address and its owner did not confirm it")]
    AddressCaptured,
    #[error("the sides were not notified yet")]
    NotNotified,
    #[error("the window ended on {at}")]
    WindowOver { at: Instant },
    #[error("no such objection here")]
    UnknownObjection,
    #[error("the objection is decided")]
    ObjectionDecided,
    #[error("the customer cannot waive its window in advance")]
    CustomerMayNotWaive,
    #[error("the letter {}", defect.as_str())]
    LetterDefective { defect: Defect },
    #[error("the account is frozen toward the gaining side")]
    Frozen,
    #[error("an objection waits for its ruling")]
    ObjectionPending,
    #[error("no notice reached the losing side")]
    LosingSideNotTold,
    #[error("the objection window is not over")]
    WindowNotOver { until: Option<Instant> },
    #[error("the change is executed; it can only be reversed")]
    ReverseInstead,
    #[error("the change was never executed")]
    NotExecuted,
    #[error("the change could be reversed until {until}")]
    ReversalTooLate { until: Instant },
    #[error("the gaining side has sold since; a person must rule")]
    TradedSince,
    #[error("nobody held it before")]
    NoFormerHolder,

    // Partners and the program
    #[error("a partner cannot be affiliated with or merged into itself")]
    RelatedToItself,
    #[error("there is no affiliation between the two to end")]
    NotAffiliated,
    #[error("the policy must be version {expected}")]
    VersionOutOfOrder { expected: u32 },
    #[error("a policy may not take effect before the one in force since {since}")]
    EffectiveTooEarly { since: Instant },
    #[error("the time zone is not known")]
    UnknownZone,

    // Corrections and cases
    #[error("no such fact here")]
    UnknownFact,
    #[error("only the producer of a fact or a vendor officer may correct it")]
    NotYourFact,
    #[error("a correction must say what was so instead, or when")]
    NothingCorrected,
    #[error("a correction that favours its own side must be approved by a second person")]
    NeedsSecondPerson,
    #[error("the case is already decided")]
    CaseDecided,
}

impl Refusal {
    /// Every code of the book itself, for tests and documents.
    pub const CODES: &'static [&'static str] = &[
        "not_authorised",
        "not_enrolled",
        "only_seen_in_data",
        "wrong_stream",
        "account_absorbed",
        "unknown_deal",
        "not_your_deal",
        "not_submitted",
        "incomplete",
        "already_decided",
        "not_approved",
        "customer_decided",
        "protection_over",
        "no_activity_to_extend",
        "extensions_used_up",
        "activity_in_future",
        "account_locked",
        "override_without_holder",
        "needs_two_officers",
        "officer_of_direct_sales",
        "not_an_officer",
        "reason_missing",
        "end_not_in_future",
        "unknown_refusal",
        "not_your_refusal",
        "related_to_itself",
        "not_affiliated",
        "version_out_of_order",
        "effective_too_early",
        "unknown_zone",
        "unknown_fact",
        "not_your_fact",
        "nothing_corrected",
        "needs_second_person",
        "case_decided",
    ];

    /// Every code of handoffs, changes of holder, consent and freezes.
    pub const GUEST_CODES: &'static [&'static str] = &[
        "unknown_handoff",
        "not_your_handoff",
        "handoff_id_taken",
        "empty_scope",
        "host_is_guest",
        "host_has_not_signed",
        "not_invited",
        "invitation_lapsed",
        "already_accepted",
        "not_accepted",
        "handoff_closed",
        "terms_differ",
        "prior_of_stranger",
        "in_future",
        "signature_of_another",
        "unknown_commitment",
        "backdated",
        "unknown_anchor",
        "nothing_to_ratify",
        "ratified_too_late",
        "unknown_notice",
        "not_the_hosts_address",
        "not_delivered",
        "too_few_notices",
        "notices_too_close",
        "host_responded",
        "unknown_freeze",
        "freeze_id_taken",
        "frozen_out",
        "letter_id_taken",
        "unknown_letter",
        "token_taken",
        "contact_not_on_file",
        "contact_too_new",
        "token_used",
        "token_expired",
        "token_tries_used_up",
        "unknown_change",
        "change_id_taken",
        "change_over",
        "gains_from_itself",
        "not_the_holder",
        "paper_not_named",
        "verifier_not_independent",
        "verifier_paid_by_outcome",
        "not_verified",
        "already_notified",
        "not_all_three",
        "notice_id_taken",
        "gaining_not_named",
        "address_captured",
        "not_notified",
        "window_over",
        "unknown_objection",
        "objection_decided",
        "customer_may_not_waive",
        "letter_defective",
        "frozen",
        "objection_pending",
        "losing_side_not_told",
        "window_not_over",
        "reverse_instead",
        "not_executed",
        "reversal_too_late",
        "traded_since",
        "no_former_holder",
    ];

    /// The stable name of the broken rule.
    #[expect(clippy::too_many_lines, reason = "one line per rule")]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAuthorised { .. } => "not_authorised",
            Self::NotEnrolled { .. } => "not_enrolled",
            Self::OnlySeenInData { .. } => "only_seen_in_data",
            Self::WrongStream { .. } => "wrong_stream",
            Self::AccountAbsorbed { .. } => "account_absorbed",
            Self::UnknownDeal => "unknown_deal",
            Self::NotYourDeal => "not_your_deal",
            Self::NotSubmitted => "not_submitted",
            Self::Incomplete { .. } => "incomplete",
            Self::AlreadyDecided { .. } => "already_decided",
            Self::NotApproved => "not_approved",
            Self::CustomerDecided { .. } => "customer_decided",
            Self::ProtectionOver { .. } => "protection_over",
            Self::NoActivityToExtend { .. } => "no_activity_to_extend",
            Self::ExtensionsUsedUp { .. } => "extensions_used_up",
            Self::ActivityInFuture => "activity_in_future",
            Self::AccountLocked { .. } => "account_locked",
            Self::OverrideWithoutHolder => "override_without_holder",
            Self::NeedsTwoOfficers => "needs_two_officers",
            Self::OfficerOfDirectSales { .. } => "officer_of_direct_sales",
            Self::NotAnOfficer { .. } => "not_an_officer",
            Self::ReasonMissing => "reason_missing",
            Self::EndNotInFuture => "end_not_in_future",
            Self::UnknownRefusal => "unknown_refusal",
            Self::NotYourRefusal => "not_your_refusal",
            Self::RelatedToItself => "related_to_itself",
            Self::NotAffiliated => "not_affiliated",
            Self::VersionOutOfOrder { .. } => "version_out_of_order",
            Self::EffectiveTooEarly { .. } => "effective_too_early",
            Self::UnknownZone => "unknown_zone",
            Self::UnknownFact => "unknown_fact",
            Self::NotYourFact => "not_your_fact",
            Self::NothingCorrected => "nothing_corrected",
            Self::NeedsSecondPerson => "needs_second_person",
            Self::CaseDecided => "case_decided",
            Self::UnknownHandoff => "unknown_handoff",
            Self::NotYourHandoff => "not_your_handoff",
            Self::HandoffIdTaken => "handoff_id_taken",
            Self::EmptyScope => "empty_scope",
            Self::HostIsGuest => "host_is_guest",
            Self::HostHasNotSigned => "host_has_not_signed",
            Self::NotInvited => "not_invited",
            Self::InvitationLapsed { .. } => "invitation_lapsed",
            Self::AlreadyAccepted => "already_accepted",
            Self::NotAccepted => "not_accepted",
            Self::HandoffClosed => "handoff_closed",
            Self::TermsDiffer => "terms_differ",
            Self::PriorOfStranger { .. } => "prior_of_stranger",
            Self::InFuture => "in_future",
            Self::SignatureOfAnother => "signature_of_another",
            Self::UnknownCommitment => "unknown_commitment",
            Self::Backdated => "backdated",
            Self::UnknownAnchor => "unknown_anchor",
            Self::NothingToRatify => "nothing_to_ratify",
            Self::RatifiedTooLate { .. } => "ratified_too_late",
            Self::UnknownNotice => "unknown_notice",
            Self::NotTheHostsAddress => "not_the_hosts_address",
            Self::NotDelivered => "not_delivered",
            Self::TooFewNotices { .. } => "too_few_notices",
            Self::NoticesTooClose { .. } => "notices_too_close",
            Self::HostResponded { .. } => "host_responded",
            Self::UnknownFreeze => "unknown_freeze",
            Self::FreezeIdTaken => "freeze_id_taken",
            Self::FrozenOut => "frozen_out",
            Self::LetterIdTaken => "letter_id_taken",
            Self::UnknownLetter => "unknown_letter",
            Self::TokenTaken => "token_taken",
            Self::ContactNotOnFile => "contact_not_on_file",
            Self::ContactTooNew { .. } => "contact_too_new",
            Self::TokenUsed => "token_used",
            Self::TokenExpired { .. } => "token_expired",
            Self::TokenTriesUsedUp { .. } => "token_tries_used_up",
            Self::UnknownChange => "unknown_change",
            Self::ChangeIdTaken => "change_id_taken",
            Self::ChangeOver => "change_over",
            Self::GainsFromItself => "gains_from_itself",
            Self::NotTheHolder => "not_the_holder",
            Self::PaperNotNamed => "paper_not_named",
            Self::VerifierNotIndependent { .. } => "verifier_not_independent",
            Self::VerifierPaidByOutcome => "verifier_paid_by_outcome",
            Self::NotVerified => "not_verified",
            Self::AlreadyNotified => "already_notified",
            Self::NotAllThree => "not_all_three",
            Self::NoticeIdTaken => "notice_id_taken",
            Self::GainingNotNamed => "gaining_not_named",
            Self::AddressCaptured => "address_captured",
            Self::NotNotified => "not_notified",
            Self::WindowOver { .. } => "window_over",
            Self::UnknownObjection => "unknown_objection",
            Self::ObjectionDecided => "objection_decided",
            Self::CustomerMayNotWaive => "customer_may_not_waive",
            Self::LetterDefective { .. } => "letter_defective",
            Self::Frozen => "frozen",
            Self::ObjectionPending => "objection_pending",
            Self::LosingSideNotTold => "losing_side_not_told",
            Self::WindowNotOver { .. } => "window_not_over",
            Self::ReverseInstead => "reverse_instead",
            Self::NotExecuted => "not_executed",
            Self::ReversalTooLate { .. } => "reversal_too_late",
            Self::TradedSince => "traded_since",
            Self::NoFormerHolder => "no_former_holder",
        }
    }

    /// Whether a partner must be told that the thing does not exist instead.
    pub fn hides(&self) -> bool {
        matches!(self.code(), "not_your_deal" | "not_your_refusal" | "not_your_fact" | "not_your_handoff")
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    /// Reads the arms of `code()` from this very file, so that the lists cannot fall behind it.
    #[test]
    fn every_refusal_stands_in_exactly_one_list_of_codes() {
        let source = include_str!("refusal.rs");
        let arms = source.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => \""));
        let mut coded: Vec<&str> = arms.map(|(_, rest)| rest.trim_end_matches("\",")).collect();
        let mut listed: Vec<&str> = [Refusal::CODES, Refusal::GUEST_CODES].concat();
        coded.sort_unstable();
        listed.sort_unstable();
        assert_eq!(coded, listed);
        listed.dedup();
        assert_eq!(coded, listed, "a code stands for one rule only");
    }

    #[test]
    fn what_belongs_to_another_partner_looks_absent() {
        assert!(Refusal::NotYourDeal.hides() && Refusal::NotYourRefusal.hides());
        assert!(!Refusal::UnknownDeal.hides() && !Refusal::NotApproved.hides());
    }
}

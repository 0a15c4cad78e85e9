//! Why a command is refused: one variant per broken rule, each with a code that never changes.
//!
//! What is said here is for the sender. A partner must not learn from a refusal that something exists
//! which it may not see: at the edge, [`Refusal::hides`] says which refusals look like absence.

use crate::account::registration::Registration;
use crate::id::{AccountId, PartnerId, PrincipalId};
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
    pub const GUEST_CODES: &'static [&'static str] = &[];

    /// The stable name of the broken rule.
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
        }
    }

    /// Whether a partner must be told that the thing does not exist instead.
    pub fn hides(&self) -> bool {
        matches!(self.code(), "not_your_deal" | "not_your_refusal" | "not_your_fact")
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
}

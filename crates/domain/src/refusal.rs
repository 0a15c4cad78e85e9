//! Why a command is refused: one variant per broken rule, each with a code that never changes.
//!
//! What is said here is for the sender. A partner must not learn from a refusal that something exists
//! which it may not see: at the edge, [`Refusal::hides`] says which refusals look like absence.

mod codes;

use crate::account::registration::Registration;
use crate::id::{AccountId, EventId, PartnerId, PrincipalId};
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
    #[error(
        "{open} registrations of {partner} are open and the program allows {max}: withdraw one, report one as won \
         or lost{}",
        or_wait(*first_end)
    )]
    TooManyOpen {
        partner: PartnerId,
        open: u32,
        max: u16,
        /// When the first of them ends by itself.
        first_end: Option<Instant>,
    },

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
    #[error("a yes on the telephone comes with the digest of its recording")]
    RecordingMissing,
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
    #[error("the customer changed its mind too often; nothing moves before {until}")]
    StandStill { until: Instant },
    #[error("the customer changed its mind too often; the vendor must call it back first, after {since}")]
    CallBackNeeded { since: Instant },
    #[error("a token alone is the customer's word only when the customer redeems it in its own portal")]
    LetterMissing,
    #[error("the token was voided on {at}")]
    TokenVoided { at: Instant },
    #[error("no such token here")]
    UnknownToken,
    #[error(
        "the losing side was told once and said nothing; silence counts after {needed} delivered notices, or one to its deputy"
    )]
    SilenceIsNoConsent { needed: u8 },
    #[error("a reminder goes to the losing side")]
    NotTheLosingSide,
    #[error("the gaining side gives it back, or agrees that it was an error: report it first")]
    OtherSideMustAgree,
    #[error("the other side reported no error")]
    NoErrorReported,
    #[error("the report is answered")]
    ErrorAnswered,
    #[error("both sides could agree until {until}; now a person rules")]
    TooLateToAgree { until: Instant },

    // Partners and the program
    #[error("a partner cannot be affiliated with or merged into itself")]
    RelatedToItself,
    #[error("there is no affiliation between the two to end")]
    NotAffiliated,
    #[error("the policy must be version {expected}")]
    VersionOutOfOrder { expected: u32 },
    #[error("a policy may not take effect before the one in force since {since}")]
    EffectiveTooEarly { since: Instant },
    #[error("no rule looks for a pattern named {pattern}")]
    UnknownPattern { pattern: String },
    #[error("the time zone is not known")]
    UnknownZone,
    #[error("a book of business moves only with a certificate of the transfer")]
    CertificateMissing,

    // Corrections and cases
    #[error("no such fact here")]
    UnknownFact,
    #[error("only the producer of a fact or a vendor officer may correct it")]
    NotYourFact,
    #[error("a correction must say what was so instead, or when")]
    NothingCorrected,
    #[error("a correction that favours its own side must be approved by a second person")]
    NeedsSecondPerson,

    // Which accounts are one customer
    #[error("an account is always the same as itself")]
    ComparedWithItself,
    #[error("there is no account {account}")]
    UnknownAccount { account: AccountId },
    #[error("both are one customer through account {account}; part one of them from it")]
    JoinedThrough { account: AccountId },
    #[error("event {event} does not stand on the account that stood for both")]
    NotOnTheSurvivor { event: EventId },
    #[error("nobody suspected the two to be one customer")]
    NotInQueue,
    #[error("it was decided otherwise; link or part them to decide it anew")]
    AlreadyAnswered,

    // Cases
    #[error("the case is already decided")]
    CaseDecided,
    #[error("the case is between others")]
    NotYourCase,
    #[error("the case is not decided yet")]
    NotDecided,
    #[error("a dispute was filed already; make a statement in it")]
    AlreadyFiled,
    #[error("it could be disputed until {until}")]
    FiledTooLate { until: Instant },
    #[error("nobody filed a dispute: a ruling against somebody needs a hearing")]
    NotFiled,
    #[error("the other side may still answer until {until}")]
    SideNotHeard { until: Instant },
    #[error("the letter that was relied on was to be shown by {until} and was not: the dispute is upheld")]
    LetterNotShown { until: Instant },
    #[error("only a confirmed case has a remedy")]
    NotConfirmed,
    #[error("the case has no such finding")]
    UnknownFinding,
    #[error("by the rules nothing has to be put right")]
    NothingToPutRight,
    #[error("the ruling could be appealed until {until}")]
    AppealTooLate { until: Instant },
    #[error("a ruling is appealed once")]
    AlreadyAppealed,
    #[error("an appeal shows something that was not on the table")]
    NothingNew,
    #[error("nobody asked that the account stand still")]
    NoStayAsked,
    #[error("it is decided whether the account stands still")]
    StayDecided,
    #[error("nobody appealed")]
    NotAppealed,
    #[error("an appeal waits for its ruling")]
    AppealPending,
    #[error("whoever ruled first does not rule on the appeal")]
    RuledBefore,
}

fn or_wait(until: Option<Instant>) -> String {
    until.map_or_else(String::new, |until| format!(", or wait until the first ends on {until}"))
}

impl Refusal {
    /// Whether a partner must be told that the thing does not exist instead.
    pub fn hides(&self) -> bool {
        matches!(
            self.code(),
            "not_your_deal" | "not_your_refusal" | "not_your_fact" | "not_your_handoff" | "not_your_case"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn what_belongs_to_another_partner_looks_absent() {
        assert!(Refusal::NotYourDeal.hides() && Refusal::NotYourRefusal.hides());
        assert!(!Refusal::UnknownDeal.hides() && !Refusal::NotApproved.hides());
    }
}

//! What a customer's letter or token is good for, and what is wrong with a letter.
//!
//! A letter is a closed form: it is recorded whatever it says, and each thing that makes it
//! unfit to move an account is named.

use crate::account::Account;
use crate::account::guest::{Change, Letter, Token};
use crate::calendar::zone_or_utc;
use crate::event::change::VerificationOutcome;
use crate::event::consent::{Authority, Inducement};
use crate::id::EventId;
use crate::program::Program;
use crate::time::Instant;

/// What makes a letter unfit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Defect {
    NoLegalName,
    /// The account has keys, and the letter names none of them.
    OtherAccount,
    SignerWithoutAuthority,
    OtherGainer,
    ScopeNotCovered,
    NotSignedYet,
    Stale,
    NotSolePurpose,
    Induced,
    Rescinded,
    /// It already moved the account once.
    Used,
    /// It does not say which statement was signed.
    NoStatement,
    /// The customer signed another one since, for somebody else.
    Overtaken,
}

impl Defect {
    /// The defect in words that continue "the letter".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoLegalName => "does not name the customer",
            Self::OtherAccount => "names another account",
            Self::SignerWithoutAuthority => "was signed by somebody whose authority is unknown",
            Self::OtherGainer => "names another gaining partner",
            Self::ScopeNotCovered => "does not cover the scope",
            Self::NotSignedYet => "is dated later than its use",
            Self::Stale => "is too old",
            Self::NotSolePurpose => "serves other purposes too",
            Self::Induced => "was induced",
            Self::Rescinded => "was rescinded",
            Self::Used => "was already used for another change",
            Self::NoStatement => "does not say what was declared",
            Self::Overtaken => "was overtaken by a later one",
        }
    }

    /// Whether only the form was not filled in as it must be: its signer can make that good afterwards. Whom the
    /// customer chose, for what, in whose name and when cannot be chosen later for what was done before.
    pub fn is_of_form(self) -> bool {
        match self {
            Self::NoLegalName | Self::NotSolePurpose | Self::NoStatement => true,
            Self::OtherAccount
            | Self::SignerWithoutAuthority
            | Self::OtherGainer
            | Self::ScopeNotCovered
            | Self::NotSignedYet
            | Self::Stale
            | Self::Induced
            | Self::Rescinded
            | Self::Used
            | Self::Overtaken => false,
        }
    }
}

/// Everything that makes `letter` unfit for `change` at `at`, in the order of the form.
pub fn defects(
    account: &Account,
    program: &Program,
    letter: &Letter,
    change: &Change,
    at: Instant,
) -> Vec<Defect> {
    let terms = &letter.terms;
    let names_account =
        account.keys.is_empty() || account.keys.iter().any(|known| known.key == terms.account_key);
    let other_use = letter.used_by.as_ref().is_some_and(|used_by| *used_by != change.change);
    let checks = [
        (terms.legal_name.trim().is_empty(), Defect::NoLegalName),
        (!names_account, Defect::OtherAccount),
        (terms.authority == Authority::Unknown, Defect::SignerWithoutAuthority),
        (change.gaining.as_ref() != Some(&terms.gaining), Defect::OtherGainer),
        (!terms.scope.covers(&change.scope), Defect::ScopeNotCovered),
        (at < terms.signed_at, Defect::NotSignedYet),
        (good_until(program, letter, at) < at, Defect::Stale),
        (!terms.sole_purpose, Defect::NotSolePurpose),
        (terms.inducement != Inducement::None, Defect::Induced),
        (is_rescinded(letter, at), Defect::Rescinded),
        (other_use, Defect::Used),
        (terms.statement_version.trim().is_empty(), Defect::NoStatement),
        (overtaken_by(account, letter, change, at).is_some(), Defect::Overtaken),
    ];
    checks.into_iter().filter(|(found, _)| *found).map(|(_, defect)| defect).collect()
}

/// The letters without fault by which the signer of `letter` made good that it was not filled in as it must be, in
/// the order of their signatures; none where more is wrong with it.
///
/// One signed after the use is looked at as it was signed.
pub fn mending<'a>(
    account: &'a Account,
    program: &Program,
    letter: &Letter,
    change: &Change,
    used: Use,
) -> Vec<&'a Letter> {
    let found = |letter: &Letter, used: Use| {
        let instants = [used.at, used.effective_from].into_iter();
        instants.flat_map(|at| defects(account, program, letter, change, at)).collect::<Vec<Defect>>()
    };
    if !found(letter, used).into_iter().all(Defect::is_of_form) {
        return Vec::new();
    }
    let mends = |better: &&Letter| {
        let signed_at = better.terms.signed_at;
        better.terms.supersedes.as_ref() == Some(&letter.letter)
            && better.terms.signer == letter.terms.signer
            && signed_at >= letter.terms.signed_at
            && found(better, used.not_before(signed_at)).is_empty()
    };
    let mut mending: Vec<&Letter> = account.letters.iter().filter(mends).collect();
    mending.sort_by_key(|better| (better.terms.signed_at, better.event));
    mending
}

/// When a change makes use of a letter, and when that has its effect.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    pub at: Instant,
    pub effective_from: Instant,
}

impl Use {
    fn not_before(self, earliest: Instant) -> Self {
        Self { at: self.at.max(earliest), effective_from: self.effective_from.max(earliest) }
    }
}

/// The last instant a letter is good for; unlike other ends it counts itself.
fn good_until(program: &Program, letter: &Letter, at: Instant) -> Instant {
    let policy = &program.policy_at(at).policy;
    letter.terms.signed_at.plus_civil_days(i64::from(policy.consent.letter_days), &zone_or_utc(&policy.zone))
}

fn is_rescinded(letter: &Letter, at: Instant) -> bool {
    letter.rescinded.is_some_and(|(rescinded_at, _)| rescinded_at <= at)
}

/// Of several letters the last that is worth anything wins: one for another partner, signed later and complete,
/// which the customer has not taken back.
pub fn overtaken_by<'a>(
    account: &'a Account,
    letter: &Letter,
    change: &Change,
    at: Instant,
) -> Option<&'a Letter> {
    account.letters.iter().find(|other| {
        let terms = &other.terms;
        terms.signed_at > letter.terms.signed_at
            && terms.signed_at <= at
            && terms.gaining != letter.terms.gaining
            && terms.scope.overlaps(&change.scope)
            && terms.authority != Authority::Unknown
            && terms.sole_purpose
            && terms.inducement == Inducement::None
            && !terms.legal_name.trim().is_empty()
            && !is_rescinded(other, at)
    })
}

/// The event in which the customer redeemed a token for `change` in its own portal by `at`.
pub fn in_portal(account: &Account, change: &Change, at: Instant) -> Option<EventId> {
    let (token, event) = redeemed(account, change, at)?;
    token.redeemed_in_portal.contains(&event).then_some(event)
}

/// The token redeemed for `change` by `at`, with the event that says so.
pub fn redeemed<'a>(account: &'a Account, change: &Change, at: Instant) -> Option<(&'a Token, EventId)> {
    account.tokens.iter().find_map(|token| {
        let redemption = token
            .redemptions
            .iter()
            .find(|(redeemed_at, redeemed, _)| redeemed.change == change.change && *redeemed_at <= at);
        redemption.map(|(_, _, event)| (token, *event))
    })
}

/// The event in which the customer confirmed `change` by `at`: a call-back, or its own token.
pub fn confirmation(account: &Account, program: &Program, change: &Change, at: Instant) -> Option<EventId> {
    let recordings = program.policy_at(at).policy.consent.recordings;
    let confirmed = change.verifications.iter().find(|verification| {
        verification.at <= at
            && verification.verified.outcome == VerificationOutcome::Confirmed
            && verification.verified.is_on_tape(recordings)
    });
    confirmed
        .map(|verification| verification.event)
        .or_else(|| redeemed(account, change, at).map(|(_, event)| event))
}

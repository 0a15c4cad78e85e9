//! The table of patterns. Each row is one kind of act the program's terms speak of; its file says when it is seen.

pub mod contested_holder;
mod lapsed;
mod of_change;
pub mod procedure_unknown;
pub mod r1_repeated;
pub mod t01_direct_grab;
pub mod t02_registration;
pub mod t03_renewal;
pub mod t04_outside_terms;
pub mod t05_role_inversion;
pub mod t06_affiliate;
pub mod t07_relay;
pub mod t08_alias;
pub mod t09_sidestep;
pub mod t10_ring;
pub mod t11_pounce;
pub mod t12_stall;
pub mod t13_abandonment;
pub mod t14_backdating;
pub mod t15_haste;
pub mod t16_defective_letter;
pub mod t17_captive_verification;
pub mod t18_letter_war;
pub mod t19_freeze;
pub mod t20_contact_capture;
pub mod t21_commission;
pub mod t22_last_touch;
pub mod t23_follows_person;
pub mod t24_host_abuse;
pub mod t25_override;
mod takeover;

use domain::event::case::CaseKind;

use crate::judged::Sighting;
use crate::scene::Scene;

/// One pattern: what is looked for, and what a reader is told about it.
pub struct Row {
    pub pattern: &'static str,
    /// What it is called on screens.
    pub name: &'static str,
    pub rule_version: u32,
    pub kind: CaseKind,
    /// When it is seen, in one sentence.
    pub what: &'static str,
    /// What clears it, the nearest first.
    pub clears: &'static str,
    /// A short story in which it is found, by its name.
    pub example: &'static str,
    pub look: for<'a> fn(&Scene<'a>) -> Vec<Sighting<'a>>,
}

/// Every pattern that is looked for.
pub const PATTERNS: &[Row] = &[
    row("T01", "Direct change of holder", CaseKind::Takeover, t01_direct_grab::look).told(
        "The guest becomes holder of what a handoff protects for its host, and no basis of the program \
             allows it.",
        "The customer's verified letter, a host release or ratification in time, forfeiture, the end of \
             window and tail, the host's deauthorisation, inheritance on the host's side, a prior relationship, \
             a correction in time, or an override by two officers.",
        "t01-direct-grab",
    ),
    row("T02", "Registration over a protected account", CaseKind::Takeover, t02_registration::look).told(
        "The guest's registration of what a handoff protects is approved, or is tried again within a year \
             after it was refused, or the refusal is disputed.",
        "Any basis of the program; terms signed by both that grant registrations; a public tender that two \
             officers confirmed.",
        "t02-registration",
    ),
    row("T03", "Renewal outside the terms", CaseKind::Takeover, t03_renewal::look).told(
        "A member of the guest's family renews an order that belongs to what a handoff protects.",
        "Any basis of the program; terms that grant renewals; the basis of the order that is renewed.",
        "t03-renewal",
    ),
    row("T04", "Order or contract outside the terms", CaseKind::Takeover, t04_outside_terms::look).told(
        "The guest books an order or signs a contract outside what the terms grant it and inside what they \
             protect.",
        "Any basis of the program; amended terms that both signed before. A quote gains nothing and is \
             evidence at most.",
        "t04-outside-the-grant",
    ),
    row("T05", "Contract as prime without the host", CaseKind::Takeover, t05_role_inversion::look).told(
        "The guest signs with the customer as prime after terms that the host never signed, or puts the \
             host below itself.",
        "Terms that grant the contract, signed by the host before; any basis of the program.",
        "t05-role-inversion",
    ),
    row("T06", "Gain by an affiliate", CaseKind::Takeover, t06_affiliate::look).told(
        "Not the guest but a company of its family gains what a handoff protects.",
        "Any basis of the program; that the company is not, or no longer, of the family. A family that is \
             only guessed is for review.",
        "t06-subsidiary",
    ),
    row("T07", "Relay through a third party", CaseKind::Takeover, t07_relay::look).told(
        "The account reaches the guest's family by way of a partner that held it only for a while.",
        "A basis of the step to the guest itself: what allowed the step before does not carry over. A third \
             party that keeps the account past the relay window has won it.",
        "t07-relay",
    ),
    row("T08", "Gain on an alias account", CaseKind::Takeover, t08_alias::look).told(
        "The guest's family opened the same customer once more under another name and gains there what a \
             handoff protects here.",
        "A split of the two accounts; any basis on either stream. Without a hard id that agrees it is for \
             review.",
        "t08-alias",
    ),
    row("T09", "Gain at a related customer", CaseKind::Takeover, t09_sidestep::look).told(
        "The guest's family sells to the customer's parent, subsidiary or sister, with the same people or \
             for the same need.",
        "Any basis on either account; a separate buying centre with a need of its own.",
        "t09-sister-company",
    ),
    row("T10", "Accounts taken in a ring", CaseKind::Takeover, t10_ring::look).told(
        "Up to four partners take from one another in a ring what each was invited into, at least two of them \
             without a basis.",
        "What allows all of these gains but one, such as the customers' own letters; terms that grant them.",
        "t10-ring",
    ),
    row("T11", "Gain right after the tail", CaseKind::Takeover, t11_pounce::look).told(
        "The guest's family gains right after the tail what it was at work on, unreported, before its end.",
        "A report of that work under the handoff, the host's word that it would not extend, or any basis \
             but the end of the window.",
        "t11-pounce",
    ),
    row("T12", "Gain after a stall", CaseKind::Takeover, t12_stall::look).told(
        "The guest never kept a promise of the handoff, let the window lapse in spite of a reminder, and \
             then gains.",
        "Progress on the promise, the customer's word that it stood in the way, force majeure, the host's \
             word that it would not extend, or any basis but the end of the window.",
        "t12-stall",
    ),
    row("T13", "Abandonment claimed against the record", CaseKind::Takeover, t13_abandonment::look).told(
        "Forfeiture is claimed although a notice never arrived, the host had answered, or its address was \
             not its own doing.",
        "The receipt of the notice, the host's word that the address is its own, a withdrawal of the claim, \
             or any other basis.",
        "t13-manufactured-abandonment",
    ),
    row("T14", "Paper told long after its date", CaseKind::Takeover, t14_backdating::look).told(
        "The gaining side shows a letter, release or earlier order that is dated before the act and was \
             told long after it.",
        "An anchor: its digest, laid down before the act. Otherwise only a person's decision.",
        "t14-backdated-release",
    ),
    row("T15", "Change before the window ended", CaseKind::Procedure, t15_haste::look).told(
        "A change of holder is executed before its objection window ended, or without one.",
        "A waiver by the losing side before the change, or an override with both sides told. A customer's \
             letter does not.",
        "t15-rushed",
    ),
    row("T16", "Defective letter relied on", CaseKind::Takeover, t16_defective_letter::look).told(
        "A change claims a customer's letter that lacks what a letter needs.",
        "A sound letter while papers may still arrive, a correction of a typing error, or any basis that \
             needs no letter.",
        "t16-stale-letter",
    ),
    row("T17", "Verification that is not independent", CaseKind::Takeover, t17_captive_verification::look).told(
        "Whoever vouches for the customer's will is of the gaining family or shares its desk.",
        "Another verification that nothing ties to the gaining side; a network the guest disclosed when it \
             accepted.",
        "t17-own-verifier",
    ),
    row("T18", "Papers that contradict each other", CaseKind::Takeover, t18_letter_war::look).told(
        "The customer's letters were turned round twice in short order, or a new signer wrote soon after \
             one was taken back.",
        "The customer's answer, when somebody outside the gaining family asked it after the last paper; a \
             reorganisation the customer told.",
        "t18-letter-war",
    ),
    row("T19", "Change while frozen", CaseKind::Procedure, t19_freeze::look).told(
        "A change of holder is executed while the account is frozen toward the gaining family.",
        "A lift by customer or host in force at the change, on paper if told later, or an override by two \
             officers.",
        "t19-letter-no-lift",
    ),
    row("T20", "Contact replaced or notice missing", CaseKind::Procedure, t20_contact_capture::look).told(
        "Before a change the gaining side put its own contact in the place of the host's or customer's, or \
             no notice to the host is on record.",
        "The party's own word that the contact is its own; the receipt of a notice; a host release.",
        "t20-contact-capture",
    ),
    row("T21", "Commission that did not accrue", CaseKind::Takeover, t21_commission::look).told(
        "The guest's family orders under terms that owe the host a commission, and the paying system \
             accrued less.",
        "The accrual, a waiver by the host, or the return of what was ordered.",
        "t21-unpaid",
    ),
    row("T22", "Late touch, then a claim", CaseKind::Takeover, t22_last_touch::look).told(
        "A partner that touched the customer late registers a deal on which another had worked without a \
             break.",
        "The customer's own act naming the claimant; an earlier touch of the claimant; a chain broken by \
             three weeks of silence.",
        "t22-last-touch",
    ),
    row("T23", "Accounts that follow a person", CaseKind::Statistical, t23_follows_person::look).told(
        "A person goes from one partner to another, and of the accounts that leave the first more follow than \
             chance has it. Off until a policy turns it on; fewer than ten cannot be judged, and that is said.",
        "The customer's letter for an account, or a list both sides agreed on when the person joined.",
        "t23-accounts-follow",
    ),
    row("T24", "Protection used against the customer", CaseKind::HostAbuse, t24_host_abuse::look).told(
        "The host's side objects off the list or in vain again and again, or protects what the customer \
             knows nothing of.",
        "A ground on the list with an inquiry attested; the customer's confirmation; activity on the \
             registrations.",
        "t24-objection-off-the-list",
    ),
    row("T25", "Override without its form", CaseKind::Procedure, t25_override::look).told(
        "An officer of the vendor steps over the rules without a second officer, a reason, an end, or word \
             to both sides.",
        "Nothing that comes later, except word to both sides while it may still arrive.",
        "t25-one-officer",
    ),
    row("R1", "Kept again and again", CaseKind::Statistical, r1_repeated::look).told(
        "Of the closed handoffs to one family, ten at least, more ended with the account at the family and \
             without a basis than chance explains. It opens an audit and convicts nobody.",
        "What allows enough of these gains.",
        "r1-repeated",
    ),
    row("procedure_unknown", "Change without a step on record", CaseKind::Procedure, procedure_unknown::look).told(
        "Another system reports a change of holder to the guest's family of which no request, notice or \
             window is on record.",
        "The steps as they were taken elsewhere, or any basis of the change itself.",
        "t01-direct-grab",
    ),
    row("contested_holder", "Two records of one holder", CaseKind::Procedure, contested_holder::look).told(
        "Two records of one instant name different holders of one scope.",
        "A correction of the record that is wrong.",
        "contested-holder",
    ),
];

const fn row(
    pattern: &'static str,
    name: &'static str,
    kind: CaseKind,
    look: for<'a> fn(&Scene<'a>) -> Vec<Sighting<'a>>,
) -> Row {
    Row { pattern, name, rule_version: 1, kind, what: "", clears: "", example: "", look }
}

impl Row {
    const fn told(self, what: &'static str, clears: &'static str, example: &'static str) -> Self {
        Self { what, clears, example, ..self }
    }
}

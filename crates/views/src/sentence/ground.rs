//! Partners, identities, the program and corrections, told in a sentence.

use domain::event::correction::{CorrectionEvent, CorrectionReason};
use domain::event::identity::{AccountRelation, IdentityEvent, KeptApart, Suspected};
use domain::event::partner::{
    Affiliated, AffiliationBasis, DeauthorisationReason, Origin, PartnerEvent, PartnerKind, Relation,
};
use domain::event::program::ProgramEvent;
use domain::stream::Stream;

use super::Telling;
use super::words::{counted, day, listed, of_scope};

pub(super) fn partner_sentence(event: &PartnerEvent, telling: Telling<'_>) -> String {
    let partner = match telling.stream {
        Stream::Partner(_, partner) => telling.who(partner),
        Stream::Account(..)
        | Stream::Program(_)
        | Stream::Identity(_)
        | Stream::Case(..)
        | Stream::Partnership(..) => "a partner".to_owned(),
    };
    match event {
        PartnerEvent::Enrolled(enrolled) => {
            let kinds: Vec<&str> = enrolled.kinds.iter().map(|kind| of_kind(*kind)).collect();
            let how = match enrolled.origin {
                Origin::Application => "joins the program",
                Origin::Import => "is brought over from another system",
                Origin::SeenInData => "is met in imported history",
            };
            format!("{partner} ({}) {how}", listed(&kinds))
        }
        PartnerEvent::Affiliated(link) => of_affiliation(&partner, link, telling),
        PartnerEvent::AffiliationEnded(ended) => {
            format!(
                "{partner} and {} are no longer affiliated from {}",
                telling.who(&ended.with),
                day(ended.at)
            )
        }
        PartnerEvent::Merged(merged) => {
            let book = if merged.book_transferred { ", with its accounts" } else { "" };
            format!("{partner} merges into {} on {}{book}", telling.who(&merged.into), day(merged.at))
        }
        PartnerEvent::Deauthorised(barred) => {
            let reason = match barred.reason {
                DeauthorisationReason::Insolvency => "insolvency",
                DeauthorisationReason::AgreementEnded => "its agreement ended",
                DeauthorisationReason::Breach => "a breach",
            };
            format!(
                "{partner} may no longer sell {} from {}: {reason}",
                of_scope(&barred.scope),
                day(barred.from)
            )
        }
        PartnerEvent::PersonJoined(joined) => format!("a person joins {partner} on {}", day(joined.at)),
        PartnerEvent::PersonLeft(left) => format!("a person leaves {partner} on {}", day(left.at)),
    }
}

fn of_kind(kind: PartnerKind) -> &'static str {
    match kind {
        PartnerKind::Var => "VAR",
        PartnerKind::Si => "SI",
        PartnerKind::Isv => "ISV",
        PartnerKind::Oem => "OEM",
        PartnerKind::Msp => "MSP",
        PartnerKind::Aggregator => "aggregator",
        PartnerKind::Distributor => "distributor",
        PartnerKind::Direct => "direct sales",
    }
}

fn of_affiliation(partner: &str, link: &Affiliated, telling: Telling<'_>) -> String {
    let with = telling.who(&link.with);
    let relation = match link.relation {
        Relation::Parent => format!("{with} is the parent of {partner}"),
        Relation::Subsidiary => format!("{with} is a subsidiary of {partner}"),
        Relation::CommonControl => format!("{partner} and {with} are under common control"),
        Relation::Franchise => format!("{partner} and {with} share a franchise"),
        Relation::MergedInto => format!("{partner} is merged into {with}"),
    };
    let basis = match link.basis {
        AffiliationBasis::Inferred => "inferred from data",
        AffiliationBasis::Declared => "as declared",
        AffiliationBasis::Registry => "by the company registry",
    };
    format!("{relation} from {}, {basis}", day(link.during.from))
}

pub(super) fn identity_sentence(event: &IdentityEvent) -> String {
    match event {
        IdentityEvent::Linked(linked) => match &linked.account {
            Some(account) => {
                format!("account {account} is found to be the customer of account {}", linked.survivor)
            }
            None => format!("{} is found to be account {}", linked.key, linked.survivor),
        },
        IdentityEvent::Suspected(suspected) => {
            let Suspected { account, other, .. } = suspected;
            format!("accounts {account} and {other} may be one customer: a person has to look")
        }
        IdentityEvent::KeptApart(kept) => {
            let KeptApart { account, other, reason, .. } = kept;
            format!("accounts {account} and {other} are two customers: {reason}")
        }
        IdentityEvent::Merged(merged) => {
            format!("account {} is found to be account {}", merged.absorbed, merged.survivor)
        }
        IdentityEvent::Split(split) => {
            let moved = counted(split.moved.len(), "event");
            format!("account {} is another than {} after all; {moved} move", split.restored, split.survivor)
        }
        IdentityEvent::Related(related) => {
            let relation = match related.relation {
                AccountRelation::Parent => "is the parent of",
                AccountRelation::Subsidiary => "is a subsidiary of",
                AccountRelation::Sister => "is a sister of",
                AccountRelation::AcquiredBy => "was acquired by",
                AccountRelation::Franchise => "is a franchise of",
            };
            let from = day(related.during.from);
            format!("account {} {relation} account {} from {from}", related.account, related.other)
        }
    }
}

pub(super) fn program_sentence(event: &ProgramEvent) -> String {
    match event {
        ProgramEvent::PolicyPublished(published) => {
            let from = day(published.effective_from);
            format!("policy version {} is published, in force from {from}", published.version)
        }
        ProgramEvent::CalendarPublished(published) => {
            let holidays = counted(published.holidays.len(), "holiday");
            format!(
                "calendar {} version {} is published with {holidays}",
                published.calendar, published.version
            )
        }
    }
}

pub(super) fn correction_sentence(event: &CorrectionEvent) -> String {
    match event {
        CorrectionEvent::Corrected(corrected) => {
            let dated = corrected.valid_at.map_or_else(String::new, |at| format!(", now dated {}", day(at)));
            format!("event {} is corrected ({}){dated}", corrected.target, of_reason(corrected.reason))
        }
        CorrectionEvent::Retracted(retracted) => {
            format!("event {} is retracted ({})", retracted.target, of_reason(retracted.reason))
        }
        CorrectionEvent::Committed(_) => "the digest of a paper is laid down".to_owned(),
    }
}

fn of_reason(reason: CorrectionReason) -> &'static str {
    match reason {
        CorrectionReason::Typo => "a typo",
        CorrectionReason::WrongIdentity => "the wrong identity",
        CorrectionReason::Duplicate => "a duplicate",
        CorrectionReason::WrongDate => "the wrong date",
        CorrectionReason::DecidedAnew => "a decision taken anew",
        CorrectionReason::Other => "another reason",
    }
}

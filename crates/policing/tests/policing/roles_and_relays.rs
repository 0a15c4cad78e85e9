//! T05 and T07: the guest as prime without the host's hand, and the account that came by way of a third party.

use domain::event::Party;
use domain::event::change::ReversalReason;
use domain::event::handoff::{AmendmentReason, GrantedAct, HandoffEvent};
use domain::event::partner::AffiliationBasis::{Declared, Inferred};
use domain::event::trade::TradeEvent;

use crate::stories::{Case, check, hosted, notified};
use crate::story::{Story, id};
use crate::words::*;

/// Terms that make the guest prime, signed by these.
pub(crate) fn made_prime(signed: &[Party]) -> HandoffEvent {
    let HandoffEvent::Amended(terms) = amended(&[GrantedAct::Order], gtx(), signed) else { unreachable!() };
    HandoffEvent::Amended(domain::event::handoff::Amended {
        prime: Some(Party::Guest),
        granted_acts: None,
        ..terms
    })
}

/// The same as a correction of a typing error in the terms.
fn retyped() -> HandoffEvent {
    let HandoffEvent::Amended(terms) = amended(&[GrantedAct::Order], gtx(), &[Party::Guest]) else {
        unreachable!()
    };
    let reason = AmendmentReason::Typo;
    HandoffEvent::Amended(domain::event::handoff::Amended {
        granted_acts: None,
        granted_scope: None,
        reason,
        ..terms
    })
}

/// A contract of the guest with the host below it.
fn host_below(at: i64) -> TradeEvent {
    let TradeEvent::ContractSigned(contract) = contracted("guest", at) else { unreachable!() };
    TradeEvent::ContractSigned(domain::event::trade::Contract {
        subcontractors: vec![id("host")],
        ..contract
    })
}

pub(crate) const CASES: [Case; 20] = [
    Case {
        name: "T05: terms that only the guest signed make it prime, and it signs the contract",
        tell: |story| {
            story.tell(10, made_prime(&[Party::Guest]));
            story.tell(20, contracted("guest", 20));
        },
        found: &["T05 S4"],
    },
    Case {
        name: "T05: terms that grant the contract, without the host's signature",
        tell: |story| {
            story.tell(10, amended(&[GrantedAct::Contract], gtx(), &[Party::Guest]));
            story.tell(20, contracted("guest", 20));
        },
        found: &["T05 S4"],
    },
    Case {
        name: "T05: the contract puts the host under the guest",
        tell: |story| {
            story.tell(20, host_below(20));
        },
        found: &["T05 S4"],
    },
    Case {
        name: "T05: terms alone that nobody acts on are a proposal",
        tell: |story| {
            story.tell(10, made_prime(&[Party::Guest]));
        },
        found: &[],
    },
    Case {
        name: "T05: terms that both signed grant the contract",
        tell: |story| {
            story.tell(10, made_prime(&[Party::Guest]));
            story.tell(12, made_prime(&[Party::Guest, Party::Host]));
            story.tell(20, contracted("guest", 20));
        },
        found: &[],
    },
    Case {
        name: "T05: the host ratifies the contract in time",
        tell: |story| {
            let act = story.tell(20, host_below(20));
            story.tell(25, released(gtx(), 25, None, Some(act)));
        },
        found: &[],
    },
    Case {
        name: "T05: terms signed by one that came after the contract leave it outside the terms",
        tell: |story| {
            story.tell(20, contracted("guest", 20));
            story.tell(21, made_prime(&[Party::Guest]));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T05: a typing error put right in the terms turns no role round",
        tell: |story| {
            story.tell(10, retyped());
            story.tell(20, contracted("guest", 20));
        },
        found: &["T04 S3"],
    },
    Case {
        name: "T07: a third party passes the account on within the relay window",
        tell: |story| {
            story.tell(20, holds("third", gtx(), 20));
            story.tell(79, holds("guest", gtx(), 79));
        },
        found: &["T07 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T07: to a company of the guest's family",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Declared, 10_000, -50));
            story.tell(20, holds("third", gtx(), 20));
            story.tell(50, holds("sister", gtx(), 50));
        },
        found: &["T07 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T07: to a company whose family is only guessed",
        tell: |story| {
            story.tell_of("sister", -50, owned_by("guest", Inferred, 10_000, -50));
            story.tell(20, holds("third", gtx(), 20));
            story.tell(50, holds("sister", gtx(), 50));
        },
        found: &["T07 S2", "procedure_unknown S2"],
    },
    Case {
        name: "T07: a letter for the third party is none for the guest",
        tell: |story| {
            let for_third = domain::event::consent::LetterRecorded { gaining: id("third"), ..letter("l1") };
            story.tell(10, wrote(for_third));
            story.tell(15, requested("c1", "third", gtx(), Some("l1")));
            story.tell(16, domain::event::change::ChangeEvent::Verified(verification("c1")));
            notified(story, 17);
            story.tell(30, executed("c1", "third", gtx(), 30));
            story.tell(60, holds("guest", gtx(), 60));
        },
        found: &["T07 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T07: the customer's letter for the second step",
        tell: |story| {
            story.tell(9, holds("third", gtx(), 9));
            crate::stories::moved(story);
        },
        found: &[],
    },
    Case {
        name: "T07: the host had it back in between",
        tell: |story| {
            story.tell(20, holds("third", gtx(), 20));
            story.tell(30, holds("host", gtx(), 30));
            story.tell(50, holds("guest", gtx(), 50));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T07: the first step had been reversed",
        tell: |story| {
            story.tell(20, executed("c9", "third", gtx(), 20));
            story.tell(30, reversed("c9", ReversalReason::Ruling));
            story.tell(50, holds("guest", gtx(), 50));
        },
        found: &["T01 S4", "T15 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T07: the third party had it before the handoff",
        tell: |story| {
            story.tell(-5, holds("third", gtx(), -5));
            story.tell(20, holds("guest", gtx(), 20));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T07: another line went to the third party",
        tell: |story| {
            story.tell(20, holds("third", lines(&["rtx"]), 20));
            story.tell(50, holds("guest", gtx(), 50));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T07: a third party that kept it past the relay window had won it",
        tell: |story| {
            story.tell(20, holds("third", gtx(), 20));
            story.tell(80, holds("guest", gtx(), 80));
        },
        found: &[],
    },
    Case {
        name: "T07: the host's own sister is no third party",
        tell: |story| {
            story.tell_of("cousin", -50, owned_by("host", Declared, 10_000, -50));
            story.tell(20, holds("cousin", gtx(), 20));
            story.tell(50, holds("guest", gtx(), 50));
        },
        found: &["T01 S4", "procedure_unknown S2"],
    },
    Case {
        name: "T07: the first step was reversed only after the second",
        tell: |story| {
            story.tell(20, executed("c9", "third", gtx(), 20));
            story.tell(50, holds("guest", gtx(), 50));
            story.tell(60, reversed("c9", ReversalReason::Ruling));
        },
        found: &["T07 S4", "T15 S4", "procedure_unknown S2"],
    },
];

#[test]
fn roles_are_turned_round_and_accounts_relayed() {
    check(&CASES);
}

fn first(story: &Story) -> domain::event::case::Finding {
    story.judged()[0].finding.clone()
}

#[test]
fn an_inversion_names_the_signature_that_is_missing_as_its_nearest_remedy() {
    let mut story = hosted();
    let terms = story.tell(10, made_prime(&[Party::Guest]));
    story.tell(20, contracted("guest", 20));
    let finding = first(&story);
    assert!(finding.proof.contains(&terms));
    assert_eq!(finding.clearing[0].basis, "granted");
    assert!(finding.sentence.contains("bear no signature of the host"), "{}", finding.sentence);
    assert_eq!(finding.respondent, "guest");
}

#[test]
fn a_relay_names_both_steps_and_the_days_between() {
    let mut story = hosted();
    let one = story.tell(20, holds("third", gtx(), 20));
    let two = story.tell(50, holds("guest", gtx(), 50));
    let judged = story.judged();
    let finding = &judged.iter().find(|judged| judged.finding.pattern == "T07").expect("a relay").finding;
    assert!(finding.proof.contains(&one) && finding.act == two);
    assert!(finding.sentence.contains("third became holder of gtx on 2026-01-21 and guest on 2026-02-20"));
}

#[test]
fn what_was_looked_for_and_is_absent_says_where_it_was_looked_for() {
    let mut story = hosted();
    story.tell(20, host_below(20));
    let finding = first(&story);
    for ground in &finding.grounds {
        let searched = ground.searched.as_ref().map(|searched| (searched.account.as_str(), searched.until));
        let expected = ground.is_absence().then(|| ("acme", story.head()));
        assert_eq!(searched, expected, "{}", ground.part);
    }
    assert!(finding.grounds.iter().any(|ground| ground.part == "no_basis:V2"));
}

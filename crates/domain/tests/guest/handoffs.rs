//! Every rule of handoffs, as data: who may bring in whom, on what terms, and how it ends.

use domain::command::{Command, HandoffCommand};
use domain::event::handoff::{
    Amended, AmendmentReason, DeclaredPrior, GrantedAct, HandoffOutcome, ProgressKind, Progressed, Requested,
    Signature,
};
use domain::event::{Evidence, Party};
use domain::id::Digest;
use domain::scope::Scope;

use crate::story::*;
use crate::words::{accepted, invited, *};

fn ask(host: &str, scope: Scope) -> Command {
    handoff(HandoffCommand::Request(Requested {
        handoff: id("h1"),
        host: id(host),
        skills: vec![id("sap")],
        scope,
        need: "somebody who knows the product".to_owned(),
    }))
}

fn decline() -> Command {
    handoff(HandoffCommand::Decline { handoff: id("h1"), reason: None })
}

fn revoke() -> Command {
    handoff(HandoffCommand::Revoke { handoff: id("h1"), reason: None })
}

fn accept_with(terms: Digest, prior: &str, since: i64) -> Command {
    let evidence =
        Evidence::Paper { digest: Digest([3; 32]), media_type: "pdf".into(), held_by: "guest".into() };
    let (partner, scope, since) = (id(prior), Scope::all(), day(since));
    handoff(HandoffCommand::Accept {
        handoff: id("h1"),
        terms,
        declared_prior: vec![DeclaredPrior { partner, scope, since, evidence, anchor: None }],
        declared_family: vec![id("beta")],
        disclosed_networks: Vec::new(),
    })
}

fn close(outcome: HandoffOutcome) -> Command {
    handoff(HandoffCommand::Close { handoff: id("h1"), outcome })
}

pub(crate) fn progress(by: Party, at: i64, commitment: Option<&str>) -> Command {
    handoff(HandoffCommand::Progress(Progressed {
        handoff: id("h1"),
        commitment: commitment.map(id),
        kind: ProgressKind::Contacted,
        by,
        at: day(at),
    }))
}

fn amendment(signed: &[(Party, i64)]) -> Amended {
    Amended {
        handoff: id("h1"),
        terms: Digest([8; 32]),
        previous_terms: terms(),
        granted_scope: Some(lines(&["x", "y"])),
        granted_acts: None,
        role: None,
        prime: None,
        signed: signed.iter().map(|(party, at)| Signature { party: party.clone(), at: day(*at) }).collect(),
        reason: AmendmentReason::Amendment,
    }
}

fn amend(amended: Amended) -> Command {
    handoff(HandoffCommand::Amend(amended))
}

pub(crate) fn said() -> Vec<Said> {
    [asking(), inviting(), accepting(), ending(), working(), amending()].into_iter().flatten().collect()
}

fn asking() -> Vec<Said> {
    let asked = given([]).and(0, user_of("host"), ask("host", Scope::all()));
    let when = |who, command: Command| given([]).when(0, &who, &command);
    vec![
        says(
            "a host asks for a skill",
            when(user_of("host"), ask("host", Scope::all())),
            "Handoff::Requested",
        ),
        says("a customer asks for one", when(customer(), ask("host", Scope::all())), "Handoff::Requested"),
        says("asking again adds nothing", asked.when(1, &user_of("host"), &ask("host", Scope::all())), ""),
        says("nobody asks for another", when(user_of("beta"), ask("host", Scope::all())), "!not_authorised"),
        says("a stranger is no host", when(officer(), ask("stranger", Scope::all())), "!not_enrolled"),
        says("nothing cannot be asked for", when(officer(), ask("host", lines(&[]))), "!empty_scope"),
        says(
            "another host needs another id",
            asked.when(1, &user_of("alpha"), &ask("alpha", Scope::all())),
            "!handoff_id_taken",
        ),
        says(
            "a request becomes an invitation",
            asked.when(1, &user_of("host"), &invite()),
            "Handoff::Invited",
        ),
        says(
            "another host cannot take a request over",
            asked.when(1, &user_of("alpha"), &invite_with(|i| i.host = id("alpha"))),
            "!handoff_id_taken",
        ),
    ]
}

fn inviting() -> Vec<Said> {
    let when = |who, command: Command| given([]).when(0, &who, &command);
    let host = || user_of("host");
    vec![
        says("a host invites", when(host(), invite()), "Handoff::Invited"),
        says("a customer brings in a guest of its host", when(customer(), invite()), "Handoff::Invited"),
        says("inviting again adds nothing", invited().when(1, &host(), &invite()), ""),
        says("a guest does not invite itself", when(user_of("guest"), invite()), "!not_authorised"),
        says("a host is no guest", when(host(), invite_with(|i| i.guest = id("host"))), "!host_is_guest"),
        says(
            "who was only met in data is no guest",
            when(host(), invite_with(|i| i.guest = id("met"))),
            "!only_seen_in_data",
        ),
        says("a stranger is no guest", when(host(), invite_with(|i| i.guest = id("x"))), "!not_enrolled"),
        says(
            "something is protected",
            when(host(), invite_with(|i| i.protected_scope = lines(&[]))),
            "!empty_scope",
        ),
        says(
            "a grant grants something",
            when(host(), invite_with(|i| i.granted_scope = lines(&[]))),
            "!empty_scope",
        ),
        says(
            "the host signs first",
            when(officer(), invite_with(|i| i.host_signed_at = day(1))),
            "!host_has_not_signed",
        ),
        says(
            "other terms are another handoff",
            invited().when(1, &host(), &invite_with(|i| i.terms = Digest([9; 32]))),
            "!handoff_id_taken",
        ),
        says(
            "an invitation lives for a while",
            when(
                host(),
                handoff(HandoffCommand::Invite {
                    invitation: Box::new(invitation()),
                    expires_at: Some(day(0)),
                }),
            ),
            "!end_not_in_future",
        ),
    ]
}

fn accepting() -> Vec<Said> {
    let guest = || user_of("guest");
    let asked = given([]).and(0, user_of("host"), ask("host", Scope::all()));
    vec![
        says("the guest accepts", invited().when(1, &guest(), &accept()), "Handoff::Accepted"),
        says("accepting again adds nothing", accepted().when(2, &guest(), &accept()), ""),
        says("the host does not accept", invited().when(1, &user_of("host"), &accept()), "!not_authorised"),
        says("others see no handoff", invited().when(1, &user_of("beta"), &accept()), "!not_your_handoff"),
        says("there is none", given([]).when(1, &guest(), &accept()), "!unknown_handoff"),
        says("a request is no offer", asked.when(1, &officer(), &accept()), "!not_invited"),
        says(
            "other terms were offered",
            invited().when(1, &guest(), &accept_with(Digest([9; 32]), "guest", 0)),
            "!terms_differ",
        ),
        says("an offer lapses", invited().when(14, &guest(), &accept()), "!invitation_lapsed"),
        says("an offer stands until then", invited().when(13, &guest(), &accept()), "Handoff::Accepted"),
        says(
            "a declared affiliate's past counts",
            invited().when(1, &guest(), &accept_with(terms(), "beta", 0)),
            "Handoff::Accepted",
        ),
        says(
            "a stranger's past does not",
            invited().when(1, &guest(), &accept_with(terms(), "gamma", 0)),
            "!prior_of_stranger",
        ),
        says(
            "the past is past",
            invited().when(1, &guest(), &accept_with(terms(), "guest", 2)),
            "!in_future",
        ),
        says(
            "who was only met in data asks for nothing",
            invited().when(1, &user_of("met"), &accept()),
            "!only_seen_in_data",
        ),
    ]
}

fn ending() -> Vec<Said> {
    let (host, guest) = (user_of("host"), user_of("guest"));
    let declined = invited().and(1, user_of("guest"), decline());
    let revoked = invited().and(1, user_of("host"), revoke());
    let closed = accepted().and(5, user_of("host"), close(HandoffOutcome::Delivered));
    vec![
        says("a guest declines", invited().when(1, &guest, &decline()), "Handoff::Declined"),
        says("declining again adds nothing", declined.when(2, &guest, &decline()), ""),
        says("the host does not decline", invited().when(1, &host, &decline()), "!not_authorised"),
        says(
            "what was accepted is not declined",
            accepted().when(2, &guest, &decline()),
            "!already_accepted",
        ),
        says("what was declined is not accepted", declined.when(2, &guest, &accept()), "!not_invited"),
        says("a host revokes", invited().when(1, &host, &revoke()), "Handoff::Revoked"),
        says("an officer revokes", invited().when(1, &officer(), &revoke()), "Handoff::Revoked"),
        says("revoking again adds nothing", revoked.when(2, &host, &revoke()), ""),
        says("a guest does not revoke", invited().when(1, &guest, &revoke()), "!not_authorised"),
        says("what was accepted is not revoked", accepted().when(2, &host, &revoke()), "!already_accepted"),
        says("what was declined is not revoked", declined.when(2, &host, &revoke()), "!not_invited"),
        says(
            "a host closes",
            accepted().when(5, &host, &close(HandoffOutcome::Delivered)),
            "Handoff::Closed",
        ),
        says("closing again adds nothing", closed.when(6, &host, &close(HandoffOutcome::Delivered)), ""),
        says("it ends once", closed.when(6, &host, &close(HandoffOutcome::Lost)), "!handoff_closed"),
        says(
            "a guest does not close",
            accepted().when(5, &guest, &close(HandoffOutcome::Lost)),
            "!not_authorised",
        ),
        says(
            "a host does not say that it was robbed",
            accepted().when(5, &host, &close(HandoffOutcome::MovedWithoutBasis)),
            "!not_authorised",
        ),
        says(
            "the vendor says how it moved",
            accepted().when(5, &officer(), &close(HandoffOutcome::MovedLawfully)),
            "Handoff::Closed",
        ),
        says(
            "what never began does not end",
            invited().when(5, &host, &close(HandoffOutcome::Lost)),
            "!not_accepted",
        ),
    ]
}

fn working() -> Vec<Said> {
    let guest = user_of("guest");
    let reported = accepted().and(5, user_of("guest"), progress(Party::Guest, 4, None));
    let closed = accepted().and(5, user_of("host"), close(HandoffOutcome::Delivered));
    let when = |story: Story, command: Command| story.when(5, &guest, &command);
    vec![
        says("a guest reports", when(accepted(), progress(Party::Guest, 4, None)), "Handoff::Progressed"),
        says("reporting again adds nothing", when(reported, progress(Party::Guest, 4, None)), ""),
        says("only its own work", when(accepted(), progress(Party::Host, 4, None)), "!not_authorised"),
        says("not what will be", when(accepted(), progress(Party::Guest, 6, None)), "!in_future"),
        says(
            "only what was promised",
            when(accepted(), progress(Party::Guest, 4, Some("other"))),
            "!unknown_commitment",
        ),
        says("not before it began", when(invited(), progress(Party::Guest, 4, None)), "!not_accepted"),
        says("not after it ended", when(closed, progress(Party::Guest, 4, None)), "!handoff_closed"),
    ]
}

fn amending() -> Vec<Said> {
    let (host, guest) = (user_of("host"), user_of("guest"));
    let by_guest = || amend(amendment(&[(Party::Guest, 5)]));
    let by_host = || amend(amendment(&[(Party::Host, 6)]));
    let proposed = accepted().and(5, user_of("guest"), by_guest());
    let closed = accepted().and(5, user_of("host"), close(HandoffOutcome::Delivered));
    let both = || amend(amendment(&[(Party::Host, 5), (Party::Guest, 5)]));
    let broader =
        Amended { granted_acts: Some(vec![GrantedAct::Contract]), ..amendment(&[(Party::Host, 6)]) };
    let forged = Amended { signed: amendment(&[(Party::Guest, 5), (Party::Host, 6)]).signed, ..broader };
    vec![
        says("a guest proposes", accepted().when(5, &guest, &by_guest()), "Handoff::Amended"),
        says("proposing again adds nothing", proposed.when(6, &guest, &by_guest()), ""),
        says("the host agrees", proposed.when(6, &host, &by_host()), "Handoff::Amended"),
        says(
            "a guest does not sign for its host",
            accepted().when(5, &guest, &both()),
            "!signature_of_another",
        ),
        says(
            "a signature is for what was signed",
            proposed.when(6, &host, &amend(forged)),
            "!signature_of_another",
        ),
        says(
            "an officer records a paper with both",
            accepted().when(5, &officer(), &both()),
            "Handoff::Amended",
        ),
        says("a customer does not", accepted().when(5, &customer(), &both()), "!not_authorised"),
        says("nobody signs tomorrow", accepted().when(4, &guest, &by_guest()), "!in_future"),
        says(
            "an amendment names what it amends",
            accepted().when(5, &guest, &amend(Amended { previous_terms: Digest([9; 32]), ..amendment(&[]) })),
            "!terms_differ",
        ),
        says("an offer is not amended", invited().when(5, &guest, &by_guest()), "!not_accepted"),
        says("what ended is not amended", closed.when(6, &guest, &by_guest()), "!handoff_closed"),
    ]
}

#[test]
fn every_rule_of_handoffs_answers_as_its_sentence_says() {
    check(&said());
}

#[test]
fn protection_tail_and_commission_are_counted_from_the_signature() {
    let account = accepted().now();
    let handoff = account.handoff(&id("h1")).unwrap();
    assert_eq!(handoff.protected_until, Some(day(366)));
    assert_eq!(handoff.tail_until, Some(day(456)));
    // Twelve months after 2027-01-02.
    assert_eq!(handoff.commission_until, Some("2028-01-02T09:00:00Z".parse().unwrap()));
}

#[test]
fn an_amendment_takes_effect_when_the_second_side_signs_the_same() {
    let proposed = accepted().and(5, user_of("guest"), amend(amendment(&[(Party::Guest, 5)])));
    assert_eq!(proposed.now().handoff(&id("h1")).unwrap().terms, Some(terms()));
    let agreed = proposed.and(6, user_of("host"), amend(amendment(&[(Party::Host, 6)])));
    let account = agreed.now();
    let handoff = account.handoff(&id("h1")).unwrap();
    assert_eq!(handoff.terms, Some(Digest([8; 32])));
    assert_eq!(handoff.grant_at(day(6)).unwrap().scope, lines(&["x", "y"]));
    assert_eq!(handoff.grant_at(day(5)).unwrap().scope, lines(&["x"]));
}

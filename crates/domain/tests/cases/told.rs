//! Every command about a case, and every rule it may break, as one sentence each.

use domain::command::CaseCommand;
use domain::decide::Decided;
use domain::event::case::*;
use domain::event::{Evidence, Party};
use domain::fact::Role;
use domain::refusal::Refusal;

use crate::story::*;

/// What is said, what is expected (events, or a refusal behind `!`), and what the rules answered.
pub(crate) type Told = (&'static str, &'static str, Result<Vec<Decided>, Refusal>);

pub(crate) fn stories() -> Vec<Told> {
    [
        the_desk(),
        the_dispute(),
        the_stay(),
        the_statements(),
        the_ruling(),
        the_remedy(),
        the_appeal(),
        the_last_ruling(),
    ]
    .concat()
}

fn the_desk() -> Vec<Told> {
    let assigned = found().and(12, &officer(), assign("vera"));
    let snoozed = found().and(12, &officer(), snooze(20, "the customer is on leave"));
    let direct = actor(Role::DirectSales, "dirk", Some("direct"));
    let cleared = found().and(13, &adjudicator(), rule(CaseOutcome::FalseAlarm));
    vec![
        ("an officer assigns", "assigned", found().when(12, &officer(), &assign("vera"))),
        ("an adjudicator takes it", "assigned", assigned.when(13, &adjudicator(), &assign("ada"))),
        ("assigning twice adds nothing", "", assigned.when(13, &officer(), &assign("vera"))),
        ("direct sales assigns nothing", "!not_authorised", found().when(12, &direct, &assign("vera"))),
        ("a decided case needs nobody", "!case_decided", cleared.when(14, &officer(), &assign("vera"))),
        ("an officer lays it aside", "snoozed", found().when(12, &officer(), &snooze(20, "on leave"))),
        (
            "laying it aside twice adds nothing",
            "",
            snoozed.when(12, &officer(), &snooze(20, "the customer is on leave")),
        ),
        ("laid aside for a reason", "!reason_missing", found().when(12, &officer(), &snooze(20, " "))),
        ("laid aside until later", "!end_not_in_future", found().when(12, &officer(), &snooze(12, "why"))),
        (
            "a partner lays nothing aside",
            "!not_authorised",
            found().when(12, &user_of("host"), &snooze(20, "why")),
        ),
    ]
}

fn the_dispute() -> Vec<Told> {
    vec![
        ("the host disputes", "filed", found().when(13, &user_of("host"), &file(Party::Host, None))),
        ("the vendor disputes", "filed", found().when(13, &officer(), &file(Party::Vendor, None))),
        (
            "a host speaks for itself",
            "!not_your_case",
            found().when(13, &user_of("guest"), &file(Party::Host, None)),
        ),
        (
            "the same dispute again adds nothing",
            "",
            filed().when(14, &user_of("host"), &file(Party::Host, None)),
        ),
        ("one dispute at a time", "!already_filed", filed().when(14, &officer(), &file(Party::Vendor, None))),
        (
            "half a year after it could be known is too late",
            "!filed_too_late",
            found().when(12 + 180, &user_of("host"), &file(Party::Host, None)),
        ),
        (
            "a case nobody found anything in is not disputed",
            "!unknown_finding",
            Story { facts: found().facts[..1].to_vec() }.when(13, &officer(), &file(Party::Vendor, None)),
        ),
    ]
}

fn the_stay() -> Vec<Told> {
    let grant = decide_stay(StayOutcome::Granted, "it moves tomorrow");
    let deny = decide_stay(StayOutcome::Denied, "nothing moves");
    let granted = halted().and(13, &officer(), grant.clone());
    let ruled = halted().and(20, &officer(), rule(CaseOutcome::Confirmed));
    let unsaid = decide_stay(StayOutcome::Denied, "");
    vec![
        ("an officer lets nothing move", "stay_decided", halted().when(13, &officer(), &grant)),
        ("or sees no reason to", "stay_decided", halted().when(13, &officer(), &deny)),
        ("deciding it twice adds nothing", "", granted.when(14, &officer(), &grant)),
        ("it is decided once", "!stay_decided", granted.when(14, &officer(), &deny)),
        ("for a reason", "!reason_missing", halted().when(13, &officer(), &unsaid)),
        ("no side decides it", "!not_authorised", halted().when(13, &user_of("host"), &grant)),
        ("nobody asked for it", "!no_stay_asked", filed().when(14, &officer(), &grant)),
        ("a ruling came before", "!no_stay_asked", ruled.when(21, &officer(), &grant)),
    ]
}

fn the_statements() -> Vec<Told> {
    let said = filed().and(14, &user_of("guest"), state(Party::Guest, "we were asked to"));
    let shown = said.clone().and(14, &user_of("guest"), attach(Showing::Other, paper(1)));
    let as_id = state(Party::Partner(id("guest")), "by our id");
    let customer = actor(Role::Customer, "buyer", None);
    vec![
        ("the guest answers", "stated", filed().when(14, &user_of("guest"), &state(Party::Guest, "no"))),
        ("a side is known by its id", "stated", filed().when(14, &user_of("guest"), &as_id)),
        (
            "the customer says how it was",
            "stated",
            filed().when(14, &customer, &state(Party::Customer, "yes")),
        ),
        (
            "saying it twice adds nothing",
            "",
            said.when(15, &user_of("guest"), &state(Party::Guest, "we were asked to")),
        ),
        (
            "a statement says something",
            "!reason_missing",
            filed().when(14, &user_of("guest"), &state(Party::Guest, "")),
        ),
        (
            "nobody else speaks",
            "!not_your_case",
            filed().when(14, &user_of("beta"), &state(Party::Partner(id("beta")), "we")),
        ),
        (
            "late, but before the ruling",
            "stated",
            filed().when(40, &user_of("guest"), &state(Party::Guest, "late")),
        ),
        (
            "after the ruling it is over",
            "!case_decided",
            confirmed().when(16, &user_of("guest"), &state(Party::Guest, "but")),
        ),
        (
            "a paper is shown",
            "evidence_attached",
            said.when(14, &user_of("guest"), &attach(Showing::Other, paper(1))),
        ),
        (
            "showing it twice adds nothing",
            "",
            shown.when(15, &user_of("guest"), &attach(Showing::Other, paper(1))),
        ),
        (
            "nothing is shown after the ruling",
            "!case_decided",
            confirmed().when(16, &user_of("guest"), &attach(Showing::Letter, paper(2))),
        ),
    ]
}

fn the_ruling() -> Vec<Told> {
    let shown = relied_on_letter().and(15, &user_of("guest"), attach(Showing::Letter, paper(3)));
    let late = relied_on_letter().and(30, &user_of("guest"), attach(Showing::Letter, paper(3)));
    let direct = actor(Role::DirectSales, "dirk", Some("direct"));
    let confirm = rule(CaseOutcome::Confirmed);
    let unsaid = CaseCommand::Decide { outcome: CaseOutcome::Valuable, grounds: String::new(), remedy: None };
    let again = confirmed().but(60, finding(ACT + 1, 59));
    vec![
        ("nobody is ruled against unasked", "!not_filed", found().when(13, &adjudicator(), &confirm)),
        ("nor before it answers", "!side_not_heard", filed().when(14, &adjudicator(), &confirm)),
        ("whoever filed does not answer itself", "!side_not_heard", {
            let filed = filed().and(14, &user_of("host"), state(Party::Partner(id("host")), "indeed"));
            filed.when(15, &adjudicator(), &confirm)
        }),
        ("silence is no answer and stops nothing", "decided", filed().when(20, &adjudicator(), &confirm)),
        ("an officer rules too", "decided", filed().when(20, &officer(), &confirm)),
        ("direct sales rules on nothing", "!not_authorised", filed().when(20, &direct, &confirm)),
        (
            "a false alarm needs no hearing",
            "decided",
            found().when(13, &adjudicator(), &rule(CaseOutcome::FalseAlarm)),
        ),
        ("a ruling gives its grounds", "!reason_missing", found().when(13, &adjudicator(), &unsaid)),
        ("the same ruling again adds nothing", "", confirmed().when(16, &adjudicator(), &confirm)),
        (
            "ruled is ruled",
            "!case_decided",
            confirmed().when(16, &adjudicator(), &rule(CaseOutcome::FalseAlarm)),
        ),
        (
            "a letter may still come",
            "!side_not_heard",
            relied_on_letter().when(20, &adjudicator(), &rule(CaseOutcome::FalseAlarm)),
        ),
        (
            "a letter that was shown is weighed",
            "decided",
            shown.when(20, &adjudicator(), &rule(CaseOutcome::FalseAlarm)),
        ),
        (
            "no letter, upheld",
            "!letter_not_shown",
            relied_on_letter().when(28, &adjudicator(), &rule(CaseOutcome::FalseAlarm)),
        ),
        (
            "a late letter is none",
            "!letter_not_shown",
            late.when(31, &adjudicator(), &rule(CaseOutcome::Valuable)),
        ),
        ("a later act is ruled on again", "!not_filed", again.when(61, &adjudicator(), &confirm)),
        ("and disputed again", "filed", again.when(61, &user_of("host"), &file(Party::Host, None))),
        (
            "what is decided is not disputed",
            "!case_decided",
            confirmed().when(16, &user_of("host"), &file(Party::Host, None)),
        ),
    ]
}

fn the_remedy() -> Vec<Told> {
    let ordered = confirmed().and(16, &officer(), order(ACT));
    let alarm = found().and(13, &adjudicator(), rule(CaseOutcome::FalseAlarm));
    let again = confirmed().but(16, finding(ACT + 1, 15));
    vec![
        (
            "an officer orders what was computed",
            "remedy_ordered",
            confirmed().when(16, &officer(), &order(ACT)),
        ),
        ("ordering it twice adds nothing", "", ordered.when(17, &officer(), &order(ACT))),
        ("a host orders nothing", "!not_authorised", confirmed().when(16, &user_of("host"), &order(ACT))),
        ("for an act of the case", "!unknown_finding", confirmed().when(16, &officer(), &order(1))),
        ("after a ruling that confirms", "!not_confirmed", alarm.when(16, &officer(), &order(ACT))),
        ("not while it is appealed", "!appeal_pending", appealed().when(17, &officer(), &order(ACT))),
        (
            "nothing is ordered that nothing asks for",
            "!nothing_to_put_right",
            again.when(17, &officer(), &order(ACT + 1)),
        ),
    ]
}

fn the_appeal() -> Vec<Told> {
    let answered = appealed().and(17, &user_of("host"), state(Party::Host, "a forgery"));
    let over = answered.clone().and(18, &officer(), rule_on_appeal(CaseOutcome::FalseAlarm));
    let guest = user_of("guest");
    let stated =
        CaseCommand::State { by: Party::Guest, text: "see the paper".to_owned(), evidence: vec![paper(9)] };
    let shown = filed().and(14, &guest, stated).and(15, &adjudicator(), rule(CaseOutcome::Confirmed));
    let act = Evidence::Event(event_id(ACT));
    vec![
        (
            "the guest appeals with something new",
            "appealed",
            confirmed().when(16, &guest, &appeal(vec![paper(9)])),
        ),
        (
            "a stranger does not",
            "!not_your_case",
            confirmed().when(16, &user_of("beta"), &appeal(vec![paper(9)])),
        ),
        ("the same appeal again adds nothing", "", appealed().when(17, &guest, &appeal(vec![paper(9)]))),
        ("one appeal", "!already_appealed", appealed().when(17, &guest, &appeal(vec![paper(8)]))),
        ("and none after it", "!already_appealed", over.when(19, &guest, &appeal(vec![paper(8)]))),
        (
            "before a ruling there is nothing to appeal",
            "!not_decided",
            filed().when(14, &guest, &appeal(vec![paper(9)])),
        ),
        // Ten business days after Friday 16 January are over at the end of Friday 30 January.
        ("in time", "appealed", confirmed().when(29, &guest, &appeal(vec![paper(9)]))),
        ("and not later", "!appeal_too_late", confirmed().when(30, &guest, &appeal(vec![paper(9)]))),
        ("nothing new, no appeal", "!nothing_new", confirmed().when(16, &guest, &appeal(Vec::new()))),
        ("what was on the table is not new", "!nothing_new", shown.when(16, &guest, &appeal(vec![paper(9)]))),
        ("nor is what was found", "!nothing_new", confirmed().when(16, &guest, &appeal(vec![act]))),
    ]
}

fn the_last_ruling() -> Vec<Told> {
    let answered = appealed().and(17, &user_of("host"), state(Party::Host, "a forgery"));
    let over = answered.clone().and(18, &officer(), rule_on_appeal(CaseOutcome::FalseAlarm));
    let unsaid = CaseCommand::DecideAppeal { outcome: CaseOutcome::Valuable, grounds: String::new() };
    vec![
        (
            "another officer rules",
            "appeal_decided",
            answered.when(18, &officer(), &rule_on_appeal(CaseOutcome::FalseAlarm)),
        ),
        (
            "not the one who ruled",
            "!ruled_before",
            answered.when(18, &adjudicator(), &rule_on_appeal(CaseOutcome::FalseAlarm)),
        ),
        (
            "not before the other side answers",
            "!side_not_heard",
            appealed().when(18, &officer(), &rule_on_appeal(CaseOutcome::FalseAlarm)),
        ),
        (
            "or its time is over",
            "appeal_decided",
            appealed().when(23, &officer(), &rule_on_appeal(CaseOutcome::Confirmed)),
        ),
        ("the appeal's ruling gives its grounds", "!reason_missing", answered.when(18, &officer(), &unsaid)),
        (
            "without an appeal none is ruled on",
            "!not_appealed",
            confirmed().when(18, &officer(), &rule_on_appeal(CaseOutcome::FalseAlarm)),
        ),
        (
            "the last ruling again adds nothing",
            "",
            over.when(19, &officer(), &rule_on_appeal(CaseOutcome::FalseAlarm)),
        ),
        (
            "the last ruling is the last",
            "!case_decided",
            over.when(19, &officer(), &rule_on_appeal(CaseOutcome::Confirmed)),
        ),
        (
            "a new finding waits for the appeal",
            "!appeal_pending",
            appealed().but(17, finding(ACT + 1, 16)).when(18, &officer(), &rule(CaseOutcome::FalseAlarm)),
        ),
    ]
}

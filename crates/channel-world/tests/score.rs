//! What the judge counts as right and as false.

use channel_world::score::{Alert, Concern, LookAlikeRow, Report, Said, Trial, report};
use channel_world::{Intent, Label, Link};

fn label(account: &str, intent: Intent, plan: &str) -> Label {
    Label {
        story: format!("s-{account}"),
        vendor: "meridian".to_owned(),
        accounts: vec![account.to_owned()],
        handoff: format!("h-{account}"),
        host: "host".to_owned(),
        guest: "guest".to_owned(),
        accepted_at: "2020-01-01T00:00:00Z".to_owned(),
        intent,
        plan: vec![plan.to_owned()],
        acts: Vec::new(),
        link: Link::None,
    }
}

fn alert(account: &str, pattern: &str, concern: Concern) -> Alert {
    let (account, pattern) = (account.to_owned(), Some(pattern.to_owned()));
    Alert { account, pattern, severity: 4, concern, stands: true, raised_s: None }
}

fn judged(labels: Vec<Label>, alerts: Vec<Alert>) -> Report {
    let said = vec![Said { method: "rules", alerts }];
    report(&[Trial { seed: 1, labels, said }], &["T01", "T15"], &[("rules", "all rules")])
}

fn row<'a>(report: &'a Report, named: &str) -> &'a LookAlikeRow {
    report.look_alikes.iter().find(|row| row.look_alike == named).expect("every look-alike has a row")
}

#[test]
fn of_a_mistake_that_left_out_a_step_it_is_not_false_to_say_so() {
    let labels = vec![
        label("haste", Intent::InnocentError, "E3"),
        label("typing", Intent::InnocentError, "E2"),
        label("grab", Intent::Predatory, "T01"),
    ];
    let alerts = vec![
        alert("haste", "T15", Concern::Procedure),
        alert("typing", "T01", Concern::Taking),
        alert("typing", "T15", Concern::Procedure),
        alert("grab", "T01", Concern::Taking),
    ];
    let report = judged(labels, alerts);
    let (haste, typing) = (row(&report, "E3"), row(&report, "E2"));
    assert_eq!((haste.false_alerts.hits, haste.procedure.hits, haste.held.hits), (0, 1, 1));
    assert_eq!((typing.false_alerts.hits, typing.procedure.hits), (1, 0));
    let rules = &report.methods[0];
    assert_eq!((rules.false_per_innocent_error.hits, rules.procedure_per_innocent_error.hits), (1, 1));
    assert_eq!((rules.precision.hits, rules.precision.of), (1, 2));
    assert_eq!((report.tiers[2].precision.hits, report.tiers[2].precision.of), (1, 2));
}

#[test]
fn of_a_lawful_change_every_alert_is_false_and_of_a_takeover_each_is_right() {
    let labels = vec![label("move", Intent::Lawful, "L1"), label("rush", Intent::Predatory, "T15")];
    let alerts = vec![alert("move", "T15", Concern::Procedure), alert("rush", "T15", Concern::Procedure)];
    let report = judged(labels, alerts);
    let lawful = row(&report, "L1");
    assert_eq!((lawful.false_alerts.hits, lawful.procedure.hits), (1, 1));
    let rules = &report.methods[0];
    assert_eq!((rules.false_per_lawful_change.hits, rules.recall.hits), (1, 1));
    assert_eq!((rules.precision.hits, rules.precision.of), (1, 2));
}

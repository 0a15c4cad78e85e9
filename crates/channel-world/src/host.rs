//! A host that uses its rights against the guest: T24.

use serde_json::{Value, json};

use crate::at::At;
use crate::benign::{self, Life};
use crate::book::By;
use crate::intent::Plot;
use crate::stage::{Consented, Stage, Terms};

/// Every kind once; all are pattern T24.
pub(crate) const PLOTS: [Plot; 4] = [
    ("T24", objects_to_price),
    ("T24", objects_again_and_again),
    ("T24", squats),
    ("T24", registers_to_block),
];

/// The customer chose the guest; the host objects on a ground that is none.
fn objects_to_price(stage: &mut Stage<'_>) {
    let (change, at) = change_begins(stage);
    let text = "this is our account and the guest sells below our price";
    object(stage, &change, at, "other", text);
}

/// The host objects to every step with whatever ground comes first, and asked nobody.
fn objects_again_and_again(stage: &mut Stage<'_>) {
    let (change, at) = change_begins(stage);
    for (days, ground) in [(0, "fraud"), (1, "signer_not_authorised"), (2, "identity_mismatch"), (4, "fraud")]
    {
        object(stage, &change, at.plus_days(days), ground, "we do not believe it");
    }
}

/// The host hands over a customer that never heard of it.
fn squats(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms { consented: Consented::NotAsked, ..Terms::default() });
    benign::live(stage, &Life { host_until: 15, ..Life::default() });
    let (host, prize, at) = (stage.host.clone(), stage.prize(), stage.some_day(40, 90));
    let deal = stage.submit(&host, &prize, at, json!({}));
    stage.approve(&deal, &prize, at.plus_days(1));
    stage.act(&deal.cited);
    let check = stage.sound_check();
    let data = json!({"about": {"kind": "deal", "id": deal.id}, "verifier": "vendor",
        "verifier_principal": check.principal, "contact": check.contact,
        "contact_on_file_since": check.on_file_since.to_string(), "outcome": "denied"});
    stage.tell("verification", "consent.customer_asked", at.plus_days(18), check.by, data);
    let by = format!("{}/deal-desk", stage.vendor);
    let data = json!({"deal": deal.id, "reason": "on call-back the customer denied any such project",
        "decided_by": {"kind": "person", "person": by}});
    stage.tell("portal", "deal.cancelled", at.plus_days(20), By::Desk("deal-desk"), data);
}

/// The host registers the customer for everything, over and over, and never calls there.
fn registers_to_block(stage: &mut Stage<'_>) {
    benign::begin(stage, &Terms::default());
    benign::live(stage, &Life { host_until: 12, ..Life::default() });
    let host = stage.host.clone();
    let times = stage.some(4, 7);
    for round in 0..times {
        let scope = stage.elsewhere();
        let at = stage.day(30 + round * 45);
        let deal = stage.submit(&host, &scope, at, json!({}));
        stage.approve(&deal, &scope, at.plus_days(1));
        stage.act(&deal.cited);
    }
}

/// A change the customer wants: its id, and the day after the notices.
fn change_begins(stage: &mut Stage<'_>) -> (String, At) {
    benign::begin(stage, &Terms::default());
    let begun = stage.some(60, 250);
    benign::live(stage, &Life { host_until: begun - 5, ..Life::default() });
    let (guest, prize, signed) = (stage.guest.clone(), stage.prize(), stage.day(begun));
    let change = stage.by_letter(&guest, &prize, signed);
    let done = stage.carry_out(&change);
    (done.id, done.notified.plus_days(1).on_a_working_day())
}

fn object(stage: &mut Stage<'_>, change: &str, at: At, ground: &str, text: &str) {
    let evidence: [Value; 0] = [];
    let data = json!({"change": change, "by": "host", "ground": ground, "text": text, "evidence": evidence,
        "inquiry_attested": false});
    let objection = stage.tell("portal", "change.objected", at, By::Partner(stage.host.clone()), data);
    stage.act(&objection);
    let decided = at.plus_days(1).plus_hours(2);
    let by = format!("{}/adjudicator", stage.vendor);
    let data = json!({"change": change, "objection": objection.json(), "outcome": "rejected",
        "reason": "nothing supports it", "decided_by": {"kind": "person", "person": by}});
    stage.tell("portal", "change.objection_decided", decided, By::Adjudicator, data);
}

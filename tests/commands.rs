//! Every subcommand of the real binary: what it answers, on which stream, and with which exit code.

use std::ffi::OsStr;

use serde_json::{Value, json};
use tests::chaperone::{Chaperone, Finished};
use tests::events::{Sender, command, event, lines, story};

const ACCOUNT: &str = "account-meridian.orsa-logistics";
const TERMS: &str = "sha256:abababababababababababababababababababababababababababababababab";

fn storage() -> Value {
    json!({"product_lines": ["storage"]})
}

fn enroll(partner: &str, name: &str) -> Value {
    let data =
        json!({"kinds": ["var"], "legal_name": name, "keys": [], "country": "DE", "origin": "application"});
    command(
        &format!("enroll-{partner}"),
        "partner.enroll",
        &format!("partner-meridian.{partner}"),
        Sender::Officer,
        data,
    )
}

fn register(deal: &str, partner: &str) -> Value {
    let data = json!({"deal": deal, "partner": partner, "scope": storage(), "need": "arrays", "complete": true, "missing": []});
    command(&format!("register-{deal}"), "deal.submit", ACCOUNT, Sender::Partner(partner), data)
}

fn invite() -> Value {
    let data = json!({"handoff": "h-1", "host": "northwind-it", "guest": "contoso-services",
        "protected_scope": {"product_lines": ["storage", "wireless"]}, "granted_scope": {"product_lines": ["wireless"]},
        "granted_acts": ["order"], "role": "Services Partner", "terms": TERMS, "protection_days": 365, "tail_days": 90,
        "commission": {"rate_bp": 500, "base": "net_order", "tail_months": 12}, "commitments": []});
    command("invite", "handoff.invite", ACCOUNT, Sender::Partner("northwind-it"), data)
}

fn accept() -> Value {
    let data = json!({"handoff": "h-1", "terms": TERMS, "declared_prior": [], "declared_family": []});
    command("accept", "handoff.accept", ACCOUNT, Sender::Partner("contoso-services"), data)
}

fn change(id: &str, order: &str, sender: Sender<'_>, data: Value) -> Value {
    command(id, order, ACCOUNT, sender, data)
}

/// Sends commands, one a line, and returns their receipts.
fn submit(chaperone: &Chaperone, status: i32, commands: &[Value]) -> Vec<Value> {
    let arguments = ["submit", "-", "--output", "ndjson"];
    chaperone.run_with_input(arguments, &lines(commands)).ended_with(status).ndjson()
}

/// A book with two partners, of whom one was invited into the other's account and accepted.
fn invited() -> Chaperone {
    let chaperone = Chaperone::new();
    let commands = [
        enroll("northwind-it", "Northwind IT GmbH"),
        enroll("contoso-services", "Contoso Services BV"),
        register("d-1", "northwind-it"),
        invite(),
        accept(),
    ];
    let receipts = submit(&chaperone, 0, &commands);
    assert!(receipts.iter().all(|receipt| receipt["status"] == "accepted"), "{receipts:#?}");
    chaperone
}

fn json(chaperone: &Chaperone, arguments: &str) -> Value {
    chaperone.run(arguments.split(' ').chain(["--output", "json"])).ended_with(0).json()
}

#[test]
fn a_command_has_a_receipt_and_the_same_again_has_the_first_one() {
    let chaperone = invited();
    let first = submit(&chaperone, 0, &[register("d-1", "northwind-it")]);
    assert_eq!(first[0]["status"], "repeated");
    let mut other = register("d-1", "northwind-it");
    other["data"]["need"] = "something else".into();
    let conflict = submit(&chaperone, 4, &[other]);
    assert_eq!((&conflict[0]["status"], &conflict[0]["code"]), (&json!("refused"), &json!("conflict")));
    assert_eq!(json(&chaperone, "deal list").as_array().unwrap().len(), 1);
}

#[test]
fn a_takeover_is_refused_answered_and_recorded() {
    let chaperone = invited();
    let refused = submit(&chaperone, 4, &[register("d-2", "contoso-services")]);
    assert_eq!((&refused[0]["status"], &refused[0]["code"]), (&json!("refused"), &json!("T02")));
    assert!(refused[0]["message"].as_str().unwrap().contains("host release"), "{refused:#?}");
    let told = json(&chaperone, "account history orsa-logistics");
    let recorded =
        told.as_array().unwrap().iter().filter(|row| row["type"] == "chaperone.account.takeover_refused.v1");
    assert_eq!(recorded.count(), 1);
    assert_eq!(json(&chaperone, "deal show d-2")["registration"], "rejected");
    let approve = change("approve", "deal.approve", Sender::Officer, json!({"deal": "d-2"}));
    assert_eq!(submit(&chaperone, 4, &[approve])[0]["code"], "T02", "nor may an officer approve it");
    assert_eq!(json(&chaperone, "case list"), json!([]), "a first attempt is no case");
    submit(&chaperone, 4, &[register("d-3", "contoso-services")]);
    assert_eq!(json(&chaperone, "case list")[0]["pattern"], "T02", "a second one is");
    assert_eq!(json(&chaperone, "case list")[0]["severity"], "S2");
}

#[test]
fn a_release_lets_the_guest_in_and_only_where_it_reaches() {
    let chaperone = invited();
    let release = json!({"handoff": "h-1", "scope": storage()});
    let withdraw = json!({"deal": "d-1", "reason": "no budget"});
    let commands = [
        change("withdraw", "deal.withdraw", Sender::Partner("northwind-it"), withdraw),
        change("release", "handoff.release", Sender::Partner("northwind-it"), release.clone()),
        register("d-3", "contoso-services"),
    ];
    submit(&chaperone, 0, &commands);
    assert_eq!(json(&chaperone, "deal show d-3")["registration"], "approved");
    let by_the_guest = change("own-release", "handoff.release", Sender::Partner("contoso-services"), release);
    assert_eq!(submit(&chaperone, 4, &[by_the_guest])[0]["status"], "refused");
}

#[test]
fn a_change_is_requested_objected_to_and_ruled_on() {
    let chaperone = invited();
    let letter = json!({"letter": "l-1", "legal_name": "Orsa Logistics GmbH", "account_key": "orsa-logistics",
        "signer": "contact-orsa-1", "authority": "officer", "losing": "northwind-it", "gaining": "contoso-services",
        "scope": storage(), "signed_at": "2026-01-01T09:00:00Z", "sole_purpose": true, "inducement": "none",
        "statement_version": "1", "document": TERMS});
    let request = json!({"change": "ch-1", "losing": "northwind-it", "gaining": "contoso-services", "scope": storage(),
        "effective_from": "2099-01-01T00:00:00Z", "basis_claimed": "V1", "letter": "l-1"});
    let objection = json!({"change": "ch-1", "by": "host", "ground": "fraud", "inquiry_attested": true,
        "evidence": [{"digest": TERMS, "media_type": "application/pdf", "held_by": "host"}]});
    let (host, guest) = (Sender::Partner("northwind-it"), Sender::Partner("contoso-services"));
    submit(&chaperone, 0, &[change("letter", "consent.record_letter", Sender::Officer, letter)]);
    let requested = submit(&chaperone, 0, &[change("request", "change.request", guest, request)]);
    assert_eq!(requested[0]["status"], "accepted");
    let verified = json!({"change": "ch-1", "verifier": "vendor", "verifier_principal": "meridian/verification-desk",
        "method": "call_back", "contact": "contact-orsa-1", "contact_on_file_since": "2020-01-01T00:00:00Z",
        "outcome": "confirmed", "outcome_fee": false});
    let notice = |to: &str| {
        json!({"notice": format!("n-{to}"), "to": to, "about": {"kind": "change", "id": "ch-1"},
        "address": format!("contact-{to}"), "address_on_file_since": "2020-01-01T00:00:00Z", "method": "email",
        "names_gaining": "contoso-services"})
    };
    let notified =
        json!({"change": "ch-1", "notices": [notice("customer"), notice("host"), notice("guest")]});
    submit(&chaperone, 0, &[change("verify", "change.verify", Sender::Verifier, verified)]);
    submit(&chaperone, 0, &[change("notify", "change.notify", Sender::Officer, notified)]);
    let objected = submit(&chaperone, 0, &[change("object", "change.object", host, objection)]);
    let ruling = json!({"change": "ch-1", "objection": objected[0]["events"][0], "outcome": "upheld", "reason": "the signature is not theirs"});
    let by_a_party = change("rule-1", "change.decide_objection", host, ruling.clone());
    assert_eq!(submit(&chaperone, 4, &[by_a_party])[0]["status"], "refused", "nobody rules in its own case");
    submit(&chaperone, 0, &[change("rule-2", "change.decide_objection", Sender::Adjudicator, ruling)]);
    let execute = change("execute", "change.execute", Sender::Officer, json!({"change": "ch-1"}));
    assert_eq!(submit(&chaperone, 4, &[execute])[0]["status"], "refused");
    assert_eq!(json(&chaperone, "account show orsa-logistics")["holders"], json!([]));
}

#[test]
fn a_command_that_cannot_be_read_is_invalid_and_the_next_one_is_still_decided() {
    let chaperone = Chaperone::new();
    let mut unknown = enroll("northwind-it", "Northwind IT GmbH");
    unknown["type"] = "chaperone.partner.befriend.v1".into();
    let receipts = submit(&chaperone, 5, &[unknown, enroll("contoso-services", "Contoso Services BV")]);
    assert_eq!((&receipts[0]["status"], &receipts[1]["status"]), (&json!("malformed"), &json!("accepted")));
    assert!(receipts[0]["message"].as_str().unwrap().starts_with("/type: "), "{receipts:#?}");
    chaperone.run_with_input(["submit", "-"], b"").ended_with(5);
    chaperone.run_with_input(["submit", "-"], b"{").ended_with(5);
}

#[test]
fn things_are_listed_shown_and_told() {
    let chaperone = invited();
    for (thing, id) in
        [("account", "orsa-logistics"), ("deal", "d-1"), ("handoff", "h-1"), ("partner", "northwind-it")]
    {
        let listed = json(&chaperone, &format!("{thing} list"));
        assert!(listed.as_array().unwrap().iter().any(|row| row[thing] == id), "{listed:#}");
        assert_eq!(json(&chaperone, &format!("{thing} show {id}"))[thing], id);
        let told = json(&chaperone, &format!("{thing} history {id}"));
        assert!(!told.as_array().unwrap().is_empty(), "{thing}");
        for verb in ["list", "show", "history"] {
            let arguments = if verb == "list" { vec![thing, verb] } else { vec![thing, verb, id] };
            let table = chaperone.run(arguments).ended_with(0);
            assert!(table.stdout.contains(id) || verb == "history", "{table:?}");
            assert_eq!(table.stderr, "", "data is not talk");
        }
    }
}

#[test]
fn a_scorecard_counts_a_partner_in_both_roles() {
    let chaperone = invited();
    let rows = json(&chaperone, "partner scorecard northwind-it");
    assert_eq!(
        (&rows[0]["role"], &rows[0]["handoffs"], &rows[0]["unanswered"]),
        (&json!("host"), &json!(1), &json!(1))
    );
    assert_eq!((&rows[1]["role"], &rows[1]["handoffs"]), (&json!("guest"), &json!(0)));
    let rows = json(&chaperone, "partner scorecard contoso-services");
    assert_eq!((&rows[1]["handoffs"], &rows[1]["answered"]), (&json!(1), &json!(1)));
    chaperone.run(["partner", "scorecard", "nobody"]).ended_with(3);
}

#[test]
fn a_handoffs_history_is_its_own() {
    let chaperone = invited();
    let mut other = invite();
    other["id"] = "invite-2".into();
    other["data"]["handoff"] = "h-2".into();
    other["data"]["guest"] = "wingtip-systems".into();
    submit(&chaperone, 0, &[enroll("wingtip-systems", "Wingtip Systems Ltd"), other]);
    let told =
        |handoff: &str| json(&chaperone, &format!("handoff history {handoff}")).as_array().unwrap().len();
    assert_eq!((told("h-1"), told("h-2")), (2, 1));
}

#[test]
fn what_nobody_knows_is_not_found() {
    let chaperone = invited();
    for thing in ["account", "deal", "handoff", "partner"] {
        for verb in ["show", "history"] {
            chaperone.run([thing, verb, "nobody"]).ended_with(3);
        }
    }
    for arguments in [
        ["deal", "explain"],
        ["case", "show"],
        ["case", "explain"],
        ["quarantine", "show"],
        ["quarantine", "release"],
    ] {
        let missing = chaperone.run(arguments.into_iter().chain(["nobody"])).ended_with(3);
        assert!(missing.stdout.is_empty() && missing.stderr.contains("nobody"), "{missing:?}");
    }
    Chaperone::new().run(["account", "list"]).ended_with(3);
}

#[test]
fn a_rejected_deal_says_why_until_when_and_what_helps_and_never_names_the_rival() {
    let chaperone = Chaperone::new();
    let partners =
        [enroll("northwind-it", "Northwind IT GmbH"), enroll("wingtip-systems", "Wingtip Systems Ltd")];
    submit(&chaperone, 0, &partners);
    submit(&chaperone, 0, &[register("d-1", "northwind-it"), register("d-2", "wingtip-systems")]);
    let told = json(&chaperone, "deal explain d-2");
    let first = json(&chaperone, "deal show d-1");
    assert_eq!((&told["status"], &told["until"]), (&json!("Rejected"), &first["protected_until"]));
    assert!(told["would_help"][0].as_str().unwrap().starts_with("submit again from "), "{told:#}");
    for name in ["northwind", "Northwind", "d-1"] {
        assert!(!told.to_string().contains(name), "{name} in {told:#}");
    }
    let shown = chaperone.run(["deal", "explain", "d-2"]).ended_with(0);
    assert!(!shown.stdout.to_lowercase().contains("northwind"), "{shown:?}");
}

#[test]
fn a_claim_is_free_or_held_without_names() {
    let chaperone = invited();
    let claim = |account: &str, partner: &str, line: &str| {
        let arguments =
            ["claim", "check", "--account", account, "--partner", partner, "--product-line", line];
        let answer = chaperone.run(arguments).ended_with(0);
        assert!(!answer.stdout.contains("northwind"), "{answer:?}");
        answer.stdout.trim().to_owned()
    };
    assert_eq!(claim("orsa-logistics", "contoso-services", "storage"), "held");
    assert_eq!(claim("orsa-logistics", "northwind-it", "storage"), "free");
    assert_eq!(claim("orsa-logistics", "wingtip-systems", "servers"), "free");
    assert_eq!(claim("a-customer-nobody-knows", "contoso-services", "storage"), "free");
}

#[test]
fn init_is_done_once_with_one_policy() {
    let chaperone = Chaperone::new();
    chaperone.run(["init"]).ended_with(0);
    chaperone.run(["init"]).ended_with(0);
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.json");
    std::fs::write(&policy, r#"{"registration":{"protection_days":30}}"#).unwrap();
    let with = |chaperone: &Chaperone| {
        chaperone.run([OsStr::new("init"), OsStr::new("--policy"), policy.as_os_str()])
    };
    with(&chaperone).ended_with(4);
    with(&Chaperone::new()).ended_with(0);
    std::fs::write(&policy, r#"{"registration":{"protection_dais":30}}"#).unwrap();
    let misspelt = with(&Chaperone::new()).ended_with(5);
    assert!(misspelt.stderr.contains("/registration"), "{misspelt:?}");
}

#[test]
fn ingest_ends_with_what_it_met() {
    let takeover = story("t01-direct-grab");
    let ingest = |chaperone: &Chaperone, more: &[&str]| {
        let arguments =
            [OsStr::new("ingest"), takeover.as_os_str(), OsStr::new("--output"), OsStr::new("json")];
        chaperone.run(arguments.into_iter().chain(more.iter().map(OsStr::new)))
    };
    let chaperone = Chaperone::new();
    let dry = ingest(&chaperone, &["--dry-run"]).ended_with(0).json();
    assert_eq!((&dry["read"], &dry["accepted"], &dry["cases"]), (&json!(8), &json!(8), &json!(0)));
    chaperone.run(["journal", "head"]).ended_with(3);
    let first = ingest(&chaperone, &[]).ended_with(6).json();
    assert_eq!((&first["accepted"], &first["cases"]), (&json!(8), &json!(1)));
    let again = ingest(&chaperone, &[]).ended_with(0).json();
    assert_eq!((&again["repeated"], &again["cases"]), (&json!(8), &json!(0)));
    let unreadable = chaperone.run_with_input(["ingest", "-"], b"nothing\nof ours\n").ended_with(5);
    assert!(unreadable.stderr.contains("--format says what else it may hold"), "{unreadable:?}");
    chaperone.run(["ingest", "-", "--format", "csv"]).ended_with(2);
}

#[test]
fn a_second_writer_is_told_who_holds_the_journal() {
    let chaperone = Chaperone::new();
    let server = chaperone.serve::<&str>([]);
    for call in ["init", "ingest -", "submit -", "quarantine release a-1"] {
        let held = chaperone.run(call.split(' ')).ended_with(7);
        assert!(held.stderr.contains(&server.id().to_string()), "{held:?}");
        assert!(held.stderr.contains("POST /v1/events"), "it says what can be done: {held:?}");
    }
    chaperone.run(["journal", "head"]).ended_with(0);
    chaperone.run(["account", "list"]).ended_with(0);
}

#[test]
fn what_was_turned_away_is_listed_shown_mended_and_released() {
    let chaperone = Chaperone::new();
    let mut order = event(
        "so-1",
        "trade.order_booked",
        ACCOUNT,
        "2026-02-18T09:00:00Z",
        json!({"order": "so-1",
        "partner": "northwind-it", "scope": storage(), "lines": [{"product_line": "storage", "quantity": 1,
        "net": {"amount": "1.00", "currency": "EUR"}}], "net": {"amount": "1.00", "currency": "EUR"},
        "booked_at": "2026-02-18T09:00:00Z"}),
    );
    let mended = order.clone();
    order["data"].as_object_mut().unwrap().remove("partner");
    chaperone.run_with_input(["ingest", "-"], &lines(&[order])).ended_with(5);
    let waiting = json(&chaperone, "quarantine list");
    assert_eq!(waiting[0]["place"], "/data");
    assert!(waiting[0]["reason"].as_str().unwrap().contains("partner"), "{waiting:#}");
    let id = waiting[0]["id"].as_str().unwrap();
    assert!(
        json(&chaperone, &format!("quarantine show {id}"))["received"].as_str().unwrap().contains("so-1")
    );
    chaperone.run(["doctor"]).ended_with(1);
    chaperone.run(["quarantine", "release", id]).ended_with(5);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mended.json");
    std::fs::write(&file, mended.to_string()).unwrap();
    let release = ["quarantine", "release", id, "--with"].map(OsStr::new);
    chaperone.run(release.into_iter().chain([file.as_os_str()])).ended_with(0);
    assert_eq!(json(&chaperone, "quarantine list"), json!([]));
    assert!(json(&chaperone, "quarantine list --all")[0]["released_at"].is_string());
    assert_eq!(json(&chaperone, "account show orsa-logistics")["account"], "orsa-logistics");
    chaperone.run(["doctor"]).ended_with(0);
}

#[test]
fn the_journal_is_read_exported_verified_and_copied() {
    let chaperone = invited();
    let head = json(&chaperone, "journal head");
    let events = head["position"].as_str().unwrap().parse::<usize>().unwrap();
    assert_eq!(json(&chaperone, "journal verify")["problems"], json!([]));
    let read = json(&chaperone, "journal read --after 2 --limit 3");
    assert_eq!(
        read.as_array().unwrap().iter().map(|row| row["position"].clone()).collect::<Vec<_>>(),
        ["3", "4", "5"]
    );
    let exported = chaperone.run(["journal", "export"]).ended_with(0);
    assert_eq!(exported.ndjson().len(), events);
    for event in exported.ndjson() {
        for member in ["id", "source", "type", "subject", "time", "recordedtime", "sequence"] {
            assert!(event[member].is_string(), "{member} of {event}");
        }
        assert_eq!(event["specversion"], "1.0");
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    chaperone.run([OsStr::new("journal"), OsStr::new("backup"), copy.as_os_str()]).ended_with(0);
    let of_copy = |arguments: [&str; 2]| {
        let told = [OsStr::new("--data"), copy.as_os_str()].into_iter().chain(arguments.map(OsStr::new));
        chaperone.run_bare(told).ended_with(0).stdout
    };
    assert_eq!(of_copy(["journal", "export"]), exported.stdout);
    assert!(of_copy(["account", "list"]).contains("orsa-logistics"));
}

#[test]
fn data_and_output_may_stand_before_or_behind_the_subcommand() {
    let chaperone = invited();
    let data = chaperone.data().as_os_str();
    let text = |arguments: [&OsStr; 6]| chaperone.run_bare(arguments).ended_with(0).stdout;
    let [account, list, output, ndjson, told] =
        ["account", "list", "--output", "ndjson", "--data"].map(OsStr::new);
    let behind = text([account, list, output, ndjson, told, data]);
    assert_eq!(behind.lines().count(), 1);
    assert_eq!(text([told, data, output, ndjson, account, list]), behind);
    assert_eq!(text([told, data, account, output, ndjson, list]), behind);
}

#[test]
fn a_mistake_in_the_call_is_usage() {
    let chaperone = invited();
    let calls = [
        "befriend",
        "account",
        "deal list --outcome perhaps",
        "deal list --registration perhaps",
        "account show orsa-logistics --as-of yesterday",
        "account list --output xml",
        "ingest - --format pdf",
        "claim check --partner northwind-it",
        "demo --seed many",
        "completions cobol",
    ];
    for call in calls {
        let finished: Finished = chaperone.run(call.split(' '));
        assert_eq!(finished.status, 2, "{call}: {finished:?}");
        assert!(finished.stdout.is_empty() && !finished.stderr.is_empty(), "{call}: {finished:?}");
    }
}

#[test]
fn help_version_and_completions_are_answers() {
    let chaperone = Chaperone::new();
    for call in
        ["--help", "--version", "deal --help", "completions bash", "completions zsh", "completions fish"]
    {
        let finished = chaperone.run(call.split(' ')).ended_with(0);
        assert!(finished.stdout.contains("chaperone") && finished.stderr.is_empty(), "{call}: {finished:?}");
    }
    assert!(chaperone.run(["--help"]).stdout.contains("6 findings present"));
}
